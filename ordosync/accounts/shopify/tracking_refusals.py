"""Refusals of parcels for which a Merchant's order has no open units."""

from collections.abc import Sequence

from ordosync.accounts.shopify.fulfillment_orders import OrderParts
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.parcel_allocation import Units, open_units
from ordosync.accounts.shopify.schema import FulfillmentOrder
from ordosync.models import Outcome, Shipment, refused


def no_place(id_: str, part: FulfillmentOrder, valid: Sequence[str]) -> Outcome:
    """Return the refusal for a part that cannot get a tracking number any more."""
    if valid:
        return refused("other-tracking", f"has another tracking number, {valid[0]}")
    if part.status == "CLOSED":
        reason = f"fulfillment order {id_} is closed, and another one has its units"
        return refused("not-found", reason)
    code = "on-hold" if part.status == "ON_HOLD" else "already-shipped"
    return refused(code, f"fulfillment order {id_} is {part.status.lower()}")


def still_held(id_: str, order: OrderParts) -> Outcome | None:
    """Return the refusal of a parcel with all units of an order of which some are held."""
    items = order.history.items(id_, ())
    for part in order.parts:
        units = [number(item) for item in open_units([part])]
        is_own = items is None or any(item in items for item in units)
        if units and is_own and not part.is_ended and not part.can_be_sent:
            return refused("on-hold", f"fulfillment order {id_} is {part.status.lower()}")
    return None


def too_many_units(shipment: Shipment, order: OrderParts, missing: Units) -> Outcome:
    """Return the refusal of a parcel with units that cannot be sent.

    If no unit is open, others have sent them, perhaps the Merchant with its own number.
    """
    id_ = shipment.order_id
    held = [part for part in order.parts if not part.is_ended and not part.can_be_sent]
    if not missing - open_units(held):
        return refused("on-hold", f"fulfillment order {id_} is {held[0].status.lower()}")
    unknown = [
        number_
        for parcel in order.sent
        if number(parcel.id) not in order.record.sent and parcel.units & missing
        for number_ in parcel.numbers
    ]
    if unknown and not missing & open_units(order.parts):
        return refused("other-tracking", f"has another tracking number, {unknown[0]}")
    return refused("more-than-ordered", f"order {id_} has fewer open units than the parcel")
