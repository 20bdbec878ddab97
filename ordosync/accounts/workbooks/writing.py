"""Writes a table into a new .xlsx workbook, by the library xlsxwriter, which is an extra."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from importlib.util import find_spec
from typing import BinaryIO

from ordosync.accounts.workbooks.rows import LONGEST_TEXT, MAX_ROWS

MISSING = "xlsxwriter is not installed; run pip install 'ordosync[xlsx-out]'"
_LONGEST_NUMBER = 15
"""The digits of a number that a spreadsheet keeps."""
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
"""The same in each workbook, so that the same rows make the same file."""


class UnwritableError(ValueError):
    """A table does not fit into a workbook."""


def can_write() -> bool:
    """True if the library is installed."""
    return find_spec("xlsxwriter") is not None


def workbook(columns: Sequence[str], rows: Iterable[Mapping[str, str | Decimal | int]]) -> bytes:
    """Return a workbook with a header and these rows. Raises `UnwritableError`."""
    file = io.BytesIO()
    write_workbook(file, columns, rows)
    return file.getvalue()


def write_workbook(
    file: BinaryIO, columns: Sequence[str], rows: Iterable[Mapping[str, str | Decimal | int | None]]
) -> None:
    """Write a workbook with a header and these rows, row by row. Raises `UnwritableError`.

    Text stays text, whatever it looks like; only `int` and `Decimal` become numbers.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - an extra

    with Workbook(file, {"constant_memory": True}) as book:
        book.set_properties({"created": _CREATED})
        sheet = book.add_worksheet()
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column)
        for number, row in enumerate(rows, 1):
            if number >= MAX_ROWS:
                raise UnwritableError(f"a workbook has at most {MAX_ROWS} rows")
            for place, column in enumerate(columns):
                value = row.get(column)
                if isinstance(value, str):
                    sheet.write_string(number, place, _checked(value))
                elif value is not None and is_exact(f"{value:f}" if value else "0"):
                    sheet.write_number(number, place, float(value))
                elif value is not None:
                    sheet.write_string(number, place, f"{value:f}")


def is_exact(number: str) -> bool:
    """True if a spreadsheet keeps all digits of a number."""
    return len(number.lstrip("-0.").replace(".", "")) <= _LONGEST_NUMBER


def _checked(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise UnwritableError(f"a cell of a workbook has at most {LONGEST_TEXT} characters")
    # A text with half of a character cannot be written.
    text.encode()
    return text
