"""CSV for spreadsheets, written row by row."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TextIO

from ordosync.accounts.spreadsheets import neutral
from ordosync.text import printable

Cell = str | int | Decimal | None


def write_csv(stream: TextIO, columns: Sequence[str], rows: Iterable[Mapping[str, Cell]]) -> None:
    """Write a header and rows. Text is neutralized against formulas; numbers stay numbers."""
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(columns)
    is_terminal = stream.isatty()
    for row in rows:
        cells = [_cell(row[name]) for name in columns]
        # A terminal would interpret control characters; a spreadsheet needs the lines of a text.
        writer.writerow(map(printable, cells) if is_terminal else cells)


def _cell(value: Cell) -> str:
    if isinstance(value, str):
        return neutral(value)
    return f"{value:f}" if isinstance(value, Decimal) else "" if value is None else str(value)
