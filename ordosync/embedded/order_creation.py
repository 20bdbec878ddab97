"""Creation of orders: one by one for users, many at once for a task.

Many new orders are written table by table, because a statement costs more time than a row. An order
that may exist already, or may be refused, is created one by one.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import Decimal

import msgspec

from ordosync.clock import to_text
from ordosync.database import sqlite3
from ordosync.embedded import change_feed, orders, products, timeline
from ordosync.embedded.database import savepoint, write_one
from ordosync.models import Address, Line, Order, Outcome, Product
from ordosync.order_checks import refusal


def create_many(
    db: sqlite3.Connection, batch: Sequence[Order], *, prefix: str, warehouse: str
) -> list[Outcome]:
    """Create orders that wait to be shipped; a refused order does not affect the others."""

    def create_one(db: sqlite3.Connection, order: Order) -> Outcome:
        return create(db, order, prefix=prefix, warehouse=warehouse)

    outcomes: dict[str, Outcome | None] = {}
    with suppress(sqlite3.IntegrityError, sqlite3.DataError), savepoint(db):
        fresh = new_orders(db, batch, prefix=prefix)
        outcomes |= create_new(db, fresh, warehouse=warehouse)
    return [
        outcomes.pop(order.reference, None) or write_one(db, order, create_one) for order in batch
    ]


def create(db: sqlite3.Connection, order: Order, *, prefix: str, warehouse: str) -> Outcome:
    """Create an order that waits to be shipped, once, and a product for each new SKU."""
    existing = orders.find(db, [order.reference])
    if existing:
        return existing[order.reference]
    reason = refusal(order)
    if reason:
        return Outcome(state="refused", code="invalid-order", reason=reason)
    number, line_ids = insert(db, order, f"{prefix}{order.number}", warehouse=warehouse)
    timeline.add(db, number, _created(order), actor="ordosync")
    return Outcome(state="done", id=number, line_ids=line_ids)


def new_orders(db: sqlite3.Connection, batch: Sequence[Order], *, prefix: str) -> dict[str, Order]:
    """Return the orders whose number and reference are new, by their numbers in this file."""
    by_number: dict[str, Order] = {}
    references: set[str] = set()
    for order in batch:
        number = f"{prefix}{order.number}"
        if order.reference in references or number in by_number or refusal(order):
            continue
        references.add(order.reference)
        by_number[number] = order
    existing = db.execute(
        "select number, reference from orders where number in (select value from json_each(?))"
        " union all"
        " select number, reference from orders where reference in (select value from json_each(?))",
        (json.dumps(list(by_number)), json.dumps(list(references))),
    ).fetchall()
    numbers_in_use = {row["number"] for row in existing}
    references_in_use = {row["reference"] for row in existing}
    return {
        number: order
        for number, order in by_number.items()
        if number not in numbers_in_use and order.reference not in references_in_use
    }


def create_new(
    db: sqlite3.Connection, fresh: dict[str, Order], *, warehouse: str
) -> dict[str, Outcome]:
    """Create these orders, given by their new numbers; return their outcomes by reference."""
    lines = {number: order.lines for number, order in fresh.items()}
    products.create_unknown(db, {line.sku: line.name for of in lines.values() for line in of})
    db.executemany(
        _ORDER, [_order_row(number, order, None, warehouse) for number, order in fresh.items()]
    )
    db.executemany(_LINE, [row for number in fresh for row in _line_rows(number, lines[number])])
    change_feed.add_all(db, "order", list(fresh), "created")
    timeline.add_all(
        db, {number: _created(order) for number, order in fresh.items()}, actor="ordosync"
    )
    return {
        order.reference: Outcome(state="done", id=number, line_ids=_line_ids(number, order.lines))
        for number, order in fresh.items()
    }


def insert(
    db: sqlite3.Connection,
    order: Order,
    number: str,
    *,
    supplier: str | None = None,
    parent: str | None = None,
    warehouse: str = "main",
    of_lines: Sequence[str | None] = (),
) -> tuple[str, tuple[str, ...]]:
    """Create an order with this number or the next free one; return the number and line ids."""
    number = _free_number(db, number)
    db.execute(_ORDER, _order_row(number, order, parent, warehouse))
    for line in order.lines:
        products.create(db, Product(id=line.sku, sku=line.sku, name=line.name))
    db.executemany(_LINE, list(_line_rows(number, order.lines, of_lines)))
    change_feed.add(db, "order", number, "created")
    if supplier:
        orders.assign(db, number, supplier)
    return number, _line_ids(number, order.lines)


def add_line(db: sqlite3.Connection, number: str, line: Line) -> str:
    """Add a line to an order; return its id."""
    row = db.execute(
        "select max(position) + 1 as place from order_lines where order_number = ?", (number,)
    ).fetchone()
    db.execute(_LINE, _line_row(number, row["place"], line, None))
    return f"{number}/{row['place']}"


def _created(order: Order) -> str:
    return f"Created from the Merchant's order {order.number}"


def _free_number(db: sqlite3.Connection, requested: str) -> str:
    number, count = requested, 1
    while db.execute("select 1 from orders where number = ?", (number,)).fetchone():
        count += 1
        number = f"{requested}~{count}"
    return number


_ORDER = (
    "insert into orders (number, parent, warehouse, reference, status, currency, ship_to,"
    " bill_to, shipping_method, customer_notes, internal_notes, discount, tags, placed_at)"
    " values (?, ?, ?, ?, 'awaiting_fulfillment', ?, ?, ?, ?, ?, ?, ?, ?,"
    " coalesce(?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now')))"
)
_LINE = (
    "insert into order_lines (id, order_number, position, sku, name, quantity, unit_price,"
    " details, total, discount, supplier_sku, supplier_unit_cost, of_line)"
    " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def _order_row(number: str, order: Order, parent: str | None, warehouse: str) -> tuple[object, ...]:
    return (
        number,
        parent,
        warehouse,
        order.reference or None,
        order.currency,
        _to_json(order.ship_to),
        None if order.bill_to is None else _to_json(order.bill_to),
        order.shipping_method,
        order.customer_notes,
        order.internal_notes,
        _to_text(order.discount),
        _to_json(order.tags),
        to_text(order.placed_at) if order.placed_at else None,
    )


def _line_ids(number: str, lines: Sequence[Line]) -> tuple[str, ...]:
    return tuple([f"{number}/{place}" for place in range(1, len(lines) + 1)])


def _line_rows(
    number: str, lines: Sequence[Line], of_lines: Sequence[str | None] = ()
) -> Iterator[tuple[object, ...]]:
    origins = of_lines or [None] * len(lines)
    for place, (line, of_line) in enumerate(zip(lines, origins, strict=True), 1):
        yield _line_row(number, place, line, of_line)


def _line_row(number: str, place: int, line: Line, of_line: str | None) -> tuple[object, ...]:
    return (
        f"{number}/{place}",
        number,
        place,
        line.sku,
        line.name,
        line.quantity,
        _to_text(line.unit_price),
        line.details,
        _to_text(line.total),
        _to_text(line.discount),
        line.supplier_sku,
        _to_text(line.supplier_unit_cost),
        of_line,
    )


def _to_json(value: Address | tuple[str, ...]) -> str:
    return _encode(value).decode()


_encode = msgspec.json.Encoder().encode


def _to_text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
