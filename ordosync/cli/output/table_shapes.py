"""The shape of a table while it is made to fit a terminal: columns, cells and widths."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

CONSTANTS = ("portal", "merchant", "supplier", "account", "warehouse", "trigger", "decided by")
"""Columns that are shown once, above the table, if all rows have the same value."""
FOLDED = (
    "counts",
    "reason",
    "written",
    "what",
    "next step",
    "note",
    "name",
    "ship to",
    "key",
    "not before",
    "matches",
    "kit of",
    "customer",
    "tracking",
    "order numbers",
)
"""Columns with texts, whose cells may be broken between words."""
BETWEEN = 3
"""Spaces between two columns."""
_LEGIBLE = 24
"""Width of a column below which a longer text stands below its row instead."""
FEWEST = 2
"""Columns that a table has, and rows of which a common value or a total is worth a line."""
_A_FEW = 4
"""Part of the rows, as a divisor, that may have such a text."""


@dataclass(frozen=True)
class Shape:
    """The columns and rows to show, at one step of narrowing."""

    columns: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...] = ()

    def without(self, name: str) -> "Shape":
        """Return the table without this column."""
        if name not in self.columns:
            return self
        at = self.columns.index(name)
        return Shape(
            _less(self.columns, at),
            _less(self.headings, at),
            tuple(_less(row, at) for row in self.rows),
            _less(self.totals, at),
        )

    def with_cells(self, name: str, cells: Sequence[str]) -> "Shape":
        """Return the table with other cells in this column."""
        at = self.columns.index(name)
        rows = zip(self.rows, cells, strict=True)
        return replace(self, rows=tuple((*row[:at], cell, *row[at + 1 :]) for row, cell in rows))

    @property
    def constants(self) -> dict[str, str]:
        """The columns whose cells are all the same and not empty, with their value."""
        values = {name: set(self.cells(name)) for name in CONSTANTS if name in self.columns}
        return {
            name: min(found)
            for name, found in values.items()
            if len(found - {""}) == 1 == len(found)
        }

    def cells(self, name: str) -> list[str]:
        """Return the cells of a column, without that of the totals."""
        if name not in self.columns:
            return []
        at = self.columns.index(name)
        return [row[at] for row in self.rows]

    def all_cells(self, name: str) -> list[str]:
        """Return the heading and all cells of a column."""
        at = self.columns.index(name)
        return [self.headings[at], *self.cells(name), *self.totals[at : at + 1]]


def narrower(shape: Shape, less: Sequence[str]) -> Iterator[Shape]:
    """Yield the table, and then without the columns of `less`, one after the other."""
    yield shape
    for name in less:
        shape = shape.without(name)
        yield shape


def full_widths(shape: Shape) -> list[int]:
    """Return the width that each column needs without a break, with the space before it."""
    return [max(map(cell_length, shape.all_cells(name))) + BETWEEN for name in shape.columns]


def widths_in(shape: Shape, room: int) -> list[int] | None:
    """Return the width of each column, without breaking a word; None if they do not fit."""
    most = [width - BETWEEN for width in full_widths(shape)]
    least = [
        max(cell_length(word) for cell in shape.all_cells(name) for word in cell.split() or [""])
        if name in FOLDED
        else width
        for name, width in zip(shape.columns, most, strict=True)
    ]
    spare = room - sum(least) - BETWEEN * (len(least) - 1)
    if spare < 0:
        return None
    widths = list(least)
    while spare and any(width < wish for width, wish in zip(widths, most, strict=True)):
        # The narrowest column first, so that narrow columns get their full width.
        at = min((at for at, wish in enumerate(most) if widths[at] < wish), key=widths.__getitem__)
        widths[at] += 1
        spare -= 1
    return widths


def are_legible(shape: Shape, widths: Sequence[int]) -> bool:
    """True if no cell is broken into many short lines."""
    wanted = (width - BETWEEN for width in full_widths(shape))
    return all(width >= min(wish, _LEGIBLE) for width, wish in zip(widths, wanted, strict=True))


def without_long_texts(shape: Shape, most: int) -> tuple[Shape, dict[str, list[str]]]:
    """Take the few texts that are longer than `most` out of the table; return them by column."""
    few = max(1, len(shape.rows) // _A_FEW)
    below: dict[str, list[str]] = {}
    for name in shape.columns:
        texts = [cell if cell_length(cell) > most else "" for cell in shape.cells(name)]
        if name in FOLDED and 0 < sum(map(bool, texts)) <= few < len(shape.rows):
            below[name] = texts
            rest = zip(shape.cells(name), texts, strict=True)
            shape = shape.with_cells(name, ["" if text else cell for cell, text in rest])
    return shape, below


def columns_below(shape: Shape, room: int, names: Collection[str]) -> Sequence[str] | None:
    """Return the columns that must stand below each row for a table to fit; None if none does.

    Only these names may go there, texts before others, and the widest first. The first column
    stays.
    """
    widths = dict(zip(shape.columns, full_widths(shape), strict=True))
    order = sorted(
        (name for name in shape.columns[1:] if name in names),
        key=lambda name: (name not in FOLDED, -widths[name]),
    )
    for count in range(1, min(len(order), len(widths) - FEWEST) + 1):
        below = order[:count]
        inline = sum(width for name, width in widths.items() if name not in below)
        if inline - BETWEEN <= room:
            return [name for name in shape.columns if name in below]
    return None


def _less(cells: tuple[str, ...], at: int) -> tuple[str, ...]:
    return (*cells[:at], *cells[at + 1 :])


def cell_length(text: str) -> int:
    """Return the width of a text on a terminal, in columns."""
    from rich.cells import cell_len  # noqa: PLC0415 - only a terminal needs rich

    return cell_len(text)
