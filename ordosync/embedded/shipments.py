"""Parcels of an order: those with a valid label, and those whose label was voided.

A parcel holds units of lines. An order is partially shipped while other units of it are open.
`tracking.py` has the parcels that a Supplier reports to a Merchant.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ordosync.embedded import ancestry, change_feed, holds, orders, stock, timeline, units
from ordosync.models import OWN, Outcome, ParcelLine, Shipment, refused

if TYPE_CHECKING:
    import sqlite3


COST_ADDED = "cost-added"
"""Code of a parcel that was there already, to which only its cost was added."""


def ship(db: "sqlite3.Connection", shipment: Shipment, *, actor: str) -> Outcome:
    """Ship units of an order, or all that are open; they are subtracted from the stock.

    An order that was requested from a supplier does not change the stock of this account. A parcel
    without a warehouse is sent from that of its order. The same parcel a second time is
    `unchanged`.
    """
    number = shipment.order_id
    state = orders.state_of(db, number)
    if state is None:
        return refused("not-found", "does not exist")
    open_parts = units.open_lines(db, number) if state.status in orders.OPEN else ()
    if same := _of_number(db, number, shipment.tracking_number):
        return _again(db, shipment, same["id"], is_open=bool(open_parts), actor=actor)
    if not open_parts:
        return _not_open(db, number, state)
    if state.held:
        return refused("held", holds.reason(state.held, number))
    parts = shipment.lines or open_parts
    if reason := units.surplus(parts, open_parts):
        return refused("more-than-ordered", reason)
    shipment = replace(shipment, warehouse=shipment.warehouse or state.warehouse)
    if state.supplier is None:
        stock.move(db, parts, shipment.warehouse, sign=-1)
    is_whole = state.status != "partially_shipped" and parts == open_parts
    shipment_id = insert(db, shipment, parts)
    orders.settle(db, number)
    what = "" if is_whole else f" {units.text(parts)}"
    timeline.add(db, number, f"Shipped{what} with {label(shipment)}", actor=actor)
    return Outcome(state="done", id=shipment_id)


def void(
    db: "sqlite3.Connection", number: str, *, actor: str, tracking_number: str = ""
) -> Outcome:
    """Void the label of a parcel, whose units are open again, and in the stock again.

    A cancelled order stays cancelled, but its units are added. A parcel of the Supplier did not
    change the stock of this account, so nothing is added.
    """
    state = orders.state_of(db, number)
    if state is None:
        return refused("not-found", "does not exist")
    rows = valid_labels(db, number)
    if tracking_number:
        rows = [row for row in rows if tracking_number in _numbers(row)]
    if not rows:
        known = f" {tracking_number}" if tracking_number else ""
        return refused("no-label", f"has no valid label{known}")
    # The rows of one parcel of the Supplier are its numbers.
    if len({row["told_as"] or row["id"] for row in rows}) > 1:
        numbers = ", ".join(row["tracking_number"] for row in rows)
        return refused("several-parcels", f"has several parcels: {numbers}; give the number of one")
    for row in rows:
        _void(db, row, state, actor=actor)
    if state.status != "cancelled":
        orders.settle(db, number)
    return Outcome(state="done", id=rows[0]["id"])


def read(db: "sqlite3.Connection", ids: Sequence[str]) -> list[Shipment]:
    """Return these shipments in the order of the ids; an unknown id is omitted."""
    rows = db.execute(
        "select * from shipments where id in (select value from json_each(?))",
        (json.dumps(list(ids)),),
    )
    shipments = {shipment.id: shipment for shipment in _shipments(db, rows.fetchall())}
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


def of_order(db: "sqlite3.Connection", number: str) -> list[Shipment]:
    """Return the parcels of an order, the newest last."""
    rows = db.execute(
        "select * from shipments where order_number = ? order by created_at, id", (number,)
    )
    return _shipments(db, rows.fetchall())


def of_orders(
    db: "sqlite3.Connection", numbers: Sequence[str], *, with_supplier_ids: bool
) -> dict[str, list[Shipment]]:
    """Return the parcels of these orders, with their ids in this account or at the Supplier."""
    by_order: dict[str, list[Shipment]] = {}
    rows = db.execute(
        "select * from shipments where order_number in (select value from json_each(?))"
        " order by created_at, id",
        (json.dumps(list(numbers)),),
    ).fetchall()
    for row, shipment in zip(rows, _shipments(db, rows), strict=True):
        by_order.setdefault(shipment.order_id, []).append(
            replace(shipment, id=row["told_as"] or OWN) if with_supplier_ids else shipment
        )
    return by_order


def valid_labels(db: "sqlite3.Connection", number: str) -> "list[sqlite3.Row]":
    """Return the rows of an order's valid labels, the oldest first."""
    return db.execute(
        "select * from shipments where order_number = ? and voided_at is null"
        " order by created_at, id",
        (number,),
    ).fetchall()


