"""Refunds: which units of a line they take, by the restock type.

CANCEL takes units that are still to be sent. RETURN takes sent ones, and NO_RESTOCK sent ones
first; both take unsent ones then. A refund of sent units changes no fulfillment order.
"""

from typing import Literal

from tests.fakes.shopify import orders, stock
from tests.fakes.shopify.refusals import UserError
from tests.fakes.shopify.shapes_orders import open_units, shipped_quantity
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import LineItem, Order

Restock = Literal["CANCEL", "NO_RESTOCK", "RETURN"]


def refund(shop: Shop, order: Order, line: LineItem, quantity: int, restock: Restock) -> None:
    """Refund units of a line."""
    if quantity > line.current_quantity:
        raise UserError(
            "Quantity cannot refund more items than were purchased", "refundLineItems", "quantity"
        )
    sent = shipped_quantity(shop, line) - line.refunded_sent
    returned = 0 if restock == "CANCEL" else min(quantity, sent)
    if quantity - returned > open_units(shop, line):
        raise UserError("Quantity cannot be removed from the order", "refundLineItems", "quantity")
    line.removed += quantity
    line.refunded_sent += returned
    if restock == "RETURN":
        stock.put_back(shop, line, order.pieces[0].location_id, returned)
    orders.take_off(shop, line, quantity - returned, restock=restock != "NO_RESTOCK")
    is_all = not any(it.current_quantity for it in order.lines)
    order.financial_status = "REFUNDED" if is_all else "PARTIALLY_REFUNDED"
    shop.touch(order)
