"""Orders of a local account: read, requested, and their status.

`order_creation.py` creates them, `cancellations.py` cancels and restores them.
"""

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

from ordosync.embedded import ancestry, change_feed, units
from ordosync.line_content import line_contents
from ordosync.models import Address, Line, Order, Outcome

if TYPE_CHECKING:
    import sqlite3

OPEN = ("awaiting_fulfillment", "dropshipment_requested", "partially_shipped")
_PAGE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderState:
    """The fields of an order that `Order` does not have, and its status."""

    status: str
    supplier: str | None
    is_split: bool
    warehouse: str
    held: str
    """What the Merchant edited, so that the order is not shipped; empty if it is not held."""

    @property
    def is_open(self) -> bool:
        """True if it has units that can be shipped, cancelled or split."""
        return self.status in OPEN and not self.is_split

    @property
    def is_untouched(self) -> bool:
        """True if it is open and no unit of it was sent."""
        return self.is_open and self.status != "partially_shipped"


def assign(db: "sqlite3.Connection", number: str, supplier: str) -> None:
    """Request an order from a supplier."""
    db.execute("update orders set supplier = ? where number = ?", (supplier, number))
    db.execute(
        "insert into assignments (order_number, supplier) values (?, ?) on conflict do nothing",
        (number, supplier),
    )
    move(db, number, "dropshipment_requested")


def move(db: "sqlite3.Connection", number: str, status: str) -> None:
    """Set the status of an order and record the change."""
    db.execute("update orders set status = ? where number = ?", (status, number))
    change_feed.add(db, "order", number, status)


def settle(db: "sqlite3.Connection", number: str) -> None:
    """Set the status of an order that follows from its open and sent units."""
    state = state_of(db, number)
    lines = units.of_order(db, number)
    is_open, is_sent = any(line.open > 0 for line in lines), any(line.sent for line in lines)
    if state is None:
        return
    if is_open and not is_sent:
        status = "dropshipment_requested" if state.supplier else "awaiting_fulfillment"
    else:
        status = "partially_shipped" if is_open else "shipped"
    if status != state.status:
        move(db, number, status)


def references(db: "sqlite3.Connection", numbers: Sequence[str]) -> dict[str, str]:
    """Return the ordosync references of these orders, by number."""
    rows = db.execute(
        "select number, reference from orders where reference <> ''"
        " and number in (select value from json_each(?))",
        (json.dumps(list(numbers)),),
    )
    return {row["number"]: row["reference"] for row in rows}


def cancelled_unshipped(db: "sqlite3.Connection", numbers: Sequence[str]) -> frozenset[str]:
    """Return which of these orders are cancelled as a whole: no unit of them was sent."""
    rows = db.execute(
        "select number from orders where status = 'cancelled' and not is_split"
        " and number in (select value from json_each(?)) and not exists"
        " (select 1 from shipments join shipment_lines on shipment_id = shipments.id"
        " where order_number = number and voided_at is null)",
        (json.dumps(list(numbers)),),
    )
    return frozenset(row["number"] for row in rows)


def cancelled_in_part(db: "sqlite3.Connection", numbers: Sequence[str]) -> frozenset[str]:
    """Return which of these orders have cancelled units, but are not cancelled as a whole."""
    rows = db.execute(
        "select distinct number from orders join order_lines on order_number = number"
        " where cancelled > 0 and status <> 'cancelled' and not is_split"
        " and number in (select value from json_each(?))",
        (json.dumps(list(numbers)),),
    )
    return frozenset(row["number"] for row in rows)


def split_among(db: "sqlite3.Connection", numbers: Sequence[str]) -> frozenset[str]:
    """Return which of these orders are split."""
    rows = db.execute(
        "select number from orders where is_split and number in (select value from json_each(?))",
        (json.dumps(list(numbers)),),
    )
    return frozenset(row["number"] for row in rows)


def state_of(db: "sqlite3.Connection", number: str) -> OrderState | None:
    """Return the state of an order; None if it does not exist."""
    row = db.execute(
        "select status, supplier, is_split, warehouse, held from orders where number = ?", (number,)
    ).fetchone()
    if row is None:
        return None
    return OrderState(
        status=row["status"],
        supplier=row["supplier"],
        is_split=bool(row["is_split"]),
        warehouse=row["warehouse"],
        held=row["held"],
    )


