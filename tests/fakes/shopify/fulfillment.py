"""What happens to fulfillment orders, whoever does it: sent, split, requested, accepted."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tests.fakes.shopify import orders, stock, words
from tests.fakes.shopify.refusals import UserError
from tests.fakes.shopify.shapes_orders import fulfillments_of
from tests.fakes.shopify.state import (
    ENDED,
    Fulfillment,
    FulfillmentLineItem,
    FulfillmentOrder,
    FulfillmentOrderLineItem,
    FulfillmentOrderMerchantRequest,
    Json,
    LineItem,
    Order,
    Shop,
)


class Share(NamedTuple):
    """How much of a fulfillment order's line is meant."""

    line: FulfillmentOrderLineItem
    quantity: int


def everything(order: FulfillmentOrder) -> list[Share]:
    """Return all that is still to be sent."""
    return [Share(line, line.remaining_quantity) for line in order.lines if line.remaining_quantity]


def shares(order: FulfillmentOrder, wanted: Mapping[str, int]) -> list[Share]:
    """Return shares by the ids of lines; the service's own words where there are none."""
    known = {line.id: line for line in order.lines}
    found = []
    for gid, quantity in wanted.items():
        if gid not in known:
            raise UserError("Fulfillment order line item does not exist.", "fulfillment")
        if quantity > known[gid].remaining_quantity:
            raise UserError(
                "Invalid fulfillment order line item quantity requested.", "fulfillment"
            )
        found.append(Share(known[gid], quantity))
    return found


def send(
    shop: Shop, parts: Sequence[tuple[FulfillmentOrder, list[Share]]], tracking: list[Json]
) -> Fulfillment:
    """Send shares of fulfillment orders of one order and location together."""
    first = parts[0][0]
    order = shop.sure(Order, first.order_id)
    lines = [
        _sent(shop, source, share) for source, group in parts for share in group if share.quantity
    ]
    count = len(fulfillments_of(shop, order.id)) + 1
    fulfillment = shop.add(
        Fulfillment(
            **shop.stamp("Fulfillment"),
            order_id=order.id,
            name=f"{order.name}-F{count}",
            location_id=first.location_id,
            lines=lines,
            tracking=tracking,
        )
    )
    for source, _ in parts:
        done = all(line.remaining_quantity == 0 for line in source.lines)
        source.status = "CLOSED" if done else "IN_PROGRESS"
        shop.touch(source)
    orders.close_if_done(shop, order, shop.second())
    return fulfillment


def _sent(shop: Shop, source: FulfillmentOrder, share: Share) -> FulfillmentLineItem:
    share.line.remaining_quantity -= share.quantity
    stock.take(shop, shop.sure(LineItem, share.line.line_id), source.location_id, share.quantity)
    return shop.add(
        FulfillmentLineItem(
            **shop.stamp("FulfillmentLineItem"),
            line_id=share.line.line_id,
            source_id=source.id,
            quantity=share.quantity,
        )
    )


def tracking_of(given: Json | None) -> list[Json]:
    """Return what is shown of tracking that is given: the plural is used alone."""
    if not given:
        return []
    numbers = given.get("numbers") or [given.get("number")]
    urls = given.get("urls") or [given.get("url")]
    size = max(len(numbers), len(urls))
    numbers, urls = [list(those) + [None] * (size - len(those)) for those in (numbers, urls)]
    rows = [
        {"company": given.get("company"), "number": number, "url": url}
        for number, url in zip(numbers, urls, strict=True)
    ]
    return [row for row in rows if any(row.values())]


def recall(shop: Shop, fulfillment: Fulfillment) -> None:
    """Cancel a fulfillment: what was in it is to be sent by a new fulfillment order."""
    if fulfillment.status == "CANCELLED":
        return
    fulfillment.status, fulfillment.display_status = "CANCELLED", "CANCELED"
    order = shop.sure(Order, fulfillment.order_id)
    parts = []
    for part in fulfillment.lines:
        line = shop.sure(LineItem, part.line_id)
        stock.take(shop, line, fulfillment.location_id, -part.quantity)
        parts.append(_part(shop, part.line_id, part.quantity))
    shop.add(
        FulfillmentOrder(
            **shop.stamp("FulfillmentOrder"),
            order_id=order.id,
            location_id=fulfillment.location_id,
            lines=parts,
        )
    )
    for gid in {part.source_id for part in fulfillment.lines}:
        shop.touch(shop.sure(FulfillmentOrder, gid))
    order.closed_at = None
    shop.touch(fulfillment, order)


def _part(shop: Shop, line_id: str, quantity: int) -> FulfillmentOrderLineItem:
    return shop.add(
        FulfillmentOrderLineItem(
            **shop.stamp("FulfillmentOrderLineItem"),
            line_id=line_id,
            total_quantity=quantity,
            remaining_quantity=quantity,
        )
    )