def insert(
    db: "sqlite3.Connection",
    shipment: Shipment,
    parts: Sequence[ParcelLine],
    *,
    told_as: str | None = None,
    number: str | None = None,
) -> str:
    """Add a parcel with these units to an order; return its id."""
    number = number or shipment.order_id
    count = db.execute(
        "select count(*) + 1 as next from shipments where order_number = ?", (number,)
    ).fetchone()["next"]
    shipment_id = f"{number}:{count}"
    db.execute(
        "insert into shipments (id, order_number, told_as, tracking_number, more_numbers, carrier,"
        " method, cost, currency, warehouse, shipped_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            shipment_id,
            number,
            told_as,
            shipment.tracking_number,
            json.dumps(shipment.more_numbers),
            shipment.carrier,
            shipment.method,
            None if shipment.cost is None else str(shipment.cost),
            shipment.currency,
            shipment.warehouse,
            shipment.shipped_at.isoformat(),
        ),
    )
    units.put_into(db, shipment_id, parts)
    change_feed.add(db, "shipment", shipment_id, "made")
    return shipment_id


def mark_void(db: "sqlite3.Connection", shipment_id: str) -> None:
    """Flag a label as void, so that the units of its parcel are not sent."""
    db.execute(
        "update shipments set voided_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') where id = ?",
        (shipment_id,),
    )
    change_feed.add(db, "shipment", shipment_id, "voided")


def label(shipment: Shipment) -> str:
    """Return carrier, method and numbers of a parcel, for the timeline."""
    numbers = ", ".join((shipment.tracking_number, *shipment.more_numbers))
    return " ".join(part for part in (shipment.carrier, shipment.method, numbers) if part)


def _void(
    db: "sqlite3.Connection", row: "sqlite3.Row", state: orders.OrderState, *, actor: str
) -> None:
    mark_void(db, row["id"])
    if state.supplier is None and row["told_as"] is None:
        parts = units.in_parcels(db, [row["id"]]).get(row["id"], ())
        stock.move(db, parts, row["warehouse"], sign=1)
    text = f"Label {', '.join(_numbers(row))} voided"
    timeline.add(db, row["order_number"], text, actor=actor)


def _numbers(row: "sqlite3.Row") -> tuple[str, ...]:
    return (row["tracking_number"], *json.loads(row["more_numbers"]))


def _of_number(db: "sqlite3.Connection", number: str, tracking_number: str) -> "sqlite3.Row | None":
    rows = valid_labels(db, number)
    return next((row for row in rows if row["tracking_number"] == tracking_number), None)


def _again(
    db: "sqlite3.Connection", shipment: Shipment, shipment_id: str, *, is_open: bool, actor: str
) -> Outcome:
    """Return `unchanged` if this parcel exists; another one with its number is refused.

    A cost that was not known before is added.
    """
    held = units.in_parcels(db, [shipment_id]).get(shipment_id, ())
    if _by_line(held) == _by_line(shipment.lines) if shipment.lines else not is_open:
        code = COST_ADDED if _adds_cost(db, shipment, shipment_id, actor) else ""
        return Outcome(state="unchanged", id=shipment_id, code=code)
    return refused(
        "same-number",
        f"has a parcel {shipment.tracking_number} with other units; void it first, or give another"
        " number",
    )


def _adds_cost(db: "sqlite3.Connection", shipment: Shipment, shipment_id: str, actor: str) -> bool:
    """Add the cost of a parcel that has none, such as from a file that is read a second time."""
    if shipment.cost is None:
        return False
    rows = db.execute(
        "update shipments set cost = ?, currency = ? where id = ? and cost is null",
        (str(shipment.cost), shipment.currency, shipment_id),
    )
    if rows.rowcount:
        timeline.add(db, shipment.order_id, f"Cost added to {label(shipment)}", actor=actor)
    return rows.rowcount > 0


def _by_line(parts: Iterable[ParcelLine]) -> dict[str, int]:
    return {part.line_id: part.quantity for part in parts}


def _shipments(db: "sqlite3.Connection", rows: "Sequence[sqlite3.Row]") -> list[Shipment]:
    contents = units.in_parcels(db, [row["id"] for row in rows])
    lines = units.of_orders(db, [row["order_number"] for row in rows])
    complete = {number for number, of in lines.items() if not any(line.open > 0 for line in of)}
    return [
        Shipment(
            id=row["id"],
            order_id=row["order_number"],
            ancestors=ancestry.ancestors(db, row["order_number"]),
            tracking_number=row["tracking_number"],
            more_numbers=tuple(json.loads(row["more_numbers"])),
            carrier=row["carrier"],
            method=row["method"],
            cost=None if row["cost"] is None else Decimal(row["cost"]),
            currency=row["currency"],
            warehouse=row["warehouse"],
            shipped_at=datetime.fromisoformat(row["shipped_at"]),
            voided=row["voided_at"] is not None,
            lines=contents.get(row["id"]),
            is_last=row["id"] in contents and row["order_number"] in complete,
        )
        for row in rows
    ]


def _not_open(db: "sqlite3.Connection", number: str, state: orders.OrderState) -> Outcome:
    if state.is_split:
        return ancestry.refused_as_split(db, number, "shipped")
    if state.status == "cancelled":
        return refused("cancelled", "is cancelled")
    return refused("already-shipped", "is shipped already")
