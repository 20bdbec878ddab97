"""The orders of an embedded account: made, found and read."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import msgspec

from ordosync.accounts.sqlite import changes, products, timeline
from ordosync.models import Address, Line, Order, Outcome

if TYPE_CHECKING:
    import sqlite3

_PAGE = 500


def create(db: "sqlite3.Connection", order: Order, *, prefix: str) -> Outcome:
    """Make an order that waits to be shipped, and a product of each SKU that is new here."""
    number = _free_number(db, f"{prefix}{order.number}")
    _insert_order(db, number, order)
    line_ids = _insert_lines(db, number, order.lines)
    timeline.add(db, number, f"Created from the Merchant's order {order.number}", actor="ordosync")
    changes.add(db, "order", number, "created")
    return Outcome(state="done", id=number, line_ids=line_ids)


def find(db: "sqlite3.Connection", references: Sequence[str]) -> dict[str, Outcome]:
    """Return an `unchanged` outcome for each reference that is here."""
    rows = db.execute(
        "select reference, number, order_lines.id as line_id"
        " from orders join order_lines on order_number = number"
        " where reference in (select value from json_each(?)) order by number, position",
        (json.dumps(list(references)),),
    )
    return {
        reference: Outcome(
            state="unchanged", id=number, line_ids=tuple(line["line_id"] for line in lines)
        )
        for (reference, number), lines in groupby(rows, itemgetter("reference", "number"))
    }


def read(db: "sqlite3.Connection", number: str) -> Order | None:
    """Return one order, if it is here."""
    rows = db.execute("select * from orders where number = ?", (number,)).fetchall()
    return next(_orders(db, rows), None)


def read_all(db: "sqlite3.Connection", status: str | None) -> Iterator[Order]:
    """Yield the orders as they were made, a page in memory and no lock held in between."""
    last = 0
    while rows := db.execute(
        "select * from orders where sequence > ? and (? is null or status = ?)"
        " order by sequence limit ?",
        (last, status, status, _PAGE),
    ).fetchall():
        yield from _orders(db, rows)
        last = rows[-1]["sequence"]


def numbers(db: "sqlite3.Connection", prefix: str, limit: int) -> list[str]:
    """Return the first order numbers that begin with `prefix`."""
    rows = db.execute(
        "select number from orders where number >= ? and number < ? order by number limit ?",
        (prefix, f"{prefix}\U0010ffff", limit),
    )
    return [row["number"] for row in rows]


def _free_number(db: "sqlite3.Connection", wanted: str) -> str:
    number, count = wanted, 1
    while db.execute("select 1 from orders where number = ?", (number,)).fetchone():
        count += 1
        number = f"{wanted}~{count}"
    return number


def _insert_order(db: "sqlite3.Connection", number: str, order: Order) -> None:
    db.execute(
        "insert into orders (number, reference, status, currency, ship_to, bill_to,"
        " shipping_method, customer_notes, internal_notes, discount, tags)"
        " values (?, ?, 'awaiting_fulfillment', ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            order.reference,
            order.currency,
            _to_json(order.ship_to),
            None if order.bill_to is None else _to_json(order.bill_to),
            order.shipping_method,
            order.customer_notes,
            order.internal_notes,
            _money_to_text(order.discount),
            _to_json(order.tags),
        ),
    )


def _insert_lines(db: "sqlite3.Connection", number: str, lines: Sequence[Line]) -> tuple[str, ...]:
    ids = tuple(f"{number}/{position}" for position in range(1, len(lines) + 1))
    for position, (line_id, line) in enumerate(zip(ids, lines, strict=True), 1):
        products.add_unknown(db, line.sku, line.name)
        db.execute(
            "insert into order_lines (id, order_number, position, sku, name, quantity, unit_price,"
            " details, total, discount, supplier_sku, supplier_unit_cost)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                line_id,
                number,
                position,
                line.sku,
                line.name,
                line.quantity,
                _money_to_text(line.unit_price),
                line.details,
                _money_to_text(line.total),
                _money_to_text(line.discount),
                line.supplier_sku,
                _money_to_text(line.supplier_unit_cost),
            ),
        )
    return ids


def _orders(db: "sqlite3.Connection", rows: "Sequence[sqlite3.Row]") -> Iterator[Order]:
    lines = _lines(db, [row["number"] for row in rows])
    for row in rows:
        yield Order(
            id=row["number"],
            number=row["number"],
            reference=row["reference"] or "",
            status=row["status"],
            placed_at=datetime.fromisoformat(row["placed_at"]),
            currency=row["currency"],
            ship_to=msgspec.json.decode(row["ship_to"], type=Address),
            bill_to=row["bill_to"] and msgspec.json.decode(row["bill_to"], type=Address),
            shipping_method=row["shipping_method"],
            customer_notes=row["customer_notes"],
            internal_notes=row["internal_notes"],
            discount=_money_from_text(row["discount"]),
            tags=msgspec.json.decode(row["tags"], type=tuple[str, ...]),
            lines=tuple(lines[row["number"]]),
        )


def _lines(db: "sqlite3.Connection", order_numbers: Iterable[str]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {number: [] for number in order_numbers}
    rows = db.execute(
        "select * from order_lines where order_number in (select value from json_each(?))"
        " order by order_number, position",
        (json.dumps(list(found)),),
    )
    for row in rows:
        found[row["order_number"]].append(
            Line(
                id=row["id"],
                sku=row["sku"],
                name=row["name"],
                quantity=row["quantity"],
                unit_price=_money_from_text(row["unit_price"]),
                details=row["details"],
                total=_money_from_text(row["total"]),
                discount=_money_from_text(row["discount"]),
                supplier_sku=row["supplier_sku"],
                supplier_unit_cost=_money_from_text(row["supplier_unit_cost"]),
            )
        )
    return found


def _to_json(value: Address | tuple[str, ...]) -> str:
    return msgspec.json.encode(value).decode()


def _money_to_text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _money_from_text(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
