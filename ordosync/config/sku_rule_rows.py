"""Rows of a file with stock rules for single SKUs: CSV in UTF-8, as a spreadsheet saves it.

A wrong cell is never taken as no rule, since all units would then be shown.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from typing import TextIO

from msgspec import Struct

from ordosync.accounts.spreadsheets import damage
from ordosync.config.converters import quoted, suggestion
from ordosync.config.csv_tables import (
    LONGEST_SKU,
    InvalidTableError,
    column_names,
    numbered_rows,
)
from ordosync.config.stock_settings import RULE_WORDS, check_number
from ordosync.text import plural

COLUMNS = ("sku", *RULE_WORDS, "stop")
_MOST_EQUAL = 10_000
"""The number of different rules that are converted only once."""
_STOPS = {"yes": 1, "true": 1, "no": 0, "false": 0}
_is_plain = re.compile(r"[A-Za-z0-9][\w ./-]{0,200}\*?").fullmatch
"""True for most SKUs, which need no further look."""
_WHOLE = re.compile(r"-?[0-9]{1,18}")


class SkuWords(Struct, frozen=True, gc=False):
    """The words of one row; None for those that it leaves to the next level."""

    buffer: int | None = None
    buffer_percent: int | None = None
    zero_below: int | None = None
    maximum: int | None = None
    stop: int | None = None
    """1 if the SKU is shown as 0."""

    @classmethod
    def of(cls, text: str) -> "SkuWords":
        """Return the words of a row's text."""
        return cls(*(int(number) if number else None for number in text.split(",")))


SkuRow = tuple[str, int, str, str]
"""One row: a SKU, or the begin of SKUs with `*` at the end; the line in the file, of which the
header is 1; the numbers of `SkuWords` as text, with commas between them; and the reason why it
cannot be used, or empty. No class, since there may be 100,000 of them in each run."""


def sku_rows(file: TextIO) -> Iterator[SkuRow]:
    """Yield the rows of a file, which was opened with `newline=""`. Raise `InvalidTableError`."""
    rows = numbered_rows(file)
    _, header = next(rows)
    row_of = _Columns(header)
    for number, cells in rows:
        yield row_of(number, cells)


class _Columns:
    """Turns the cells of a row into a rule, by the columns of the header."""

    def __init__(self, header: Sequence[str]) -> None:
        self._width = len(header)
        names = _columns(header)
        self._used = len(names)
        self._sku = names.index("sku")
        self._words = lru_cache(_MOST_EQUAL)(
            partial(_words, [name for name in names if name != "sku"])
        )

    def __call__(self, number: int, cells: list[str]) -> SkuRow:
        """Return the row with its words, or with its problem."""
        has_more = self._used < self._width and any(map(str.strip, cells[self._used :]))
        if has_more or len(cells) != self._width:
            found = plural(len(cells), "1 cell", f"{len(cells)} cells")
            why = f"has {found}, the header has {self._used}; add or remove delimiters"
            return "", number, "", why
        del cells[self._used :]
        sku = cells.pop(self._sku).strip()
        words, problem = self._words(*cells)
        return sku, number, words, problem if _is_plain(sku) else _problem_of_sku(sku) or problem


def _columns(header: Sequence[str]) -> Sequence[str]:
    """Return the names of the columns in the header."""
    names = column_names(header, COLUMNS)
    for name in names:
        if name not in COLUMNS:
            hint = suggestion(name, COLUMNS)
            raise InvalidTableError(f"row 1: {quoted(name)} is not a column{hint}")
    if "sku" not in names or len(names) == 1:
        missing = "a column besides sku" if "sku" in names else "column sku"
        raise InvalidTableError(f"row 1: {missing} is missing; known: {', '.join(COLUMNS)}")
    return names


def _problem_of_sku(sku: str) -> str:
    if not sku:
        return "has no SKU; write the SKU, or * for all SKUs"
    if "*" in sku[:-1]:
        return "has a * that is not at the end; write the begin of the SKUs, then *"
    if len(sku) > LONGEST_SKU:
        return f"has a SKU of {len(sku)} characters; the maximum is {LONGEST_SKU}"
    reason = damage(sku)
    return f"{quoted(sku)} {reason}" if reason else ""


def _words(names: Sequence[str], *cells: str) -> tuple[str, str]:
    """Return the words of these cells as text, and the problem of the first wrong cell."""
    words = dict.fromkeys(COLUMNS[1:], "")
    for name, cell in zip(names, cells, strict=True):
        if text := cell.strip():
            try:
                words[name] = str(_stop(text) if name == "stop" else _number(name, text))
            except ValueError as error:
                return "", f"{name}: {error}"
    return ",".join(words.values()), ""


def _stop(text: str) -> int:
    if text.lower() not in _STOPS:
        raise ValueError(f"{quoted(text)} is not possible here; write yes or no")
    return _STOPS[text.lower()]


def _number(name: str, text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not a whole number; write only digits, or nothing")
    return check_number(name, int(text))
