"""The orders of an embedded account: written and read, without a transaction of their own."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from ordosync.models import Address, Line, Order

if TYPE_CHECKING:
    import sqlite3

_PAGE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineEntry:
    """Something that happened to an order, for people."""

    at: datetime
    actor: str
    text: str


def insert(db: "sqlite3.Connection", order: Order, *, prefix: str) -> tuple[str, tuple[str, ...]]:
    """Insert an order that waits to be shipped; return its number and the ids of its lines."""
    number = _free_number(db, f"{prefix}{order.number}")
    db.execute(
        "insert into orders (number, reference, status, currency, ship_to, bill_to,"
        " shipping_method, customer_notes, internal_notes, discount, tags)"
        " values (?, ?, 'awaiting_fulfillment', ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            order.reference,
            order.currency,
            _address_to_text(order.ship_to),
            _address_to_text(order.bill_to) if order.bill_to else None,
            order.shipping_method,
            order.customer_notes,
            order.internal_notes,
            _money_to_text(order.discount),
            json.dumps(order.tags),
        ),
    )
    ids = tuple(f"{number}/{position}" for position in range(1, len(order.lines) + 1))
    db.executemany(
        "insert into order_lines (id, number, position, sku, name, quantity, unit_price, details,"
        " total, discount) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
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
            )
            for position, (line_id, line) in enumerate(zip(ids, order.lines, strict=True), 1)
        ),
    )
    return number, ids


def by_reference(
    db: "sqlite3.Connection", references: Sequence[str]
) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the number and line ids of each order that carries one of the references."""
    rows = db.execute(
        "select orders.reference, orders.number, order_lines.id from orders"
        " join order_lines on order_lines.number = orders.number"
        " where orders.reference in (select value from json_each(?))"
        " order by orders.number, order_lines.position",
        (json.dumps(list(references)),),
    )
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for row in rows:
        number, ids = found.get(row["reference"], (row["number"], ()))
        found[row["reference"]] = (number, (*ids, row["id"]))
    return found


def read(db: "sqlite3.Connection", number: str) -> Order | None:
    """Return one order with its lines."""
    row = db.execute("select * from orders where number = ?", (number,)).fetchone()
    return _order(db, row) if row else None


def read_all(db: "sqlite3.Connection", status: str | None) -> Iterator[Order]:
    """Yield the orders in the order of their numbers, with flat memory."""
    last = ""
    while rows := db.execute(
        "select * from orders where number > ? and (? is null or status = ?)"
        " order by number limit ?",
        (last, status, status, _PAGE),
    ).fetchall():
        for row in rows:
            yield _order(db, row)
        last = rows[-1]["number"]


def numbers(db: "sqlite3.Connection", prefix: str, count: int) -> list[str]:
    """Return the first order numbers that begin like this."""
    rows = db.execute(
        "select number from orders where substr(number, 1, length(?)) = ? order by number limit ?",
        (prefix, prefix, count),
    )
    return [row["number"] for row in rows]


def timeline(db: "sqlite3.Connection", number: str) -> tuple[TimelineEntry, ...]:
    """Return what happened to an order, oldest first."""
    rows = db.execute("select * from timeline where number = ? order by id", (number,))
    return tuple(
        TimelineEntry(at=datetime.fromisoformat(row["at"]), actor=row["actor"], text=row["text"])
        for row in rows
    )


def comment(db: "sqlite3.Connection", number: str, *, actor: str, text: str) -> None:
    """Add to the timeline of an order."""
    db.execute("insert into timeline (number, actor, text) values (?, ?, ?)", (number, actor, text))


def _free_number(db: "sqlite3.Connection", wanted: str) -> str:
    number, copy = wanted, 1
    while db.execute("select 1 from orders where number = ?", (number,)).fetchone():
        copy += 1
        number = f"{wanted}~{copy}"
    return number


def _order(db: "sqlite3.Connection", row: "sqlite3.Row") -> Order:
    lines = db.execute(
        "select * from order_lines where number = ? order by position", (row["number"],)
    )
    return Order(
        id=row["number"],
        number=row["number"],
        reference=row["reference"] or "",
        status=row["status"],
        placed_at=datetime.fromisoformat(row["created_at"]),
        currency=row["currency"],
        ship_to=_address_from_text(row["ship_to"]),
        bill_to=_address_from_text(row["bill_to"]) if row["bill_to"] else None,
        shipping_method=row["shipping_method"],
        customer_notes=row["customer_notes"],
        internal_notes=row["internal_notes"],
        discount=_money_from_text(row["discount"]),
        tags=tuple(json.loads(row["tags"])),
        lines=tuple(_line(line) for line in lines),
    )


def _line(row: "sqlite3.Row") -> Line:
    return Line(
        id=row["id"],
        sku=row["sku"],
        name=row["name"],
        quantity=row["quantity"],
        unit_price=_money_from_text(row["unit_price"]),
        details=row["details"],
        total=_money_from_text(row["total"]),
        discount=_money_from_text(row["discount"]),
    )


def _address_to_text(address: Address) -> str:
    return json.dumps({name: value for name, value in asdict(address).items() if value})


def _address_from_text(text: str) -> Address:
    return Address(**json.loads(text))


def _money_to_text(money: Decimal | None) -> str | None:
    return None if money is None else str(money)


def _money_from_text(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
