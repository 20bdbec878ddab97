"""Tables that fit the terminal. Without a terminal, each row is one line with tabs.

A narrow terminal shows less: optional columns go first, then the zone, the year and the seconds of
times, then a portal or account that is the same in every row. Cells are never cut. If the table is
still too wide, each row becomes a card with one line per cell.
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
    "ordered",
    "open",
    "sent",
    "cancelled",
    "in pieces",
    "unit price",
    "total",
    "price",
    "physical",
    "committed",
    "available",
    "units",
    "orders",
)
_FOLDED = (
    "counts",
    "reason",
    "written",
    "what",
    "next step",
    "name",
    "ship to",
    "key",
    "not before",
    "matches",
)
_BETWEEN = 3
"""Spaces between two columns."""
_TIME = re.compile(r"(\d{4}-)(\d\d-\d\d \d\d:\d\d)(:\d\d)( \S+)?")


@dataclass(frozen=True)
class _Shape:
    """The columns and rows to show, at one step of narrowing."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def without(self, name: str) -> "_Shape":
        """Return the table without this column."""
        if name not in self.columns:
            return self
        at = self.columns.index(name)
        return _Shape(_less(self.columns, at), tuple(_less(row, at) for row in self.rows))

    def without_constant(self, name: str) -> "_Shape":
        """Return the table without this column if all its cells are equal."""
        return self.without(name) if len(set(self.cells(name))) == 1 else self

    def each(self, change: Callable[[str], str]) -> "_Shape":
        """Return the table with `change` applied to every cell."""
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
    """Show rows as a table on a terminal, otherwise with tabs.

    On a terminal, an empty column of `if_any` is omitted. The columns of `less` are omitted one
    after the other until the table fits.
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
    for name in ("portal", "merchant", "supplier"):
        shape = shape.without_constant(name)
    yield shape
    for name in less[1:]:
        shape = shape.without(name)
        yield shape


def _widths(shape: _Shape, room: int) -> list[int] | None:
    """Return the width of each column, without breaking a word; None if they do not fit."""
    from rich.cells import cell_len  # noqa: PLC0415 - only a terminal needs rich

    most = [max(cell_len(cell) for cell in (name, *shape.cells(name))) for name in shape.columns]
    least = [
        max(cell_len(word) for cell in (name, *shape.cells(name)) for word in cell.split() or [""])
        if name in _FOLDED
        else width
        for name, width in zip(shape.columns, most, strict=True)
    ]
    spare = room - sum(least) - _BETWEEN * (len(least) - 1)
    if spare < 0:
        return None
    widths = list(least)
    while spare and any(width < wish for width, wish in zip(widths, most, strict=True)):
        # The narrowest column first, so that narrow columns get their full width.
        at = min((at for at, wish in enumerate(most) if widths[at] < wish), key=widths.__getitem__)
        widths[at] += 1
        spare -= 1
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
