"""Refunds. An order counts as refunded once its whole amount is refunded."""

from decimal import Decimal

from tests.fakes.woocommerce import fulfillments, orders, stock
from tests.fakes.woocommerce.money import amount
from tests.fakes.woocommerce.problems import Json, Refused
from tests.fakes.woocommerce.state import Line, Order, Refund, Shop


def refund(shop: Shop, order: Order, body: Json) -> Refund:
    """Refund an amount of an order, and restock units of its lines."""
    refunded = _lines(order, body.get("line_items", []))
    back = sum((line.total for line in refunded), Decimal(0))
    requested = amount(body["amount"]) if body.get("amount") else back
    if requested <= 0:
        raise Refused(
            "woocommerce_rest_invalid_order_refund", "Refund amount must be greater than zero."
        )
    if requested > refundable(order):
        raise _failed("Invalid refund amount.")
    if body.get("api_refund", True):
        raise _failed("The payment gateway for this order does not exist.")
    made = Refund(
        id=shop.next_id(),
        amount=requested,
        reason=body.get("reason", ""),
        created_at=shop.now(),
        lines=refunded,
    )
    order.refunds.append(made)
    if body.get("api_restock", True):
        for line in refunded:
            stock.put_back(shop, _of(order, line.id), line.quantity)
    fulfillments.take_out(shop, order, made)
    if refundable(order) == 0:
        orders.set_status(shop, order, "refunded")
    orders.touch(shop, order)
    return made


def refundable(order: Order) -> Decimal:
    """Return the amount that is not refunded yet."""
    return order.total() - sum((it.amount for it in order.refunds), Decimal(0))


def _lines(order: Order, items: list[Json]) -> list[Line]:
    """Return the refunded units by line of the order."""
    lines = []
    for item in items:
        line = _of(order, item.get("id", 0))
        lines.append(
            Line(
                id=line.id,
                name=line.name,
                product_id=line.product_id,
                variation_id=line.variation_id,
                quantity=item.get("quantity", 0),
                total=amount(item.get("refund_total", 0)),
                meta=[],
            )
        )
    return lines


def _of(order: Order, line_id: int) -> Line:
    for line in order.lines:
        if line.id == line_id:
            return line
    raise _failed("Invalid order item ID.")


def _failed(words: str) -> Refused:
    return Refused("woocommerce_rest_cannot_create_order_refund", words, 500)
