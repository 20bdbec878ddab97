"""A sheet of an .xls file, read by the library xlrd, which is an extra."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

from ordosync.accounts.workbooks.cells import boolean_text, checked, error_in, float_text
from ordosync.accounts.workbooks.number_formats import NumberFormat, built_in, number_format
from ordosync.accounts.workbooks.rows import (
    MAX_FACTS,
    CellError,
    InvalidWorkbookError,
    SheetInfo,
    SheetRow,
    chosen,
    facts_of,
)

if TYPE_CHECKING:
    from xlrd.book import Book
    from xlrd.sheet import Cell
    from xlrd.sheet import Sheet as XlrdSheet

_MAX_SIZE = 64 * 1024 * 1024
"""Maximum bytes of a file; xlrd keeps all of it in memory."""
_FIRST_WITH_CODE = 164
"""The formats before this one are known by their number."""
_TEXT, _NUMBER, _DATE, _BOOLEAN, _ERROR = range(1, 6)
"""The types of cells in xlrd; other cells are blank."""
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


class XlsSheet:
    """A sheet of an .xls file. Raises `InvalidWorkbookError`."""

    def __init__(self, file: BinaryIO, name: str, *, decimal: str) -> None:
        self._decimal = decimal
        self._book = _open(file)
        # Only this has the states of sheets that are not read yet.
        states: list[int] = vars(self._book)["_sheet_visibility"]
        sheets = [
            SheetInfo(name=known, is_hidden=bool(state), part="")
            for known, state in zip(self._book.sheet_names(), states, strict=False)
        ]
        sheet = chosen(sheets, name)
        self._index = sheets.index(sheet)
        self.facts = facts_of(sheet, sheets)

    def rows(self) -> Iterator[SheetRow]:
        """Yield the rows with cells, from the top. Raises `InvalidWorkbookError`."""
        with _damage_is_reported():
            sheet = self._book.sheet_by_index(self._index)
        try:
            self._note_facts(sheet)
            for index in range(sheet.nrows):
                with _damage_is_reported():
                    row = self._row(index + 1, sheet.row(index))
                if row.texts:
                    yield row
        finally:
            self._book.release_resources()

    def _note_facts(self, sheet: "XlrdSheet") -> None:
        hidden = sorted(row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden)
        self.facts.hidden_rows.extend(hidden[:MAX_FACTS])
        for first, end, left, right in sheet.merged_cells[:MAX_FACTS]:
            name = f"{_letters(left)}{first + 1}:{_letters(right - 1)}{end}"
            self.facts.merged_cells.append(name)

    def _row(self, number: int, cells: list["Cell"]) -> SheetRow:
        texts: list[str] = []
        problems: dict[int, str] = {}
        for index, cell in enumerate(cells):
            try:
                text = self._text(cell)
            except CellError as error:
                text, problems[index] = "", str(error)
            texts.append(text)
        while texts and not texts[-1] and len(texts) - 1 not in problems:
            texts.pop()
        return SheetRow(number, texts, problems)

    def _text(self, cell: "Cell") -> str:
        """Return the text of a cell. Raises `CellError`."""
        value: Any = cell.value
        if cell.ctype == _TEXT:
            return checked(value)
        if cell.ctype in (_NUMBER, _DATE):
            form = self._format(cell.xf_index or 0)
            is_1904 = bool(self._book.datemode)
            return float_text(value, form, is_1904=is_1904, decimal=self._decimal)
        if cell.ctype == _BOOLEAN:
            return boolean_text(str(value))
        if cell.ctype == _ERROR:
            raise error_in(_ERRORS.get(value, ""))
        return ""

    def _format(self, style: int) -> NumberFormat:
        key = self._book.xf_list[style].format_key
        form = self._book.format_map.get(key)
        return (
            built_in(key) if key < _FIRST_WITH_CODE or not form else number_format(form.format_str)
        )


def _open(file: BinaryIO) -> "Book":
    try:
        import xlrd  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InvalidWorkbookError(
            ".xls files need a library: run `pip install 'ordosync[xls]'`, or save it as .xlsx"
        ) from error
    data = file.read(_MAX_SIZE + 1)
    if len(data) > _MAX_SIZE:
        raise InvalidWorkbookError("is larger than 64 MiB; save it as .xlsx")
    with _damage_is_reported():
        return xlrd.open_workbook(
            file_contents=data,
            # It prints warnings to standard output otherwise.
            logfile=io.StringIO(),
            formatting_info=True,
            on_demand=True,
            ragged_rows=True,
        )


@contextmanager
def _damage_is_reported() -> Iterator[None]:
    """Raise `InvalidWorkbookError` for every error of xlrd: a damaged file raises any of them."""
    try:
        yield
    except Exception as error:
        is_protected = "encrypted" in str(error).lower()
        reason = "is protected by a password" if is_protected else "is not an .xls file, or damaged"
        raise InvalidWorkbookError(f"{reason}; save it again without a password") from error


def _letters(index: int) -> str:
    first, last = divmod(index, 26)
    return f"{_letters(first - 1) if first else ''}{chr(ord('A') + last)}"
