"""Splitting of an order: the original becomes a view-only parent, its pieces are new orders.

The API stores amounts without a check, but pieces need some: each has the price of its lines, and
further costs of the order stay with the first piece.
"""

from typing import Any

from tests.fakes.ordoro.checks import Refused
from tests.fakes.ordoro.orders import MONEY, touch
from tests.fakes.ordoro.state import OPEN, Line, Number, Order, Shop

_INHERITED = (
    "placed_at",
    "shipping_address",
    "billing_address",
    "warehouse_id",
    "status",
    "cart_id",
    "order_id",
    "cart_order_id",
    "cart_shipment_id",
    "requested_shipping_method",
    "notes_from_customer",
    "internal_notes",
    "deliver_by",
    "ship_by",
    "dropshipping",
    "dropshipped_at",
    "supplier_id",
)


def split(shop: Shop, order: Order, groups: list[dict[int, int]]) -> list[Order]:
    """Create an order for each group (line id and quantity); the original becomes view-only."""
    if order.status not in OPEN:
        raise Refused(f"order {order.number} is {order.status} and cannot be split")
    _check_partition(order, groups)
    order.ready_at = shop.later(shop.switches.split_ready_s)
    pieces = [
        _piece(shop, order, place, {line: count for line, count in group.items() if count})
        for place, group in enumerate(groups, start=1)
    ]
    order.children = [piece.number for piece in pieces]
    for piece in pieces:
        piece.siblings = [number for number in order.children if number != piece.number]
        shop.orders[piece.number] = piece
    touch(shop, order)
    return pieces


def _check_partition(order: Order, groups: list[dict[int, int]]) -> None:
    quantities = {line.id: line.quantity for line in order.lines}
    totals = dict.fromkeys(quantities, 0)
    for group in groups:
        if not any(group.values()):
            raise Refused("a piece needs at least one unit", "split_orders")
        for line_id, quantity in group.items():
            if line_id not in totals:
                raise Refused(f"line {line_id} is not in order {order.number}", "line_id")
            totals[line_id] += quantity
    if totals != quantities:
        raise Refused("the quantities do not add up to those of the order", "quantity")


def _piece(shop: Shop, parent: Order, place: int, group: dict[int, int]) -> Order:
    now = shop.now()
    lines = [_part(shop, line, group[line.id]) for line in parent.lines if line.id in group]
    return Order(
        id=shop.next_id(),
        number=f"{parent.number}-{place}",
        lines=lines,
        created_at=now,
        updated_at=now,
        financial=_share(parent, lines, first=place == 1),
        parent=parent.number,
        ready_at=parent.ready_at,
        tag_ids=list(parent.tag_ids),
        **{name: getattr(parent, name) for name in _INHERITED},
    )


def _part(shop: Shop, line: Line, quantity: int) -> Line:
    return Line(
        id=shop.next_id(),
        sku=line.sku,
        name=line.name,
        quantity=quantity,
        item_price=line.item_price,
        details=line.details,
        cart_orderitem_id=line.cart_orderitem_id,
    )


def _share(parent: Order, lines: list[Line], *, first: bool) -> dict[str, Any]:
    """Set the amounts of a piece by its lines."""
    products: Number = round(sum(line.item_price * line.quantity for line in lines), 2)
    if first:
        return {**parent.financial, "product_amount": products, "grand_total": None}
    return {**dict.fromkeys(MONEY), "product_amount": products}
