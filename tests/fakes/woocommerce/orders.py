"""Changes of an order, by the API or by people. Responses are in other modules."""

import secrets

from tests.fakes.woocommerce import fulfillments, lines, stock
from tests.fakes.woocommerce.problems import Json, Refused
from tests.fakes.woocommerce.state import Note, Order, Shop

_PLAIN = (
    "currency",
    "customer_id",
    "customer_note",
    "parent_id",
    "payment_method",
    "payment_method_title",
    "transaction_id",
)
_PAID = ("processing", "completed")


def create(shop: Shop, body: Json, *, via: str = "rest-api") -> Order:
    """Create an order, without a check for duplicates."""
    now, new = shop.now(), shop.next_id()
    order = Order(
        id=new,
        number=f"{shop.switches.number_prefix}{new}",
        order_key=f"wc_order_{secrets.token_hex(7)[:13]}",
        currency=shop.switches.currency,
        created_at=now,
        modified_at=now,
        created_via=via,
    )
    _write(shop, order, body)
    shop.orders[new] = order
    _become(shop, order, body)
    return order


def edit(shop: Shop, order: Order, body: Json) -> None:
    """Change an order; it counts as modified even without any difference."""
    _write(shop, order, body)
    _become(shop, order, body)
    touch(shop, order)


def _write(shop: Shop, order: Order, body: Json) -> None:
    for name in _PLAIN:
        if name in body:
            setattr(order, name, body[name])
    order.billing.update(body.get("billing", {}))
    order.shipping.update(body.get("shipping", {}))
    lines.write(shop, order, body.get("line_items", []))
    lines.write_extras(shop, order.shipping_lines, body.get("shipping_lines", []))
    lines.write_extras(shop, order.fee_lines, body.get("fee_lines", []), fee=True)
    shop.set_meta(order.meta, body.get("meta_data", []))


def _become(shop: Shop, order: Order, body: Json) -> None:
    if body.get("status"):
        set_status(shop, order, body["status"])
    if body.get("set_paid") and order.status in ("pending", "failed", "on-hold"):
        set_status(shop, order, "processing")


def set_status(shop: Shop, order: Order, status: str) -> None:
    """Set the status of an order; an unknown one becomes pending."""
    before, order.status = order.status, status if status in shop.statuses() else "pending"
    order.untrashed = ""
    if order.status in _PAID and order.paid_at is None:
        order.paid_at = shop.now()
    if order.status == "completed" and order.completed_at is None:
        order.completed_at = shop.now()
    if before != order.status:
        note(shop, order, f"Order status changed from {before} to {order.status}.")
        stock.follow(shop, order)
        touch(shop, order)
    if order.status in _PAID:
        fulfillments.send_downloads(shop, order)


def note(shop: Shop, order: Order, text: str, *, to_customer: bool = False) -> Note:
    """Add a note to an order, which does not count as a modification."""
    made = Note(id=shop.next_id("note"), text=text, created_at=shop.now(), to_customer=to_customer)
    order.notes.append(made)
    return made


def trash(shop: Shop, order: Order) -> None:
    """Move an order to the trash; its stock is not restored."""
    if order.status == "trash":
        raise Refused(
            "woocommerce_rest_already_trashed", "The order has already been deleted.", 410
        )
    order.untrashed, order.status = order.status, "trash"
    touch(shop, order)


def restore(shop: Shop, order: Order) -> None:
    """Restore an order from the trash, with its earlier status."""
    assert order.status == "trash", f"order {order.id} is not in the trash"
    order.status, order.untrashed = order.untrashed, ""
    touch(shop, order)


def delete(shop: Shop, order: Order) -> None:
    """Delete an order permanently; its stock is not restored."""
    del shop.orders[order.id]


def touch(shop: Shop, order: Order) -> None:
    """Mark an order as modified."""
    order.modified_at = shop.now()
