"""Parcels of the Supplier at the Merchant's orders; they do not change the stock of this account.

https://support.ordoro.com/how-does-inventory-tracking-in-ordoro-work-for-dropshipped-products/

A parcel is known by its id at the Supplier and its number. Each of its numbers is a row; the first
one holds its units. An order that was shipped stays so if a label is voided.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ordosync.added_units import requested_lines, with_ignored_lines, without_added_units
from ordosync.embedded import ancestry, change_feed, orders, shipments, timeline, units
from ordosync.models import Comment, Outcome, ParcelLine, Shipment, refused

if TYPE_CHECKING:
    import sqlite3


def add_tracking(db: "sqlite3.Connection", shipment: Shipment) -> Outcome:
    """Add a parcel of the Supplier: its units, all open units, or only its number."""
    state = orders.state_of(db, shipment.order_id)
    if state is None:
        return refused("not-found", "does not exist at the Merchant")
    if not state.is_split:
        return _add_to(db, shipment, state)
    parcels = _in_pieces(db, shipment)
    is_known = _known(db, shipment, shipment.order_id, brings_units=True)
    if parcels[-1].order_id == shipment.order_id and not is_known:
        own = units.open_lines(db, shipment.order_id)
        if reason := units.surplus(parcels[-1].lines or (), own):
            return refused("more-than-ordered", f"order {shipment.order_id} {reason}")
    outcomes = [_add_to(db, part, orders.state_of(db, part.order_id)) for part in parcels]
    for best in ("done", "unchanged"):
        for outcome in outcomes:
            if outcome.state == best:
                return replace(outcome, code="on-pieces")
    return outcomes[0]


def void_tracking(db: "sqlite3.Connection", shipment: Shipment) -> Outcome:
    """Flag a number of the Supplier as void.

    An order that was shipped stays so; otherwise it would be shipped twice.
    """
    rows = db.execute(
        "select id, order_number from shipments"
        " where told_as = ? and tracking_number = ? and voided_at is null",
        (shipment.id, shipment.tracking_number),
    ).fetchall()
    # Each piece with this number has its own row.
    for row in rows:
        shipments.mark_void(db, row["id"])
        state = orders.state_of(db, row["order_number"])
        if state and state.status in orders.OPEN:
            orders.settle(db, row["order_number"])
        text = f"Tracking {shipment.tracking_number} was voided by the Supplier"
        timeline.add(db, row["order_number"], text, actor="ordosync")
    if not rows:
        return Outcome(state="unchanged", id=shipment.order_id)
    return Outcome(state="done", id=rows[0]["order_number"])


def _add_to(
    db: "sqlite3.Connection", shipment: Shipment, state: orders.OrderState | None
) -> Outcome:
    number = shipment.order_id
    if state is None or state.status == "cancelled":
        return refused("cancelled", f"order {number} is cancelled")
    lines = units.of_order(db, number)
    open_parts = units.open_parts(lines)
    open_units = {part.line_id: part.quantity for part in open_parts}
    skus = {part.line_id: part.sku for part in open_parts}
    sent = {part.line_id: part.quantity for part in shipment.at_most}
    shipment = without_added_units(shipment, open_units, requested_lines(shipment, skus))
    shipment = with_ignored_lines(shipment, open_units, skus)
    parts = shipment.lines or (open_parts if shipment.is_last else ())
    parts = units.with_cancelled(parts, lines, sent) if parts else ()
    known = _known(db, shipment, number, brings_units=bool(parts))
    if known and (not parts or known in units.in_parcels(db, [known])):
        return _with_cancelled_units(db, shipment, Outcome(state="unchanged", id=number))
    refusal = _refusal(db, number, parts, lines)
    if refusal:
        return refusal
    # The parcel is a fact and the cancellation was only a request: its units are sent.
    cancelled = units.take_back(db, number, parts, open_parts)
    text = _write(db, shipment, number, parts, known)
    if state.status in orders.OPEN:
        orders.settle(db, number)
    timeline.add(db, number, text, actor="ordosync")
    if cancelled:
        text = f"Sent although they were cancelled: {units.text(cancelled)}"
        comment = Comment(key=_cancelled_key(shipment), order_id=number, text=text)
        timeline.add_once(db, comment, actor="ordosync")
    return _with_cancelled_units(db, shipment, Outcome(state="done", id=number))


def _with_cancelled_units(
    db: "sqlite3.Connection", shipment: Shipment, outcome: Outcome
) -> Outcome:
    """Return the outcome of a parcel, also of a repeated write, with the cancelled units in it."""
    if not timeline.has_comment(db, outcome.id, _cancelled_key(shipment)):
        return outcome
    number = shipment.tracking_number
    reason = (
        f"parcel {number} was saved, but holds units that the Merchant had cancelled; ask for a"
        " return"
    )
    return replace(outcome, code="cancelled", reason=reason)


def _cancelled_key(shipment: Shipment) -> str:
    return f"cancelled-units:{shipment.id}:{shipment.tracking_number}"


def _known(
    db: "sqlite3.Connection", shipment: Shipment, number: str, *, brings_units: bool
) -> str | None:
    """Return the row with this number; another parcel may have the same number."""
    same = [
        row
        for row in shipments.valid_labels(db, number)
        if row["tracking_number"] == shipment.tracking_number
    ]
    for row in same:
        if row["told_as"] == shipment.id or not brings_units:
            return str(row["id"])
    return None


def _refusal(
    db: "sqlite3.Connection",
    number: str,
    parts: Sequence[ParcelLine],
    lines: Sequence[units.LineUnits],
) -> Outcome | None:
    """Return why a parcel cannot be added; None if it can."""
    is_open = bool(units.open_parts(lines))
    reason = units.surplus(parts, units.sendable_parts(lines))
    if not reason and (parts or is_open):
        return None
    if any(row["told_as"] is None for row in shipments.valid_labels(db, number)):
        return refused("other-tracking", f"order {number} keeps its other tracking number")
    if not reason:
        return None  # A further number of this Supplier.
    return refused("more-than-ordered", f"order {number} {reason}")


def _write(
    db: "sqlite3.Connection",
    shipment: Shipment,
    number: str,
    parts: Sequence[ParcelLine],
    known: str | None,
) -> str:
    """Add a parcel, or units to its number that was there before; return the timeline's text."""
    label = shipments.label(shipment)
    is_whole = shipment.lines is None
    text = f"Tracking added: {label}" if is_whole else f"Tracking of {units.text(parts)}: {label}"
    if known:
        units.put_into(db, known, parts)
    elif void := _void_row(db, shipment, number):
        db.execute("update shipments set voided_at = null where id = ?", (void,))
        change_feed.add(db, "shipment", void, "valid")
        units.put_into(db, void, parts)
        text = f"Tracking {shipment.tracking_number} is valid again"
    else:
        first = replace(shipment, more_numbers=())
        shipments.insert(db, first, parts, told_as=shipment.id, number=number)
    for row in _more_rows(db, shipment, number):
        shipments.insert(db, row, (), told_as=shipment.id, number=number)
    return text


