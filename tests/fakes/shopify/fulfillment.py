"""Changes of fulfillment orders, by the API or by people: shipped, split, requested, accepted."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tests.fakes.shopify import orders, stock, words
from tests.fakes.shopify.refusals import UserError
from tests.fakes.shopify.shapes_orders import fulfillments_of
from tests.fakes.shopify.shop import Shop
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
)


class Share(NamedTuple):
    """A quantity of a fulfillment order's line."""

    line: FulfillmentOrderLineItem
    quantity: int


def everything(order: FulfillmentOrder) -> list[Share]:
    """Return all units that are not shipped yet."""
    return [Share(line, line.remaining_quantity) for line in order.lines if line.remaining_quantity]


def shares(order: FulfillmentOrder, quantities: Mapping[str, int]) -> list[Share]:
    """Return shares by line id; raise the service's error for an unknown id."""
    lines = {line.id: line for line in order.lines}
    result = []
    for gid, quantity in quantities.items():
        if gid not in lines:
            raise UserError("Fulfillment order line item does not exist.", "fulfillment")
        if quantity > lines[gid].remaining_quantity:
            raise UserError(
                "Invalid fulfillment order line item quantity requested.", "fulfillment"
            )
        result.append(Share(lines[gid], quantity))
    return result


def send(
    shop: Shop, parts: Sequence[tuple[FulfillmentOrder, list[Share]]], tracking: list[Json]
) -> Fulfillment:
    """Ship shares of fulfillment orders of one order and location together."""
    first = parts[0][0]
    order = shop.sure(Order, first.order_id)
    lines: dict[str, FulfillmentLineItem] = {}
    for source, group in parts:
        for share in group:
            _send_share(shop, lines, source, share)
    count = len(fulfillments_of(shop, order.id)) + 1
    fulfillment = shop.add(
        Fulfillment(
            **shop.stamp("Fulfillment"),
            order_id=order.id,
            name=f"{order.name}-F{count}",
            location_id=first.location_id,
            lines=list(lines.values()),
            tracking=tracking,
        )
    )
    for source, _ in parts:
        is_complete = all(line.remaining_quantity == 0 for line in source.lines)
        source.status = "CLOSED" if is_complete else "IN_PROGRESS"
        shop.touch(source)
    orders.close_if_done(shop, order, shop.now())
    return fulfillment


def _send_share(
    shop: Shop, lines: dict[str, FulfillmentLineItem], source: FulfillmentOrder, share: Share
) -> None:
    """Move a share into a fulfillment, which has one line for each line of the order."""
    gid = share.line.line_id
    share.line.remaining_quantity -= share.quantity
    stock.take(shop, shop.sure(LineItem, gid), source.location_id, share.quantity)
    if gid not in lines:
        stamp = shop.stamp("FulfillmentLineItem")
        lines[gid] = shop.add(FulfillmentLineItem(**stamp, line_id=gid, sources={}))
    sources = lines[gid].sources
    sources[source.id] = sources.get(source.id, 0) + share.quantity


def tracking_of(tracking_input: Json | None) -> list[Json]:
    """Return tracking in the form of responses; plural fields replace the singular ones."""
    if not tracking_input:
        return []
    numbers = tracking_input.get("numbers") or [tracking_input.get("number")]
    urls = tracking_input.get("urls") or [tracking_input.get("url")]
    size = max(len(numbers), len(urls))
    numbers, urls = [list(values) + [None] * (size - len(values)) for values in (numbers, urls)]
    rows = [
        {"company": tracking_input.get("company"), "number": number, "url": url}
        for number, url in zip(numbers, urls, strict=True)
    ]
    return [row for row in rows if any(row.values())]


def recall(shop: Shop, fulfillment: Fulfillment) -> None:
    """Cancel a fulfillment: its units must be shipped again.

    Where its fulfillment order has ended, that shows the quantity again but stays closed, and a
    new one is opened.
    """
    if fulfillment.status == "CANCELLED":
        return
    fulfillment.status, fulfillment.display_status = "CANCELLED", "CANCELED"
    order = shop.sure(Order, fulfillment.order_id)
    again: dict[str, int] = {}
    ended: set[str] = set()
    for part in fulfillment.lines:
        line = shop.sure(LineItem, part.line_id)
        stock.take(shop, line, fulfillment.location_id, -part.quantity)
        for gid, quantity in part.sources.items():
            source = shop.sure(FulfillmentOrder, gid)
            _refill(shop, source, part.line_id, quantity)
            if source.status in ENDED:
                again[part.line_id] = again.get(part.line_id, 0) + quantity
                ended.add(gid)
            elif source.status == "IN_PROGRESS" and _is_unsent(shop, source):
                source.status = "OPEN"
    _reopen(shop, order, fulfillment.location_id, again, replaces=frozenset(ended))
    order.closed_at = None
    shop.touch(fulfillment, order)


