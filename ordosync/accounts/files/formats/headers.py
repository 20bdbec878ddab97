"""Finds the header of a table: the row with the names of its columns.

No message quotes a row: without a header, the first rows are a customer's data.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ordosync.accounts.files.formats.delimiters import separated_by
from ordosync.accounts.files.formats.rows import InvalidFileError
from ordosync.accounts.files.input_options.input_files import InputFiles

NO_TEXT = "is empty; a header row is needed"
_COUNTED_ROWS = 5
"""The number of rows whose columns a message has if no row is the header."""


class HeaderRow(NamedTuple):
    """The row with the names of columns."""

    number: int
    """The line in the file; 0 if the file has no header."""
    names: Sequence[str]


class CleanRow(NamedTuple):
    """A row whose cells were cleaned."""

    number: int
    texts: Sequence[str]


def find_header(rows: Iterator[CleanRow], options: InputFiles, *, first_row: int = 1) -> HeaderRow:
    """Return the header, and leave the rows after it. Raises `InvalidFileError`.

    `first_row` is the first row that may be a header.
    """
    with_text = (row for row in rows if any(row.texts))
    if options.header.contains:
        return _header_with_texts(with_text, options)
    return _header_at(with_text, max(options.header.row or 1, first_row))


def folds_names(options: InputFiles) -> bool:
    """True if a name may differ in capitals and blanks, if no name fits exactly."""
    return bool(options.preset) or options.dialect == "spreadsheet"


def folded(name: str) -> str:
    """Return a name without the difference of capitals and blanks."""
    return " ".join(name.casefold().split())


def numbered(width: int) -> HeaderRow:
    """Return the names of the columns of a file without a header."""
    return HeaderRow(0, [str(number) for number in range(1, width + 1)])


def _header_at(rows: Iterator[CleanRow], wanted: int) -> HeaderRow:
    last = 0
    for row in rows:
        last = row.number
        if last == wanted:
            return HeaderRow(last, row.texts)
        if last > wanted:
            hint = f"if it is row {last}, set `header: {last}`"
            raise InvalidFileError(f"row {wanted} is blank; a header row is needed; {hint}")
    if last:
        raise InvalidFileError(f"has no row {wanted}, which `header` names")
    raise InvalidFileError(NO_TEXT)


def _header_with_texts(rows: Iterator[CleanRow], options: InputFiles) -> HeaderRow:
    wanted = options.header.contains
    compared = folded if folds_names(options) else str
    first_rows: list[CleanRow] = []
    for row in rows:
        if {compared(text) for text in wanted} <= set(map(compared, row.texts)):
            return HeaderRow(row.number, row.texts)
        if len(first_rows) < _COUNTED_ROWS:
            first_rows.append(row)
    raise InvalidFileError(_no_header(first_rows, options) if first_rows else NO_TEXT)


def _no_header(first_rows: Sequence[CleanRow], options: InputFiles) -> str:
    texts = ", ".join(f"{text!a}" for text in options.header.contains)
    counts = ", ".join(f"row {row.number} has {len(row.texts)}" for row in first_rows)
    hints = (separated_by(row.texts, options.header.contains) for row in first_rows)
    hint = next(filter(None, hints), "")
    return f"no row has all texts of `header.contains` ({texts}); cells: {counts}{hint}"
