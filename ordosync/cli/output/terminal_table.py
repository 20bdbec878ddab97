"""Tables that fit the terminal.

A terminal shows relative times, and names a portal or account that is the same in every row once,
above the table. A narrow terminal shows less: optional columns go, one after the other. Cells are
never cut. If the table is still too wide, long texts stand below their row, then other cells. If
even two columns are too wide, each row becomes a card with one line per cell.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from ordosync.cli.output.cells import heading, is_numeric, shown, style
from ordosync.cli.output.table_shapes import (
    BETWEEN,
    CONSTANTS,
    FEWEST,
    FOLDED,
    Shape,
    are_legible,
    cell_length,
    columns_below,
    full_widths,
    narrower,
    widths_in,
    without_long_texts,
)
from ordosync.clock import Clock
from ordosync.text import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_LENGTHS = (24, 16, 12)
"""Lengths above which a few texts stand below their rows; the first with which the rest fits."""
_INDENT = 4


def show(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    less: Sequence[str],
    if_any: Sequence[str],
    totals: Sequence[object],
) -> None:
    """Show rows as a table; see `tables.table`."""
    full = _shape(columns, [tuple(row) for row in rows], totals)
    for name in if_any:
        if not any(full.cells(name)):
            full = full.without(name)
    console = _console()
    # With a row alone, they stay in the table if no cell must be broken for that.
    is_wide = len(full.rows) >= FEWEST or sum(full_widths(full)) > console.width
    constants = full.constants if is_wide else {}
    rest = full
    for name in constants:
        rest = rest.without(name)
    if not _print_table(console, rest, less, constants):
        _print_cards(console, full)


def _print_table(
    console: "Console", full: Shape, less: Sequence[str], constants: Mapping[str, str]
) -> bool:
    """Print rows in the widest form that fits; return False if none does."""
    shapes = [*narrower(full, less)]
    for shape in shapes:
        widths = widths_in(shape, console.width)
        if widths and are_legible(shape, widths):
            _print_constants(console, constants)
            _print(console, shape, widths)
            return True
    with_texts_below = _print_with_texts_below(console, shapes, constants)
    return with_texts_below or _print_with_columns_below(console, shapes, constants)


def _print_with_texts_below(
    console: "Console", shapes: Sequence[Shape], constants: Mapping[str, str]
) -> bool:
    """Print each row as a line, with its long texts below; return False if the rest does not fit.

    Only a few texts are long; the other cells of their column stay in the line.
    """
    for most in _LENGTHS:
        for shape in shapes:
            short, below = without_long_texts(shape, most)
            for name in below:
                if not any(short.cells(name)):
                    short = short.without(name)
            widths = widths_in(short, console.width)
            if below and widths and widths == [width - BETWEEN for width in full_widths(short)]:
                _print_constants(console, constants)
                _print_blocks(console, short, widths, below)
                return True
    return False


def _print_with_columns_below(
    console: "Console", shapes: Sequence[Shape], constants: Mapping[str, str]
) -> bool:
    """Print each row as a line, with the cells of some columns below; return False if none fits."""
    for names in (FOLDED, (*FOLDED, *CONSTANTS), shapes[0].columns):
        for shape in shapes:
            columns = columns_below(shape, console.width, names)
            if columns:
                short = shape
                for name in columns:
                    short = short.without(name)
                widths = [width - BETWEEN for width in full_widths(short)]
                _print_constants(console, constants)
                _print_blocks(console, short, widths, {n: shape.cells(n) for n in columns})
                return True
    return False


def _shape(
    columns: Sequence[str], rows: Sequence[tuple[object, ...]], totals: Sequence[object]
) -> Shape:
    now = Clock().now()
    return Shape(
        columns=tuple(columns),
        headings=tuple(
            heading(name, [row[at] for row in rows], now) for at, name in enumerate(columns)
        ),
        rows=tuple(tuple(shown(cell, now) for cell in row) for row in rows),
        totals=tuple(map(printable, totals)) if len(rows) >= FEWEST else (),
    )


def _print(console: "Console", shape: Shape, widths: Sequence[int]) -> None:
    from rich import box  # noqa: PLC0415 - only a terminal needs rich
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    columns = zip(shape.columns, shape.headings, widths, strict=True)
    for name, title, width in columns:
        side: Literal["left", "right"] = "left"
        if is_numeric(name, shape.cells(name)):
            side = "right"
        grid.add_column(title, justify=side, width=width, no_wrap=name not in FOLDED)
    for row in shape.rows:
        cells = zip(shape.columns, row, strict=True)
        grid.add_row(*(Text(cell, style=style(name, cell)) for name, cell in cells))
    if shape.totals:
        grid.add_section()
        grid.add_row(*(Text(cell, style="bold") for cell in shape.totals))
    console.print(grid)


def _print_blocks(
    console: "Console",
    shape: Shape,
    widths: Sequence[int],
    below: Mapping[str, Sequence[str]],
) -> None:
    """Print each row as a line, with its long texts and further cells below."""
    from rich.text import Text  # noqa: PLC0415 - only a terminal needs rich

    console.print(_line(shape, shape.headings, widths, is_heading=True))
    console.print(Text("─" * (sum(widths) + BETWEEN * (len(widths) - 1))))
    has_names = len(below) > 1 or any(name in shape.columns for name in below)
    for at, row in enumerate(shape.rows):
        console.print(_line(shape, row, widths))
        cells = {name: texts[at] for name, texts in below.items() if texts[at]}
        _print_below(console, cells, has_names=has_names)
    if shape.totals:
        console.print()
        console.print(_line(shape, shape.totals, widths, is_heading=True))


def _print_below(console: "Console", cells: Mapping[str, str], *, has_names: bool) -> None:
    """Print the cells that stand below a row: as many on a line as fit."""
    from rich.padding import Padding  # noqa: PLC0415 - only a terminal needs rich
    from rich.text import Text  # noqa: PLC0415

    lines: list[Text] = []
    for name, cell in cells.items():
        part = Text().append(f"{name}: " if has_names else "", style="dim")
        part.append(cell, style=style(name, cell))
        if lines and lines[-1].cell_len + BETWEEN + part.cell_len <= console.width - _INDENT:
            lines[-1] += Text(" " * BETWEEN) + part
        else:
            lines.append(part)
    for line in lines:
        console.print(Padding(line, (0, 0, 0, _INDENT)))


def _line(
    shape: Shape, row: Sequence[str], widths: Sequence[int], *, is_heading: bool = False
) -> "Text":
    from rich.text import Text  # noqa: PLC0415

    line = Text()
    for name, cell, width in zip(shape.columns, row, widths, strict=True):
        space = " " * (width - cell_length(cell))
        shown_cell = Text(cell, style="bold" if is_heading else style(name, cell))
        is_right = is_numeric(name, shape.cells(name))
        line += Text(" " * BETWEEN if line else "") + Text(space if is_right else "")
        line += shown_cell + Text("" if is_right else space)
    line.rstrip()
    return line


def _print_constants(console: "Console", constants: Mapping[str, str]) -> None:
    from rich.text import Text  # noqa: PLC0415 - only a terminal needs rich

    if constants:
        words = [f"{name} {value}" for name, value in constants.items()]
        console.print(Text(", ".join(words), style="dim"))


def _print_cards(console: "Console", shape: Shape) -> None:
    from rich.text import Text  # noqa: PLC0415 - only a terminal needs rich

    for row in shape.rows:
        for name, cell in zip(shape.columns, row, strict=True):
            console.print(Text(f"{name}: {cell}" if cell else f"{name}:"))
        console.print()


def _console() -> "Console":
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs rich

    return Console(markup=False, highlight=False, soft_wrap=False)
