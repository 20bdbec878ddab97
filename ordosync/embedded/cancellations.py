"""Cancellations of orders, and of units of them; restored orders.

If the status of an order is cancelled, so are its open units; once it is restored, they are open
again. Units that are cancelled while others stay open or sent are counted on their line.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ordosync.edits import Reduction
from ordosync.embedded import ancestry, change_feed, orders, shipments, timeline, units
from ordosync.models import Outcome, ParcelLine, refused
from ordosync.text import status_text

if TYPE_CHECKING:
    import sqlite3

_REST = "rest-cancelled"
"""Change of a partially sent order whose open units were cancelled."""


def cancel(
    db: "sqlite3.Connection", number: str, *, actor: str, also_shipped: bool = False
) -> Outcome:
    """Cancel all open units, which releases their stock; sent units keep label and stock."""
    state = orders.state_of(db, number)
    if state is None:
        return refused("not-found", "does not exist")
    if state.is_split:
        return ancestry.refused_as_split(db, number, "cancelled")
    if state.status == "cancelled":
        return Outcome(state="unchanged", id=number)
    if state.status == "partially_shipped" and not also_shipped:
        return _cancel_rest(db, number, actor=actor)
    if state.status == "shipped" and not also_shipped:
        if change_feed.last_of(db, "order", number) == _REST:
            return Outcome(state="unchanged", id=number)
        return refused("already-shipped", "is shipped already")
    orders.move(db, number, "cancelled")
    timeline.add(db, number, "Cancelled", actor=actor)
    return Outcome(state="done", id=number)


def cancel_units(
    db: "sqlite3.Connection", number: str, parts: Sequence[ParcelLine], *, actor: str
) -> Outcome:
    """Cancel these open units of an order. With its last open units, the order is cancelled."""
    state = orders.state_of(db, number)
    if state is None:
        return refused("not-found", "does not exist")
    if not state.is_open:
        return not_open(db, number, state)
    open_parts = units.open_lines(db, number)
    if reason := units.surplus(parts, open_parts):
        return refused("more-than-open", reason)
    if sum(part.quantity for part in parts) == sum(part.quantity for part in open_parts):
        return cancel(db, number, actor=actor)
    units.cancel(db, number, parts)
    change_feed.add(db, "order", number, "units-cancelled")
    timeline.add(db, number, f"Cancelled {units.text(parts)}", actor=actor)
    return Outcome(state="done", id=number)


def reduce(db: "sqlite3.Connection", reduction: Reduction, *, actor: str) -> Outcome:
    """Reduce lines to these units; sent units stay, and no line is raised."""
    number = reduction.order_id
    state = orders.state_of(db, number)
    lines = {line.line_id: line for line in units.of_order(db, number)}
    if state is None or any(part.line_id not in lines for part in reduction.lines):
        return refused("not-found", "does not exist, or lacks one of these lines")
    if state.status == "cancelled":
        return Outcome(state="unchanged", id=number)
    if state.is_split:
        return ancestry.refused_as_split(db, number, "cancelled")
    parts, is_late = [], False
    for part in reduction.lines:
        line = lines[part.line_id]
        less = min(line.open, line.open + line.sent - part.quantity)
        if less > 0:
            parts.append(ParcelLine(line_id=line.line_id, quantity=less, sku=line.sku))
        is_late = is_late or part.quantity < line.sent
    if parts:
        return cancel_units(db, number, parts, actor=actor)
    if is_late:
        return refused("already-shipped", "is shipped already")
    return Outcome(state="unchanged", id=number)


def restore(db: "sqlite3.Connection", number: str, *, actor: str) -> Outcome:
    """Reopen a cancelled order without a supplier: this account ships it."""
    state = orders.state_of(db, number)
    if state is None:
        return refused("not-found", "does not exist")
    if state.status != "cancelled":
        return refused("not-cancelled", f"is not cancelled, but {status_text(state.status)}")
    db.execute("update orders set supplier = null where number = ?", (number,))
    orders.settle(db, number)
    db.execute("delete from shortages where order_number = ?", (number,))
    change_feed.add(db, "order", number, "restored")
    timeline.add(db, number, "Restored", actor=actor)
    return Outcome(state="done", id=number)


def _cancel_rest(db: "sqlite3.Connection", number: str, *, actor: str) -> Outcome:
    parts = units.open_lines(db, number)
    units.cancel(db, number, parts)
    orders.settle(db, number)
    change_feed.add(db, "order", number, _REST)
    # Its last parcel is the last one now.
    parcels = [row["id"] for row in shipments.valid_labels(db, number)]
    change_feed.add_all(db, "shipment", parcels[-1:], _REST)
    text = f"Cancelled {units.text(parts)}; sent units stay sent"
    timeline.add(db, number, text, actor=actor)
    return Outcome(state="done", id=number)


def not_open(db: "sqlite3.Connection", number: str, state: orders.OrderState) -> Outcome:
    """Return the refusal of an order without open units."""
    if state.is_split:
        return ancestry.refused_as_split(db, number, "cancelled")
    if state.status == "cancelled":
        return refused("cancelled", "is cancelled already")
    return refused("already-shipped", "is shipped already")