def _more_rows(db: "sqlite3.Connection", shipment: Shipment, number: str) -> Iterator[Shipment]:
    """Yield the further numbers of a parcel that the order does not have yet."""
    if not shipment.more_numbers:
        return
    rows = shipments.valid_labels(db, number)
    existing = {row["tracking_number"] for row in rows if row["told_as"] == shipment.id}
    for more in shipment.more_numbers:
        if more not in existing:
            # The cost is for the whole parcel, so only the first number has it.
            yield replace(shipment, tracking_number=more, more_numbers=(), cost=None, currency="")


def _void_row(db: "sqlite3.Connection", shipment: Shipment, number: str) -> str | None:
    """Return the row of this order's label that was voided and is valid again."""
    row = db.execute(
        "select id from shipments where order_number = ? and told_as = ? and tracking_number = ?"
        " and voided_at is not null",
        (number, shipment.id, shipment.tracking_number),
    ).fetchone()
    return row["id"] if row else None


def _in_pieces(db: "sqlite3.Connection", shipment: Shipment) -> list[Shipment]:
    """Return a parcel of a split order as parcels of its open pieces.

    Without lines, each piece gets the number. With lines, the units go to the first pieces that
    have them open. Other units stay with the order itself, of which a part may have been sent
    before the split. If their label is void, the order itself has the units open.
    """
    if shipment.lines and _is_of_order(db, shipment):
        return [shipment]
    numbers = ancestry.descendants(db, shipment.order_id)
    known = [number for number in numbers if _known(db, shipment, number, brings_units=True)]
    if shipment.lines is None:
        open_numbers = [number for number in numbers if units.open_lines(db, number)]
        # If no piece is open, it is a further number of the first piece.
        chosen = known or open_numbers or numbers[:1]
        return [replace(shipment, order_id=number) for number in chosen]
    if known:
        number_only = replace(shipment, lines=None, is_last=False)
        return [replace(number_only, order_id=number) for number in known]
    left = {part.line_id: part.quantity for part in shipment.lines}
    parcels = [
        replace(shipment, order_id=number, lines=parts)
        for number in numbers
        if (parts := _share(db, shipment.order_id, number, left))
    ]
    own = tuple(
        replace(part, quantity=left[part.line_id])
        for part in shipment.lines
        if left[part.line_id] > 0
    )
    return [*parcels, replace(shipment, lines=own)] if own else parcels


def _is_of_order(db: "sqlite3.Connection", shipment: Shipment) -> bool:
    """True if a split order itself has all units of a parcel open, or has the parcel."""
    if _known(db, shipment, shipment.order_id, brings_units=True):
        return True
    own = {part.line_id: part.quantity for part in units.open_lines(db, shipment.order_id)}
    return all(part.quantity <= own.get(part.line_id, 0) for part in shipment.lines or ())


def _share(
    db: "sqlite3.Connection", ancestor: str, number: str, left: dict[str, int]
) -> tuple[ParcelLine, ...]:
    """Return the units of a piece that a parcel of its ancestor holds; subtract them from `left`.

    `left` has the units by line of the ancestor.
    """
    rows = db.execute(
        "with recursive family (id, order_number, line_id) as ("
        " select id, order_number, id from order_lines where order_number = ?"
        " union all select parts.id, parts.order_number, line_id from family"
        " join orders on parent = family.order_number"
        " join order_lines as parts on parts.order_number = number and of_line = family.id)"
        " select id, line_id from family where order_number = ?",
        (ancestor, number),
    )
    lines = {row["id"]: row["line_id"] for row in rows}
    parts = []
    for part in units.open_lines(db, number):
        line_id = lines.get(part.line_id, "")
        if count := min(part.quantity, left.get(line_id, 0)):
            left[line_id] -= count
            parts.append(replace(part, quantity=count))
    return tuple(parts)
