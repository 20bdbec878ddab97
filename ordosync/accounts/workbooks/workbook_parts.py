"""Parts of a workbook that its sheets need: the list of sheets, number formats, shared texts."""

from dataclasses import dataclass

from ordosync.accounts.workbooks.cells import unescaped
from ordosync.accounts.workbooks.number_formats import (
    GENERAL,
    NumberFormat,
    built_in,
    number_format,
)
from ordosync.accounts.workbooks.package import MAX_IN_MEMORY, Package, Relationship
from ordosync.accounts.workbooks.rows import LONGEST_TEXT, InvalidWorkbookError, SheetInfo
from ordosync.accounts.workbooks.shared_texts import SharedTexts
from ordosync.accounts.workbooks.xml_parts import RELATIONSHIPS, names, new_parser, parse, parse_all

_TRUE = ("1", "true")
_IDS = tuple(f"{space} id" for space in RELATIONSHIPS)


@dataclass(frozen=True, kw_only=True)
class WorkbookInfo:
    """Facts that the main part of a workbook has."""

    sheets: tuple[SheetInfo, ...]
    is_1904: bool
    """True if days are counted from 1904, not from 1900."""
    is_uncalculated: bool
    """True if all formulas are to be calculated when the file is opened."""
    links: dict[str, str]
    """The parts by type, such as `styles`."""


def workbook_info(package: Package) -> WorkbookInfo:
    """Return the sheets of a workbook. Raises `InvalidWorkbookError`."""
    part = _main_part(package)
    links = package.relationships(part)
    sheets: list[SheetInfo] = []
    flags: dict[str, bool] = {}
    known = names("workbook", "workbookPr", "sheet", "calcPr")

    def start(tag: str, attributes: dict[str, str]) -> None:
        match known.get(tag):
            case "workbook":
                flags["is_workbook"] = True
            case "workbookPr":
                flags["is_1904"] = attributes.get("date1904") in _TRUE
            case "calcPr":
                flags["is_uncalculated"] = attributes.get("fullCalcOnLoad") in _TRUE
            case "sheet":
                sheets.extend(_sheet(attributes, links))

    parser = new_parser()
    parser.StartElementHandler = start
    parse_all(parser, package.blocks(part, MAX_IN_MEMORY), part)
    if not flags.get("is_workbook"):
        raise InvalidWorkbookError("is a file of another program, not a workbook")
    return WorkbookInfo(
        sheets=tuple(sheets),
        is_1904=flags.get("is_1904", False),
        is_uncalculated=flags.get("is_uncalculated", False),
        links={link.type: link.target for link in links.values()},
    )


def _main_part(package: Package) -> str:
    if "_rels/.rels" not in package:
        is_ods = "content.xml" in package and "mimetype" in package
        what = "an .ods workbook; save it as .xlsx" if is_ods else "a ZIP file, not a workbook"
        raise InvalidWorkbookError(f"is {what}")
    links = package.relationships("").values()
    part = next((link.target for link in links if link.type == "officeDocument"), "")
    if part.endswith(".bin"):
        raise InvalidWorkbookError("is an .xlsb workbook; save it as .xlsx")
    if not part:
        raise InvalidWorkbookError("is not complete: the workbook is missing")
    return part


def _sheet(attributes: dict[str, str], links: dict[str, Relationship]) -> list[SheetInfo]:
    """Return a sheet with cells; none for a sheet that is only a chart or a dialog."""
    link = next((links[attributes[id_]] for id_ in _IDS if attributes.get(id_) in links), None)
    name = attributes.get("name", "")
    if link is None:
        raise InvalidWorkbookError(f"is not complete: the sheet {name[:40]!a} is missing")
    is_hidden = attributes.get("state", "visible") != "visible"
    sheet = SheetInfo(name=name, is_hidden=is_hidden, part=link.target)
    return [sheet] if link.type == "worksheet" else []


def cell_formats(package: Package, part: str) -> list[NumberFormat]:
    """Return the number formats of the styles of cells. Raises `InvalidWorkbookError`."""
    codes: dict[str, str] = {}
    styles: list[str] = []
    known = names("numFmt", "cellXfs", "xf")
    is_inside = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal is_inside
        match known.get(tag):
            case "numFmt":
                codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            case "cellXfs":
                is_inside = True
            case "xf" if is_inside:
                styles.append(attributes.get("numFmtId", "0"))

    def end(tag: str) -> None:
        nonlocal is_inside
        is_inside = is_inside and known.get(tag) != "cellXfs"

    parser = new_parser()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parse_all(parser, package.blocks(part, MAX_IN_MEMORY), part)
    return [_format(style, codes) for style in styles]


def _format(style: str, codes: dict[str, str]) -> NumberFormat:
    if style in codes:
        return number_format(codes[style])
    return built_in(int(style)) if style.isdecimal() and len(style) < len("1000") else GENERAL


def read_shared_texts(package: Package, part: str, texts: SharedTexts) -> None:
    """Add the texts that cells refer to. Raises `InvalidWorkbookError`."""
    known = names("si", "t", "rPh")
    pieces: list[str] = []
    # How the text is pronounced is not part of it.
    is_phonetic = False

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal is_phonetic
        match known.get(tag):
            case "si":
                pieces.clear()
            case "t" if not is_phonetic:
                parser.CharacterDataHandler = pieces.append
            case "rPh":
                is_phonetic = True

    def end(tag: str) -> None:
        nonlocal is_phonetic
        match known.get(tag):
            case "si":
                texts.add(unescaped("".join(pieces)))
            case "t":
                parser.CharacterDataHandler = None
            case "rPh":
                is_phonetic = False

    parser = new_parser()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    for _ in parse(parser, package.blocks(part), part):
        shorten(pieces)
    texts.complete()


def shorten(pieces: list[str]) -> None:
    """Drop the rest of a text that is longer than a cell can be."""
    if len(pieces) > 1:
        pieces[:] = ["".join(pieces)[: LONGEST_TEXT + 1]]
