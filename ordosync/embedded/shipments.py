"""Parcels of an order: one valid parcel, and those whose label was voided.

The status "partially shipped" does not exist: an order is split first, then a piece is shipped.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ordosync.embedded import ancestry, change_feed, orders, stock, timeline
from ordosync.models import OWN, Outcome, Shipment, refused

if TYPE_CHECKING:
    import sqlite3


def ship(db: "sqlite3.Connection", shipment: Shipment, *, actor: str) -> Outcome:
    """Ship an open order; its units are subtracted from the stock.

    An order that was requested from a supplier does not change the stock of this account. The same
    tracking number a second time is `unchanged`.
    """
    number = shipment.order_id
    state = orders.state_of(db, number)
    if state is None:
        return refused("not-found", "does not exist")
    label = _valid(db, number)
    if label and label["tracking_number"] == shipment.tracking_number:
        return Outcome(state="unchanged", id=label["id"])
    if not state.is_open:
        return _not_open(state)
    if state.status == "awaiting_fulfillment":
        [order] = orders.read_many(db, [number])
        stock.move(db, order.lines, shipment.warehouse, sign=-1)
    shipment_id = _insert(db, shipment, told_as=None)
    orders.move(db, number, "shipped")
    timeline.add(db, number, f"Shipped with {_label(shipment)}", actor=actor)
    return Outcome(state="done", id=shipment_id)


def void(db: "sqlite3.Connection", number: str, *, actor: str) -> Outcome:
    """Void the label of an order, reopen the order, and add its units to the stock again.

    A cancelled order stays cancelled, but its units are added. A parcel of the Supplier did not
    change the stock of this account, so nothing is added.
    """
    state = orders.state_of(db, number)
    if state is None:
        return refused("not-found", "does not exist")
    label = _valid(db, number)
    if label is None:
        return refused("no-label", "has no valid label")
    _mark_void(db, label["id"])
    if state.supplier is None and label["told_as"] is None:
        [order] = orders.read_many(db, [number])
        stock.move(db, order.lines, label["warehouse"], sign=1)
    if state.status == "shipped":
        orders.move(
            db, number, "dropshipment_requested" if state.supplier else "awaiting_fulfillment"
        )
    timeline.add(db, number, f"Label {label['tracking_number']} voided", actor=actor)
    return Outcome(state="done", id=label["id"])


def add_tracking(db: "sqlite3.Connection", shipment: Shipment) -> Outcome:
    """Add a parcel of the Supplier; it does not change the stock of this account.

    https://support.ordoro.com/how-does-inventory-tracking-in-ordoro-work-for-dropshipped-products/
    """
    state = orders.state_of(db, shipment.order_id)
    if state is None:
        return refused("not-found", "does not exist at the Merchant")
    if not state.is_split:
        return _add_to(db, shipment, shipment.order_id)
    pieces = ancestry.descendants(db, shipment.order_id)
    outcomes = [_add_to(db, shipment, piece) for piece in pieces]
    for best in ("done", "unchanged"):
        for outcome in outcomes:
            if outcome.state == best:
                return replace(outcome, code="on-pieces")
    return outcomes[0]


def void_tracking(db: "sqlite3.Connection", shipment: Shipment) -> Outcome:
    """Flag a parcel of the Supplier as void.

    The order stays shipped; otherwise it would be shipped twice.
    """
    rows = db.execute(
        "select id, order_number from shipments"
        " where told_as = ? and tracking_number = ? and voided_at is null",
        (shipment.id, shipment.tracking_number),
    ).fetchall()
    # Each piece with this number has its own row.
    for row in rows:
        _mark_void(db, row["id"])
        text = f"Tracking {shipment.tracking_number} was voided by the Supplier"
        timeline.add(db, row["order_number"], text, actor="ordosync")
    if not rows:
        return Outcome(state="unchanged", id=shipment.order_id)
    return Outcome(state="done", id=rows[0]["order_number"])


def read(db: "sqlite3.Connection", ids: Sequence[str]) -> list[Shipment]:
    """Return these shipments in the order of the ids; an unknown id is omitted."""
    rows = db.execute(
        "select * from shipments where id in (select value from json_each(?))",
        (json.dumps(list(ids)),),
    )
    shipments = {row["id"]: _shipment(db, row) for row in rows.fetchall()}
    families = {
        key: (shipment.order_id, *shipment.ancestors) for key, shipment in shipments.items()
    }
    references = orders.references(
        db, [number for family in families.values() for number in family]
    )
    return [
        replace(
            shipments[key],
            reference=next((references[n] for n in families[key] if n in references), ""),
        )
        for key in ids
        if key in shipments
    ]


def without_label(changed: Iterable[tuple[str, bool, str]]) -> Iterator[Shipment]:
    """Yield orders that were cancelled or restored as shipments without a label."""
    for number, is_cancelled, at in changed:
        yield Shipment(
            id=number,
            order_id=number,
            tracking_number="",
            carrier="",
            shipped_at=datetime.fromisoformat(at),
            voided=True,
            cancelled=is_cancelled,
        )


def of_order(db: "sqlite3.Connection", number: str) -> Iterator[Shipment]:
    """Yield the parcels of an order, the newest last."""
    rows = db.execute(
        "select * from shipments where order_number = ? order by created_at, id", (number,)
    )
    for row in rows.fetchall():
        yield _shipment(db, row)


def of_orders(
    db: "sqlite3.Connection", numbers: Sequence[str], *, with_supplier_ids: bool
) -> dict[str, list[Shipment]]:
    """Return the parcels of these orders, with their ids in this account or at the Supplier."""
    shipments: dict[str, list[Shipment]] = {}
    rows = db.execute(
        "select * from shipments where order_number in (select value from json_each(?))"
        " order by created_at, id",
        (json.dumps(list(numbers)),),
    )
    for row in rows.fetchall():
        shipment = _shipment(db, row)
        if with_supplier_ids:
            shipment = replace(shipment, id=row["told_as"] or OWN)
        shipments.setdefault(row["order_number"], []).append(shipment)
    return shipments


def _add_to(db: "sqlite3.Connection", shipment: Shipment, number: str) -> Outcome:
    state = orders.state_of(db, number)
    if state is None or state.status == "cancelled":
        return refused("cancelled", f"order {number} is cancelled")
    label = _valid(db, number)
    if label and label["tracking_number"] == shipment.tracking_number:
        return Outcome(state="unchanged", id=number)
    if label:
        return refused("other-tracking", f"order {number} keeps its other tracking number")
    if _mark_valid(db, shipment, number):
        text = f"Tracking {shipment.tracking_number} is valid again"
    else:
        _insert(db, shipment, told_as=shipment.id, number=number)
        text = f"Tracking added: {_label(shipment)}"
    orders.move(db, number, "shipped")
    timeline.add(db, number, text, actor="ordosync")
    return Outcome(state="done", id=number)


def _valid(db: "sqlite3.Connection", number: str) -> "sqlite3.Row | None":
    row: sqlite3.Row | None = db.execute(
        "select * from shipments where order_number = ? and voided_at is null", (number,)
    ).fetchone()
    return row


def _insert(
    db: "sqlite3.Connection", shipment: Shipment, *, told_as: str | None, number: str | None = None
) -> str:
    number = number or shipment.order_id
    count = db.execute(
        "select count(*) + 1 as next from shipments where order_number = ?", (number,)
    ).fetchone()["next"]
    shipment_id = f"{number}:{count}"
    db.execute(
        "insert into shipments (id, order_number, told_as, tracking_number, carrier, method, cost,"
        " currency, warehouse, shipped_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            shipment_id,
            number,
            told_as,
            shipment.tracking_number,
            shipment.carrier,
            shipment.method,
            None if shipment.cost is None else str(shipment.cost),
            shipment.currency,
            shipment.warehouse,
            shipment.shipped_at.isoformat(),
        ),
    )
    change_feed.add(db, "shipment", shipment_id, "made")
    return shipment_id


def _mark_void(db: "sqlite3.Connection", shipment_id: str) -> None:
    db.execute(
        "update shipments set voided_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') where id = ?",
        (shipment_id,),
    )
    change_feed.add(db, "shipment", shipment_id, "voided")


def _mark_valid(db: "sqlite3.Connection", shipment: Shipment, number: str) -> bool:
    """Make a voided label of this order valid again; return False if it has no such label."""
    void = db.execute(
        "select id from shipments where order_number = ? and told_as = ? and tracking_number = ?",
        (number, shipment.id, shipment.tracking_number),
    ).fetchone()
    if void is None:
        return False
    db.execute("update shipments set voided_at = null where id = ?", (void["id"],))
    change_feed.add(db, "shipment", void["id"], "valid")
    return True


def _shipment(db: "sqlite3.Connection", row: "sqlite3.Row") -> Shipment:
    return Shipment(
        id=row["id"],
        order_id=row["order_number"],
        ancestors=ancestry.ancestors(db, row["order_number"]),
        tracking_number=row["tracking_number"],
        carrier=row["carrier"],
        method=row["method"],
        cost=None if row["cost"] is None else Decimal(row["cost"]),
        currency=row["currency"],
        warehouse=row["warehouse"],
        shipped_at=datetime.fromisoformat(row["shipped_at"]),
        voided=row["voided_at"] is not None,
    )


def _label(shipment: Shipment) -> str:
    return " ".join(
        part for part in (shipment.carrier, shipment.method, shipment.tracking_number) if part
    )


def _not_open(state: orders.OrderState) -> Outcome:
    if state.is_split:
        return refused("already-split", "is split; its pieces are shipped one by one")
    if state.status == "cancelled":
        return refused("cancelled", "is cancelled")
    return refused("already-shipped", "is shipped already")
