"""Rows of a sheet: the text of each cell, and the problems of cells without a text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

WorkbookFormat = Literal["xlsx", "xls"]

MAX_COLUMNS = 512
MAX_ROWS = 1_048_576
LONGEST_TEXT = 32_767
"""The maximum characters of a cell in a spreadsheet."""
_SHOWN = 10
"""The number of names of sheets in a message."""
_LONGEST_NAME = 40


class InvalidWorkbookError(Exception):
    """The file is not a workbook that can be read."""


class CellError(Exception):
    """A cell has no value that can be used. The message follows the name of its column."""


class SheetRow(NamedTuple):
    """A row of a sheet that has cells."""

    number: int
    """The number of the row in the sheet, from 1."""
    texts: Sequence[str]
    """The texts up to the last cell that is not blank."""
    problems: Mapping[int, str]
    """The problems of cells, by their index."""


@dataclass(frozen=True, kw_only=True)
class SheetInfo:
    """A sheet with cells, and its place in the workbook."""

    name: str
    is_hidden: bool
    part: str
    """Its part in the package of the workbook; empty in a workbook without parts."""


@dataclass(kw_only=True)
class SheetFacts:
    """Facts about a sheet that its rows do not show; complete after the last row."""

    name: str
    other_sheets: tuple[str, ...]
    """The names of the visible sheets, which are not read."""
    hidden_sheets: tuple[str, ...]
    """The names of the hidden sheets, which are not read."""
    hidden_rows: list[int]
    """The numbers of hidden rows with cells, which are read; not more than the first hundred."""
    merged_cells: list[str]
    """Ranges such as `A31:A32`; only the first cell of each has a text. As many at most."""
    formulas: int
    """The number of cells whose text is the result of a formula."""


MAX_FACTS = 100
"""The maximum length of the lists in `SheetFacts`."""


class Sheet(Protocol):
    """A sheet of an open workbook."""

    @property
    def facts(self) -> SheetFacts:
        """Facts about the sheet."""

    def rows(self) -> Iterator[SheetRow]:
        """Yield the rows with cells, from the top. Raises `InvalidWorkbookError`."""


def chosen(sheets: Sequence[SheetInfo], name: str) -> SheetInfo:
    """Return the sheet of this name; without a name the only visible one."""
    found = [sheet for sheet in sheets if sheet.name == name]
    if not name:
        found = [sheet for sheet in sheets if not sheet.is_hidden]
    if len(found) == 1:
        return found[0]
    names = ", ".join(ascii(sheet.name[:_LONGEST_NAME]) for sheet in sheets[:_SHOWN])
    rest = f" and {len(sheets) - _SHOWN} more" if len(sheets) > _SHOWN else ""
    if not sheets:
        raise InvalidWorkbookError("has no sheet with cells")
    if name:
        raise InvalidWorkbookError(f"has no sheet {name!a}; it has {names}{rest}")
    count = f"{len(found)} visible sheets" if found else "no visible sheet"
    raise InvalidWorkbookError(f"has {count} ({names}{rest}); set `sheet:` to a name")


def facts_of(sheet: SheetInfo, sheets: Sequence[SheetInfo]) -> SheetFacts:
    """Return the facts about a sheet before its rows are read."""
    others = [other for other in sheets if other is not sheet]
    return SheetFacts(
        name=sheet.name,
        other_sheets=tuple(other.name for other in others if not other.is_hidden),
        hidden_sheets=tuple(other.name for other in others if other.is_hidden),
        hidden_rows=[],
        merged_cells=[],
        formulas=0,
    )
