"""Workbooks for tests: made by a library, or part by part as no library would write them."""

import io
from collections.abc import Mapping, Sequence
from zipfile import ZIP_DEFLATED, ZipFile

from ordosync.accounts.workbooks.opening import open_sheet
from ordosync.accounts.workbooks.rows import SheetRow, WorkbookFormat

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_RELATIONSHIPS = {
    MAIN: "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    STRICT: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def rows_of(data: bytes, form: WorkbookFormat = "xlsx", sheet: str = "") -> list[SheetRow]:
    """Return the rows of a sheet."""
    return list(open_sheet(io.BytesIO(data), form, sheet).rows())


def texts_of(data: bytes, form: WorkbookFormat = "xlsx", sheet: str = "") -> list[list[str]]:
    """Return the texts of a sheet without problems."""
    rows = rows_of(data, form, sheet)
    assert not any(row.problems for row in rows)
    return [list(row.texts) for row in rows]


def parts(
    sheet_data: str,
    *,
    shared: str = "",
    styles: Sequence[str] = (),
    workbook: str = "",
    after: str = "",
    space: str = MAIN,
) -> dict[str, str]:
    """Return the parts of a workbook with one sheet; `styles` are codes of number formats."""
    of_sheet, links = _RELATIONSHIPS[space], []
    for number, (type_, target) in enumerate(
        (
            ("worksheet", "worksheets/sheet1.xml"),
            ("styles", "styles.xml"),
            ("sharedStrings", "sharedStrings.xml"),
        ),
        1,
    ):
        links.append(f'<Relationship Id="r{number}" Type="{of_sheet}/{type_}" Target="{target}"/>')
    formats = "".join(
        f'<numFmt numFmtId="{164 + number}" formatCode="{_escaped(code)}"/>'
        for number, code in enumerate(styles)
    )
    xfs = "".join(f'<xf numFmtId="{164 + number}"/>' for number in range(len(styles)))
    return {
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1"'
        f' Type="{of_sheet}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{space}" xmlns:r="{of_sheet}">{workbook}<sheets>'
        '<sheet name="Main" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{"".join(links)}'
        "</Relationships>",
        "xl/styles.xml": f'<styleSheet xmlns="{space}"><numFmts>{formats}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>{xfs}'
        "</cellXfs></styleSheet>",
        "xl/sharedStrings.xml": f'<sst xmlns="{space}">{shared}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{space}"><sheetData>{sheet_data}'
        f"</sheetData>{after}</worksheet>",
    }


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """Return the ZIP file of these parts."""
    data = io.BytesIO()
    with ZipFile(data, "w", ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return data.getvalue()


def workbook(
    sheet_data: str, *, shared: str = "", styles: Sequence[str] = (), workbook: str = ""
) -> bytes:
    """Return a workbook with one sheet; see `parts`."""
    return zipped(parts(sheet_data, shared=shared, styles=styles, workbook=workbook))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
