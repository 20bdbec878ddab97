"""Rows of text cells, the same for every file format.

All cells are text: leading zeros are kept, and no number is rounded.
"""

from collections.abc import Callable, Collection, Sequence

from msgspec import Struct

from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.spreadsheets import unmarked
from ordosync.text import trimmed

LONGEST_TEXT = 4 * 1024 * 1024
"""Maximum characters of an unused cell or a line of JSON; `csv` needs four bytes for each."""
NO_LINES = "has no lines"
"""The problem of the only row of a record that has no lines."""
_LONGEST_CELL = 10_000


class InvalidFileError(Exception):
    """The file as a whole cannot be read, so that none of its rows can be trusted."""

    def __init__(self, reason: str, *, columns: Sequence[str] = ()) -> None:
        super().__init__(reason)
        self.columns = tuple(columns)
        """The columns of the file, if one that is needed is missing.

        They are not part of the reason: a file without a header has a customer's data in its first
        row, and the reason is kept in the log.
        """


class Row:
    """The cells of one row by column, and the problem if it cannot be used."""

    __slots__ = ("cells", "number", "problem")

    def __init__(self, number: int, cells: dict[str, str], problem: str = "") -> None:
        self.number = number
        """The line in the file, where the header is 1; in a document the count of the record."""
        self.cells = cells
        self.problem = problem


class FileRows(Struct, frozen=True, kw_only=True):
    """The rows of one record, such as an order, in one file."""

    name: str
    rows: Sequence[Row]
    """At least one, in the order of the file."""
    as_of: str = ""
    """Sorts files by their age."""
    starts_other_order: bool = False
    """True if the file has the first row of another order."""
    is_first: bool = False
    """True if the file begins with the record."""
    next_page: str = ""
    """For the last record of a file: another file that begins with lines of an unnamed record."""


def repeated_texts(rows: Sequence[Row], columns: Sequence[str]) -> list[str] | None:
    """Return the texts of the first row that the other rows repeat, or leave blank altogether.

    None if they do neither.
    """
    first, *others = ([row.cells.get(column, "") for column in columns] for row in rows)
    return first if all(texts == first or not any(texts) for texts in others) else None


def cleaner(options: InputFiles) -> Callable[[str], str]:
    """Return the function that cleans the text of a cell."""
    if options.has_text_marks:
        return lambda text: unmarked(trimmed(text))
    return trimmed


def row_cleaner(options: InputFiles) -> Callable[[Sequence[str]], tuple[list[str], bool]]:
    """Return the function that cleans the texts of a row, as `cleaner` does for a cell.

    It also returns True if a cell may have a problem. Most rows pass one fast check of all cells.
    """
    clean, has_marks = cleaner(options), options.has_text_marks

    def clean_row(texts: Sequence[str]) -> tuple[list[str], bool]:
        cells = [text.strip() for text in texts]
        row = "".join(cells)
        if row.isprintable() and len(row) <= _LONGEST_CELL:
            if has_marks and ("'" in row or '="' in row):
                cells = list(map(clean, cells))
            return cells, False
        return list(map(clean, cells)), True

    return clean_row


def cell_problem(cells: dict[str, str], used_columns: Collection[str]) -> str:
    """Return the problem of the used cells; empty if there is none."""
    for column in used_columns:
        text = cells.get(column, "")
        if len(text) > _LONGEST_CELL:
            return f"{column!a} has {len(text)} characters; the maximum is {_LONGEST_CELL}"
        if "\0" in text:
            return f"{column!a} has a NUL byte"
        if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
            return f"{column!a} has an incomplete character"
    return ""
