"""Fields of `QueryRoot`."""

from typing import Any, Literal, TypeAlias

from tests.fakes.shopify import access, connections, searched
from tests.fakes.shopify.refusals import Refusal
from tests.fakes.shopify.registry import Call, resolver
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import (
    ENDED,
    Fulfillment,
    FulfillmentOrder,
    FulfillmentService,
    InventoryItem,
    InventoryLevel,
    Job,
    Json,
    Location,
    Order,
    Product,
    ProductVariant,
)

Root: TypeAlias = None
_BY_ID: dict[str, type] = {
    "fulfillment": Fulfillment,
    "product": Product,
    "productVariant": ProductVariant,
    "inventoryItem": InventoryItem,
    "inventoryLevel": InventoryLevel,
    "job": Job,
}

for _name, _kind in _BY_ID.items():

    @resolver(f"QueryRoot.{_name}")
    def _one(call: Call, _root: Root, *, id: str, _kind: type = _kind) -> Any:  # noqa: A002
        return call.shop.get(_kind, id)


@resolver("QueryRoot.shop")
def _shop(call: Call, _root: Root) -> Shop:
    return call.shop


@resolver("QueryRoot.currentAppInstallation")
def _installation(call: Call, _root: Root) -> Json:
    scopes = [{"handle": scope} for scope in sorted(call.shop.scopes)]
    return {"id": "gid://shopify/AppInstallation/7002", "accessScopes": scopes}


@resolver("QueryRoot.node")
def _node(call: Call, _root: Root, *, id: str) -> Any:  # noqa: A002 - the API's name
    return call.shop.nodes.get(id)


@resolver("QueryRoot.nodes")
def _nodes(call: Call, _root: Root, *, ids: list[str]) -> list[Any]:
    if len(ids) > connections.MOST:
        raise Refusal(
            f"The input array size of {len(ids)} is greater than the maximum allowed of 250.",
            "MAX_INPUT_SIZE_EXCEEDED",
        )
    return [call.shop.nodes.get(gid) for gid in ids]


@resolver("QueryRoot.order")
def _order(call: Call, _root: Root, *, id: str) -> Order | None:  # noqa: A002
    order = call.shop.get(Order, id)
    return order if order is not None and _recent(call.shop, order) else None


@resolver("QueryRoot.orders")
def _orders(
    call: Call,
    _root: Root,
    *,
    sort_key: str,
    query: str | None = None,
    **paging: Any,
) -> Json:
    orders = [order for order in call.shop.all(Order) if _recent(call.shop, order)]
    rows = searched.matching(call, orders, query, searched.orders)
    return connections.page(call.shop, rows, _sorted_by(sort_key), **paging)


def _recent(shop: Shop, order: Order) -> bool:
    age = shop.now() - order.created_at
    return "read_all_orders" in shop.scopes or age.days < shop.switches.read_days


@resolver("QueryRoot.fulfillmentOrder")
def _fulfillment_order(call: Call, _root: Root, *, id: str) -> FulfillmentOrder | None:  # noqa: A002
    order = call.shop.get(FulfillmentOrder, id)
    return order if order is not None and access.visible(call.shop, order) else None


@resolver("QueryRoot.fulfillmentOrders")
def _fulfillment_orders(
    call: Call,
    _root: Root,
    *,
    sort_key: str,
    include_closed: bool = False,
    query: str | None = None,
    **paging: Any,
) -> Json:
    fulfillment_orders = [
        order
        for order in call.shop.all(FulfillmentOrder)
        if access.visible(call.shop, order) and (include_closed or searched.open_only(order))
    ]
    rows = searched.matching(call, fulfillment_orders, query, searched.fulfillment_orders)
    return connections.page(call.shop, rows, _sorted_by(sort_key), **paging)


@resolver("QueryRoot.manualHoldsFulfillmentOrders")
def _held(call: Call, _root: Root, *, query: str | None = None, **paging: Any) -> Json:
    fulfillment_orders = [
        order
        for order in call.shop.all(FulfillmentOrder)
        if access.visible(call.shop, order) and order.status == "ON_HOLD"
    ]
    rows = searched.matching(call, fulfillment_orders, query, searched.fulfillment_orders)
    return connections.page(call.shop, rows, None, **paging)


