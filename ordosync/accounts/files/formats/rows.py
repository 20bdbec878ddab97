"""Rows of text cells, whatever the format of their file.

Everything is text: leading zeros survive, nothing is rounded.
"""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ordosync.accounts.files.options import InputFiles
from ordosync.accounts.spreadsheets import unmarked

LONGEST_TEXT = 4 * 1024 * 1024
"""Characters of a cell that is not read, and of a line of JSON; `csv` takes four bytes for each."""
_LONGEST_CELL = 10_000


class InvalidFileError(Exception):
    """The file as a whole cannot be read, so that none of its rows can be trusted."""


class Row:
    """The cells of one row by column, or why it cannot be used."""

    __slots__ = ("cells", "number", "problem")

    def __init__(self, number: int, cells: dict[str, str], problem: str = "") -> None:
        self.number = number
        """As a person counts the lines of the file: the header is 1."""
        self.cells = cells
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class FileRows:
    """The rows of one record, such as an order, in one file."""

    name: str
    rows: Sequence[Row]
    """At least one, in the order of the file."""
    as_of: str = ""
    """Sorts files by their age."""
    others_begin: bool = False
    """True if the file has the first row of another order."""


def cleaner(options: InputFiles) -> Callable[[str], str]:
    """Return the function that cleans the text of a cell."""
    if options.text_cells:
        return lambda text: unmarked(text.strip())
    return str.strip


def cell_problem(cells: dict[str, str], read: AbstractSet[str]) -> str:
    """Return what is wrong with the cells that are read; a column that is not mapped is ignored."""
    for column in read:
        text = cells.get(column, "")
        if len(text) > _LONGEST_CELL:
            return f"{column!a} holds {len(text)} characters; {_LONGEST_CELL} are the most"
        if "\0" in text:
            return f"{column!a} holds a NUL byte"
        if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
            return f"{column!a} holds half of a character"
    return ""
