"""Moves of open units between fulfillment orders: holds, releases, moves, replacements.

As recorded (parts-at-services.md 1.3):

    hold 1 of 2   A ON_HOLD 1/1      B OPEN 1/1
    release       A OPEN 2/2         B CLOSED 0/0, and A has the line id of before
    move 1 of 2   A OPEN 1/1         B OPEN 1/1 at the new location, which closes one that is there
    cancel        A CLOSED, no line  B OPEN with the same line ids
    close         A INCOMPLETE, its request CLOSED; its units stay
"""

from collections.abc import Sequence

from tests.fakes.shopify import fulfillment, stock
from tests.fakes.shopify.fulfillment import Share
from tests.fakes.shopify.refusals import UserError
from tests.fakes.shopify.shapes_orders import fulfillment_orders_of, fulfillments_of
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import (
    ENDED,
    FulfillmentHold,
    FulfillmentOrder,
    LineItem,
    Location,
    Order,
)


def is_sent(shop: Shop, order: FulfillmentOrder) -> bool:
    """True if a live fulfillment has units of a fulfillment order."""
    return any(
        order.id in line.sources
        for parcel in fulfillments_of(shop, order.order_id)
        if parcel.status == "SUCCESS"
        for line in parcel.lines
    )


def hold(
    shop: Shop, order: FulfillmentOrder, held: Sequence[Share], made: FulfillmentHold
) -> FulfillmentOrder | None:
    """Hold some units: the others become a new fulfillment order, which is returned."""
    others = [
        Share(line, line.remaining_quantity - sum(s.quantity for s in held if s.line is line))
        for line in order.lines
    ]
    moved = [share for share in others if share.quantity] if held else []
    if moved and order.status == "ON_HOLD":
        raise UserError(
            "The fulfillment order is not in a splittable state.",
            "fulfillmentHold",
            "fulfillmentOrderLineItems",
            code="FULFILLMENT_ORDER_NOT_SPLITTABLE",
        )
    rest = fulfillment.split(shop, order, moved) if moved else None
    order.rest_of_hold = rest.id if rest else order.rest_of_hold
    order.holds.append(made)
    order.status = "ON_HOLD"
    fulfillment.touch(shop, order)
    return rest


def release(shop: Shop, order: FulfillmentOrder) -> None:
    """Release all holds; the units that were not held come back, unless they were sent."""
    order.holds.clear()
    order.status = "IN_PROGRESS" if is_sent(shop, order) else "OPEN"
    rest = shop.get(FulfillmentOrder, order.rest_of_hold or "")
    order.rest_of_hold = None
    if rest and rest.status == "OPEN" and not is_sent(shop, rest):
        fulfillment.merge(shop, rest, into=order)
    fulfillment.touch(shop, order)


def move(shop: Shop, order: FulfillmentOrder, location: str, moved: Sequence[Share]) -> str:
    """Move units to another location; return the fulfillment order that has them there.

    Sent units stay, so the unsent rest becomes a new fulfillment order. If a part is moved and
    another fulfillment order is active there, that one is closed, and its units move to the new
    one, too.
    """
    is_whole = not is_sent(shop, order) and all(
        line.remaining_quantity == sum(s.quantity for s in moved if s.line is line)
        for line in order.lines
    )
    target = order if is_whole else fulfillment.split(shop, order, moved)
    if not is_whole and not any(line.remaining_quantity for line in order.lines):
        order.status = "CLOSED"
    there = [
        other
        for other in fulfillment_orders_of(shop, order.order_id)
        if other.location_id == location and other.status not in ENDED and not is_whole
    ]
    for line in target.lines:
        bought = shop.sure(LineItem, line.line_id)
        stock.commit(shop, bought, order.location_id, -line.remaining_quantity)
        stock.commit(shop, bought, location, line.remaining_quantity)
    target.location_id = shop.sure(Location, location).id
    target.status, target.request_status = "OPEN", "UNSUBMITTED"
    for other in there:
        fulfillment.merge(shop, other, into=target)
    fulfillment.touch(shop, order)
    fulfillment.touch(shop, target)
    return target.id


def cancel(shop: Shop, order: FulfillmentOrder) -> str:
    """Cancel a fulfillment order: return the one that replaces it, with the same lines."""
    if order.status in ENDED or is_sent(shop, order):
        raise UserError("Fulfillment order is not in cancelable request state.")
    stamp = shop.stamp("FulfillmentOrder")
    replacement = shop.add(
        FulfillmentOrder(
            **stamp, order_id=order.order_id, location_id=order.location_id, lines=order.lines
        )
    )
    order.lines, order.status = [], "CLOSED"
    shop.touch(order, replacement, shop.sure(Order, order.order_id))
    return replacement.id


def close(shop: Shop, order: FulfillmentOrder) -> None:
    """Give a fulfillment order back, as its service: its units stay open."""
    order.status, order.request_status = "INCOMPLETE", "CLOSED"
    fulfillment.touch(shop, order)
