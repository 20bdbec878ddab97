"""Mutations of an order edit: a session that changes nothing until it is committed.

The words are recorded, except for a quantity below what was sent.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.shopify import connections, orders, stock, words
from tests.fakes.shopify.refusals import UserError, UserErrors
from tests.fakes.shopify.registry import Call, mutation, resolver
from tests.fakes.shopify.shapes_orders import open_units
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import Json, LineItem, Order, Product, ProductVariant


@dataclass(kw_only=True)
class CalculatedLineItem:
    """A line as it will be."""

    id: str
    sku: str | None
    title: str
    quantity: int
    editable_quantity: int = 0
    editable_quantity_before_changes: int = 0
    variant: ProductVariant | None = None
    restock: bool = True


@dataclass(kw_only=True)
class CalculatedOrder:
    """An order as it will be after the edit."""

    id: str
    original_order: Order
    lines: list[CalculatedLineItem]
    added: list[CalculatedLineItem] = field(default_factory=list)


def is_editable(order: Order) -> bool:
    """Return False for an order that was cancelled or archived."""
    return order.cancelled_at is None and order.closed_at is None


@resolver("Order.merchantEditable")
def _merchant_editable(_call: Call, order: Order) -> bool:
    return is_editable(order)


@resolver("CalculatedOrder.lineItems")
def _lines(call: Call, edit: CalculatedOrder, **paging: Any) -> Json:
    return connections.page(call.shop, edit.lines, None, **paging)


@resolver("CalculatedOrder.addedLineItems")
def _added(call: Call, edit: CalculatedOrder, **paging: Any) -> Json:
    return connections.page(call.shop, edit.added, None, **paging)


@mutation("orderEditBegin")
def _begin(call: Call, *, id: str) -> Json:  # noqa: A002 - the API's name
    shop = call.shop
    order = shop.get(Order, id)
    if order is None:
        raise UserError("The order does not exist.", "id")
    if not is_editable(order):
        raise UserError("The order cannot be edited.")
    edit_id = shop.stamp("CalculatedOrder")["id"]
    lines = [_calculated(shop, line) for line in order.lines]
    edit = CalculatedOrder(id=edit_id, original_order=order, lines=lines)
    shop.nodes[edit_id] = edit
    return _answer(edit)


def _calculated(shop: Shop, line: LineItem) -> CalculatedLineItem:
    editable = min(open_units(shop, line), line.current_quantity)
    return CalculatedLineItem(
        id=line.id.replace("LineItem", "CalculatedLineItem"),
        sku=line.sku,
        title=line.title,
        quantity=line.current_quantity,
        editable_quantity=editable,
        editable_quantity_before_changes=editable,
        variant=shop.get(ProductVariant, line.variant_id),
    )


def _answer(edit: CalculatedOrder, line: CalculatedLineItem | None = None) -> Json:
    session = {"id": edit.id.replace("CalculatedOrder", "OrderEditSession")}
    return {"calculatedOrder": edit, "orderEditSession": session, "calculatedLineItem": line}


def _edit(shop: Shop, id_: str) -> CalculatedOrder:
    edit = shop.nodes.get(id_.replace("OrderEditSession", "CalculatedOrder"))
    if not isinstance(edit, CalculatedOrder):
        raise UserError("The calculated order does not exist.", "id")
    return edit


@mutation("orderEditSetQuantity")
def _set_quantity(
    call: Call,
    *,
    id: str,  # noqa: A002 - the API's name
    line_item_id: str,
    quantity: int,
    restock: bool | None = None,
) -> Json:
    edit = _edit(call.shop, id)
    if quantity < 0:
        raise UserError("must be greater than or equal to 0", "quantity")
    line = next((it for it in (*edit.lines, *edit.added) if it.id == line_item_id), None)
    if line is None:
        raise UserError("The line item does not exist on the order.", "lineItemId")
    if quantity < line.quantity - line.editable_quantity:
        raise UserError("must not be less than the fulfilled quantity", "quantity")
    line.editable_quantity += quantity - line.quantity
    line.quantity, line.restock = quantity, bool(restock)
    return _answer(edit, line)


@mutation("orderEditAddVariant")
def _add_variant(
    call: Call,
    *,
    id: str,  # noqa: A002 - the API's name
    variant_id: str,
    quantity: int,
    location_id: str | None = None,
    allow_duplicates: bool = False,
) -> Json:
    del location_id
    edit = _edit(call.shop, id)
    _check_added(quantity)
    variant = call.shop.get(ProductVariant, variant_id)
    if variant is None:
        raise UserError("The variant does not exist in the shop.", "variantId")
    title = call.shop.sure(Product, variant.product_id).title
    known = [it.variant for it in (*edit.lines, *edit.added)]
    if variant in known and not allow_duplicates:
        raise UserError(f"{title} was not added because it's already on the order.", "variantId")
    line = CalculatedLineItem(
        id=call.shop.stamp("CalculatedLineItem")["id"],
        sku=variant.sku,
        title=title,
        quantity=quantity,
        editable_quantity=quantity,
        variant=variant,
    )
    edit.added.append(line)
    return _answer(edit, line)


def _check_added(quantity: int) -> None:
    wrong = [UserError("must be greater than 0", "quantity")] if quantity < 1 else []
    if quantity < 0:
        wrong.append(UserError("must be greater than or equal to 0", "quantity"))
    if wrong:
        raise UserErrors(*wrong)


@mutation("orderEditCommit")
def _commit(
    call: Call,
    *,
    id: str,  # noqa: A002 - the API's name
    notify_customer: bool | None = None,
    staff_note: str | None = None,
) -> Json:
    shop = call.shop
    edit = _edit(shop, id)
    order = edit.original_order
    lines = {words.number(line.id): line for line in edit.lines}
    for line in order.lines:
        staged = lines.get(words.number(line.id))
        if staged and staged.quantity < line.current_quantity - open_units(shop, line):
            raise UserError("must not be less than the fulfilled quantity", "quantity")
    for line in [*order.lines]:
        staged = lines.get(words.number(line.id))
        if staged and staged.quantity != line.current_quantity:
            orders.edit(shop, order, line, staged.quantity, restock=staged.restock)
    for added in edit.added:
        _add(shop, order, added)
    shop.touch(order)
    del shop.nodes[edit.id]
    mail = " mailed" if notify_customer else ""
    shop.note(f"order edited{mail}", order.id, staff_note)
    return {"order": order, "successMessages": ["Order updated"]}


def _add(shop: Shop, order: Order, added: CalculatedLineItem) -> None:
    line = orders.line(shop, order.id, quantity=added.quantity, variant=added.variant)
    order.lines.append(line)
    place = order.pieces[0].location_id
    orders.open_fulfillment(shop, order, [line], place)
    stock.commit(shop, line, place, added.quantity)
