"""Allocation of a parcel's units to fulfillment orders and to fulfillments. Pure functions.

A parcel names lines of the Merchant's order. Users of the shop may split, merge or hold fulfillment
orders, which moves units between them. A line item stays the same, so units are counted by line
item. If all numbers of a fulfillment are void, its units must be sent again: the next parcel
replaces it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from ordosync.accounts.shopify.fulfillment_orders import OrderParts
from ordosync.accounts.shopify.ids import fulfillment_order, gid, line_id, line_item, number
from ordosync.accounts.shopify.parcel_record import share_id
from ordosync.accounts.shopify.schema import FulfillmentOrder, Parcel, Part
from ordosync.added_units import with_ignored_lines, without_added_units
from ordosync.models import Shipment

Units = Counter[str]
"""Units by the Shopify id of the line item."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """Units of a fulfillment order that are in a parcel."""

    part: FulfillmentOrder
    lines: tuple[tuple[str, int], ...] = ()
    """Ids of its lines, with units; empty: all open units."""


def units_of(shipment: Shipment) -> Units:
    """Return the units of a parcel; of one with all open units, those it has at most."""
    units: Units = Counter()
    for line in shipment.lines or shipment.at_most:
        units[gid("LineItem", line_item(line.line_id))] += line.quantity
    return units


def units_in(parcels: Sequence[Parcel]) -> Units:
    """Return the units of these fulfillments."""
    return sum((parcel.units for parcel in parcels), Counter())


def of_split_order(shipment: Shipment, order: OrderParts) -> Shipment:
    """Return a parcel with another id, if its units were sent before the order was split.

    The same parcel may have units in a piece, and each share needs its own record.
    """
    if shipment.order_id not in order.history.splits:
        return shipment
    return replace(shipment, id=share_id(shipment.id, shipment.order_id))


def parcels_of(shipment: Shipment, order: OrderParts) -> list[Parcel]:
    """Return the live fulfillments of a parcel.

    A fulfillment without a record has the parcel's number: the process was killed before recording.
    If the recorded ones have all units, it is another share of the parcel.
    """
    recorded = order.record.sent
    own = [parcel for parcel in order.sent if recorded.get(number(parcel.id)) == shipment.id]
    if own and not units_of(shipment) - units_in(own):
        return own
    label = shipment.tracking_number
    unrecorded = (parcel for parcel in order.sent if number(parcel.id) not in recorded)
    return [*own, *(parcel for parcel in unrecorded if label in parcel.numbers)]


def void_parcels(order: OrderParts) -> list[Parcel]:
    """Return the live fulfillments that have only void numbers, and must be sent again.

    Those from before a split stay with the order that was split, not with its first piece.
    """
    void = [p for p in order.sent if p.numbers and {*p.numbers} <= {*order.void}]
    own, splits, orders = order.order_id, order.history.splits, order.record.orders
    return [p for p in void if (of := orders.get(number(p.id), own)) == own or of not in splits]


def replaceable(order: OrderParts, units: Units, *, is_exact: bool) -> list[Parcel]:
    """Return the void fulfillments that a parcel with these units replaces.

    With `is_exact`, all of their units are among these; otherwise some are.
    """
    found: list[Parcel] = []
    left = Counter(units)
    for parcel in void_parcels(order):
        if (parcel.units <= left) if is_exact else (parcel.units & left):
            found.append(parcel)
            left -= parcel.units
    return found


def replaceable_by_whole(
    shipment: Shipment, part: FulfillmentOrder, order: OrderParts
) -> list[Parcel]:
    """Return the fulfillments that a whole parcel replaces: void, or without a number.

    A piece may have a void one from before the split, whose units are not in its parcel.
    """
    if void := void_parcels(order):
        if not shipment.at_most or not isinstance(part, Part):
            return void
        units = units_of(shipment) - open_units([part])
        return replaceable(order, units, is_exact=True)
    has_valid = any(number_ not in order.void for p in order.sent for number_ in p.numbers)
    return order.sent[:1] if not has_valid and not part.can_be_sent else []


def shares_of(units: Units, order_id: str, parts: Sequence[Part]) -> tuple[list[Share], Units]:
    """Return the shares of fulfillment orders in a parcel, and the units that none of them has.

    The order's own fulfillment order comes first.
    """
    own, left, shares = fulfillment_order(order_id), Counter(units), []
    for part in sorted(parts, key=lambda part: part.id != own):
        lines = []
        for line in part.line_items.nodes:
            count = min(left[line.line_item.id], line.remaining_quantity)
            if count > 0:
                left[line.line_item.id] -= count
                lines.append((line.id, count))
        if lines:
            shares.append(Share(part=part, lines=tuple(lines)))
    return shares, +left


def shares_of_all(order_id: str, order: OrderParts, parts: Sequence[Part]) -> list[Share]:
    """Return the shares of a parcel with all open units of an order.

    Units of other line items stay: users moved them here after the Supplier got the order.
    """
    items, shares = order.history.items(order_id, ()), []
    for part in parts:
        lines = [line for line in part.line_items.nodes if line.remaining_quantity]
        own = [line for line in lines if items is None or number(line.line_item.id) in items]
        if own == lines:
            shares.append(Share(part=part))
        elif own:
            units = tuple((line.id, line.remaining_quantity) for line in own)
            shares.append(Share(part=part, lines=units))
    return shares


def open_units(parts: Sequence[Part]) -> Units:
    """Return the units of fulfillment orders that are still to be sent."""
    units: Units = Counter()
    for part in parts:
        if not part.is_ended:
            for line in part.line_items.nodes:
                units[line.line_item.id] += line.remaining_quantity
    return +units


def has_open_units(part: FulfillmentOrder) -> bool:
    """True if a part that was read with its lines has open units."""
    return isinstance(part, Part) and bool(open_units([part]))


def without_added(shipment: Shipment, order: OrderParts) -> Shipment:
    """Return a parcel with all open units, without those that no Supplier sends.

    The Merchant added them later, or they need no shipping. A line that the portal ignores is
    shipped with the others.
    """
    order_id = shipment.order_id
    units = open_units(order.parts) + units_in(void_parcels(order))
    items = order.history.items(order_id, ())
    added = {id_ for id_ in units if items is not None and number(id_) not in items}
    lines = [line for part in order.parts for line in part.line_items.nodes]
    unshipped = {line.line_item.id for line in lines if not line.is_shipped}
    skus = {line_id(order_id, line.line_item.id): line.sku or "" for line in lines}
    open_lines = {line_id(order_id, id_): count for id_, count in units.items()}
    left_open = {line_id(order_id, id_) for id_ in added | unshipped}
    shipment = without_added_units(shipment, open_lines, left_open)
    goods = {id_: sku for id_, sku in skus.items() if id_ not in left_open}
    return with_ignored_lines(shipment, {id_: open_lines.get(id_, 0) for id_ in goods}, goods)
