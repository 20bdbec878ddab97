"""Computed fields of fulfillment orders and fulfillments."""

from typing import Any

from tests.fakes.shopify import connections, units_moved
from tests.fakes.shopify.registry import Call, resolver
from tests.fakes.shopify.shapes_orders import fulfillment_orders_of, fulfillments_of, lines_of
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import (
    ENDED,
    Fulfillment,
    FulfillmentHold,
    FulfillmentOrder,
    FulfillmentOrderLineItem,
    FulfillmentOrderMerchantRequest,
    Json,
    LineItem,
    Location,
    Order,
    ProductVariant,
)


def actions(shop: Shop, order: FulfillmentOrder) -> list[str]:
    """Return the actions that a fulfillment order supports now."""
    if order.status in ENDED:
        return []
    if order.status == "ON_HOLD":
        return ["RELEASE_HOLD", "HOLD", "MOVE"]
    if order.status == "INCOMPLETE":
        return ["REQUEST_FULFILLMENT", "CREATE_FULFILLMENT", "HOLD", "MOVE"]
    many = ["SPLIT"] if sum(line.remaining_quantity for line in order.lines) > 1 else []
    requested = order.request_status not in ("UNSUBMITTED", "REJECTED")
    if requested and not shop.switches.split_when_requested:
        many = []
    if order.request_status == "SUBMITTED":
        able = ["CREATE_FULFILLMENT"] if shop.switches.fulfill_unaccepted else []
        return [*able, "CANCEL_FULFILLMENT_ORDER", *many]
    if requested:
        return ["CREATE_FULFILLMENT", "REQUEST_CANCELLATION", *many]
    if shop.sure(Location, order.location_id).service_id is not None:
        return ["REQUEST_FULFILLMENT", "CREATE_FULFILLMENT", "HOLD", "MOVE", *many]
    if units_moved.is_sent(shop, order):
        return ["CREATE_FULFILLMENT", "HOLD", *many]
    merge = ["MERGE"] if _siblings(shop, order) else []
    return ["CREATE_FULFILLMENT", "REPORT_PROGRESS", "MOVE", "HOLD", *many, *merge]


def _siblings(shop: Shop, order: FulfillmentOrder) -> bool:
    return any(
        it is not order and it.location_id == order.location_id and it.status == order.status
        for it in fulfillment_orders_of(shop, order.order_id)
    )


@resolver("FulfillmentOrder.supportedActions")
def _actions(call: Call, order: FulfillmentOrder) -> list[Json]:
    return [{"action": action} for action in actions(call.shop, order)]


@resolver("Fulfillment.order")
@resolver("FulfillmentOrder.order")
def _order(call: Call, node: FulfillmentOrder | Fulfillment) -> Order:
    return call.shop.sure(Order, node.order_id)


@resolver("FulfillmentOrder.orderName")
def _order_name(call: Call, order: FulfillmentOrder) -> str:
    return call.shop.sure(Order, order.order_id).name


@resolver("FulfillmentOrder.orderProcessedAt")
def _processed_at(call: Call, order: FulfillmentOrder) -> Any:
    return call.shop.sure(Order, order.order_id).processed_at


@resolver("FulfillmentOrder.assignedLocation")
def _assigned(call: Call, order: FulfillmentOrder) -> Json:
    location = call.shop.sure(Location, order.location_id)
    return {"name": location.name, "location": location}


@resolver("FulfillmentOrder.destination")
def _destination(call: Call, order: FulfillmentOrder) -> Json:
    bought = call.shop.sure(Order, order.order_id)
    old = order.old_destination
    is_old = old is not None and call.shop.now() < old.until
    known = old.address if old and is_old else bought.shipping_address
    # Without an address it is an object with null fields.
    address = known or {"countryCodeV2": None}
    gid = order.id.replace("FulfillmentOrder", "FulfillmentOrderDestination")
    return {**address, "id": gid, "countryCode": address["countryCodeV2"], "email": bought.email}


@resolver("FulfillmentOrder.deliveryMethod")
def _delivery(call: Call, order: FulfillmentOrder) -> Json:
    bought = call.shop.sure(Order, order.order_id)
    line = bought.shipping_line or {}
    ships = any(shop_line.requires_shipping for shop_line in bought.lines)
    return {
        "id": order.id.replace("FulfillmentOrder", "DeliveryMethod"),
        "methodType": bought.delivery if ships else "NONE",
        "presentedName": line.get("title"),
        "serviceCode": line.get("code"),
    }


