"""Rows as the index of a read stores them: their cells are JSON.

A text with half of a character, which a document may have, is no UTF-8. Only Python's own JSON
keeps it.
"""

import json
from collections.abc import Sequence

import msgspec

from ordosync.accounts.files.formats.rows import Row

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, str]).decode


def cells_of(row: Row, columns: Sequence[str] | None) -> bytes | str:
    """Return the cells of these columns, as stored; with None, of all columns."""
    cells = row.cells
    if columns is not None:
        cells = {column: cells[column] for column in columns if column in cells}
    try:
        return _encode(cells)
    except UnicodeEncodeError:
        return json.dumps(cells)


def stored_row(number: int, cells: bytes | str, problem: str) -> Row:
    """Return a stored row."""
    return Row(number, _decode(cells) if isinstance(cells, bytes) else json.loads(cells), problem)
