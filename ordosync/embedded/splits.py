"""Splits of orders: a split order does not change any more, its pieces are orders."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ordosync.embedded import change_feed, order_creation, orders, timeline
from ordosync.models import Line, Order, Outcome, Piece, PieceLine, Split, refused

if TYPE_CHECKING:
    import sqlite3

_LEAST = 2


def split(db: "sqlite3.Connection", wanted: Split, *, actor: str) -> Outcome:
    """Split an open order as given, whole or not at all; the pieces are numbered `-1`, `-2`.

    An order whose pieces have these references is `unchanged`, with them.
    """
    order = orders.read(db, wanted.order_id)
    at = orders.position(db, wanted.order_id)
    if order is None or at is None:
        return refused("not-found", "is not here")
    if at.is_split:
        return _as_split(db, wanted)
    if not at.is_open:
        code = "cancelled" if at.status == "cancelled" else "already-shipped"
        return refused(code, f"is {at.status}")
    reason = _misfit(order.lines, wanted.pieces)
    if reason:
        return refused("does-not-fit", reason)
    db.execute("update orders set is_split = 1 where number = ?", (order.number,))
    pieces = tuple(
        _make(db, order, at, piece, place) for place, piece in enumerate(wanted.pieces, 1)
    )
    change_feed.add(db, "order", order.number, "split")
    change_feed.add(db, "split", order.number, "made")
    numbers = ", ".join(piece.id for piece in pieces)
    timeline.add(db, order.number, f"Split into {numbers}", actor=actor)
    return Outcome(state="done", id=order.number, pieces=pieces)


def read(db: "sqlite3.Connection", numbers: Sequence[str]) -> list[Split]:
    """Return the splits of these orders; an order without pieces is left out."""
    found = [(number, _pieces(db, number)) for number in numbers]
    return [Split(order_id=number, pieces=pieces) for number, pieces in found if pieces]


def _misfit(lines: Sequence[Line], pieces: Sequence[Piece]) -> str | None:
    if len(pieces) < _LEAST:
        return "has to be split into two pieces at least"
    known = {line.id for line in lines}
    given = dict.fromkeys(known, 0)
    for place, piece in enumerate(pieces, 1):
        for part in piece.lines:
            if part.of_line not in known:
                return f"has no line {part.of_line}, as piece {place} says"
            if part.quantity < 0:
                return f"has a quantity below 0 in piece {place}"
            given[part.of_line] += part.quantity
        if not any(part.quantity for part in piece.lines):
            return f"would have nothing in piece {place}"
    for line in lines:
        if given[line.id] != line.quantity:
            return f"has {line.quantity} of {line.sku}, its pieces {given[line.id]}"
    return None


def _make(
    db: "sqlite3.Connection", order: Order, at: orders.Position, piece: Piece, place: int
) -> Piece:
    lines = {line.id: line for line in order.lines}
    parts = [part for part in piece.lines if part.quantity]
    # Totals and discounts stay with the split order: their shares are not defined.
    child = replace(
        order,
        reference=piece.reference,
        discount=None,
        lines=tuple(
            replace(lines[part.of_line], quantity=part.quantity, total=None, discount=None)
            for part in parts
        ),
    )
    number, line_ids = order_creation.insert(
        db,
        child,
        f"{order.number}-{place}",
        supplier=at.supplier,
        parent=order.number,
        warehouse=at.warehouse,
        of_lines=[part.of_line for part in parts],
    )
    timeline.add(db, number, f"Split from {order.number}", actor="ordosync")
    return replace(
        piece,
        id=number,
        lines=tuple(
            replace(part, id=line_id) for part, line_id in zip(parts, line_ids, strict=True)
        ),
    )


def _as_split(db: "sqlite3.Connection", wanted: Split) -> Outcome:
    references = [piece.reference for piece in wanted.pieces]
    children = orders.children(db, wanted.order_id)
    if not all(references) or [child.reference for child in children] != references:
        return refused("already-split", "is split already, in another way")
    return Outcome(state="unchanged", id=wanted.order_id, pieces=_pieces(db, wanted.order_id))


def _pieces(db: "sqlite3.Connection", number: str) -> tuple[Piece, ...]:
    rows = db.execute(
        "select order_lines.* from order_lines join orders on order_number = number"
        " where parent = ? order by sequence, position",
        (number,),
    ).fetchall()
    names = {child.number: child.reference for child in orders.children(db, number)}
    return tuple(
        Piece(
            id=name,
            reference=reference,
            lines=tuple(
                PieceLine(of_line=row["of_line"], quantity=row["quantity"], id=row["id"])
                for row in rows
                if row["order_number"] == name
            ),
        )
        for name, reference in names.items()
    )