@resolver("FulfillmentOrder.fulfillmentHolds")
def _holds(_call: Call, order: FulfillmentOrder) -> list[FulfillmentHold]:
    return order.holds


@resolver("FulfillmentHold.displayReason")
def _display_reason(_call: Call, hold: FulfillmentHold) -> str:
    return hold.reason.replace("_", " ").capitalize()


@resolver("FulfillmentOrder.merchantRequests")
def _requests(
    call: Call, order: FulfillmentOrder, *, kind: str | None = None, **paging: Any
) -> Json:
    rows = [it for it in order.requests if kind in (None, it.kind)]
    return connections.page(call.shop, rows, None, **paging)


@resolver("FulfillmentOrderMerchantRequest.responseData")
def _response(_call: Call, _request: FulfillmentOrderMerchantRequest) -> None:
    return None


@resolver("FulfillmentOrder.lineItems")
def _lines(call: Call, order: FulfillmentOrder, **paging: Any) -> Json:
    return connections.page(call.shop, order.lines, None, **paging)


@resolver("FulfillmentOrder.fulfillments")
def _fulfillments(call: Call, order: FulfillmentOrder, **paging: Any) -> Json:
    rows = [
        it
        for it in fulfillments_of(call.shop, order.order_id)
        if any(order.id in part.sources for part in it.lines)
    ]
    return connections.page(call.shop, rows, None, **paging)


def _bought(call: Call, line: FulfillmentOrderLineItem) -> LineItem:
    return call.shop.sure(LineItem, line.line_id)


for _field, _attribute in {
    "sku": "sku",
    "productTitle": "title",
    "variantTitle": "variant_title",
    "vendor": "vendor",
    "requiresShipping": "requires_shipping",
}.items():

    @resolver(f"FulfillmentOrderLineItem.{_field}")
    def _copied(call: Call, line: FulfillmentOrderLineItem, *, _name: str = _attribute) -> Any:
        return getattr(_bought(call, line), _name)


@resolver("FulfillmentOrderLineItem.lineItem")
def _line_item(call: Call, line: FulfillmentOrderLineItem) -> LineItem:
    return _bought(call, line)


@resolver("FulfillmentOrderLineItem.variant")
def _variant(call: Call, line: FulfillmentOrderLineItem) -> ProductVariant | None:
    return call.shop.get(ProductVariant, _bought(call, line).variant_id)


@resolver("FulfillmentOrderLineItem.inventoryItemId")
def _item_id(call: Call, line: FulfillmentOrderLineItem) -> str | None:
    variant = _variant(call, line)
    return variant.inventory_item_id if variant else None


@resolver("Fulfillment.trackingInfo")
def _tracking(_call: Call, fulfillment: Fulfillment, *, first: int | None = None) -> list[Json]:
    return fulfillment.tracking[:first]


@resolver("Fulfillment.location")
def _location(call: Call, fulfillment: Fulfillment) -> Location | None:
    return call.shop.get(Location, fulfillment.location_id)


@resolver("Fulfillment.totalQuantity")
def _total(_call: Call, fulfillment: Fulfillment) -> int:
    return sum(part.quantity for part in fulfillment.lines)


@resolver("Fulfillment.requiresShipping")
def _requires(call: Call, fulfillment: Fulfillment) -> bool:
    return any(line.requires_shipping for line in lines_of(call.shop, fulfillment.lines))


@resolver("Fulfillment.fulfillmentLineItems")
def _parts(call: Call, fulfillment: Fulfillment, **paging: Any) -> Json:
    return connections.page(call.shop, fulfillment.lines, None, **paging)


@resolver("Fulfillment.fulfillmentOrders")
def _sources(call: Call, fulfillment: Fulfillment, **paging: Any) -> Json:
    ids = dict.fromkeys(gid for part in fulfillment.lines for gid in part.sources)
    rows = [call.shop.sure(FulfillmentOrder, gid) for gid in ids]
    return connections.page(call.shop, rows, None, **paging)