Assignment = Literal[
    "CANCELLATION_REQUESTED",
    "FULFILLMENT_ACCEPTED",
    "FULFILLMENT_REQUESTED",
    "FULFILLMENT_UNSUBMITTED",
]


@resolver("QueryRoot.assignedFulfillmentOrders")
def _assigned(
    call: Call,
    _root: Root,
    *,
    sort_key: str,
    assignment_status: Assignment | None = None,
    location_ids: list[str] | None = None,
    **paging: Any,
) -> Json:
    shop = call.shop
    ours = {service.location_id for service in shop.all(FulfillmentService) if service.ours}
    if not ours:
        raise Refusal('["The api_client is not associated with any fulfillment service."]')
    rows = [
        order
        for order in shop.all(FulfillmentOrder)
        if order.location_id in ours
        and order.location_id in (location_ids or ours)
        and order.status not in ENDED
        and (assignment_status is None or _assignment(order) == assignment_status)
    ]
    return connections.page(shop, rows, _sorted_by(sort_key), **paging)


def _assignment(order: FulfillmentOrder) -> Assignment | None:
    if order.request_status in ("ACCEPTED", "CANCELLATION_REQUESTED") and _asked_back(order):
        return "CANCELLATION_REQUESTED"
    if order.request_status in ("ACCEPTED", "CANCELLATION_REJECTED"):
        return "FULFILLMENT_ACCEPTED"
    if order.request_status == "SUBMITTED":
        return "FULFILLMENT_REQUESTED"
    return "FULFILLMENT_UNSUBMITTED" if order.request_status == "UNSUBMITTED" else None


def _asked_back(order: FulfillmentOrder) -> bool:
    return bool(order.requests) and order.requests[-1].kind == "CANCELLATION_REQUEST"


@resolver("QueryRoot.productByIdentifier")
def _product_by(call: Call, _root: Root, *, identifier: Json) -> Product | None:
    if "id" in identifier:
        return call.shop.get(Product, identifier["id"])
    for product in call.shop.all(Product):
        if product.handle == identifier["handle"]:
            return product
    return None


@resolver("QueryRoot.products")
def _products(
    call: Call, _root: Root, *, sort_key: str, query: str | None = None, **paging: Any
) -> Json:
    rows = searched.matching(call, call.shop.all(Product), query, searched.products)
    return connections.page(call.shop, rows, _sorted_by(sort_key), **paging)


@resolver("QueryRoot.productVariants")
def _variants(
    call: Call, _root: Root, *, sort_key: str, query: str | None = None, **paging: Any
) -> Json:
    rows = searched.matching(call, call.shop.all(ProductVariant), query, searched.variants)
    return connections.page(call.shop, rows, _sorted_by(sort_key), **paging)


@resolver("QueryRoot.inventoryItems")
def _items(call: Call, _root: Root, *, query: str | None = None, **paging: Any) -> Json:
    rows = searched.matching(call, call.shop.all(InventoryItem), query, searched.items)
    return connections.page(call.shop, rows, None, **paging)


@resolver("QueryRoot.location")
def _location(call: Call, _root: Root, *, id: str | None = None) -> Location | None:  # noqa: A002
    return call.shop.get(Location, id) if id else next(call.shop.all(Location), None)


@resolver("QueryRoot.locations")
def _locations(
    call: Call,
    _root: Root,
    *,
    include_inactive: bool = False,
    include_legacy: bool = False,
    query: str | None = None,
    **paging: Any,
) -> Json:
    """List the shop's own locations; those of services are included on request."""
    locations = [
        it
        for it in call.shop.all(Location)
        if (include_inactive or it.is_active) and (include_legacy or it.service_id is None)
    ]
    rows = searched.matching(call, locations, query, searched.locations)
    paging.pop("sort_key", None)
    return connections.page(call.shop, rows, None, **paging)


_SORTS: dict[str, Any] = {
    "CREATED_AT": lambda row: row.created_at,
    "ORDER_NUMBER": lambda row: row.number,
    "PROCESSED_AT": lambda row: row.processed_at,
    "SKU": lambda row: row.sku or "",
    "TITLE": lambda row: row.title if isinstance(row, Product) else " / ".join(row.options),
    "UPDATED_AT": lambda row: row.updated_at,
}


def _sorted_by(key: str) -> Any:
    return _SORTS.get(key)
