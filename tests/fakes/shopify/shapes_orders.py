"""Computed fields of orders, lines and fulfillments."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tests.fakes.shopify import access, connections, words
from tests.fakes.shopify.registry import Call, resolver
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import (
    ENDED,
    Fulfillment,
    FulfillmentLineItem,
    FulfillmentOrder,
    Json,
    LineItem,
    Metafield,
    Order,
    Product,
    ProductVariant,
)

_NOT_REQUIRED_SINCE = "2026-10"
"""The first version with a separate status for orders without open units."""


def fulfillment_orders_of(shop: Shop, order_id: str) -> list[FulfillmentOrder]:
    """Return the fulfillment orders of an order, also those that have ended."""
    return list(shop.sure(Order, order_id).pieces)


def fulfillments_of(shop: Shop, order_id: str) -> list[Fulfillment]:
    """Return the fulfillments of an order, also those that were cancelled."""
    return list(shop.sure(Order, order_id).sent)


def shipped_quantity(shop: Shop, line: LineItem) -> int:
    """Return the number of units of a line that were shipped."""
    return sum(
        part.quantity
        for fulfillment in fulfillments_of(shop, line.order_id)
        if fulfillment.status == "SUCCESS"
        for part in fulfillment.lines
        if part.line_id == line.id
    )


def open_units(shop: Shop, line: LineItem, *, held: bool = False) -> int:
    """Return the units of a line that are still to be sent, or those on hold."""
    return sum(
        part.remaining_quantity
        for it in fulfillment_orders_of(shop, line.order_id)
        if (it.status == "ON_HOLD" if held else it.status not in ENDED)
        for part in it.lines
        if part.line_id == line.id
    )


def fulfillment_status(shop: Shop, order: Order) -> str:
    """Return the fulfillment status of an order."""
    ordered = sum(line.current_quantity for line in order.lines)
    shipped = sum(shipped_quantity(shop, line) for line in order.lines)
    if shipped:
        return "FULFILLED" if shipped >= ordered else "PARTIALLY_FULFILLED"
    live = [it for it in fulfillment_orders_of(shop, order.id) if it.status not in ENDED]
    for status in ("ON_HOLD", "SCHEDULED", "IN_PROGRESS"):
        if any(it.status == status for it in live):
            return status
    if any(it.request_status == "REJECTED" for it in live):
        return "REQUEST_DECLINED"
    if any(it.request_status == "SUBMITTED" for it in live):
        return "PENDING_FULFILLMENT"
    return "UNFULFILLED"


def bag(order: Order, amount: Decimal) -> Json:
    """Return an amount in the shop's currency and in the customer's."""
    return {
        "shopMoney": {"amount": words.amount(amount), "currencyCode": order.currency_code},
        "presentmentMoney": {
            "amount": words.amount(amount * order.presentment_rate),
            "currencyCode": order.presentment_currency_code,
        },
    }


def _goods(order: Order, *, current: bool) -> Decimal:
    return sum((_left(line, current=current) for line in order.lines), Decimal(0))


def _left(line: LineItem, *, current: bool) -> Decimal:
    """Return the cost of a line after its own discount, which removed units reduce."""
    if not current:
        return line.price * line.quantity - line.discount
    return (line.price * line.quantity - line.discount) * line.current_quantity / line.quantity


def _shipping(order: Order) -> Decimal:
    return Decimal(order.shipping_line["price"]) if order.shipping_line else Decimal(0)


def _discounts(order: Order, *, current: bool) -> Decimal:
    own = sum(
        (
            line.discount * (line.current_quantity if current else line.quantity) / line.quantity
            for line in order.lines
        ),
        Decimal(0),
    )
    return own + order.discount


def _total(order: Order, *, current: bool) -> Decimal:
    goods = _goods(order, current=current) - order.discount
    return max(goods, Decimal(0)) + _shipping(order) + order.tax


for _name, _amount in {
    "subtotalPriceSet": lambda it: _goods(it, current=False) - it.discount,
    "currentSubtotalPriceSet": lambda it: _goods(it, current=True) - it.discount,
    "totalDiscountsSet": lambda it: _discounts(it, current=False),
    "currentTotalDiscountsSet": lambda it: _discounts(it, current=True),
    "totalShippingPriceSet": _shipping,
    "totalTaxSet": lambda it: it.tax,
    "totalPriceSet": lambda it: _total(it, current=False),
    "currentTotalPriceSet": lambda it: _total(it, current=True),
}.items():

    @resolver(f"Order.{_name}")
    def _set(_call: Call, order: Order, *, _amount: Any = _amount) -> Json:
        return bag(order, _amount(order))


@resolver("Order.legacyResourceId")
@resolver("Fulfillment.legacyResourceId")
@resolver("Product.legacyResourceId")
@resolver("ProductVariant.legacyResourceId")
@resolver("InventoryItem.legacyResourceId")
@resolver("Location.legacyResourceId")
def _legacy(_call: Call, node: Any) -> str:
    return str(words.number(node.id))


@resolver("Order.closed")
def _closed(_call: Call, order: Order) -> bool:
    return order.closed_at is not None


@resolver("Order.cancellation")
def _cancellation(_call: Call, order: Order) -> Json | None:
    return {"staffNote": order.staff_note} if order.cancelled_at else None


@resolver("Order.displayFinancialStatus")
def _financial(_call: Call, order: Order) -> str | None:
    return order.financial_status


@resolver("Order.risk")
def _risk(_call: Call, order: Order) -> Json:
    return {"recommendation": order.recommendation}


@resolver("Order.currentSubtotalLineItemsQuantity")
def _current_quantity(call: Call, order: Order) -> int:  # noqa: ARG001
    return sum(line.current_quantity for line in order.lines)


@resolver("Order.subtotalLineItemsQuantity")
def _subtotal_quantity(_call: Call, order: Order) -> int:
    return sum(line.quantity for line in order.lines)


@resolver("Order.displayFulfillmentStatus")
def _display(call: Call, order: Order) -> str:
    status = fulfillment_status(call.shop, order)
    if status == "UNFULFILLED" and call.version >= _NOT_REQUIRED_SINCE:
        is_open = any(open_units(call.shop, line) for line in order.lines)
        return status if is_open else "FULFILLMENT_NOT_REQUIRED"
    return status


@resolver("Order.requiresShipping")
def _requires_shipping(_call: Call, order: Order) -> bool:
    return any(line.requires_shipping for line in order.lines)


@resolver("Order.shippingLine")
def _shipping_line(_call: Call, order: Order) -> Json | None:
    line = order.shipping_line
    if line is None:
        return None
    price = bag(order, Decimal(line["price"]))
    return {**line, "originalPriceSet": price, "discountedPriceSet": price}


@resolver("Order.lineItems")
def _lines(call: Call, order: Order, **paging: Any) -> Json:
    return connections.page(call.shop, order.lines, None, **paging)


@resolver("Order.fulfillmentOrders")
def _fulfillment_orders(
    call: Call, order: Order, *, query: str | None = None, displayable: bool = False, **paging: Any
) -> Json:
    del query
    shop = call.shop
    rows = [it for it in fulfillment_orders_of(shop, order.id) if access.visible(shop, it)]
    if displayable:  # Those that were closed by a merge or a move have no units.
        rows = [
            it for it in rows if it.status != "CLOSED" or any(x.total_quantity for x in it.lines)
        ]
    return connections.page(shop, rows, None, **paging)


@resolver("Order.fulfillments")
def _fulfillments(
    call: Call, order: Order, *, first: int | None = None, query: str | None = None
) -> list[Fulfillment]:
    del query
    return fulfillments_of(call.shop, order.id)[::-1][:first]  # the newest first, as recorded


@resolver("Order.metafield")
@resolver("Product.metafield")
def _metafield(
    _call: Call, node: Order | Product, *, key: str, namespace: str | None = None
) -> Metafield | None:
    for field in node.metafields:
        if (field.namespace, field.key) == (namespace or "$app", key):
            return field
    return None


@resolver("Order.metafields")
def _metafields(call: Call, order: Order, *, namespace: str | None = None, **paging: Any) -> Json:
    rows = [it for it in order.metafields if namespace in (None, it.namespace)]
    return connections.page(call.shop, rows, None, **paging)


def _order_of(call: Call, line: LineItem) -> Order:
    return call.shop.sure(Order, line.order_id)


def _line_bag(call: Call, line: LineItem, amount: Decimal) -> Json:
    return bag(_order_of(call, line), amount)


@resolver("LineItem.name")
def _line_name(_call: Call, line: LineItem) -> str:
    return " - ".join(word for word in (line.title, line.variant_title) if word)


@resolver("LineItem.unfulfilledQuantity")
def _unfulfilled(call: Call, line: LineItem) -> int:
    """Return a number that is below 0 if sent units were refunded, as was seen."""
    return line.current_quantity - shipped_quantity(call.shop, line)


@resolver("LineItem.fulfillableQuantity")
def _fulfillable(call: Call, line: LineItem) -> int:
    """Return the unsent units that are not on hold, as recorded."""
    sent = shipped_quantity(call.shop, line) - line.refunded_sent
    return line.current_quantity - sent - open_units(call.shop, line, held=True)


@resolver("LineItem.nonFulfillableQuantity")
def _non_fulfillable(call: Call, line: LineItem) -> int:
    if line.is_tip:
        return line.quantity
    return line.quantity - max(line.current_quantity, shipped_quantity(call.shop, line))


@resolver("LineItem.originalUnitPriceSet")
def _unit_price(call: Call, line: LineItem) -> Json:
    return _line_bag(call, line, line.price)


@resolver("LineItem.originalTotalSet")
def _original_total(call: Call, line: LineItem) -> Json:
    return _line_bag(call, line, line.price * line.quantity)


@resolver("LineItem.discountedUnitPriceSet")
@resolver("LineItem.discountedUnitPriceAfterAllDiscountsSet")
def _discounted_unit_price(call: Call, line: LineItem) -> Json:
    return _line_bag(call, line, line.price - line.discount / line.quantity)


@resolver("LineItem.discountedTotalSet")
def _discounted_total(call: Call, line: LineItem, *, with_code_discounts: bool = False) -> Json:
    del with_code_discounts
    return _line_bag(call, line, line.price * line.quantity - line.discount)


@resolver("LineItem.totalDiscountSet")
def _line_discount(call: Call, line: LineItem) -> Json:
    return _line_bag(call, line, line.discount)


@resolver("LineItem.discountAllocations")
def _allocations(call: Call, line: LineItem) -> list[Json]:
    if not line.discount:
        return []
    return [{"allocatedAmountSet": _line_bag(call, line, line.discount)}]


@resolver("LineItem.variant")
def _variant(call: Call, line: LineItem) -> ProductVariant | None:
    return call.shop.get(ProductVariant, line.variant_id)


@resolver("LineItem.product")
def _product(call: Call, line: LineItem) -> Product | None:
    return call.shop.get(Product, line.product_id)


@resolver("FulfillmentLineItem.lineItem")
def _part_line(call: Call, part: FulfillmentLineItem) -> LineItem:
    return call.shop.sure(LineItem, part.line_id)


def lines_of(shop: Shop, parts: Iterable[FulfillmentLineItem]) -> list[LineItem]:
    """Return the lines of a fulfillment."""
    return [shop.sure(LineItem, part.line_id) for part in parts]