def _is_unsent(shop: Shop, source: FulfillmentOrder) -> bool:
    """True if no unit of a fulfillment order is shipped or accepted by a service."""
    return source.request_status == "UNSUBMITTED" and not any(
        source.id in line.sources
        for fulfillment in fulfillments_of(shop, source.order_id)
        if fulfillment.status == "SUCCESS"
        for line in fulfillment.lines
    )


def _refill(shop: Shop, source: FulfillmentOrder, line_id: str, quantity: int) -> None:
    for line in source.lines:
        if line.line_id == line_id:
            line.remaining_quantity += quantity
    shop.touch(source)


def _reopen(
    shop: Shop,
    order: Order,
    location_id: str,
    lines: Mapping[str, int],
    *,
    replaces: frozenset[str] = frozenset(),
) -> None:
    """Open a new fulfillment order for unshipped units, given by line id."""
    parts = [_part(shop, gid, quantity) for gid, quantity in lines.items() if quantity]
    if parts:
        shop.add(
            FulfillmentOrder(
                **shop.stamp("FulfillmentOrder"),
                order_id=order.id,
                location_id=location_id,
                lines=parts,
                replaces=replaces,
            )
        )


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
    """Move shares into a new fulfillment order, with new line ids; return it."""
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


def merge(shop: Shop, order: FulfillmentOrder, into: FulfillmentOrder) -> None:
    """Move all open units into another fulfillment order of the same order, and close this one."""
    lines = {line.line_id: line for line in into.lines}
    for share in everything(order):
        line = lines.get(share.line.line_id)
        if line is None:
            into.lines.append(_part(shop, share.line.line_id, share.quantity))
        else:
            line.total_quantity += share.quantity
            line.remaining_quantity += share.quantity
        share.line.remaining_quantity = share.line.total_quantity = 0
    order.status = "CLOSED"
    shop.touch(order, into, shop.sure(Order, order.order_id))


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
    """Request shares from the service; return the order with the remaining units."""
    # A request that its service gave back can be repeated.
    requestable = ("UNSUBMITTED", "REJECTED", "CLOSED")
    if order.request_status not in requestable or order.status not in ("OPEN", "INCOMPLETE"):
        raise UserError("The fulfillment order is not in a requestable state.")
    unrequested = [
        Share(line, line.remaining_quantity - _of(moved, line))
        for line in order.lines
        if line.remaining_quantity > _of(moved, line)
    ]
    remaining = split(shop, order, unrequested) if unrequested else None
    order.status, order.request_status = "OPEN", "SUBMITTED"
    _ask(shop, order, "FULFILLMENT_REQUEST", message, notify_customer=notify)
    touch(shop, order)
    return remaining


def _of(moved: Sequence[Share], line: FulfillmentOrderLineItem) -> int:
    return sum(share.quantity for share in moved if share.line is line)


def accept(shop: Shop, order: FulfillmentOrder) -> None:
    """Accept a request, as the service."""
    _must_be(order, "SUBMITTED")
    order.status, order.request_status = "IN_PROGRESS", "ACCEPTED"
    touch(shop, order)


def reject(shop: Shop, order: FulfillmentOrder, reason: str | None = None) -> None:
    """Reject a request, as the service."""
    _must_be(order, "SUBMITTED")
    order.request_status, order.rejection = "REJECTED", reason
    touch(shop, order)


def ask_back(shop: Shop, order: FulfillmentOrder, message: str | None) -> None:
    """Request the cancellation; a request that is not accepted yet is simply withdrawn."""
    if order.request_status == "SUBMITTED":
        order.request_status = "UNSUBMITTED"
        # Not recorded: this is the harder case for a client.
        _ask(shop, order, "CANCELLATION_REQUEST", message)
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
    """Accept the cancellation, as the service: close the order, with no units in it."""
    _must_be_asked_back(order)
    order.status, order.request_status = "CLOSED", "CANCELLATION_ACCEPTED"
    open_quantities = {line.line_id: line.remaining_quantity for line in order.lines}
    for line in order.lines:
        line.total_quantity = line.remaining_quantity = 0
    bought = shop.sure(Order, order.order_id)
    if bought.cancelled_at is None:
        _reopen(shop, bought, order.location_id, open_quantities)
    touch(shop, order)


def keep(shop: Shop, order: FulfillmentOrder) -> None:
    """Reject the cancellation, as the service."""
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
    """Mark a fulfillment order and its order as changed."""
    shop.touch(order, shop.sure(Order, order.order_id))
