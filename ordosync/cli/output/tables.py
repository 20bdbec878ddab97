"""Tables that fit the terminal. Without a terminal, each row is one line with tabs.

A terminal shows relative times, and names a portal or account that is the same in every row once,
above the table. A narrow terminal shows less: optional columns go, one after the other. Cells are
never cut. If the table is still too wide, each row becomes a card with one line per cell.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ordosync.cli.output.cells import heading, is_numeric, plain, shown, style
from ordosync.clock import Clock
from ordosync.text import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_CONSTANTS = ("portal", "merchant", "supplier", "account", "warehouse", "trigger", "decided by")
"""Columns that are shown once, above the table, if all rows have the same value."""
_FOLDED = (
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
)
_BETWEEN = 3
"""Spaces between two columns."""
_LEGIBLE = 24
"""Width of a column below which a longer text stands below its row instead."""
_INDENT = 4
_FEWEST = 2
"""Rows of which a common value or a total is worth a line."""


@dataclass(frozen=True)
class _Shape:
    """The columns and rows to show, at one step of narrowing."""

    columns: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...] = ()

    def without(self, name: str) -> "_Shape":
        """Return the table without this column."""
        if name not in self.columns:
            return self
        at = self.columns.index(name)
        return _Shape(
            _less(self.columns, at),
            _less(self.headings, at),
            tuple(_less(row, at) for row in self.rows),
            _less(self.totals, at),
        )

    @property
    def constants(self) -> dict[str, str]:
        """The columns whose cells are all the same and not empty, with their value."""
        values = {name: set(self.cells(name)) for name in _CONSTANTS if name in self.columns}
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


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    less: Sequence[str] = (),
    if_any: Sequence[str] = (),
    totals: Sequence[object] = (),
) -> None:
    """Show rows as a table on a terminal, otherwise with tabs.

    On a terminal, an empty column of `if_any` is omitted, and `totals` is the last row. The columns
    of `less` are omitted one after the other until the table fits.
    """
    if not sys.stdout.isatty():
        sys.stdout.write("\t".join(columns) + "\n")
        for row in rows:
            sys.stdout.write("\t".join(map(plain, row)) + "\n")
        return
    full = _shape(columns, [tuple(row) for row in rows], totals)
    for name in if_any:
        if not any(full.cells(name)):
            full = full.without(name)
    console = _console()
    # With a row alone, they stay in the table if no cell must be broken for that.
    is_wide = len(full.rows) >= _FEWEST or sum(_full_widths(full)) > console.width
    constants = full.constants if is_wide else {}
    rest = full
    for name in constants:
        rest = rest.without(name)
    if not _print_table(console, rest, less, constants):
        _print_cards(console, full)


def _print_table(
    console: "Console", full: _Shape, less: Sequence[str], constants: Mapping[str, str]
) -> bool:
    """Print rows in the widest form that fits; return False if none does."""
    shapes = [*_narrower(full, less)]
    for shape in shapes:
        widths = _widths(shape, console.width)
        if widths and _are_legible(shape, widths):
            _print_constants(console, constants)
            _print(console, shape, widths)
            return True
    for shape in shapes:
        long = [name for name in shape.columns if name in _FOLDED]
        short = shape
        for name in long:
            short = short.without(name)
        widths = _widths(short, console.width)
        if widths and len(short.columns) >= _FEWEST:
            _print_constants(console, constants)
            _print_blocks(console, short, widths, {name: shape.cells(name) for name in long})
            return True
    return False


def _shape(
    columns: Sequence[str], rows: Sequence[tuple[object, ...]], totals: Sequence[object]
) -> _Shape:
    now = Clock().now()
    return _Shape(
        columns=tuple(columns),
        headings=tuple(
            heading(name, [row[at] for row in rows], now) for at, name in enumerate(columns)
        ),
        rows=tuple(tuple(shown(cell, now) for cell in row) for row in rows),
        totals=tuple(map(printable, totals)) if len(rows) >= _FEWEST else (),
    )


def _narrower(shape: _Shape, less: Sequence[str]) -> Iterator[_Shape]:
    yield shape
    for name in less:
        shape = shape.without(name)
        yield shape


def _full_widths(shape: _Shape) -> list[int]:
    """Return the width that each column needs without a break, with the space before it."""
    from rich.cells import cell_len  # noqa: PLC0415 - only a terminal needs rich

    return [max(map(cell_len, shape.all_cells(name))) + _BETWEEN for name in shape.columns]


def _widths(shape: _Shape, room: int) -> list[int] | None:
    """Return the width of each column, without breaking a word; None if they do not fit."""
    from rich.cells import cell_len  # noqa: PLC0415 - only a terminal needs rich

    most = [width - _BETWEEN for width in _full_widths(shape)]
    least = [
        max(cell_len(word) for cell in shape.all_cells(name) for word in cell.split() or [""])
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

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    columns = zip(shape.columns, shape.headings, widths, strict=True)
    for name, title, width in columns:
        side: Literal["left", "right"] = "left"
        if is_numeric(name, shape.cells(name)):
            side = "right"
        grid.add_column(title, justify=side, width=width, no_wrap=name not in _FOLDED)
    for row in shape.rows:
        cells = zip(shape.columns, row, strict=True)
        grid.add_row(*(Text(cell, style=style(name, cell)) for name, cell in cells))
    if shape.totals:
        grid.add_section()
        grid.add_row(*(Text(cell, style="bold") for cell in shape.totals))
    console.print(grid)


def _are_legible(shape: _Shape, widths: Sequence[int]) -> bool:
    """True if no cell is broken into many short lines."""
    wanted = (width - _BETWEEN for width in _full_widths(shape))
    return all(width >= min(wish, _LEGIBLE) for width, wish in zip(widths, wanted, strict=True))


def _print_blocks(
    console: "Console",
    shape: _Shape,
    widths: Sequence[int],
    long: Mapping[str, Sequence[str]],
) -> None:
    """Print each row as a line, with its long texts below."""
    from rich.padding import Padding  # noqa: PLC0415 - only a terminal needs rich
    from rich.text import Text  # noqa: PLC0415

    console.print(_line(shape, shape.headings, widths, is_heading=True))
    console.print(Text("─" * (sum(widths) + _BETWEEN * (len(widths) - 1))))
    for at, row in enumerate(shape.rows):
        console.print(_line(shape, row, widths))
        for name, texts in long.items():
            if texts[at]:
                text = f"{name}: {texts[at]}" if len(long) > 1 else texts[at]
                console.print(Padding(Text(text), (0, 0, 0, _INDENT)))


def _line(
    shape: _Shape, row: Sequence[str], widths: Sequence[int], *, is_heading: bool = False
) -> "Text":
    from rich.cells import cell_len  # noqa: PLC0415 - only a terminal needs rich
    from rich.text import Text  # noqa: PLC0415

    line = Text()
    for name, cell, width in zip(shape.columns, row, widths, strict=True):
        space = " " * (width - cell_len(cell))
        shown_cell = Text(cell, style="bold" if is_heading else style(name, cell))
        is_right = is_numeric(name, shape.cells(name))
        line += Text(" " * _BETWEEN if line else "") + Text(space if is_right else "")
        line += shown_cell + Text("" if is_right else space)
    line.rstrip()
    return line


def _print_constants(console: "Console", constants: Mapping[str, str]) -> None:
    from rich.text import Text  # noqa: PLC0415 - only a terminal needs rich

    if constants:
        words = [f"{name} {value}" for name, value in constants.items()]
        console.print(Text(", ".join(words), style="dim"))


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
