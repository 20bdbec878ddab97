"""Calls for orders, their notes and refunds."""

from tests.fakes.woocommerce import batches, lists, orders, refunds, shapes_orders
from tests.fakes.woocommerce.problems import Json, Refused
from tests.fakes.woocommerce.routes import Answer, Call, Route, fixed
from tests.fakes.woocommerce.schema import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    META,
    NUMBER,
    STRING,
    Rules,
    email,
    fields,
    integer,
    many,
    one_of,
)
from tests.fakes.woocommerce.state import Order, Shop

_PLACE = "first_name last_name company address_1 address_2 city state postcode country phone"
_SHIPPING: Rules = dict.fromkeys(_PLACE.split(), STRING)
_EXTRA: Rules = {
    "id": INTEGER,
    "name": STRING,
    "method_title": STRING,
    "method_id": STRING,
    "total": STRING,
    "meta_data": META,
}
_LINE: Rules = {
    "id": INTEGER,
    "product_id": ANYTHING,
    "variation_id": INTEGER,
    "name": ANYTHING,
    "sku": STRING,
    "quantity": INTEGER,
    "tax_class": STRING,
    "subtotal": STRING,
    "total": STRING,
    "meta_data": META,
}


def _rules(shop: Shop) -> Rules:
    return {
        "status": one_of("auto-draft", *shop.statuses()),
        "parent_id": INTEGER,
        "currency": STRING,
        "customer_id": INTEGER,
        "customer_note": STRING,
        "payment_method": STRING,
        "payment_method_title": STRING,
        "transaction_id": STRING,
        "set_paid": BOOLEAN,
        "billing": fields({**_SHIPPING, "email": email()}),
        "shipping": fields(_SHIPPING),
        "line_items": many(fields(_LINE)),
        "shipping_lines": many(fields(_EXTRA)),
        "fee_lines": many(fields(_EXTRA)),
        "meta_data": META,
    }


def _list(call: Call) -> Answer:
    return lists.page(call, lists.orders(call.shop, call.params), shapes_orders.order)


def _get(call: Call, order_id: int) -> Answer:
    return Answer(200, shapes_orders.order(call.shop, call.shop.order(order_id)))


def _create(call: Call) -> Answer:
    made = create(call.shop, call.params)
    return Answer(201, made, {"Location": f"{call.url}/{made['id']}"})


def create(shop: Shop, body: Json) -> Json:
    """Create an order and record it."""
    _check_customer(body)
    order = orders.create(shop, body)
    shop.note("order created", str(order.id), order.status)
    return shapes_orders.order(shop, order)


def _edit(call: Call, order_id: int) -> Answer:
    return Answer(200, edit(call.shop, {**call.params, "id": order_id}))


def edit(shop: Shop, body: Json) -> Json:
    """Change an order and record it, with a separate entry for a new status."""
    order = shop.order(integer(body.get("id")), 400)
    before = order.status
    _check_customer(body)
    orders.edit(shop, order, body)
    shop.note("order changed", str(order.id), sorted(body.keys() - {"id"}))
    if order.status != before:
        shop.note("order status", str(order.id), order.status)
    if (before, order.status) == ("on-hold", "processing") and order.billing.get("email"):
        shop.note("customer mailed", str(order.id), "order received")
    return shapes_orders.order(shop, order)


def _check_customer(body: Json) -> None:
    # The fake has no customer accounts.
    if body.get("customer_id"):
        raise Refused("woocommerce_rest_invalid_customer_id", "Customer ID is invalid.")


def _delete(call: Call, order_id: int) -> Answer:
    return Answer(200, delete(call.shop, order_id, force=call.params.get("force", False)))


def delete(shop: Shop, order_id: int, *, force: bool) -> Json:
    """Delete an order, or move it to the trash, and record it."""
    order = shop.order(order_id)
    before = shapes_orders.order(shop, order)
    if force:
        orders.delete(shop, order)
        shop.note("order deleted", str(order_id))
    else:
        orders.trash(shop, order)
        shop.note("order trashed", str(order_id))
    return before


def _batch(call: Call) -> Answer:
    shop = call.shop
    return batches.batch(
        call.params,
        _rules(shop),
        create=lambda item: create(shop, item),
        update=lambda item: edit(shop, item),
        delete=lambda item: delete(shop, integer(item), force=True),
    )


def _notes(call: Call, order_id: int) -> Answer:
    kind = call.params.get("type", "any")
    notes = call.shop.order_above(order_id).notes[::-1]
    if kind != "any":
        notes = [it for it in notes if it.to_customer == (kind == "customer")]
    return Answer(200, [shapes_orders.note(call.shop, it) for it in notes])


def _note(call: Call, order_id: int) -> Answer:
    order, text = call.shop.order_above(order_id), call.params["note"]
    made = orders.note(call.shop, order, text, to_customer=call.params.get("customer_note", False))
    call.shop.note("note", str(order_id), text)
    shown = shapes_orders.note(call.shop, made)
    return Answer(201, shown, {"Location": f"{call.url}/{made.id}"})


def _refunds(call: Call, order_id: int) -> Answer:
    refunds = _of_refund(call.shop, order_id).refunds[::-1]
    return Answer(200, [shapes_orders.refund(call.shop, it) for it in refunds])


def _refund(call: Call, order_id: int) -> Answer:
    made = refunds.refund(call.shop, _of_refund(call.shop, order_id), call.params)
    call.shop.note("refund", str(order_id), str(made.amount))
    return Answer(201, shapes_orders.refund(call.shop, made))


def _of_refund(shop: Shop, order_id: int) -> Order:
    if order_id not in shop.orders:
        raise Refused("woocommerce_rest_invalid_order_id", "Invalid order ID.", 404)
    return shop.orders[order_id]


_REFUND: Rules = {
    "amount": STRING,
    "reason": STRING,
    "api_refund": BOOLEAN,
    "api_restock": BOOLEAN,
    "line_items": many(fields({"id": INTEGER, "quantity": INTEGER, "refund_total": NUMBER})),
}
_NOTE: Rules = {"note": STRING, "customer_note": BOOLEAN}
_FORCE: Rules = {"force": BOOLEAN}
_TYPE: Rules = {"type": one_of("any", "customer", "internal")}
_ORDERS = "/wc/v3/orders"
_ORDER = "/wc/v3/orders/{id}"


ROUTES = (
    Route(method="GET", template=_ORDERS, act=_list, rules=lists.order_rules),
    Route(method="POST", template=_ORDERS, act=_create, rules=_rules, verb="create"),
    Route(
        method="POST",
        template=f"{_ORDERS}/batch",
        act=_batch,
        rules=fixed(batches.RULES),
        verb="batch",
    ),
    Route(method="GET", template=_ORDER, act=_get),
    Route(method="PUT", template=_ORDER, act=_edit, rules=_rules, verb="edit"),
    Route(method="DELETE", template=_ORDER, act=_delete, rules=fixed(_FORCE), verb="delete"),
    Route(method="GET", template=f"{_ORDER}/notes", act=_notes, rules=fixed(_TYPE)),
    Route(
        method="POST",
        template=f"{_ORDER}/notes",
        act=_note,
        rules=fixed(_NOTE),
        required=("note",),
        verb="create",
    ),
    Route(method="GET", template=f"{_ORDER}/refunds", act=_refunds),
    Route(
        method="POST",
        template=f"{_ORDER}/refunds",
        act=_refund,
        rules=fixed(_REFUND),
        verb="create",
    ),
)
