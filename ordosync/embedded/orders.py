"""The orders of an embedded account: found, read and moved on; `creating` makes them."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from ordosync.embedded import change_feed, timeline
from ordosync.models import Address, Line, Order, Outcome, refused

if TYPE_CHECKING:
    import sqlite3

OPEN = ("awaiting_fulfillment", "dropshipment_requested")
_PAGE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """Where an order stands, beside what travels of it."""

    status: str
    supplier: str | None
    is_split: bool
    warehouse: str

    @property
    def is_open(self) -> bool:
        """Whether it can be shipped, cancelled or split."""
        return self.status in OPEN and not self.is_split


def assign(db: "sqlite3.Connection", number: str, supplier: str) -> None:
    """Request an order from a supplier."""
    db.execute("update orders set supplier = ? where number = ?", (supplier, number))
    db.execute(
        "insert into assignments (order_number, supplier) values (?, ?) on conflict do nothing",
        (number, supplier),
    )
    move(db, number, "dropshipment_requested")


def move(db: "sqlite3.Connection", number: str, status: str) -> None:
    """Give an order a status, and tell of it."""
    db.execute("update orders set status = ? where number = ?", (status, number))
    change_feed.add(db, "order", number, status)


def cancel(
    db: "sqlite3.Connection", number: str, *, actor: str, also_shipped: bool = False
) -> Outcome:
    """Cancel an open order, which gives its stock free; a shipped one keeps label and stock."""
    at = position(db, number)
    if at is None:
        return refused("not-found", "is not here")
    if at.is_split:
        return refused("already-split", "is split; its pieces are cancelled one by one")
    if at.status == "cancelled":
        return Outcome(state="unchanged", id=number)
    if at.status == "shipped" and not also_shipped:
        return refused("already-shipped", "is shipped already")
    move(db, number, "cancelled")
    timeline.add(db, number, "Cancelled", actor=actor)
    return Outcome(state="done", id=number)


def restore(db: "sqlite3.Connection", number: str, *, actor: str) -> Outcome:
    """Let a cancelled order wait to be shipped again, by us: no supplier is asked for it."""
    at = position(db, number)
    if at is None:
        return refused("not-found", "is not here")
    if at.status != "cancelled":
        return refused("not-cancelled", f"is not cancelled, but {at.status}")
    db.execute("update orders set supplier = null where number = ?", (number,))
    move(db, number, "awaiting_fulfillment")
    change_feed.add(db, "order", number, "restored")
    timeline.add(db, number, "Restored", actor=actor)
    return Outcome(state="done", id=number)


def references(db: "sqlite3.Connection", numbers: Sequence[str]) -> dict[str, str]:
    """Return the references of ours that these orders carry."""
    rows = db.execute(
        "select number, reference from orders where reference <> ''"
        " and number in (select value from json_each(?))",
        (json.dumps(list(numbers)),),
    )
    return {row["number"]: row["reference"] for row in rows}


def cancelled_unshipped(db: "sqlite3.Connection", numbers: Sequence[str]) -> frozenset[str]:
    """Return which of these orders are cancelled and have no valid label."""
    rows = db.execute(
        "select number from orders where status = 'cancelled' and not is_split"
        " and number in (select value from json_each(?)) and not exists"
        " (select 1 from shipments where order_number = number and voided_at is null)",
        (json.dumps(list(numbers)),),
    )
    return frozenset(row["number"] for row in rows)


def split_among(db: "sqlite3.Connection", numbers: Sequence[str]) -> frozenset[str]:
    """Return which of these orders are only to be looked at, since they are split."""
    rows = db.execute(
        "select number from orders where is_split and number in (select value from json_each(?))",
        (json.dumps(list(numbers)),),
    )
    return frozenset(row["number"] for row in rows)


def position(db: "sqlite3.Connection", number: str) -> Position | None:
    """Return where an order stands, if it is here."""
    row = db.execute(
        "select status, supplier, is_split, warehouse from orders where number = ?", (number,)
    ).fetchone()
    if row is None:
        return None
    return Position(
        status=row["status"],
        supplier=row["supplier"],
        is_split=bool(row["is_split"]),
        warehouse=row["warehouse"],
    )


def read_many(db: "sqlite3.Connection", numbers: Sequence[str]) -> list[Order]:
    """Return these orders in the order of the numbers; those not here are left out."""
    rows = db.execute(
        "select * from orders where number in (select value from json_each(?))",
        (json.dumps(list(numbers)),),
    ).fetchall()
    found = {order.number: order for order in _orders(db, rows)}
    return [found[number] for number in numbers if number in found]


def requested_from(
    db: "sqlite3.Connection", supplier: str, numbers: Sequence[str]
) -> dict[str, bool]:
    """Return which of these were ever requested from this supplier, and whether they still are."""
    rows = db.execute(
        "select number, orders.supplier = assignments.supplier as still from orders"
        " join assignments on order_number = number"
        " where assignments.supplier = ? and number in (select value from json_each(?))",
        (supplier, json.dumps(list(numbers))),
    )
    return {row["number"]: bool(row["still"]) for row in rows}


def without_supplier(db: "sqlite3.Connection", numbers: Sequence[str]) -> frozenset[str]:
    """Return which of these orders are requested from nobody."""
    rows = db.execute(
        "select number from orders where supplier is null"
        " and number in (select value from json_each(?))",
        (json.dumps(list(numbers)),),
    )
    return frozenset(row["number"] for row in rows)


def children(db: "sqlite3.Connection", number: str) -> list[Order]:
    """Return the pieces of an order that was split, as they were made."""
    rows = db.execute("select * from orders where parent = ? order by sequence", (number,))
    return list(_orders(db, rows.fetchall()))


def descendants(db: "sqlite3.Connection", number: str) -> list[str]:
    """Return the numbers of the pieces of an order that are not split themselves."""
    rows = db.execute(
        "with recursive pieces (number, is_split) as ("
        " select number, is_split from orders where parent = ?"
        " union all select orders.number, orders.is_split"
        " from orders join pieces on orders.parent = pieces.number)"
        " select number from pieces where not is_split order by number",
        (number,),
    )
    return [row["number"] for row in rows]


def ancestors(db: "sqlite3.Connection", number: str) -> tuple[str, ...]:
    """Return the numbers of the orders that this one was split from, nearest first."""
    found: list[str] = []
    row = db.execute("select parent from orders where number = ?", (number,)).fetchone()
    while row and row["parent"]:
        found.append(row["parent"])
        row = db.execute("select parent from orders where number = ?", (row["parent"],)).fetchone()
    return tuple(found)


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
        "select * from orders where sequence > ? and (? is null or (status = ? and not is_split))"
        " order by sequence limit ?",
        (last, status, status, _PAGE),
    ).fetchall():
        yield from _orders(db, rows)
        last = rows[-1]["sequence"]


def pages(db: "sqlite3.Connection") -> Iterator[list[Order]]:
    """Yield all orders as they were made, in pages."""
    last = 0
    while rows := db.execute(
        "select * from orders where sequence > ? order by sequence limit ?", (last, _PAGE)
    ).fetchall():
        yield list(_orders(db, rows))
        last = rows[-1]["sequence"]


def numbers(db: "sqlite3.Connection", prefix: str, limit: int) -> list[str]:
    """Return the first order numbers that begin with `prefix`."""
    rows = db.execute(
        "select number from orders where number >= ? and number < ? order by number limit ?",
        (prefix, f"{prefix}\U0010ffff", limit),
    )
    return [row["number"] for row in rows]


def similar(db: "sqlite3.Connection", number: str) -> str | None:
    """Return the newest number that ends with this one, or that this one ends with."""
    row = db.execute(
        "select number from orders where substr(number, -length(?1)) = ?1"
        " or substr(?1, -length(number)) = number order by sequence desc limit 1",
        (number,),
    ).fetchone()
    return row["number"] if row else None


def _orders(db: "sqlite3.Connection", rows: "Sequence[sqlite3.Row]") -> Iterator[Order]:
    lines = _lines(db, [row["number"] for row in rows])
    for row in rows:
        order = Order(
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
            is_split=bool(row["is_split"]),
            ancestors=ancestors(db, row["number"]) if row["parent"] else (),
        )
        yield replace(order, content=_content(order))


def _content(order: Order) -> str:
    """Return a digest of what an edit would change; a status is none."""
    told = (order.lines, order.ship_to, order.bill_to, order.shipping_method)
    return f"1-{hashlib.blake2b(msgspec.json.encode(told), digest_size=16).hexdigest()}"


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


def _money_from_text(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
