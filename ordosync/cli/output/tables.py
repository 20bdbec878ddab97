"""Tables: for terminals as wide as they are, and one line a row, with tabs, for pipes.

On a terminal too narrow for all of it, what matters least goes first: columns that a table can do
without, the zone of times, their year and seconds, a portal that is the same in every row. What is
left is never cut; where even that is too wide, each row becomes a card of one line a cell.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from ordosync.text import printable

if TYPE_CHECKING:
    from rich.console import Console

_COLOURS = {
    "ok": "green",
    "done": "green",
    "partial": "yellow",
    "waiting": "yellow",
    "unknown": "yellow",
    "failed": "red",
    "interrupted": "red",
}
_NUMERIC = (
    "run",
    "runs",
    "step",
    "done",
    "skipped",
    "calls",
    "count",
    "lines",
    "quantity",
    "unit price",
    "worth",
    "price",
    "physical",
    "committed",
    "available",
)
_FOLDED = ("counts", "reason", "what", "settle", "name", "ship to", "key", "not before")
_BETWEEN = 3
"""Cells between two columns."""
_TIME = re.compile(r"(\d{4}-)(\d\d-\d\d \d\d:\d\d)(:\d\d)( \S+)?")


@dataclass(frozen=True)
class _Shape:
    """What is to be shown, as far as it has come."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def without(self, name: str) -> "_Shape":
        """Leave out a column."""
        if name not in self.columns:
            return self
        at = self.columns.index(name)
        return _Shape(_less(self.columns, at), tuple(_less(row, at) for row in self.rows))

    def without_constant(self, name: str) -> "_Shape":
        """Leave out a column that says the same everywhere."""
        return self.without(name) if len(set(self.cells(name))) == 1 else self

    def each(self, change: Callable[[str], str]) -> "_Shape":
        """Say every cell in another way."""
        return _Shape(self.columns, tuple(tuple(map(change, row)) for row in self.rows))

    def cells(self, name: str) -> list[str]:
        """Return the cells of a column."""
        if name not in self.columns:
            return []
        at = self.columns.index(name)
        return [row[at] for row in self.rows]


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    less: Sequence[str] = (),
    if_any: Sequence[str] = (),
) -> None:
    """Show rows; on a terminal as a table, else with tabs.

    On a terminal, the columns `if_any` are only there when something is in them, and those of
    `less` go, one after the other, where there is no room.
    """
    if not sys.stdout.isatty():
        sys.stdout.write("\t".join(columns) + "\n")
        for row in rows:
            sys.stdout.write("\t".join(printable(cell) for cell in row) + "\n")
        return
    kept = _Shape(tuple(columns), tuple(tuple(printable(cell) for cell in row) for row in rows))
    for name in if_any:
        if not any(kept.cells(name)):
            kept = kept.without(name)
    console = _console()
    for shape in _narrower(kept, less):
        widths = _widths(shape, console.width)
        if widths:
            _print(console, shape, widths)
            return
    _print_cards(console, kept)


def _narrower(shape: _Shape, less: Sequence[str]) -> Iterator[_Shape]:
    yield shape
    for name in less[:1]:
        shape = shape.without(name)
        yield shape
    for shorter in (r"\1\2\3", r"\2"):
        shape = shape.each(partial(_TIME.sub, shorter))
        yield shape
    shape = shape.without_constant("portal")
    yield shape
    for name in less[1:]:
        shape = shape.without(name)
        yield shape


def _widths(shape: _Shape, room: int) -> list[int] | None:
    """Return how wide each column is to be, so that no word is broken; None: there is no room."""
    from rich.cells import cell_len  # noqa: PLC0415 - only a terminal needs rich

    most = [max(cell_len(cell) for cell in (name, *shape.cells(name))) for name in shape.columns]
    least = [
        max(cell_len(word) for cell in (name, *shape.cells(name)) for word in cell.split() or [""])
        if name in _FOLDED
        else width
        for name, width in zip(shape.columns, most, strict=True)
    ]
    left = room - sum(least) - _BETWEEN * (len(least) - 1)
    if left < 0:
        return None
    widths = list(least)
    while left and any(width < wish for width, wish in zip(widths, most, strict=True)):
        # The narrowest first: what needs little gets all of it.
        at = min((at for at, wish in enumerate(most) if widths[at] < wish), key=widths.__getitem__)
        widths[at] += 1
        left -= 1
    return widths


def _print(console: "Console", shape: _Shape, widths: Sequence[int]) -> None:
    from rich import box  # noqa: PLC0415 - only a terminal needs rich
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name, width in zip(shape.columns, widths, strict=True):
        justify: Literal["left", "right"] = "right" if name in _NUMERIC else "left"
        shown.add_column(name, justify=justify, width=width, no_wrap=name not in _FOLDED)
    for row in shape.rows:
        shown.add_row(*(Text(cell, style=_COLOURS.get(cell, "")) for cell in row))
    console.print(shown)


def _print_cards(console: "Console", shape: _Shape) -> None:
    from rich.text import Text  # noqa: PLC0415 - only a terminal needs rich

    for row in shape.rows:
        for name, cell in zip(shape.columns, row, strict=True):
            console.print(Text(f"{name}: {cell}" if cell else f"{name}:"))
        console.print()


def _less(cells: tuple[str, ...], at: int) -> tuple[str, ...]:
    return (*cells[:at], *cells[at + 1 :])


def _console() -> "Console":
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs rich

    return Console(markup=False, highlight=False, soft_wrap=False)
