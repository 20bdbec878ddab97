"""Shares of a parcel that holds units from before a split. Pure functions.

Units that were sent before an order was split stay with that order at the Merchant. If their label
is void, a shop of the Supplier opens them again in a piece, and sends them with the piece's units.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from ordosync.models import ParcelLine, Shipment
from ordosync.tasks.base import Step
from ordosync.tasks.parcels.pieces import last_reported, units_held, within
from ordosync.tasks.parcels.units import Family, units_left

_Room = Mapping[str, Counter[str]]
"""Units by order and line of the Supplier."""


def shares_by_order(item: Shipment, families: Mapping[str, Family]) -> Sequence[Shipment]:
    """Return a parcel of a piece, with its shares of the orders that the piece was split from.

    A parcel keeps the shares that were reported. Its other units go to the piece first. Units that
    are open in no order go to the piece, too.
    """
    if item.voided:
        return _reported(item, families)
    orders = [id_ for id_ in (item.order_id, *item.ancestors) if id_ in families]
    if item.lines is None or len(orders) == 1:
        return [item]
    held = {id_: _held(item, families[id_]) for id_ in orders}
    left = {id_: _left(families[id_]) for id_ in orders}
    parts: dict[str, list[ParcelLine]] = {}
    for part in item.lines:
        for order_id, share in _divided(part, held, left):
            parts.setdefault(order_id, []).append(share)
    if [*parts] == [item.order_id]:
        return [item]
    shares = [_share(item, id_, parts[id_]) for id_ in orders if id_ in parts]
    # Only the first share has the cost and the further numbers.
    return [
        shares[0],
        *(replace(share, cost=Decimal(), more_numbers=()) for share in shares[1:]),
    ]


def keyed(step: Step, share: Shipment, item: Shipment) -> Step:
    """Return the step of a share with its own key; that of the piece has the key of the parcel."""
    if share.order_id == item.order_id:
        return step
    return replace(step, key=step.key.replace(item.id, f"{item.id}@{share.order_id}", 1))


def _reported(item: Shipment, families: Mapping[str, Family]) -> Sequence[Shipment]:
    """Return a void parcel, once for each order that it was reported for."""
    earlier = [
        replace(item, order_id=id_, ancestors=())
        for id_ in item.ancestors
        if id_ in families and families[id_].numbers_of(item.id)
    ]
    return [item, *earlier]


def _held(item: Shipment, family: Family) -> Counter[str]:
    units: Counter[str] = Counter()
    for piece in family.pieces:
        held = units_held(last_reported(item, within(family, piece)))
        for line in family.lines.get(piece.merchant_id, ()):
            units[line.supplier_id] += held.get(line.merchant_id, 0)
    return units


def _left(family: Family) -> Counter[str]:
    units: Counter[str] = Counter()
    for piece in family.pieces:
        for line in family.lines.get(piece.merchant_id, ()):
            units[line.supplier_id] += units_left(line, piece, family, {})
    return units


def _divided(part: ParcelLine, held: _Room, left: _Room) -> Iterator[tuple[str, ParcelLine]]:
    """Yield the units of a line in each order, and take them from the room that is left."""
    own, rest, counts = next(iter(held)), part.quantity, Counter[tuple[str, str]]()
    for room in (held, left):
        for order_id, units in room.items():
            for line_id in (part.line_id, *part.other_lines):
                count = max(0, min(rest, units[line_id]))
                units[line_id] -= count
                counts[order_id, line_id] += count
                rest -= count
    counts[own, part.line_id] += rest
    for (order_id, line_id), count in counts.items():
        if count:
            others = part.other_lines if order_id == own else ()
            line = replace(part, line_id=line_id, quantity=count, other_lines=others)
            yield order_id, line


def _share(item: Shipment, order_id: str, parts: Sequence[ParcelLine]) -> Shipment:
    if order_id == item.order_id:
        return replace(item, lines=tuple(parts))
    return replace(item, order_id=order_id, ancestors=(), lines=tuple(parts), is_last=False)
