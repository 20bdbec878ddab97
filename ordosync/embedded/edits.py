"""Edits of the Merchant, written to orders that are not sent."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from ordosync.edits import EditableOrder, EditGroup, LineEdit, OrderEdit
from ordosync.embedded import change_feed, order_creation, orders, products, timeline, units
from ordosync.models import Address, Line, Order, Outcome, normalized_sku, refused
from ordosync.order_checks import refusal
from ordosync.text import status_text

if TYPE_CHECKING:
    import sqlite3

GROUPS: frozenset[EditGroup] = frozenset({"address", "contact", "lines", "method", "notes"})
_OF_REST: frozenset[EditGroup] = frozenset({"lines", "notes"})
"""The groups of a partially shipped order: its parcels have the address and the method."""
_SET_TEXTS = """
update orders set ship_to = ?, bill_to = ?, shipping_method = ?, customer_notes = ?,
    internal_notes = ? where number = ?
"""


def current(db: "sqlite3.Connection", numbers: Sequence[str]) -> dict[str, EditableOrder]:
    """Return these orders as they are now; an unknown number is omitted."""
    rows = db.execute(
        "select number, held, exists (select 1 from shipments where order_number = number"
        " and voided_at is null) as has_label from orders"
        " where number in (select value from json_each(?))",
        (json.dumps(list(numbers)),),
    )
    states = {row["number"]: row for row in rows}
    return {
        order.number: EditableOrder(
            order_id=order.number,
            order=_with_kept_units(db, order),
            groups=_editable(order),
            has_label=bool(states[order.number]["has_label"]),
            is_held=bool(states[order.number]["held"]),
            sent={line.line_id: line.sent for line in units.of_order(db, order.number)},
        )
        for order in orders.read_many(db, numbers)
    }


def write(db: "sqlite3.Connection", edit: OrderEdit, *, actor: str) -> Outcome:
    """Set the edited groups of an order that has open units."""
    order = orders.read(db, edit.order_id)
    if order is None:
        return refused("not-found", "does not exist")
    if order.status in ("shipped", "cancelled"):
        return refused(order.status, f"is {status_text(order.status)}")
    if fixed := sorted(edit.groups - _editable(order)):
        return refused("not-editable", f"is split or partially shipped: {', '.join(fixed)}")
    after = _edited(order, edit)
    if reason := refusal(after, by_desk=True, is_stored=True):
        return refused("invalid-order", reason)
    changed = [name for name, of in _TEXTS.items() if of(order) != of(after)]
    db.execute(_SET_TEXTS, _texts(after))
    added = list(_add(db, edit)) if "lines" in edit.groups else []
    raised = [_raise(db, edit.order_id, line) for line in edit.lines if line.line_id]
    changed += ["lines"] if any(raised) or any(is_new for _, is_new in added) else []
    line_ids = tuple(line_id for line_id, _ in added)
    if not changed:
        return Outcome(state="unchanged", id=order.number, line_ids=line_ids)
    orders.settle(db, order.number)
    change_feed.add(db, "order", order.number, "edited")
    timeline.add(db, order.number, f"Edited by the Merchant: {', '.join(changed)}", actor=actor)
    return Outcome(state="done", id=order.number, line_ids=line_ids)


_TEXTS: dict[str, Callable[[Order], object]] = {
    "address": lambda order: replace(order.ship_to, email="", phone=""),
    "contact": lambda order: (order.ship_to.email, order.ship_to.phone, order.bill_to),
    "method": lambda order: order.shipping_method,
    "notes": lambda order: (order.customer_notes, order.internal_notes),
}


def _editable(order: Order) -> frozenset[EditGroup]:
    if order.is_split or order.status in ("shipped", "cancelled"):
        return frozenset()
    return _OF_REST if order.status == "partially_shipped" else GROUPS


def _with_kept_units(db: "sqlite3.Connection", order: Order) -> Order:
    """Return an order with the sent and open units of its lines."""
    if order.status != "cancelled":
        return order
    sent = {line.line_id: line.sent for line in units.of_order(db, order.number)}
    return replace(
        order, lines=tuple(replace(line, quantity=sent[line.id]) for line in order.lines)
    )


def _edited(order: Order, edit: OrderEdit) -> Order:
    bill_to = edit.bill_to_fields
    is_billed = order.bill_to is not None or any(bill_to.values())
    method = edit.order.shipping_method if "method" in edit.groups else order.shipping_method
    return replace(
        order,
        ship_to=replace(order.ship_to, **edit.ship_to_fields),
        bill_to=replace(order.bill_to or Address(), **bill_to) if is_billed else None,
        shipping_method=method,
        **edit.note_fields,
    )


def _texts(order: Order) -> tuple[object, ...]:
    return (
        msgspec.json.encode(order.ship_to).decode(),
        None if order.bill_to is None else msgspec.json.encode(order.bill_to).decode(),
        order.shipping_method,
        order.customer_notes,
        order.internal_notes,
        order.number,
    )


def _raise(db: "sqlite3.Connection", number: str, line: LineEdit) -> bool:
    """Give a line these units, besides those that were cancelled. It never gets fewer."""
    rows = db.execute(
        "update order_lines set quantity = :units + cancelled"
        " where order_number = :number and id = :id and quantity - cancelled < :units",
        {"units": line.quantity, "number": number, "id": line.line_id},
    )
    return rows.rowcount > 0


def _add(db: "sqlite3.Connection", edit: OrderEdit) -> Iterator[tuple[str, bool]]:
    """Add lines, unless an earlier attempt has. Yield their ids, and True if units are new."""
    rows = db.execute(
        "select id, sku from order_lines where order_number = ? order by position",
        (edit.order_id,),
    ).fetchall()
    unknown = {row["id"]: normalized_sku(row["sku"]) for row in rows}
    unknown = {id_: sku for id_, sku in unknown.items() if id_ not in edit.known_lines}
    for added in (line for line in edit.lines if not line.line_id):
        sku = normalized_sku(added.line.sku)
        found = next((id_ for id_, shown in unknown.items() if shown == sku), None)
        if found:
            del unknown[found]
            yield found, _raise(db, edit.order_id, replace(added, line_id=found))
        else:
            yield _add_line(db, edit.order_id, added.line), True


def _add_line(db: "sqlite3.Connection", number: str, line: Line) -> str:
    products.create_unknown(db, {line.sku: line.name})
    return order_creation.add_line(db, number, line)
