"""Splits of orders. A split order does not change any more; its pieces are new orders.

If an order is partially shipped, only its open units are split; sent units stay on the order.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ordosync.added_units import with_rest_in_first
from ordosync.embedded import change_feed, holds, order_creation, orders, timeline, units
from ordosync.models import Line, Order, Outcome, ParcelLine, Piece, PieceLine, Split, refused
from ordosync.text import status_text

if TYPE_CHECKING:
    import sqlite3

_MIN_PIECES = 2


def split(
    db: "sqlite3.Connection", requested: Split, *, actor: str, warehouses: Sequence[str] = ()
) -> Outcome:
    """Split the open units of an order into all of the pieces or none.

    The numbers of the pieces end in `-1`, `-2`. `warehouses` are those that send the pieces, in
    their order; a piece whose warehouse is empty or missing stays in that of the order. If the
    order has pieces with these references, the outcome is `unchanged`, with the pieces.
    """
    order = orders.read(db, requested.order_id)
    state = orders.state_of(db, requested.order_id)
    if order is None or state is None:
        return refused("not-found", "does not exist")
    if state.is_split:
        return _as_split(db, requested)
    if not state.is_open:
        code = "cancelled" if state.status == "cancelled" else "already-shipped"
        return refused(code, f"is {status_text(state.status)}")
    order = replace(order, lines=_open_lines(db, order))
    open_lines = (
        ParcelLine(line_id=line.id, quantity=line.quantity, sku=line.sku) for line in order.lines
    )
    requested = with_rest_in_first(requested, open_lines)
    reason = _misfit(order.lines, requested.pieces)
    if reason:
        return refused("does-not-fit", reason)
    db.execute("update orders set is_split = 1 where number = ?", (order.number,))
    named = {place: warehouse for place, warehouse in enumerate(warehouses, 1) if warehouse}
    pieces = tuple(
        _create_piece(db, order, state, piece, place, warehouse=named.get(place, state.warehouse))
        for place, piece in enumerate(requested.pieces, 1)
    )
    change_feed.add(db, "order", order.number, "split")
    change_feed.add(db, "split", order.number, "made")
    numbers = ", ".join(piece.id for piece in pieces)
    timeline.add(db, order.number, f"Split into {numbers}", actor=actor)
    return Outcome(state="done", id=order.number, pieces=pieces)


def read(db: "sqlite3.Connection", numbers: Sequence[str]) -> list[Split]:
    """Return the splits of these orders; an order without pieces is omitted."""
    pieces_by_number = [(number, _pieces(db, number)) for number in numbers]
    return [Split(order_id=number, pieces=pieces) for number, pieces in pieces_by_number if pieces]


def _open_lines(db: "sqlite3.Connection", order: Order) -> tuple[Line, ...]:
    """Return the lines of an order with the units that are still to be sent."""
    open_units = {line.line_id: line.open for line in units.of_order(db, order.number)}
    return tuple(replace(line, quantity=open_units[line.id]) for line in order.lines)


def _misfit(lines: Sequence[Line], pieces: Sequence[Piece]) -> str | None:
    """Return why the pieces do not add up to the lines; None if they do."""
    if len(pieces) < _MIN_PIECES:
        return "must be split into two or more pieces"
    line_ids = {line.id for line in lines}
    quantities = dict.fromkeys(line_ids, 0)
    for place, piece in enumerate(pieces, 1):
        for part in piece.lines:
            if part.of_line not in line_ids:
                return f"has no line {part.of_line}, as given for piece {place}"
            if part.quantity < 0:
                return f"has a quantity below 0 in piece {place}"
            quantities[part.of_line] += part.quantity
        if not any(part.quantity for part in piece.lines):
            return f"would have an empty piece {place}"
    for line in lines:
        if quantities[line.id] != line.quantity:
            return f"has {line.quantity} of {line.sku}, but its pieces have {quantities[line.id]}"
    return None


def _create_piece(
    db: "sqlite3.Connection",
    order: Order,
    state: orders.OrderState,
    piece: Piece,
    place: int,
    *,
    warehouse: str,
) -> Piece:
    parts = [part for part in piece.lines if part.quantity]
    number, line_ids = order_creation.insert(
        db,
        _order_of(order, piece, parts),
        f"{order.number}-{place}",
        supplier=state.supplier,
        parent=order.number,
        warehouse=warehouse,
        of_lines=[part.of_line for part in parts],
    )
    if state.held:
        holds.inherit(db, number, state.held)
    timeline.add(db, number, f"Split from {order.number}", actor="ordosync")
    return replace(
        piece,
        id=number,
        lines=tuple(
            replace(part, id=line_id) for part, line_id in zip(parts, line_ids, strict=True)
        ),
    )


def _order_of(order: Order, piece: Piece, parts: Sequence[PieceLine]) -> Order:
    """Return a piece as an order. Its share of totals and discounts is not defined."""
    lines = {line.id: line for line in order.lines}
    return replace(
        order,
        reference=piece.reference,
        discount=None,
        lines=tuple(
            replace(lines[part.of_line], quantity=part.quantity, total=None, discount=None)
            for part in parts
        ),
    )


def _as_split(db: "sqlite3.Connection", requested: Split) -> Outcome:
    references = [piece.reference for piece in requested.pieces]
    children = orders.children(db, requested.order_id)
    if not all(references) or [child.reference for child in children] != references:
        return refused("already-split", "is already split differently")
    return Outcome(state="unchanged", id=requested.order_id, pieces=_pieces(db, requested.order_id))


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
