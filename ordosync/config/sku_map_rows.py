"""Rows of a SKU map: the Merchant's SKU, the Supplier's, and the units in a pack.

SKUs are taken as they are in the file, with their case, spaces and leading zeros. Other columns are
notes, and are ignored.
"""

import re
from collections.abc import Iterator, Sequence
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
from ordosync.text import plural

COLUMNS = ("merchant_sku", "supplier_sku", "units")
MOST_UNITS = 100_000
"""The largest pack."""
_is_whole = re.compile(r"[0-9]{1,18}").fullmatch
_is_plain = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,200}").fullmatch
"""True for most SKUs, which need no further look."""
_has_control = re.compile(r"[\x00-\x1f\x7f]").search


class MapRow(Struct, frozen=True, gc=False):
    """A row of the file. The fields before `problem` are valid only if that is empty."""

    merchant_sku: str
    supplier_sku: str
    pack: int
    number: int
    """The line in the file; the header is 1."""
    problem: str = ""


def map_rows(file: TextIO) -> Iterator[MapRow]:
    """Yield the rows of a file, which was opened with `newline=""`. Raise `InvalidTableError`."""
    rows = numbered_rows(file)
    _, header = next(rows)
    places = column_places(header)
    for number, cells in rows:
        yield _row(number, cells, places, len(header))


def column_places(header: Sequence[str]) -> Sequence[int]:
    """Return the places of the three columns in a row. Raise `InvalidTableError`."""
    names = column_names(header, COLUMNS)
    for column in COLUMNS:
        if column not in names:
            others = [name for name in names if name not in COLUMNS]
            hint = next((text for name in others if (text := _meant(name, column))), "")
            raise InvalidTableError(
                f"row 1: column {column} is missing{hint}; needed: {', '.join(COLUMNS)}"
            )
    return [names.index(column) for column in COLUMNS]


def _meant(name: str, column: str) -> str:
    return f", perhaps it is {quoted(name)}" if suggestion(name, [column]) else ""


def _row(number: int, cells: Sequence[str], places: Sequence[int], width: int) -> MapRow:
    if len(cells) != width:
        found = plural(len(cells), "1 cell", f"{len(cells)} cells")
        why = f"has {found}, the header has {width}; add or remove delimiters"
        return MapRow("", "", 0, number, why)
    merchant_sku, supplier_sku, units = (cells[place] for place in places)
    try:
        check_sku("merchant_sku", merchant_sku)
        check_sku("supplier_sku", supplier_sku)
        return MapRow(merchant_sku, supplier_sku, to_units(units), number)
    except ValueError as error:
        return MapRow(merchant_sku, supplier_sku, 0, number, str(error))


def check_sku(column: str, sku: str) -> None:
    """Raise `ValueError` if a text cannot be a SKU."""
    if _is_plain(sku):
        return
    if not sku.strip():
        raise ValueError(f"{column} is empty")
    if len(sku) > LONGEST_SKU:
        raise ValueError(f"{column} has {len(sku)} characters; the maximum is {LONGEST_SKU}")
    if _has_control(sku):
        raise ValueError(f"{column} has a control character, such as a line break; remove it")
    if why := damage(sku):
        raise ValueError(f"{column}: {quoted(sku)} {why}")


def to_units(text: str) -> int:
    """Return the units of a pack. Raise `ValueError` if the text is no number from 1 to 100,000."""
    units = text.strip()
    if not _is_whole(units) or not 1 <= int(units) <= MOST_UNITS:
        raise ValueError(f"units: {quoted(text)} is not a whole number from 1 to {MOST_UNITS:,}")
    return int(units)