def split(shop: Shop, order: FulfillmentOrder, moved: Sequence[Share]) -> FulfillmentOrder:
    """Move shares into a new fulfillment order, with new ids for its lines; return it."""
    lines = []
    for share in moved:
        share.line.remaining_quantity -= share.quantity
        share.line.total_quantity -= share.quantity
        lines.append(_part(shop, share.line.line_id, share.quantity))
    order.lines = [line for line in order.lines if line.total_quantity]
    shop.touch(order, shop.sure(Order, order.order_id))
    return shop.add(
        FulfillmentOrder(
            **shop.stamp("FulfillmentOrder"),
            order_id=order.order_id,
            location_id=order.location_id,
            lines=lines,
            status=order.status,
            request_status=order.request_status,
            fulfill_at=order.fulfill_at,
            requests=list(order.requests),
        )
    )


def _ask(
    shop: Shop, order: FulfillmentOrder, kind: str, message: str | None, **more: object
) -> None:
    stamp = shop.stamp("FulfillmentOrderMerchantRequest")
    order.requests.append(
        shop.add(
            FulfillmentOrderMerchantRequest(
                **stamp, kind=kind, message=message, request_options=dict(more)
            )
        )
    )


def submit(
    shop: Shop,
    order: FulfillmentOrder,
    moved: Sequence[Share],
    message: str | None,
    *,
    notify: bool,
) -> FulfillmentOrder | None:
    """Request shares from the service; the rest stays behind in the order that is returned."""
    if order.request_status not in ("UNSUBMITTED", "REJECTED") or order.status != "OPEN":
        raise UserError("The fulfillment order is not in a requestable state.")
    rest = [
        Share(line, line.remaining_quantity - _of(moved, line))
        for line in order.lines
        if line.remaining_quantity > _of(moved, line)
    ]
    left = split(shop, order, rest) if rest else None
    order.request_status = "SUBMITTED"
    _ask(shop, order, "FULFILLMENT_REQUEST", message, notify_customer=notify)
    touch(shop, order)
    return left


def _of(moved: Sequence[Share], line: FulfillmentOrderLineItem) -> int:
    return sum(share.quantity for share in moved if share.line is line)


def accept(shop: Shop, order: FulfillmentOrder) -> None:
    """Let the service take a request on."""
    _must_be(order, "SUBMITTED")
    order.status, order.request_status = "IN_PROGRESS", "ACCEPTED"
    touch(shop, order)


def reject(shop: Shop, order: FulfillmentOrder) -> None:
    """Let the service turn a request down."""
    _must_be(order, "SUBMITTED")
    order.request_status = "REJECTED"
    touch(shop, order)


def ask_back(shop: Shop, order: FulfillmentOrder, message: str | None) -> None:
    """Ask the service not to send it; what it has not accepted yet is simply taken back."""
    if order.request_status == "SUBMITTED":
        order.request_status = "UNSUBMITTED"
        touch(shop, order)
        return
    _must_be(order, "ACCEPTED", "CANCELLATION_REJECTED")
    if not shop.switches.request_status_lag:
        order.request_status = "CANCELLATION_REQUESTED"
    elif order.request_status == "CANCELLATION_REJECTED":
        order.request_status = "ACCEPTED"
    _ask(shop, order, "CANCELLATION_REQUEST", message)
    touch(shop, order)


def give_back(shop: Shop, order: FulfillmentOrder) -> None:
    """Let the service agree not to send it: it is closed, and nothing is left in it."""
    _must_be_asked_back(order)
    order.status, order.request_status = "CLOSED", "CANCELLATION_ACCEPTED"
    open_lines = [(line.line_id, line.remaining_quantity) for line in order.lines]
    for line in order.lines:
        line.total_quantity = line.remaining_quantity = 0
    bought = shop.sure(Order, order.order_id)
    if bought.cancelled_at is None:
        lines = [_part(shop, gid, quantity) for gid, quantity in open_lines if quantity]
        shop.add(
            FulfillmentOrder(
                **shop.stamp("FulfillmentOrder"),
                order_id=order.order_id,
                location_id=order.location_id,
                lines=lines,
            )
        )
    touch(shop, order)


def keep(shop: Shop, order: FulfillmentOrder) -> None:
    """Let the service insist on sending it."""
    _must_be_asked_back(order)
    order.request_status = "CANCELLATION_REJECTED"
    touch(shop, order)


def _must_be(order: FulfillmentOrder, *status: str) -> None:
    if order.status in ENDED or order.request_status not in status:
        raise UserError(
            f"Cannot act on fulfillment order {words.number(order.id)}, whose request status is "
            f"{order.request_status.lower()}."
        )


def _must_be_asked_back(order: FulfillmentOrder) -> None:
    _must_be(order, "ACCEPTED", "CANCELLATION_REQUESTED")
    if not order.requests or order.requests[-1].kind != "CANCELLATION_REQUEST":
        raise UserError("The merchant has not requested a cancellation.")


def touch(shop: Shop, order: FulfillmentOrder) -> None:
    """Say that a fulfillment order has changed, and with it its order."""
    shop.touch(order, shop.sure(Order, order.order_id))
