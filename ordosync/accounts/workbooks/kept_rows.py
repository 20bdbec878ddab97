"""Rows of a sheet in a copy of its workbook that has lost some of its rows.

A workbook is not written again: its other rows are kept as they are read, in lines of JSON.
"""

import json
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from ordosync.accounts.workbooks.rows import InvalidWorkbookError, SheetFacts, SheetRow

_START = b"rows of a workbook, kept by ordosync\n"


def is_kept(file: BinaryIO) -> bool:
    """True if a file has kept rows, not a workbook."""
    start = file.read(len(_START))
    file.seek(0)
    return start == _START


def kept_text(rows: Iterable[bytes]) -> bytes:
    """Return the content of a file with rows from `kept_row`."""
    return b"".join([_START, *rows])


def kept_row(row: SheetRow) -> bytes:
    """Return the line of a row."""
    return json.dumps([row.number, list(row.texts), list(row.problems.items())]).encode() + b"\n"


class KeptSheet:
    """A sheet whose rows were kept."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self.facts = SheetFacts(
            name=name,
            other_sheets=(),
            hidden_sheets=(),
            hidden_rows=[],
            merged_cells=[],
            formulas=0,
        )

    def rows(self) -> Iterator[SheetRow]:
        """Yield the rows, from the top. Raises `InvalidWorkbookError`."""
        self._file.seek(len(_START))
        for line in self._file:
            try:
                row = _row(*json.loads(line))
            except (ValueError, TypeError, RecursionError) as error:
                raise InvalidWorkbookError("is a damaged copy of a workbook") from error
            yield row


def _row(number: object, texts: list[object], problems: list[tuple[object, object]]) -> SheetRow:
    """Return a row. Raises `ValueError` and `TypeError`, since a file may only look like a copy."""
    if not isinstance(number, int) or not all(isinstance(text, str) for text in texts):
        raise TypeError("a row has other values")
    return SheetRow(number, [*map(str, texts)], {int(str(at)): str(of) for at, of in problems})
