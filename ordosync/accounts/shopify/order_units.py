"""Pieces, units and parcels of a Supplier's order, computed from its fulfillment orders.

Shopify does not report the origin of a fulfillment order. After a parcel was cancelled, its closed
fulfillment order shows the units as remaining, and a new one is open for them: both are one piece.
A closed, unsent fulfillment order was merged, moved, or withdrawn as a whole. It is not a piece.

The status of an order and the `totalQuantity` of a closed fulfillment order count units twice, so
they are not used. Pure functions.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.schema import OrderedLine, Part, SentOrder, SentParcel
from ordosync.models import Shipment

_ENDED = ("CLOSED", "CANCELLED")


@dataclass(frozen=True, kw_only=True)
class SentPiece:
    """A fulfillment order and the fulfillment orders that replaced it."""

    parts: tuple[Part, ...]

    @property
    def id(self) -> str:
        """The Shopify id of the first part."""
        return self.parts[0].id

    @property
    def open_units(self) -> int:
        """The number of units that are still to be shipped."""
        return sum(open_units(part) for part in self.parts)


def pieces_of(order: SentOrder) -> list[SentPiece]:
    """Return the pieces of an order, the oldest first; an order that is not split has one."""
    sent_ids = _sent(order)
    live = [
        part for part in order.fulfillment_orders.nodes if not is_ended(part) or part.id in sent_ids
    ]
    live.sort(key=lambda part: int(number(part.id)))
    roots = {part.id: part.id for part in live}
    for place, part in enumerate(live):
        unshipped = _counted(part, lambda line: line.remaining_quantity) if is_ended(part) else None
        # The newest replaces it: the others existed before the parcel.
        for later in reversed(live[place + 1 :]):
            units = _counted(later, lambda line: line.total_quantity)
            if unshipped and units and units <= unshipped and roots[later.id] == later.id:
                roots[later.id] = roots[part.id]
                unshipped -= units
    parts_by_root: dict[str, list[Part]] = {}
    for part in live:
        parts_by_root.setdefault(roots[part.id], []).append(part)
    return [SentPiece(parts=tuple(parts)) for parts in parts_by_root.values()]


def units_of(line: OrderedLine, part: Part, order: SentOrder) -> int:
    """Return the number of units of a line that were, or are to be, shipped with a part."""
    remaining = line.remaining_quantity
    shipped = line.total_quantity - remaining if part.id in _sent(order) else 0
    return shipped if is_ended(part) else shipped + remaining


def open_units(part: Part) -> int:
    """Return the number of units of a part that are still to be shipped."""
    return 0 if is_ended(part) else sum(line.remaining_quantity for line in part.line_items.nodes)


def is_ended(part: Part) -> bool:
    """True if no more units are shipped with a part."""
    return part.status in _ENDED


def piece_id(order_id: str, part: str) -> str:
    """Return the id of a part of an order that was split."""
    return f"{order_id}/{number(part)}"


def parcel_of(shipment: str) -> str:
    """Return the number of the parcel of a shipment."""
    return shipment.partition("/")[0]


def shipments_of(order: SentOrder) -> Iterator[Shipment]:
    """Yield the voided parcels and the newest parcel of an order, or of each of its pieces.

    The oldest comes first. The newest parcel has the numbers of all other live parcels.
    """
    pieces = pieces_of(order)
    targets = _targets(number(order.id), pieces)
    open_in = {target: sum(piece.open_units for piece in own) for target, own in targets.items()}
    voided: list[Shipment] = []
    valid: dict[str, list[Shipment]] = {}
    for parcel in sorted(order.fulfillments, key=_age):
        for shipment in _shipments(parcel, number(order.id), pieces):
            if parcel.is_live:
                valid.setdefault(shipment.order_id, []).append(shipment)
            else:
                voided.append(shipment)
    numbers = {number(parcel.id): parcel.numbers for parcel in order.fulfillments}
    newest = [
        replace(_newest(parcels, numbers), is_partial=open_in.get(target, 0) > 0)
        for target, parcels in valid.items()
    ]
    yield from sorted([*voided, *newest], key=lambda shipment: shipment.shipped_at)


def _age(parcel: SentParcel) -> tuple[datetime, int]:
    return parcel.created_at, int(number(parcel.id))


def _sent(order: SentOrder) -> frozenset[str]:
    """Return the fulfillment orders with a live parcel."""
    return frozenset(
        part.id
        for parcel in order.fulfillments
        if parcel.is_live
        for part in parcel.fulfillment_orders.nodes
    )


def _counted(part: Part, units: Callable[[OrderedLine], int]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for line in part.line_items.nodes:
        counts[line.line_item.id] += units(line)
    return +counts


def _targets(order_id: str, pieces: Sequence[SentPiece]) -> Mapping[str, Sequence[SentPiece]]:
    """Return the pieces by the order id of their shipments: the order's, or their own."""
    if len(pieces) > 1:
        return {piece_id(order_id, piece.id): [piece] for piece in pieces}
    return {order_id: pieces}


def _shipments(
    parcel: SentParcel, order_id: str, pieces: Sequence[SentPiece]
) -> Iterator[Shipment]:
    """Yield a parcel once for each piece whose units it contains."""
    whole_order = _shipment(parcel, order_id)
    root = {part.id: piece.id for piece in pieces for part in piece.parts}
    parts = [root.get(part.id, part.id) for part in parcel.fulfillment_orders.nodes]
    roots = list(dict.fromkeys(parts)) if len(pieces) > 1 else []
    if not roots:
        yield whole_order
    for part in roots:
        id_ = whole_order.id if len(roots) == 1 else f"{whole_order.id}/{number(part)}"
        yield replace(whole_order, id=id_, order_id=piece_id(order_id, part), ancestors=(order_id,))


def _newest(parcels: Sequence[Shipment], numbers: Mapping[str, Sequence[str]]) -> Shipment:
    """Return the newest parcel of an order or piece, if possible one with a number."""
    newest = next((parcel for parcel in reversed(parcels) if parcel.tracking_number), parcels[-1])
    merged = [
        (shipment.id, other_number)
        for shipment in parcels
        for other_number in numbers[parcel_of(shipment.id)]
        if other_number != newest.tracking_number
    ]
    return replace(
        newest,
        other_ids=tuple(id_ for id_, _ in merged),
        other_numbers=tuple(other_number for _, other_number in merged),
    )


def _shipment(parcel: SentParcel, order_id: str) -> Shipment:
    tracking = next((info for info in parcel.tracking_info if info.number), None)
    return Shipment(
        id=number(parcel.id),
        order_id=order_id,
        tracking_number=(tracking and tracking.number) or "",
        carrier=(tracking and tracking.company) or "",
        shipped_at=parcel.created_at,
        warehouse=parcel.location.name if parcel.location else "",
        voided=not parcel.is_live,
    )
