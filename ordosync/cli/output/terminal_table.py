"""Tables that fit the terminal.

A terminal shows relative times, and names a portal or account that is the same in every row once,
above the table. A narrow terminal shows less: optional columns go, one after the other. Cells are
never cut. If the table is still too wide, long texts stand below their row, then other cells. If
even two columns are too wide, each row becomes a card with one line per cell.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from ordosync.cli.output.cells import is_numeric, style
from ordosync.cli.output.table_layout import (
    BETWEEN,
    CONSTANTS,
    FEWEST,
    LONG,
    Shape,
    are_legible,
    folded,
    full_widths,
    narrower,
    shape_of,
    widths_of,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

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
    full = shape_of(columns, [tuple(row) for row in rows], totals)
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
        widths = widths_of(shape, console.width)
        if widths and are_legible(shape, widths):
            _print_constants(console, constants)
            _print(console, shape, widths)
            return True
    for names in (LONG, (*LONG, *CONSTANTS), full.columns):
        for shape in shapes:
            below = folded(shape, console.width, names)
            if below:
                _print_constants(console, constants)
                _print_blocks(console, shape, below)
                return True
    return False


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
        grid.add_column(title, justify=side, width=width, no_wrap=name not in LONG)
    for row in shape.rows:
        cells = zip(shape.columns, row, strict=True)
        grid.add_row(*(Text(cell, style=style(name, cell)) for name, cell in cells))
    if shape.totals:
        grid.add_section()
        grid.add_row(*(Text(cell, style="bold") for cell in shape.totals))
    console.print(grid)


def _print_blocks(console: "Console", shape: Shape, below: Sequence[str]) -> None:
    """Print each row as a line, with the cells of some columns below."""
    from rich.text import Text  # noqa: PLC0415 - only a terminal needs rich

    short = shape
    for name in below:
        short = short.without(name)
    widths = [width - BETWEEN for width in full_widths(short)]
    console.print(_line(short, short.headings, widths, is_heading=True))
    console.print(Text("─" * (sum(widths) + BETWEEN * (len(widths) - 1))))
    cells = {name: shape.cells(name) for name in below}
    for at, row in enumerate(short.rows):
        console.print(_line(short, row, widths))
        _print_below(console, {name: texts[at] for name, texts in cells.items()})
    if short.totals:
        console.print()
        console.print(_line(short, short.totals, widths, is_heading=True))


def _print_below(console: "Console", cells: Mapping[str, str]) -> None:
    """Print the cells below a row: as many on a line as fit, each with its name if several may."""
    from rich.padding import Padding  # noqa: PLC0415 - only a terminal needs rich
    from rich.text import Text  # noqa: PLC0415

    lines: list[Text] = []
    for name, cell in cells.items():
        if not cell:
            continue
        part = Text(f"{name}: " if len(cells) > 1 else "", style="dim")
        # Without a style of its own, the cell would have that of its name.
        part = Text().append_text(part).append(cell, style=style(name, cell) or "none")
        if lines and lines[-1].cell_len + BETWEEN + part.cell_len <= console.width - _INDENT:
            lines[-1] += Text(" " * BETWEEN) + part
        else:
            lines.append(part)
    for line in lines:
        console.print(Padding(line, (0, 0, 0, _INDENT)))


def _line(
    shape: Shape, row: Sequence[str], widths: Sequence[int], *, is_heading: bool = False
) -> "Text":
    from rich.cells import cell_len  # noqa: PLC0415 - only a terminal needs rich
    from rich.text import Text  # noqa: PLC0415

    line = Text()
    for name, cell, width in zip(shape.columns, row, widths, strict=True):
        space = " " * (width - cell_len(cell))
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
