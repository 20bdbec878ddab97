"""Options of the rows of a file: where its header is, where its data end, and lines in one row."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from ordosync.accounts.files.input_options.column_map import check_field
from ordosync.accounts.files.input_options.fields import LINE_FIELDS
from ordosync.accounts.option_types import FirstOf

_NUMBERED = "{n}"
_FIELD = re.compile(r"\{(\w*)\}")
"""A field in braces; empty braces are a text that is ignored."""
_ANY_TEXTS = ("", "1", "MUG")
"""Texts that only a pattern without any meaning fits all."""
_LINE_ENDS = re.compile(r"[,;|\r\n]")
"""Characters that files write between two lines in a cell."""


def check_pattern(option: str, pattern: str) -> None:
    """Raise `ValueError` if a text is not a regular expression."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{option}: is not a regular expression ({error})") from error


@dataclass(frozen=True, kw_only=True)
class Header:
    """The place of the header: a row, the first row with these texts, or no header at all.

    In YAML also `header: 4` and `header: none`. Without a header, columns are numbers from 1.
    """

    is_concise: ClassVar[bool] = True

    row: int | None = None
    """The line of the header in the file, from 1."""
    contains: tuple[str, ...] = ()
    """Texts that only the header has, one in a cell."""

    def __post_init__(self) -> None:
        if self.row is not None and self.row < 1:
            raise ValueError("row: must be 1 or more")
        if self.row is not None and self.contains:
            raise ValueError("contains: is not possible together with `row`")

    @property
    def is_missing(self) -> bool:
        """True if the files have no header."""
        return self.row is None and not self.contains

    @classmethod
    def of_text(cls, text: str) -> "Header":
        """Return the header of a single value: the number of its row, or `none`."""
        if text == "none":
            return cls()
        if not re.fullmatch("[0-9]{1,4}", text):
            raise ValueError(f"{text[:40]!a} is not possible here; write a row such as 4, or none")
        return cls(row=int(text))

    def as_text(self) -> str | None:
        """Return the number of the row, or `none`."""
        return None if self.contains else str(self.row or "none")


@dataclass(frozen=True, kw_only=True)
class EndOfData:
    """The row that ends the data, such as a total; it and the rows after it are ignored."""

    is_concise: ClassVar[bool] = True

    matches: str
    """A regular expression, searched in the cell."""
    column: FirstOf | None = None
    """The column of the cell; None: any cell of the row."""

    def __post_init__(self) -> None:
        check_pattern("matches", self.matches)
        if all(re.search(self.matches, text) for text in _ANY_TEXTS):
            raise ValueError("matches: fits every row, so a file has no data")


@dataclass(frozen=True, kw_only=True)
class OneRow:
    """The lines of an order that is one row: in one cell, or in numbered columns."""

    is_concise: ClassVar[bool] = True

    items: FirstOf | None = None
    """The column with all lines of the order."""
    at: str = ";"
    """The text between two lines in the cell."""
    each: str = ""
    """The form of a line with fields in braces, such as `{quantity} x {sku}`.

    Empty braces are a text that is ignored.
    """
    columns: str = ""
    """The numbered columns with one line each, such as `line_item_{n}`, where n starts at 1.

    Without `each`, a numbered column has one field: then the columns of fields are numbered, too.
    """

    def __post_init__(self) -> None:
        if bool(self.items) == bool(self.columns):
            raise ValueError("items: either `items` or `columns` is needed")
        if self.columns and _NUMBERED not in self.columns:
            raise ValueError("columns: must have {n} for the number")
        if self.items and not self.each:
            raise ValueError("each: is missing; it is the form of a line in `items`")
        if not self.at:
            raise ValueError("at: must not be empty")
        check_form(self.each)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields in the form of a line."""
        return tuple(filter(None, _FIELD.findall(self.each)))

    @cached_property
    def form(self) -> re.Pattern[str]:
        """The form of a line as a regular expression with a group for each field."""
        first, *parts = _FIELD.split(self.each)
        pieces = [re.escape(first)]
        for name, text in zip(parts[::2], parts[1::2], strict=True):
            piece = _group(name) + re.escape(text)
            # A quantity decides where the text before it ends.
            if name == "quantity" and len(pieces) > 1:
                pieces[-1] += piece
            else:
                pieces.append(piece)
        *before, last = pieces
        # Atomic, so that the time of a search does not grow with a power of the text's length. The
        # first place where a piece fits leaves the most text for the pieces after it.
        return re.compile("".join([*(f"(?>{piece})" for piece in before), last]), re.DOTALL)

    def has_several(self, text: str) -> bool:
        """True if a text of one line is several lines, with another text between them than `at`."""
        parts = (part.strip() for part in _LINE_ENDS.split(text))
        return sum(bool(self.form.fullmatch(part)) for part in parts) > 1

    @cached_property
    def numbered(self) -> re.Pattern[str]:
        """The names of the numbered columns, as a regular expression with a group."""
        return numbered(self.columns)


def numbered(column: str) -> re.Pattern[str]:
    """Return the names of a numbered column as a regular expression with a group."""
    before, _, after = column.partition(_NUMBERED)
    return re.compile(f"{re.escape(before)}([0-9]{{1,4}}){re.escape(after)}")


def line_column(name: str) -> str:
    """Return the name of the column that only the rows of single lines have for a field."""
    return f"{{{name}}}"


def check_form(each: str) -> None:
    """Raise `ValueError` if a text is not the form of a line."""
    names = _FIELD.findall(each)
    fields = list(filter(None, names))
    for name in fields:
        check_field("each", name, (*LINE_FIELDS, "line_id"), record_name="a line")
        if fields.count(name) > 1:
            raise ValueError(f"each: {{{name}}} is given twice")
    if each and not fields:
        raise ValueError("each: has no field such as {sku}")
    if "}{" in each:
        raise ValueError("each: two fields need a text between them")


def _group(name: str) -> str:
    if not name:
        return ".*?"
    return f"(?P<{name}>[0-9]+)" if name == "quantity" else f"(?P<{name}>.+?)"
