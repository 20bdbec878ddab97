"""The text of a SKU map file. A change rewrites only its own rows: all other bytes stay.

So the file keeps its notes, its columns, its line ends, its delimiter and a byte order mark.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from ordosync.config.csv_tables import delimiter_of
from ordosync.config.sku_map_rows import COLUMNS, column_places
from ordosync.store.sku_map import MappedSku

EMPTY_MAP = f"{','.join(COLUMNS)},note\n".encode()
_MARK = "\ufeff"
_END = "\r\n"


class MapEdit(Struct, frozen=True, kw_only=True):
    """A change of the row of one of the Merchant's SKUs."""

    row: MappedSku | None
    """The new row; None if it is removed."""
    notes: Mapping[str, str] = {}
    """New cells of other columns, by their names in lower case."""


def edited(content: bytes, edits: Mapping[str, MapEdit]) -> bytes:
    """Return the content of a valid map with these edits, by the Merchant's SKU.

    New rows are added at the end.
    """
    text = content.decode("utf-8")
    mark = _MARK if text.startswith(_MARK) else ""
    records = _records(text.removeprefix(_MARK))
    header, names = next(records)
    form = _Form(header, names)
    out = io.StringIO(newline="")
    out.write(mark + header)
    is_ended, changed = bool(_end_of(header)), set[str]()
    for raw, cells in records:
        edit = edits.get(cells[form.sku]) if len(cells) == form.width else None
        kept = raw
        if edit:
            changed.add(cells[form.sku])
            kept = form.text(cells, edit, _end_of(raw)) if edit.row else ""
        out.write(kept)
        is_ended = bool(_end_of(kept)) if kept else is_ended
    for sku, edit in edits.items():
        if edit.row and sku not in changed:
            out.write(("" if is_ended else form.end) + form.text([""] * form.width, edit, form.end))
            is_ended = True
    return out.getvalue().encode("utf-8")


class _Form:
    """The columns, the delimiter and the line ends of a file, by its header."""

    def __init__(self, header: str, names: Sequence[str]) -> None:
        self.width = len(names)
        self.end = _end_of(header) or "\n"
        self._names = [name.strip().lower() for name in names]
        self.sku, self._supplier_sku, self._units = column_places(names)
        self._delimiter = delimiter_of(header)

    def text(self, cells: Sequence[str], edit: MapEdit, end: str) -> str:
        """Return the row of an edit; columns that it does not have keep their cells."""
        new = [edit.notes.get(name, cell) for name, cell in zip(self._names, cells, strict=True)]
        if edit.row:
            new[self.sku], new[self._supplier_sku] = edit.row.merchant_sku, edit.row.supplier_sku
            new[self._units] = str(edit.row.pack)
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=self._delimiter, lineterminator=_END).writerow(new)
        # With another line end, the writer would not quote a cell with a line break.
        return out.getvalue().removesuffix(_END) + end


def _records(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each record as it is in the text, and its cells."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    header = io.StringIO(text, newline="").readline()
    for cells in csv.reader(lines(), delimiter=delimiter_of(header), strict=True):
        yield "".join(taken), cells
        taken.clear()


def _end_of(raw: str) -> str:
    return raw[len(raw.rstrip("\r\n")) :]
