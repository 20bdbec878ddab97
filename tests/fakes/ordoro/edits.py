"""Changes of an order's lines and address over the API, where the contract has calls for them.

No page says what an order with a label does with them; see `Switches`.
"""

from tests.fakes.ordoro import orders, stock
from tests.fakes.ordoro.checks import Refused
from tests.fakes.ordoro.products import create as create_product
from tests.fakes.ordoro.state import Json, Line, Order, Shop


def add_line(shop: Shop, order: Order, body: Json) -> None:
    """Add a line; see `Switches` for an unknown product."""
    _check_editable(shop, order)
    sku = body["sku"]
    if sku not in shop.products:
        if shop.switches.unknown_sku == "refused":
            raise Refused(f"product {sku} not found", "sku")
        create_product(shop, {"sku": sku, "name": sku, "price": body.get("item_price", 0)})
    line = Line(
        id=shop.next_id(),
        sku=sku,
        name=str(body.get("product_name", shop.products[sku].fields["name"])),
        quantity=body.get("quantity", 1),
        item_price=body.get("item_price", 0),
        total_price=body.get("total_price"),
        details=body.get("details"),
        cart_orderitem_id=body.get("cart_orderitem_id"),
    )
    order.lines.append(line)
    _edited(shop, order)


def change_line(shop: Shop, order: Order, line_id: str, body: Json) -> None:
    """Change the quantity, amounts or details of a line; its SKU cannot be changed."""
    line = _line(order, line_id)
    _check_editable(shop, order)
    for name in ("quantity", "item_price", "total_price", "details"):
        if name in body:
            setattr(line, name, body[name])
    _edited(shop, order)


def delete_line(shop: Shop, order: Order, line_id: str) -> None:
    """Delete a line."""
    line = _line(order, line_id)
    _check_editable(shop, order)
    if len(order.lines) == 1 and shop.switches.last_line == "refused":
        raise Refused(f"order {order.number} needs a line")
    order.lines.remove(line)
    _edited(shop, order)


def change_address(shop: Shop, order: Order, body: Json) -> None:
    """Change the given fields of the shipping address."""
    _check_editable(shop, order)
    order.shipping_address = {**order.shipping_address, **_fields(body)}
    orders.touch(shop, order)


def change_billing_address(shop: Shop, order: Order, body: Json) -> None:
    """Change the given fields of the billing address."""
    _check_editable(shop, order)
    order.billing_address = {**order.billing_address, **_fields(body)}
    orders.touch(shop, order)


def _fields(body: Json) -> Json:
    options = {"validate", "set_revision_lock", "validation"}
    return {name: value for name, value in body.items() if name not in options}


def _line(order: Order, line_id: str) -> Line:
    for line in order.lines:
        if str(line.id) == line_id:
            return line
    raise Refused(f"line {line_id} is not in order {order.number}", "order_line_id", status=404)


def _check_editable(shop: Shop, order: Order) -> None:
    if order.status == "cancelled":
        raise Refused(f"order {order.number} is cancelled")
    is_sent = order.status == "shipped" or (order.shipping is not None and order.shipping.has_label)
    if is_sent and shop.switches.label_edits == "refused":
        raise Refused(f"order {order.number} has a label and cannot be changed")


def _edited(shop: Shop, order: Order) -> None:
    if shop.switches.line_edits_update_order:
        orders.touch(shop, order)
    stock.sold(shop, order)
