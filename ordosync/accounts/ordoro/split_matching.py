"""Matches the pieces of a split to the child orders that Ordoro made of them.

The lines of the children have new ids, and nothing refers to the old ones. A line keeps the name
that it got with the order (`cart_orderitem_id`), or else its SKU. So the id of a Merchant's line
is `<id in Ordoro>:<that name>`, and identifies the line after a split.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from ordosync.accounts.ordoro.schema import LineShape, OrderShape
from ordosync.models import Piece, PieceLine, Split

Part = tuple[str, int]
"""The name of a line, and a quantity."""


def misfit(split: Split, lines: Sequence[LineShape]) -> str | None:
    """Return why the pieces do not partition the order; None if they do."""
    if len(split.pieces) < 2:  # noqa: PLR2004 - as few as make a split
        return "a split has at least two pieces"
    left = {line.full_id: line.quantity for line in lines}
    for piece in split.pieces:
        if not _taken(piece):
            return "a piece would be empty"
        for part in piece.lines:
            left[part.of_line] = left.get(part.of_line, 0) - part.quantity
    return "the pieces do not add up to its lines" if any(left.values()) else None


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
    left = list(children)
    found: list[Piece] = []
    for piece in split.pieces:
        wanted = Counter(_part(part) for part in _taken(piece))
        child = next((one for one in left if Counter(map(_whole, one.lines)) == wanted), None)
        if child is None:
            return None
        left.remove(child)
        found.append(_piece(piece, child))
    return None if left else tuple(found)


def summed(lines: Iterable[LineShape]) -> Mapping[str, int]:
    """Return the quantities of these lines by name, in order."""
    found: dict[str, int] = {}
    for line in lines:
        found[line.key] = found.get(line.key, 0) + line.quantity
    return found


def _piece(wanted: Piece, child: OrderShape) -> Piece:
    lines = list(child.lines)
    parts: list[PieceLine] = []
    for part in _taken(wanted):
        line = next(one for one in lines if _whole(one) == _part(part))
        lines.remove(line)
        parts.append(PieceLine(of_line=part.of_line, quantity=part.quantity, id=line.full_id))
    return Piece(id=child.order_number, reference=wanted.reference, lines=tuple(parts))


def _taken(piece: Piece) -> list[PieceLine]:
    return [part for part in piece.lines if part.quantity]


def _quantity(piece: Piece, line_id: str) -> int:
    return sum(part.quantity for part in piece.lines if part.of_line == line_id)


def _whole(line: LineShape) -> Part:
    return line.key, line.quantity


def _part(part: PieceLine) -> Part:
    return part.of_line.partition(":")[2], part.quantity
