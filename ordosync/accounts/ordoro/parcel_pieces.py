"""Pieces for parcels: an order has one tracking number, so the units of a parcel are split off.

Ordoro's split takes no reference. The piece of a parcel is found again by its tracking number or,
until it has one, by its units. So a split whose response was lost is not repeated.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from ordosync.accounts.ordoro.client import OPEN, OrdoroClient
from ordosync.accounts.ordoro.merchant_splits import MerchantSplits
from ordosync.accounts.ordoro.schema import LineShape, OrderShape
from ordosync.accounts.ordoro.timeline import is_void
from ordosync.models import Outcome, ParcelLine, Piece, PieceLine, Shipment, Split, refused

_MISMATCHES = ("already-split", "does-not-fit", "refused")
"""Codes of a split that the current state of the order does not permit."""
_TWO = 2
"""The parcel's piece, and the piece with the rest."""


class ParcelPieces:
    """The two pieces of an order: the units of a parcel, and the rest."""

    def __init__(self, client: OrdoroClient, splits: MerchantSplits) -> None:
        self._client = client
        self._splits = splits

    def split_off(self, order: OrderShape, shipment: Shipment) -> Outcome:
        """Split the units of a parcel off an open order; the parcel's piece is the first one.

        An outcome without pieces means that the parcel holds the whole order.
        """
        units = {part.line_id: part.quantity for part in shipment.lines or ()}
        quantities = {line.full_id: line.quantity for line in order.lines}
        if missing := next((id_ for id_ in units if id_ not in quantities), None):
            return refused("split-refused", f"order {order.order_number} has no line {missing}")
        if any(units[id_] > quantities[id_] for id_ in units):
            reason = f"order {order.order_number} has fewer units than the parcel"
            return refused("more-than-ordered", reason)
        if all(units.get(id_, 0) == quantity for id_, quantity in quantities.items()):
            return Outcome(state="done", id=order.order_number)
        rest = {id_: quantity - units.get(id_, 0) for id_, quantity in quantities.items()}
        pieces = tuple(_piece(shares) for shares in (units, rest))
        [outcome] = self._splits.split([Split(order_id=order.order_number, pieces=pieces)])
        if outcome.code in _MISMATCHES:
            return replace(outcome, code="split-refused")
        return outcome

    def find(self, shipment: Shipment) -> Outcome:
        """Return the pieces of an order that was split before for this parcel.

        A piece with exactly the parcel's units counts, even if the Merchant split it off.
        """
        number = shipment.order_id
        parent = self._client.parent(number)
        if parent is None:
            return refused("not-found", f"order {number} does not exist")
        if not parent.ready:
            return Outcome(state="unknown", code="not-ready", reason="its pieces are not created")
        children = {
            child: list(self._client.leaves(child)) for child in parent.child_order_numbers or ()
        }
        leaves = [leaf for below in children.values() for leaf in below]
        child = _child_of(shipment, children)
        if child and len(children) == _TWO:
            [rest] = [other for other in children if other != child]
            pieces = (
                found_piece(child, children[child], shipment.lines or ()),
                found_piece(rest, children[rest], shipment.rest),
            )
            return Outcome(state="unchanged", id=child, pieces=pieces)
        if any(_has(leaf, shipment.tracking_number) for leaf in leaves):
            return _of_later_split(shipment, children)
        return refused("split-refused", f"order {number} is split differently at the Merchant")


def _of_later_split(shipment: Shipment, children: Mapping[str, Sequence[OrderShape]]) -> Outcome:
    """Return the outcome of a number that exists, but not on a piece with exactly its units."""
    if any(len(leaves) > 1 for leaves in children.values()):
        # After a restore, the pieces of an earlier parcel of the order are found first.
        reason = "an earlier parcel of its order must be found first"
        return Outcome(state="unavailable", code="earlier-parcel", reason=reason)
    return Outcome(state="unchanged", id=shipment.order_id)


def _child_of(shipment: Shipment, children: Mapping[str, Sequence[OrderShape]]) -> str | None:
    """Return the child of the parcel: it has the number or, open or void, exactly its units."""
    wanted = _units((_key(part.line_id), part.quantity) for part in shipment.lines or ())
    fitting = {
        number: leaves[0]
        for number, leaves in children.items()
        if len(leaves) == 1
        and _units((line.key, line.quantity) for line in leaves[0].lines) == wanted
    }
    by_preference = sorted(
        (number for number, leaf in fitting.items() if _is_for(leaf, shipment.tracking_number)),
        key=lambda number: _preference(fitting[number], shipment.tracking_number),
    )
    return next(iter(by_preference), None)


def _is_for(leaf: OrderShape, tracking_number: str) -> bool:
    """True if a piece does not have the valid number of another parcel."""
    current = leaf.tracking_number
    return _has(leaf, tracking_number) or not current or is_void(leaf, current)


def _preference(leaf: OrderShape, tracking_number: str) -> tuple[bool, bool]:
    return not _has(leaf, tracking_number), leaf.status not in OPEN


def _has(leaf: OrderShape, tracking_number: str) -> bool:
    return leaf.tracking_number == tracking_number


def _piece(shares: Mapping[str, int]) -> Piece:
    lines = (PieceLine(of_line=id_, quantity=units) for id_, units in shares.items() if units)
    return Piece(lines=tuple(lines))


def found_piece(number: str, leaves: Sequence[OrderShape], parts: Sequence[ParcelLine]) -> Piece:
    """Return a piece with the ids of its lines, by the lines that it is a part of.

    A piece that was split itself is read-only, and its lines have no ids any more.
    """
    lines = list(leaves[0].lines) if len(leaves) == 1 else None
    found: list[PieceLine] = []
    for part in parts:
        if lines is None:
            id_ = f"{number.replace(':', '')}/{part.line_id}"
            found.append(PieceLine(of_line=part.line_id, quantity=part.quantity, id=id_))
        elif line := _line_of(part, lines):
            lines.remove(line)
            found.append(PieceLine(of_line=part.line_id, quantity=line.quantity, id=line.full_id))
    return Piece(id=number, lines=tuple(found))


def _line_of(part: ParcelLine, lines: Sequence[LineShape]) -> LineShape | None:
    """Return the line with the name of a part, preferably with the same number of units."""
    named = [line for line in lines if line.key == _key(part.line_id)]
    equal = (line for line in named if line.quantity == part.quantity)
    return next(equal, next(iter(named), None))


def _units(lines: Iterable[tuple[str, int]]) -> Counter[str]:
    units: Counter[str] = Counter()
    for key, quantity in lines:
        units[key] += quantity
    return units


def _key(line_id: str) -> str:
    return line_id.partition(":")[2]
