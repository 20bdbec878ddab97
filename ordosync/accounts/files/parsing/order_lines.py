"""Lines of an order, from its rows.

A line that a rule or the status of its row leaves out is read all the same, and is marked as not
owed: it counts only for an order that was sent with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.parsing.amounts import amount
from ordosync.accounts.files.parsing.converters import (
    InvalidRowError,
    cell,
    flag,
    key_cell,
    quantity,
    stock_quantity,
)
from ordosync.accounts.files.parsing.line_ids import lines_with_ids
from ordosync.accounts.files.parsing.line_sums import added, check_sums
from ordosync.left_out import NOT_OWED, is_among
from ordosync.models import Line


class NothingToShipError(Exception):
    """All lines of an order are left out by `ignore_skus`."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class OrderLines(NamedTuple):
    """The lines of an order, and those that are left out, each with the id of its product."""

    lines: tuple[Line, ...]
    not_shipped: Mapping[str, str]


def lines_of(
    number: str, kept: Sequence[Row], rows: Sequence[Row], options: OrderFiles, currency: str
) -> OrderLines:
    """Return the lines of an order. `kept` are those of its rows that are not left out."""
    lines: dict[str, Line] = {}
    is_shipped: dict[str, bool] = {}
    # The rows of one record have the same number.
    kept_rows = {id(row) for row in kept}
    line_rows = lines_with_ids(number, rows, options)
    has_flag = "requires_shipping" in options.sources
    others = [(line_id, row) for line_id, row in line_rows if id(row) not in kept_rows]
    for line_id, row in line_rows:
        if id(row) not in kept_rows:
            continue
        line = _line(line_id, row, options, currency)
        if "line_id" in options.sources:
            key_cell(row, "line_id", options)
        if is_among(line.sku, options.ignore_skus):
            continue
        lines[line_id] = added(lines[line_id], line, row, options) if line_id in lines else line
        is_refund = options.rows == "sum" and line.quantity <= 0
        needs_shipping = not has_flag or flag(row, "requires_shipping", options, blank=True)
        if not is_refund and is_shipped.setdefault(line_id, needs_shipping) != needs_shipping:
            problem = "differs from another row of its line in requires_shipping"
            raise InvalidRowError("invalid.conflict", row, problem)
    check_sums(lines, line_rows)
    if not lines:
        raise NothingToShipError("nothing-to-ship", "has only lines of SKUs in ignore_skus")
    not_shipped = {id_: lines[id_].sku for id_, is_sent in is_shipped.items() if not is_sent}
    for line in _readable(others, options, currency):
        if line.id not in lines:
            lines[line.id] = line
            not_shipped[line.id] = NOT_OWED
    return OrderLines(tuple(lines.values()), not_shipped)


def _readable(
    line_rows: Sequence[tuple[str, Row]], options: OrderFiles, currency: str
) -> Iterator[Line]:
    """Yield the lines of rows that are left out; many of them are no lines, such as a total."""
    lines: dict[str, Line] = {}
    for line_id, row in line_rows:
        if row.problem:
            continue
        with suppress(InvalidRowError):
            line = _line(line_id, row, options, currency)
            if line_id in lines and options.rows == "sum":
                lines[line_id] = added(lines[line_id], line, row, options)
            elif not is_among(line.sku, options.ignore_skus):
                lines.setdefault(line_id, line)
    yield from (line for line in lines.values() if line.quantity >= 0)


def _line(line_id: str, row: Row, options: OrderFiles, currency: str) -> Line:
    text = {name: cell(row, name, options) for name in options.mapped_line_fields}
    if not text["sku"]:
        raise InvalidRowError("invalid.sku", row, "the SKU is blank")
    money = {
        name: amount(row, name, text[name], options, currency) for name in options.mapped_line_money
    }
    units = text["quantity"]
    # A negative row is a refund.
    count = stock_quantity(row, units) if options.rows == "sum" and units else quantity(row, units)
    return Line(
        id=line_id,
        sku=text["sku"],
        name=text.get("name") or text["sku"],
        quantity=count or 0,
        unit_price=money.get("unit_price"),
        details=text.get("details", ""),
        total=money.get("line_total"),
        discount=money.get("line_discount"),
        supplier_sku=text.get("supplier_sku", ""),
        supplier_unit_cost=money.get("supplier_unit_cost"),
    )