def read_many(db: "sqlite3.Connection", numbers: Sequence[str]) -> list[Order]:
    """Return these orders in the order of the numbers; an unknown number is omitted."""
    rows = db.execute(
        "select * from orders where number in (select value from json_each(?))",
        (json.dumps(list(numbers)),),
    ).fetchall()
    orders = {order.number: order for order in from_rows(db, rows)}
    return [orders[number] for number in numbers if number in orders]


def requested_from(
    db: "sqlite3.Connection", supplier: str, numbers: Sequence[str]
) -> dict[str, bool]:
    """Return the orders that were ever requested from this supplier; True: they still are."""
    rows = db.execute(
        "select number, orders.supplier = assignments.supplier as still from orders"
        " join assignments on order_number = number"
        " where assignments.supplier = ? and number in (select value from json_each(?))",
        (supplier, json.dumps(list(numbers))),
    )
    return {row["number"]: bool(row["still"]) for row in rows}


def without_supplier(db: "sqlite3.Connection", numbers: Sequence[str]) -> frozenset[str]:
    """Return which of these orders have no supplier."""
    rows = db.execute(
        "select number from orders where supplier is null"
        " and number in (select value from json_each(?))",
        (json.dumps(list(numbers)),),
    )
    return frozenset(row["number"] for row in rows)


def children(db: "sqlite3.Connection", number: str) -> list[Order]:
    """Return the pieces of a split order, in the order of their creation."""
    rows = db.execute("select * from orders where parent = ? order by sequence", (number,))
    return list(from_rows(db, rows.fetchall()))


def find(db: "sqlite3.Connection", references: Sequence[str]) -> dict[str, Outcome]:
    """Return an `unchanged` outcome for each of these references that exists."""
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
    """Return an order; None if it does not exist."""
    rows = db.execute("select * from orders where number = ?", (number,)).fetchall()
    return next(from_rows(db, rows), None)


def pages(db: "sqlite3.Connection") -> Iterator[list[Order]]:
    """Yield pages of all orders in the order of their creation."""
    last = 0
    while rows := db.execute(
        "select * from orders where sequence > ? order by sequence limit ?", (last, _PAGE)
    ).fetchall():
        yield list(from_rows(db, rows))
        last = rows[-1]["sequence"]


def numbers(db: "sqlite3.Connection", prefix: str, limit: int) -> list[str]:
    """Return the first order numbers that begin with `prefix`."""
    rows = db.execute(
        "select number from orders where number >= ? and number < ? order by number limit ?",
        (prefix, f"{prefix}\U0010ffff", limit),
    )
    return [row["number"] for row in rows]


def from_rows(db: "sqlite3.Connection", rows: "Sequence[sqlite3.Row]") -> Iterator[Order]:
    """Yield the orders of these rows of the table."""
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
            is_held=bool(row["held"]),
            ancestors=ancestry.ancestors(db, row["number"]) if row["parent"] else (),
        )
        yield replace(order, content=_content(order))


def _content(order: Order) -> str:
    """Return a digest of the fields that count as an edit; the status does not."""
    edited: tuple[object, ...] = (
        *(line_contents(order.lines), order.ship_to, order.bill_to),
        order.shipping_method,
    )
    form = "1"
    # Earlier versions did not count notes, so orders without notes keep their digests.
    if order.customer_notes or order.internal_notes:
        form, edited = "2", (*edited, order.customer_notes, order.internal_notes)
    return f"{form}-{hashlib.blake2b(msgspec.json.encode(edited), digest_size=16).hexdigest()}"


def _lines(db: "sqlite3.Connection", order_numbers: Iterable[str]) -> dict[str, list[Line]]:
    """Return the lines of these orders, with the units that are not cancelled."""
    lines: dict[str, list[Line]] = {number: [] for number in order_numbers}
    rows = db.execute(
        "select * from order_lines where order_number in (select value from json_each(?))"
        " order by order_number, position",
        (json.dumps(list(lines)),),
    )
    for row in rows:
        lines[row["order_number"]].append(
            Line(
                id=row["id"],
                sku=row["sku"],
                name=row["name"],
                quantity=row["quantity"] - row["cancelled"],
                unit_price=_money_from_text(row["unit_price"]),
                details=row["details"],
                total=_money_from_text(row["total"]),
                discount=_money_from_text(row["discount"]),
                supplier_sku=row["supplier_sku"],
                supplier_unit_cost=_money_from_text(row["supplier_unit_cost"]),
            )
        )
    return lines


def _money_from_text(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
