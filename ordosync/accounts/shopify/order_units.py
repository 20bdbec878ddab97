"""Pieces and units of a Supplier's order, computed from its fulfillment orders and parcels.

A parcel lists its units itself. The open units are the remaining ones of all fulfillment orders
that have not ended. The status of an order, `totalQuantity` and `currentQuantity` are not used for
either: refunds, edits and cancelled parcels make them wrong.

After a parcel was cancelled, its fulfillment order is open again. If it has ended, it stays ended,
and a new one is opened: both are one piece. A closed, unsent fulfillment order without a parcel was
merged, moved, or withdrawn as a whole. It is not a piece. Pure functions.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import eq, le

from ordosync.accounts.shopify.added_units import AddedUnits
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.schema import FulfillmentOrder, Part, SentOrder, SentParcel, recorded

_ENDED = ("CLOSED", "CANCELLED")
_Shares = Mapping[tuple[str, str], Counter[str]]
"""The units of parcels, by parcel and fulfillment order."""


@dataclass(frozen=True, kw_only=True)
class SentPiece:
    """A fulfillment order and those that replaced it, with its units by line of the sale."""

    parts: tuple[Part, ...]
    parcels: Mapping[str, Counter[str]]
    """The units of this piece in each parcel, also in cancelled ones, by the parcel's id."""
    sent: Counter[str]
    open: Counter[str]

    @property
    def id(self) -> str:
        """The Shopify id of the first part."""
        return self.parts[0].id

    @property
    def units(self) -> Counter[str]:
        """The units that were sent or are to be sent."""
        return self.sent + self.open

    @property
    def status(self) -> str:
        """The status of the piece, without a cancellation of its order."""
        if not self.sent:
            return "awaiting_fulfillment"
        return "partially_shipped" if self.open else "shipped"


def pieces_of(order: SentOrder) -> list[SentPiece]:
    """Return the pieces of an order, the oldest first; an order that is not split has one.

    A piece without units has only cancelled parcels, and another piece has their units.
    """
    shares = _shares(order)
    touched = {part_id for _, part_id in shares}
    parts = [
        part for part in order.fulfillment_orders.nodes if not is_ended(part) or part.id in touched
    ]
    parts.sort(key=lambda part: int(number(part.id)))
    replaced = _replaced(order, parts, shares)
    parts_by_root: dict[str, list[Part]] = {}
    for part in parts:
        parts_by_root.setdefault(_root(part.id, replaced), []).append(part)
    live = {parcel.id for parcel in order.fulfillments if parcel.is_live}
    return [_piece(parts, shares, live) for parts in parts_by_root.values()]


def whole(pieces: Sequence[SentPiece]) -> SentPiece:
    """Return all pieces of an order as one."""
    return SentPiece(
        parts=tuple(part for piece in pieces for part in piece.parts),
        parcels={},
        sent=sum((piece.sent for piece in pieces), Counter[str]()),
        open=sum((piece.open for piece in pieces), Counter[str]()),
    )


def is_split(pieces: Sequence[SentPiece]) -> bool:
    """True if these pieces are several orders, and not one."""
    if sum(bool(piece.units) for piece in pieces) > 1:
        return True
    return any(
        len({piece.id for piece in pieces if parcel_id in piece.parcels}) > 1
        for piece in pieces
        for parcel_id in piece.parcels
    )


def status_of_units(order: SentOrder) -> str:
    """Return the status of an order by its units."""
    if order.cancelled_at:
        return "cancelled"
    if not any(parcel.is_live for parcel in order.fulfillments):
        return "awaiting_fulfillment"
    is_open = any(piece.open for piece in pieces_of(order))
    return "partially_shipped" if is_open else "shipped"


def is_ended(part: FulfillmentOrder) -> bool:
    """True if no more units are shipped with a part."""
    return part.status in _ENDED


def piece_id(order_id: str, part: str) -> str:
    """Return the id of a part of an order that was split."""
    return f"{order_id}/{number(part)}"


def age(parcel: SentParcel) -> tuple[datetime, int]:
    """Return a sort key of parcels by their age."""
    return parcel.created_at, int(number(parcel.id))


def _piece(parts: Sequence[Part], shares: _Shares, live: set[str]) -> SentPiece:
    ids = {part.id for part in parts}
    parcels: dict[str, Counter[str]] = {}
    for (parcel_id, part_id), units in shares.items():
        if part_id in ids and units:
            parcels.setdefault(parcel_id, Counter()).update(units)
    sent: Counter[str] = Counter()
    for parcel_id in live & parcels.keys():
        sent.update(parcels[parcel_id])
    still_open: Counter[str] = Counter()
    for part in parts:
        if not is_ended(part):
            still_open.update(_remaining(part))
    return SentPiece(parts=tuple(parts), parcels=parcels, sent=sent, open=+still_open)


