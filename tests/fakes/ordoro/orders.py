"""Changes of an order, by the API or by people. Calls and responses are in other modules."""

from tests.fakes.ordoro import stock
from tests.fakes.ordoro.checks import Refused
from tests.fakes.ordoro.products import create as create_product
from tests.fakes.ordoro.state import OPEN, Json, Line, Order, Shipping, Shop
from tests.fakes.ordoro.times import parse

MONEY = (
    "product_amount",
    "shipping_amount",
    "tax_amount",
    "discount_amount",
    "grand_total",
    "credit_card_issuer",
)


def create(shop: Shop, body: Json) -> Order:
    """Create an order; create its unknown products, and commit its stock."""
    number = _number(shop, body.get("cart"), body["order_id"])
    warehouse_id = body.get("warehouse_id", shop.default_warehouse_id())
    shop.warehouse(warehouse_id, status=400)
    now = shop.now()
    order = Order(
        id=shop.next_id(),
        number=number,
        order_id=body["order_id"],
        lines=[_line(shop, line) for line in body["lines"]],
        created_at=now,
        updated_at=now,
        placed_at=parse(body["order_date"], shop.switches.zone) if "order_date" in body else now,
        shipping_address=body["shipping_address"],
        billing_address=body["billing_address"],
        warehouse_id=warehouse_id,
        cart_id=body.get("cart"),
        requested_shipping_method=body.get("shipping_type"),
        deliver_by=body.get("deliver_by_date"),
        ship_by=body.get("ship_by_date"),
        financial={name: body.get(name) for name in MONEY},
        tag_ids=[tag_id(shop, tag) for tag in body.get("tags", [])],
        cart_order_id=body.get("cart_order_id"),
        cart_shipment_id=body.get("cart_shipment_id"),
        notes_from_customer=body.get("notes_from_customer"),
        internal_notes=body.get("internal_notes"),
    )
    shop.orders[number] = order
    if body.get("status") == "shipped":
        mark_as_shipped(shop, order)
    stock.sold(shop, order)
    return order


def _number(shop: Shop, cart_id: int | None, order_id: str) -> str:
    if cart_id is not None and cart_id not in shop.carts:
        raise Refused(f"sales channel {cart_id} not found", "cart")
    prefix = "M" if cart_id is None else str(shop.carts[cart_id].index)
    number = f"{prefix}-{order_id}"
    if number not in shop.orders:
        return number
    if shop.switches.duplicates == "refused":
        raise Refused(f"order {order_id} exists already", "order_id")
    again = 2
    while f"{number}_{again}" in shop.orders:
        again += 1
    return f"{number}_{again}"


def _line(shop: Shop, body: Json) -> Line:
    product = body["product"]
    if product["sku"] not in shop.products:
        create_product(shop, {"price": body.get("item_price", 0), **product})
    return Line(
        id=shop.next_id(),
        sku=product["sku"],
        name=body.get("product_name", product["name"]),
        quantity=body["quantity"],
        item_price=body.get("item_price", 0),
        total_price=body.get("total_price"),
        details=body.get("selected_option"),
        cart_orderitem_id=body.get("cart_orderitem_id"),
    )


def tag_id(shop: Shop, body: Json) -> int:
    """Return the id of the tag with this text; create it if it is new."""
    text, color = body.get("text", ""), body.get("color", "#FFFFFF")
    for existing_id, tag in shop.tags.items():
        if tag["text"] == text:
            return existing_id
    new = shop.next_id()
    shop.tags[new] = {"text": text, "color": color}
    return new


def edit(shop: Shop, order: Order, body: Json) -> None:
    """Change notes and dates, the only fields of an order that can be overwritten."""
    for name, value in body.items():
        setattr(order, name.removesuffix("_date"), value)
    touch(shop, order)


def cancel(shop: Shop, order: Order) -> None:
    """Cancel an order. A shipped one, where that is allowed, keeps its parcel and its stock."""
    if order.status == "cancelled":
        raise Refused(f"order {order.number} is cancelled already")
    if order.status == "shipped" and not shop.switches.cancel_shipped:
        raise Refused(f"order {order.number} is shipped and cannot be cancelled")
    order.status = "cancelled"
    order.cancelled_at = shop.now()
    _touch_stock(shop, order)


