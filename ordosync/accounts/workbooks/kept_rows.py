"""Rows of a sheet in a copy of its workbook that has lost some of its rows.

A workbook is not written again: its other rows are kept as they are read, in lines of JSON. The
first line is the decimal point with which they were read.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from ordosync.accounts.workbooks.rows import InvalidWorkbookError, SheetFacts, SheetRow

_START = b"rows of a workbook, kept by ordosync\n"
_DAMAGED = "is a damaged copy of a workbook"
_FRACTION = re.compile("-?[0-9]+[.,][0-9]+")
_OTHER_POINT = "was kept with another decimal point; drop its file again"


def is_kept(file: BinaryIO) -> bool:
    """True if a file has kept rows, not a workbook."""
    start = file.read(len(_START))
    file.seek(0)
    return start == _START


def kept_text(rows: Iterable[bytes], *, decimal: str) -> bytes:
    """Return the content of a file with rows from `kept_row`."""
    return b"".join([_START, _line(decimal), *rows])


def kept_row(row: SheetRow) -> bytes:
    """Return the line of a row."""
    return _line([row.number, list(row.texts), list(row.problems.items())])


def _line(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"


class KeptSheet:
    """A sheet whose rows were kept."""

    def __init__(self, file: BinaryIO, name: str, *, decimal: str) -> None:
        self._file = file
        self._decimal = decimal
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
        point = self._file.readline()
        if point not in (_line("."), _line(",")):
            raise InvalidWorkbookError(_DAMAGED)
        is_same = point == _line(self._decimal)
        for line in self._file:
            try:
                row = _row(*json.loads(line))
            except (ValueError, TypeError, RecursionError) as error:
                raise InvalidWorkbookError(_DAMAGED) from error
            yield row if is_same else _without_fractions(row)


def _without_fractions(row: SheetRow) -> SheetRow:
    """Return a row whose fractions are problems: 1.018 must not become a text that means 1018."""
    unknown = [at for at, text in enumerate(row.texts) if _FRACTION.fullmatch(text)]
    texts = ["" if at in unknown else text for at, text in enumerate(row.texts)]
    return SheetRow(row.number, texts, {**row.problems, **dict.fromkeys(unknown, _OTHER_POINT)})


def _row(number: object, texts: list[object], problems: list[tuple[object, object]]) -> SheetRow:
    """Return a row. Raises `ValueError` and `TypeError`, since a file may only look like a copy."""
    if not isinstance(number, int) or not all(isinstance(text, str) for text in texts):
        raise TypeError("a row has other values")
    return SheetRow(number, [*map(str, texts)], {int(str(at)): str(of) for at, of in problems})
