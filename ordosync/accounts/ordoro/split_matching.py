"""Matches the pieces of a split to the child orders that Ordoro made of them.

The lines of the children have new ids, and nothing refers to the old ones. A line keeps the name
that it was created with (`cart_orderitem_id`); without a name, its SKU identifies it. So the id of
a Merchant's line is `<id in Ordoro>:<name or SKU>`, and the line can be found after a split.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from ordosync.accounts.ordoro.schema import LineShape, OrderShape
from ordosync.models import Piece, PieceLine, Split

Part = tuple[str, int]
"""The name of a line, and a quantity."""


def misfit(split: Split, lines: Sequence[LineShape]) -> str | None:
    """Return why the pieces do not partition the order; None if they do."""
    if len(split.pieces) < 2:  # noqa: PLR2004 - a split has two pieces or more
        return "a split has at least two pieces"
    remaining = {line.full_id: line.quantity for line in lines}
    for piece in split.pieces:
        if not _nonempty(piece):
            return "a piece would be empty"
        for part in piece.lines:
            remaining[part.of_line] = remaining.get(part.of_line, 0) - part.quantity
    return "the pieces do not add up to its lines" if any(remaining.values()) else None


def body_of(split: Split, lines: Sequence[LineShape]) -> Mapping[str, object]:
    """Return the request body: every line in every piece, with quantity 0 if it is not in it."""
    return {
        "split_orders": [
            {
                "lines": [
                    {"line_id": line.id, "quantity": _quantity(piece, line.full_id)}
                    for line in lines
                ]
            }
            for piece in split.pieces
        ]
    }


def matched(split: Split, children: Sequence[OrderShape]) -> tuple[Piece, ...] | None:
    """Return the pieces with their ids, in order; None if the children are different pieces."""
    remaining = list(children)
    pieces: list[Piece] = []
    for piece in split.pieces:
        shares = Counter(_part(part) for part in _nonempty(piece))
        child = next(
            (order for order in remaining if Counter(map(_part_of_line, order.lines)) == shares),
            None,
        )
        if child is None:
            return None
        remaining.remove(child)
        pieces.append(_piece(piece, child))
    return None if remaining else tuple(pieces)


def summed(lines: Iterable[LineShape]) -> Mapping[str, int]:
    """Return the quantities of these lines by their names, in order."""
    quantities: dict[str, int] = {}
    for line in lines:
        quantities[line.key] = quantities.get(line.key, 0) + line.quantity
    return quantities


def _piece(piece: Piece, child: OrderShape) -> Piece:
    lines = list(child.lines)
    parts: list[PieceLine] = []
    for part in _nonempty(piece):
        line = next(line for line in lines if _part_of_line(line) == _part(part))
        lines.remove(line)
        parts.append(PieceLine(of_line=part.of_line, quantity=part.quantity, id=line.full_id))
    return Piece(id=child.order_number, reference=piece.reference, lines=tuple(parts))


def _nonempty(piece: Piece) -> list[PieceLine]:
    return [part for part in piece.lines if part.quantity]


def _quantity(piece: Piece, line_id: str) -> int:
    return sum(part.quantity for part in piece.lines if part.of_line == line_id)


def _part_of_line(line: LineShape) -> Part:
    return line.key, line.quantity


def _part(part: PieceLine) -> Part:
    return part.of_line.partition(":")[2], part.quantity