def uncancel(shop: Shop, order: Order) -> None:
    """Restore a cancelled order for fulfillment; a dropshipment must be requested again."""
    if order.status != "cancelled":
        raise Refused(f"order {order.number} is not cancelled")
    is_sent = order.shipping is not None and not order.shipping.is_void
    order.status = "shipped" if is_sent else "awaiting_fulfillment"
    order.cancelled_at = None
    order.dropshipping, order.supplier_id, order.dropshipped_at = {}, None, None
    _touch_stock(shop, order)


def ship(shop: Shop, order: Order, body: Json) -> None:
    """Add the one parcel that an order can have; this ships the order."""
    if order.status == "cancelled":
        raise Refused(f"order {order.number} is cancelled and cannot be shipped")
    shipping = order.shipping
    is_valid = shipping is not None and bool(shipping.body) and not shipping.is_void
    if is_valid and shop.switches.second_shipping == "refused":
        raise Refused(f"order {order.number} has shipping information already")
    taken = stock.take(shop, order) if shipping is None or shipping.is_void else shipping.taken
    order.shipping = Shipping(body=body, created_at=shop.now(), taken=taken)
    order.status = "shipped"
    _touch_stock(shop, order)


def reship(shop: Shop, order: Order, body: Json) -> None:
    """Replace the parcel of an order."""
    if order.shipping is None or not order.shipping.body:
        raise Refused(f"order {order.number} has no shipping information", status=404)
    order.shipping.body = body
    touch(shop, order)


def void(shop: Shop, order: Order) -> None:
    """Delete the parcel: the order awaits fulfillment again, unless it is cancelled."""
    if order.shipping is None or order.shipping.is_void:
        raise Refused(f"order {order.number} has no shipping information", status=404)
    stock.put_back(shop, order.shipping.taken)
    if shop.switches.voided_label == "kept":
        order.shipping.is_void, order.shipping.has_label = True, False
    else:
        order.shipping = None
    if order.status == "shipped":
        order.status = "awaiting_fulfillment"
    _touch_stock(shop, order)


def mark_as_shipped(shop: Shop, order: Order) -> None:
    """Mark an order as shipped without a parcel and without tracking."""
    if order.status not in OPEN:
        raise Refused(f"order {order.number} is {order.status}")
    order.shipping = Shipping(body={}, created_at=shop.now(), taken=stock.take(shop, order))
    order.status = "shipped"
    _touch_stock(shop, order)


def dropship(shop: Shop, order: Order, body: Json) -> None:
    """Request an order from a supplier; its linked warehouse then has the commitment."""
    if order.status not in OPEN:
        raise Refused(f"order {order.number} is {order.status}")
    supplier = shop.supplier(body["supplier_id"], status=400)
    order.status = "dropshipment_requested"
    order.supplier_id = supplier.id
    order.dropshipped_at = shop.now()
    order.dropshipping = body
    order.warehouse_id = supplier.warehouse_id or order.warehouse_id
    _touch_stock(shop, order)


def move(shop: Shop, order: Order, warehouse_id: int) -> None:
    """Move the order to another warehouse."""
    order.warehouse_id = shop.warehouse(warehouse_id, status=400).id
    _touch_stock(shop, order)


def comment(shop: Shop, order: Order, user: str, text: str) -> Json:
    """Add a comment to the timeline of an order."""
    made = {"user": user, "date": shop.now(), "text": text}
    order.comments.append(made)
    touch(shop, order)
    return made


def set_lines(shop: Shop, order: Order, quantities: dict[str, int]) -> None:
    """Change ordered quantities by SKU: 0 removes the lines, a new SKU adds one."""
    known_skus = {line.sku for line in order.lines}
    for line in order.lines:
        line.quantity = quantities.get(line.sku, line.quantity)
    order.lines = [line for line in order.lines if line.quantity]
    for sku, quantity in quantities.items():
        if sku not in known_skus:
            product = {"sku": sku, "name": sku}
            order.lines.append(_line(shop, {"quantity": quantity, "product": product}))
    _touch_stock(shop, order)


def touch(shop: Shop, order: Order) -> None:
    """Mark an order as updated."""
    order.updated_at = shop.now()


def _touch_stock(shop: Shop, order: Order) -> None:
    touch(shop, order)
    stock.sold(shop, order)
