"""Mutations of orders: create, tag and cancel."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.fakes.shopify import orders, stock
from tests.fakes.shopify.refusals import UserError, UserErrors
from tests.fakes.shopify.registry import Call, mutation
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import (
    Json,
    LineItem,
    Order,
    Product,
    ProductVariant,
)

_DEFAULT = {"inventoryBehaviour": "BYPASS"}


@mutation("orderCreate")
def _create(call: Call, *, order: Json, options: Json | None = None) -> Json:
    shop = call.shop
    _check(shop, order)
    behaviour = (options or _DEFAULT).get("inventoryBehaviour", "BYPASS")
    location = orders.main_location(shop)
    bought = orders.start(shop, **_fields(shop, order))
    bought.lines = [_line(shop, bought.id, line_input) for line_input in order["lineItems"]]
    _discount(bought, order.get("discountCode"))
    orders.metafields(shop, bought.metafields, order.get("metafields") or [])
    if behaviour != "BYPASS":
        _claim(shop, bought, location.id, obeying=behaviour.endswith("OBEYING_POLICY"))
    orders.route(shop, bought, {line.id: location.id for line in bought.lines})
    shop.note("order created", bought.id, bought.source_identifier)
    return {"order": bought}


def _check(shop: Shop, order_input: Json) -> None:
    if not order_input.get("lineItems"):
        raise UserError(
            "Line items must have at least one line item", "order", "lineItems", code="INVALID"
        )
    processed = order_input.get("processedAt")
    if processed and datetime.fromisoformat(processed) > shop.now() + timedelta(minutes=5):
        raise UserError(
            "Processed at must not be in the future",
            "order",
            "processedAt",
            code="PROCESSED_AT_INVALID",
        )
    for place, line in enumerate(order_input["lineItems"]):
        where = ("order", "lineItems", str(place))
        if line["quantity"] < 1:
            raise UserError("Quantity must be greater than 0", *where, "quantity", code="INVALID")
        gid = line.get("variantId")
        if gid and shop.get(ProductVariant, gid) is None:
            raise UserError("Variant does not exist", *where, "variantId", code="INVALID")
        if not gid and not line.get("title"):
            raise UserError("Title can't be blank", *where, "title", code="INVALID")
    if any(len(tag) > 40 for tag in order_input.get("tags") or []):
        raise UserError("Tags exceeds the maximum of 40 characters", "order", "tags")
    limit = shop.switches.orders_per_minute
    came = shop.created
    while came and came[0] <= shop.now() - timedelta(minutes=1):
        came.popleft()
    if limit is not None and len(came) >= limit:
        raise UserError("Too many attempts. Please try again later.", "order")
    came.append(shop.now())


def _fields(shop: Shop, order_input: Json) -> Json:
    sources = order_input.get("transactions") or []
    default = "PAID" if any(it.get("kind", "SALE") == "SALE" for it in sources) else "PENDING"
    shipping = (order_input.get("shippingLines") or [None])[0]
    processed = order_input.get("processedAt")
    return {
        "name": order_input.get("name"),
        "email": order_input.get("email"),
        "phone": order_input.get("phone"),
        "note": order_input.get("note"),
        "tags": sorted(order_input.get("tags") or []),
        "po_number": order_input.get("poNumber"),
        "source_identifier": order_input.get("sourceIdentifier"),
        "source_name": order_input.get("sourceName"),
        "test": order_input.get("test"),
        "currency_code": order_input.get("currency"),
        "presentment_currency_code": order_input.get("presentmentCurrency"),
        "processed_at": datetime.fromisoformat(processed) if processed else None,
        "custom_attributes": order_input.get("customAttributes"),
        "shipping_address": orders.address(shop, order_input.get("shippingAddress")),
        "billing_address": orders.address(shop, order_input.get("billingAddress")),
        "shipping_line": shipping and _shipping(shipping),
        "financial_status": order_input.get("financialStatus") or default,
    }


def _shipping(shipping_input: Json) -> Json:
    price = str(shipping_input["priceSet"]["shopMoney"]["amount"])
    return {
        "title": shipping_input["title"],
        "code": shipping_input.get("code"),
        "source": shipping_input.get("source"),
        "carrierIdentifier": None,
        "price": price,
    }


def _line(shop: Shop, order_id: str, line_input: Json) -> LineItem:
    price = line_input.get("priceSet")
    properties = [
        {"key": it["name"], "value": it["value"]} for it in line_input.get("properties") or []
    ]
    return orders.line(
        shop,
        order_id,
        quantity=line_input["quantity"],
        price=Decimal(str(price["shopMoney"]["amount"])) if price else None,
        variant=shop.get(ProductVariant, line_input.get("variantId")),
        sku=line_input.get("sku"),
        title=line_input.get("title"),
        variant_title=line_input.get("variantTitle"),
        vendor=line_input.get("vendor"),
        product_id=line_input.get("productId"),
        requires_shipping=line_input["requiresShipping"],
        taxable=line_input["taxable"],
        custom_attributes=properties,
    )


def _discount(order: Order, discount_input: Json | None) -> None:
    if discount_input:
        amount = discount_input["itemFixedDiscountCode"]["amountSet"]["shopMoney"]["amount"]
        order.discount = Decimal(str(amount))


def _claim(shop: Shop, order: Order, location_id: str, *, obeying: bool) -> None:
    for line in order.lines:
        level = stock.tracked_level(shop, line, location_id)
        variant = shop.get(ProductVariant, line.variant_id)
        short = level is not None and level.available < line.quantity
        if obeying and short and variant is not None and variant.inventory_policy == "DENY":
            _forget(shop, order)
            raise UserError(
                "Unable to reserve inventory", "order", "lineItems", code="INVENTORY_CLAIM_FAILED"
            )
    for line in order.lines:
        stock.commit(shop, line, location_id, line.quantity)


def _forget(shop: Shop, order: Order) -> None:
    for node in (order, *order.lines):
        shop.drop(node)


@mutation("orderCancel", errors="orderCancelUserErrors")
def _cancel(
    call: Call,
    *,
    order_id: str,
    reason: str,
    restock: bool,
    refund: bool | None = None,
    refund_method: Json | None = None,
    notify_customer: bool = False,
    staff_note: str | None = None,
) -> Json:
    del notify_customer
    shop = call.shop
    order = shop.get(Order, order_id)
    if order is None:
        raise UserError("Order does not exist", "orderId", code="NOT_FOUND")
    if len(staff_note or "") > 255:
        raise UserError(
            "Staff note is too long. Maximum length is 255 characters.",
            "staffNote",
            code="INVALID",
        )
    if refund is not None and refund_method is not None:
        raise UserError(
            "Only one of the arguments `refund` or `refund_method` is allowed.",
            "refund",
            code="INVALID",
        )
    orders.check_cancellable(shop, order)
    back = bool(refund or (refund_method or {}).get("originalPaymentMethodsRefund"))

    def act() -> None:
        if shop.switches.cancel_fails:
            return
        try:
            orders.check_cancellable(shop, order)
        except UserError:
            # It was shipped or cancelled meanwhile: the job ends without an effect.
            return
        orders.cancel(shop, order, reason=reason, restock=restock, refund=back, note=staff_note)
        shop.note("order cancelled", order.id, reason)

    job = shop.job(shop.switches.cancel_s, act)
    return {"job": {"id": job.id, "done": False}}


def _tagged(call: Call, gid: str) -> Order | Product:
    node = call.shop.nodes.get(gid)
    if not isinstance(node, Order | Product):
        raise UserError("The resource does not exist", "id")
    return node


@mutation("tagsAdd")
def _add_tags(call: Call, *, id: str, tags: list[str]) -> Json:  # noqa: A002
    node = _tagged(call, id)
    node.tags = sorted({*node.tags, *tags})
    call.shop.touch(node)
    call.shop.note("tags added", id, tuple(tags))
    return {"node": node}


@mutation("tagsRemove")
def _remove_tags(call: Call, *, id: str, tags: list[str]) -> Json:  # noqa: A002
    node = _tagged(call, id)
    node.tags = [tag for tag in node.tags if tag not in tags]
    call.shop.touch(node)
    call.shop.note("tags removed", id, tuple(tags))
    return {"node": node}


@mutation("metafieldsSet")
def _set_metafields(call: Call, *, metafields: list[Json]) -> Json:
    owners = []
    for place, metafield_input in enumerate(metafields):
        node = call.shop.nodes.get(metafield_input["ownerId"])
        if not isinstance(node, Order | Product):
            raise UserErrors(
                UserError(
                    "Owner does not exist", "metafields", str(place), "ownerId", code="INVALID"
                )
            )
        owners.append(node)
    written: list[Any] = []
    for node, metafield_input in zip(owners, metafields, strict=True):
        written += orders.metafields(call.shop, node.metafields, [metafield_input])
        call.shop.touch(node)
        call.shop.note(
            "metafield set", node.id, (metafield_input.get("namespace"), metafield_input["key"])
        )
    return {"metafields": written}