def _shares(order: SentOrder) -> _Shares:
    """Return the units of each fulfillment order in each of its parcels.

    Shopify does not report it for a parcel of several fulfillment orders: each gets the units that
    it has sent.
    """
    parts = {part.id: part for part in order.fulfillment_orders.nodes}
    room = {id_: _total(part) - _remaining(part) for id_, part in parts.items()}
    shares: dict[tuple[str, str], Counter[str]] = {}
    for parcel in sorted(order.fulfillments, key=lambda it: (len(_parts(it, parts)), age(it))):
        ids, left = _parts(parcel, parts), parcel.units
        for id_ in ids:
            share = left & (room[id_] if parcel.is_live else _total(parts[id_]))
            shares[parcel.id, id_] = share
            left = left - share
            room[id_] = room[id_] - share if parcel.is_live else room[id_]
        if ids:
            shares[parcel.id, ids[-1]] = shares[parcel.id, ids[-1]] + left
    return shares


def _parts(parcel: SentParcel, visible: Mapping[str, Part]) -> list[str]:
    """Return the visible fulfillment orders of a parcel."""
    return [part.id for part in parcel.fulfillment_orders.nodes if part.id in visible]


@dataclass(frozen=True, kw_only=True)
class _Recall:
    """A cancelled parcel of a fulfillment order that has ended."""

    part: Part
    units: Counter[str]
    at: datetime


def _replaced(order: SentOrder, parts: Sequence[Part], shares: _Shares) -> Mapping[str, str]:
    """Return the fulfillment order that each of these replaced, since its parcel was cancelled.

    Shopify does not report it. A replacement is opened when the parcel is cancelled, for its units.
    Edits may have reduced them since. A fulfillment order with added units replaces none; it is a
    part of the piece of the first one.
    """
    added = recorded(order.added, AddedUnits).additions(parts)
    own = [part for part in parts if part.id not in added]
    replaced = _replaced_of(order, own, shares)
    return {**replaced, **dict.fromkeys(added, own[0].id)} if own else replaced


def _replaced_of(order: SentOrder, parts: Sequence[Part], shares: _Shares) -> dict[str, str]:
    recalls = list(_recalls(order, parts, shares))
    unsent = {part.id: _unsent(order, part, shares) for part in parts}
    replaced: dict[str, str] = {}
    for fits in (eq, le):
        for recall in [*recalls]:
            later = [it for it in parts if it.id not in replaced and _is_later(it, recall.part)]
            found = _nearest(later, recall, unsent[recall.part.id], fits)
            if found:
                recalls.remove(recall)
                replaced[found.id] = recall.part.id
                unsent[recall.part.id] -= _total(found)
    roots = [part for part in parts if part.id not in replaced]
    if len(roots) == 2 and _has_rest(roots[1], roots[0], order, shares):  # noqa: PLR2004
        replaced[roots[1].id] = roots[0].id
    return replaced


def _has_rest(later: Part, first: Part, order: SentOrder, shares: _Shares) -> bool:
    """True if a fulfillment order was opened after all that another one has was sent.

    The rest of a partially sent one was moved to another location, or a line was added.
    """
    sent = [it for it in order.fulfillments if it.is_live and shares.get((it.id, first.id))]
    opened_at = later.created_at
    if not sent or opened_at is None or not is_ended(first):
        return False
    return all(parcel.created_at < opened_at for parcel in sent)


def _recalls(order: SentOrder, parts: Sequence[Part], shares: _Shares) -> Iterator[_Recall]:
    for part in reversed(parts):
        for parcel in order.fulfillments if is_ended(part) else ():
            units = shares.get((parcel.id, part.id))
            if units and not parcel.is_live:
                yield _Recall(part=part, units=units, at=parcel.updated_at)


def _nearest(
    later: Sequence[Part],
    recall: _Recall,
    unsent: Counter[str],
    fits: Callable[[Counter[str], Counter[str]], bool],
) -> Part | None:
    """Return the fulfillment order that was opened closest to the time of a cancellation."""
    found = [
        part
        for part in later
        if (units := _total(part)) and units <= unsent and fits(units, recall.units)
    ]
    return min(found, key=lambda part: _distance(part, recall), default=None)


def _distance(part: Part, recall: _Recall) -> tuple[timedelta, int]:
    return abs((part.created_at or recall.at) - recall.at), -int(number(part.id))


def _unsent(order: SentOrder, part: Part, shares: _Shares) -> Counter[str]:
    """Return the units of a part that are in no live parcel."""
    units = _total(part)
    for parcel in order.fulfillments:
        if parcel.is_live:
            units = units - shares.get((parcel.id, part.id), Counter())
    return units


def _is_later(part: Part, other: Part) -> bool:
    return int(number(part.id)) > int(number(other.id))


def _root(id_: str, replaced: Mapping[str, str]) -> str:
    while id_ in replaced:
        id_ = replaced[id_]
    return id_


def _total(part: Part) -> Counter[str]:
    counts: Counter[str] = Counter()
    for line in part.line_items.nodes:
        counts[line.line_item.id] += line.total_quantity
    return +counts


def _remaining(part: Part) -> Counter[str]:
    counts: Counter[str] = Counter()
    for line in part.line_items.nodes:
        counts[line.line_item.id] += line.remaining_quantity
    return +counts
