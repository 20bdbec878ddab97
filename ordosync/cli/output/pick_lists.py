"""Output of `orders pick`: a table, JSON, CSV, and a page to print."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any, TextIO

from ordosync.cli.output import html
from ordosync.cli.output.csv_output import write_csv
from ordosync.cli.output.tables import table
from ordosync.embedded.packing import PickLine
from ordosync.text import plural

_LONGEST_WHOLE = 40
"""The longest text that a page does not break: a longer one might be wider than the page."""
_COLUMNS = ("warehouse", "bin", "sku", "name", "units", "orders", "order numbers")
_STYLE = """
.box { display: inline-block; width: 1em; height: 1em; border: 1.5px solid var(--ink);
  border-radius: 2px; vertical-align: -.12em; }
.number { width: 1%; }
small { color: var(--faint); }
.units { font-size: 1.15em; font-weight: 700; }
tbody tr:nth-child(even) { background: var(--band); }
"""


def show_pick_list(lines: Sequence[PickLine]) -> None:
    """Show one row per warehouse, bin and product, with the numbers of its orders."""
    has_one = len({line.warehouse for line in lines}) == 1
    less = ("warehouse", "orders") if has_one else ("orders",)
    table(_COLUMNS, [tuple(_row(line).values()) for line in lines], less=less, if_any=("bin",))


def pick_json(line: PickLine) -> dict[str, Any]:
    """Return a row as `orders pick --json` prints it."""
    row = {name: cell for name, cell in _row(line).items() if name != "order numbers"}
    return {
        **row,
        "bin": line.storage_bin or None,
        "units": _json_number(line.units),
        "order_numbers": [number for number, _ in line.parts],
        "held_orders": [number for number, _ in line.parts if number in line.held],
    }


def write_pick_csv(stream: TextIO, lines: Sequence[PickLine]) -> None:
    """Write one row per warehouse, bin and product."""
    columns = (*_COLUMNS[:-1], "order_numbers")
    rows = ({**_row(line), "order_numbers": _numbers(line)} for line in lines)
    write_csv(stream, columns, rows)


def pick_page(
    lines: Sequence[PickLine], *, account: str, orders: int, printed: str
) -> Iterator[str]:
    """Yield a page with a table per warehouse, and a box before each row to tick."""
    return html.page(
        f"Pick list of {account}", _body(lines, account, orders, printed), style=_STYLE
    )


def _body(lines: Sequence[PickLine], account: str, orders: int, printed: str) -> Iterator[str]:
    units = sum((line.units for line in lines), Decimal())
    counts = f"{_units(units)}, {orders} {plural(orders, 'order', 'orders')}"
    yield f"<h1>Pick list</h1>\n<p><bdi>{html.text(account)}</bdi>, {html.text(counts)}</p>\n"
    yield f'<p class="faint">{html.text(printed)}</p>\n'
    for warehouse, of_warehouse in groupby(lines, attrgetter("warehouse")):
        rows = list(of_warehouse)
        total = _units(sum((line.units for line in rows), Decimal()))
        yield f"<h2>Warehouse <bdi>{html.text(warehouse)}</bdi>: {html.text(total)}</h2>\n"
        yield from _table(rows)


def _table(lines: Sequence[PickLine]) -> Iterator[str]:
    has_bins = any(line.storage_bin for line in lines)
    columns = ("", *(["Bin"] if has_bins else []), "SKU", "Product", "Units", "Orders")
    box = html.Markup('<span class="box"></span>')
    rows = (
        (
            box,
            *([line.storage_bin] if has_bins else []),
            line.sku,
            html.Markup(
                f"<bdi>{html.text(line.name)}</bdi><br>\n<small>{_numbers_html(line)}</small>"
            ),
            html.Markup(f'<span class="units">{_number(line.units)}</span>'),
            line.orders,
        )
        for line in lines
    )
    return html.table(columns, rows, numeric=("Units", "Orders"))


def _numbers_html(line: PickLine) -> html.Markup:
    """Return the orders of a row; none of them is broken at its hyphen or before its units."""
    texts = [_text(line, number, units) for number, units in line.parts]
    return html.Markup(", ".join(map(_whole, texts)))


def _whole(text: str) -> str:
    is_short = len(text) <= _LONGEST_WHOLE
    return f'<span class="whole">{html.text(text)}</span>' if is_short else html.text(text)


def _row(line: PickLine) -> dict[str, str | int | Decimal]:
    return {
        "warehouse": line.warehouse,
        "bin": line.storage_bin,
        "sku": line.sku,
        "name": line.name,
        "units": _number(line.units),
        "orders": line.orders,
        "order numbers": _numbers(line),
    }


def _numbers(line: PickLine) -> str:
    """Return the orders of a row, with their units if these are not 1: `1001, 1002 (2)`."""
    return ", ".join(_text(line, number, units) for number, units in line.parts)


def _text(line: PickLine, number: str, units: Decimal) -> str:
    hold = " held" if number in line.held else ""
    return f"{number if units == 1 else f'{number} ({_number(units)})'}{hold}"


def _number(units: Decimal) -> int | Decimal:
    """Return units without trailing zeros; a kit may need a part of a product."""
    return int(units) if units == units.to_integral_value() else units.normalize()


def _json_number(units: Decimal) -> int | float:
    number = _number(units)
    return number if isinstance(number, int) else float(number)


def _units(units: Decimal) -> str:
    return f"{_number(units)} {plural(1 if units == 1 else 2, 'unit', 'units')}"
