"""Calls for orders: each does one thing, records its effect and returns the result."""

from typing import Any

from tests.fakes.ordoro import bodies, edits, lists, orders, shapes_orders, splits
from tests.fakes.ordoro.checks import Refused
from tests.fakes.ordoro.routes import Answer, Call, Route
from tests.fakes.ordoro.state import Json, Order, Shop


def _list(call: Call) -> Answer:
    orders = lists.orders(call.shop, call.query)
    return Answer(200, lists.page("order", orders, call.query, lambda it: _show(call.shop, it)))


def _get(call: Call, number: str) -> Answer:
    return Answer(200, _show(call.shop, call.shop.order(number)))


def _get_parent(call: Call, number: str) -> Answer:
    return Answer(200, shapes_orders.parent(call.shop, call.shop.parent(number)))


def _create(call: Call) -> Answer:
    order = orders.create(call.shop, call.body)
    call.shop.note("order created", order.number, order.cart_order_id)
    return Answer(201, _show(call.shop, order))


def _edit(call: Call, number: str) -> Answer:
    order = call.shop.order_to_write(number)
    orders.edit(call.shop, order, call.body)
    return _done(call, order, "order edited", sorted(call.body))


def _cancel(call: Call, number: str) -> Answer:
    order = call.shop.order_to_write(number)
    orders.cancel(call.shop, order)
    return _done(call, order, "cancelled")


def _uncancel(call: Call, number: str) -> Answer:
    order = call.shop.order_to_write(number)
    orders.uncancel(call.shop, order)
    return _done(call, order, "uncancelled")


def _split(call: Call, number: str) -> Answer:
    order = call.shop.order_to_write(number)
    groups = [_group(piece["lines"]) for piece in call.body["split_orders"]]
    pieces = [piece.number for piece in splits.split(call.shop, order, groups)]
    call.shop.note("split", number, pieces)
    return Answer(201, pieces)


def _group(lines: list[Json]) -> dict[int, int]:
    group: dict[int, int] = {}
    for line in lines:
        if line["line_id"] in group:
            raise Refused(f"line {line['line_id']} is twice in a piece", "line_id")
        if line["quantity"] != int(line["quantity"]):
            raise Refused("a piece holds whole units", "quantity")
        group[line["line_id"]] = int(line["quantity"])
    return group


def _ship(call: Call, number: str) -> Answer:
    order = call.shop.order_to_write(number)
    orders.ship(call.shop, order, call.body)
    call.shop.note("shipping added", number, call.body["tracking_number"])
    return Answer(201, shapes_orders.shipping_info(call.shop, order))


def _reship(call: Call, number: str) -> Answer:
    order = call.shop.order_to_write(number)
    orders.reship(call.shop, order, call.body)
    call.shop.note("shipping changed", number, call.body["tracking_number"])
    return Answer(200, shapes_orders.shipping_info(call.shop, order))


def _void(call: Call, number: str) -> Answer:
    order = call.shop.order_to_write(number)
    orders.void(call.shop, order)
    return _done(call, order, "shipping deleted")


def _void_label(call: Call, number: str) -> Answer:
    order = call.shop.order_to_write(number)
    if order.shipping is None or not order.shipping.has_label:
        raise Refused(f"order {number} has no label", status=404)
    orders.void(call.shop, order)
    return _done(call, order, "label deleted")


def _add_line(call: Call, number: str) -> Answer:
    order = call.shop.order_to_write(number)
    edits.add_line(call.shop, order, call.body)
    call.shop.note("line added", number, call.body["sku"])
    return Answer(201, _show(call.shop, order))


def _change_line(call: Call, number: str, line_id: str) -> Answer:
    order = call.shop.order_to_write(number)
    edits.change_line(call.shop, order, line_id, call.body)
    return _done(call, order, "line changed", (line_id, call.body.get("quantity")))


def _delete_line(call: Call, number: str, line_id: str) -> Answer:
    order = call.shop.order_to_write(number)
    edits.delete_line(call.shop, order, line_id)
    return _done(call, order, "line deleted", line_id)


def _change_address(call: Call, number: str) -> Answer:
    order = call.shop.order_to_write(number)
    edits.change_address(call.shop, order, call.body)
    call.shop.note("address changed", number, sorted(call.body))
    return Answer(200, shapes_orders.order_address(order.shipping_address))


def _change_billing_address(call: Call, number: str) -> Answer:
    order = call.shop.order_to_write(number)
    edits.change_billing_address(call.shop, order, call.body)
    call.shop.note("billing address changed", number, sorted(call.body))
    return Answer(200, shapes_orders.order_address(order.billing_address))


def _mark_as_shipped(call: Call, number: str) -> Answer:
    order = call.shop.order_to_write(number)
    orders.mark_as_shipped(call.shop, order)
    return _done(call, order, "marked as shipped")


def _dropship(call: Call, number: str) -> Answer:
    order = call.shop.order_to_write(number)
    orders.dropship(call.shop, order, call.body)
    return _done(call, order, "dropshipped", call.body["supplier_id"])


def _mark_as_dropshipped(call: Call, number: str) -> Answer:
    order = call.shop.order_to_write(number)
    orders.dropship(call.shop, order, call.body)
    return _done(call, order, "marked as dropshipped", call.body["supplier_id"])


def _move(call: Call, number: str) -> Answer:
    order = call.shop.order_to_write(number)
    orders.move(call.shop, order, call.body["warehouse_id"])
    return _done(call, order, "order moved", call.body["warehouse_id"])


def _comments(call: Call, number: str) -> Answer:
    comments = shapes_orders.comments(call.shop, call.shop.order(number))
    if call.shop.switches.comment_list == "object":
        return Answer(200, comments[-1] if comments else {})
    return Answer(200, {"count": len(comments), "limit": 100, "offset": 0, "comment": comments})


def _comment(call: Call, number: str) -> Answer:
    order = call.shop.order_to_write(number)
    made = orders.comment(call.shop, order, call.user, call.body["comment"])
    call.shop.note("comment", number, call.body["comment"])
    shown = shapes_orders.comment(call.shop, made)
    return Answer(200, [shown] if call.shop.switches.comment_answer == "array" else shown)


def _tag(call: Call, number: str, tag_id: str) -> Answer:
    order, tag = call.shop.order_to_write(number), _known_tag(call.shop, tag_id)
    if tag not in order.tag_ids:
        order.tag_ids.append(tag)
        orders.touch(call.shop, order)
        call.shop.note("tagged", number, tag)
    return Answer(200, shapes_orders.tags(call.shop, order))


def _untag(call: Call, number: str, tag_id: str) -> Answer:
    order, tag = call.shop.order_to_write(number), _known_tag(call.shop, tag_id)
    if tag in order.tag_ids:
        order.tag_ids.remove(tag)
        orders.touch(call.shop, order)
        call.shop.note("untagged", number, tag)
    return Answer(200, shapes_orders.tags(call.shop, order))


def _known_tag(shop: Shop, tag_id: str) -> int:
    if not tag_id.isdigit() or int(tag_id) not in shop.tags:
        raise Refused(f"tag {tag_id} not found", "tag_id", status=404)
    return int(tag_id)


def _tags(call: Call) -> Answer:
    lists.only(call.query, "limit", "offset")
    tags = [shapes_orders.tag(call.shop, tag_id) for tag_id in call.shop.tags]
    return Answer(200, lists.page("tag", tags, call.query, lambda it: it))


def _make_tag(call: Call) -> Answer:
    before = len(call.shop.tags)
    tag_id = orders.tag_id(call.shop, call.body)
    if len(call.shop.tags) > before:
        call.shop.note("tag created", call.body["text"], tag_id)
    return Answer(200, shapes_orders.tag(call.shop, tag_id))


def _show(shop: Shop, order: Order) -> Json:
    return shapes_orders.order(shop, order)


def _done(call: Call, order: Order, kind: str, detail: Any = None) -> Answer:
    call.shop.note(kind, order.number, detail)
    return Answer(200, _show(call.shop, order))


_ORDER = "/v3/order/{n}"

ROUTES = (
    Route(method="GET", template="/v3/order", act=_list, lists=True),
    Route(method="POST", template="/v3/order", act=_create, body=bodies.POST_ORDER),
    Route(method="GET", template="/v3/order/parent/{n}", act=_get_parent),
    Route(method="GET", template=_ORDER, act=_get),
    Route(method="PUT", template=_ORDER, act=_edit, body=bodies.PUT_ORDER),
    Route(method="POST", template=f"{_ORDER}/cancel", act=_cancel),
    Route(method="POST", template=f"{_ORDER}/uncancel", act=_uncancel),
    Route(method="POST", template=f"{_ORDER}/split", act=_split, body=bodies.SPLIT),
    Route(method="POST", template=f"{_ORDER}/shipping_info", act=_ship, body=bodies.SHIPPING),
    Route(method="PUT", template=f"{_ORDER}/shipping_info", act=_reship, body=bodies.SHIPPING),
    Route(method="DELETE", template=f"{_ORDER}/shipping_info", act=_void),
    Route(
        method="DELETE",
        template=f"{_ORDER}/label",
        act=_void_label,
        body=bodies.DELETE_LABEL,
    ),
    Route(method="POST", template=f"{_ORDER}/line", act=_add_line, body=bodies.POST_LINE),
    Route(method="PUT", template=f"{_ORDER}/line/{{id}}", act=_change_line, body=bodies.PUT_LINE),
    Route(method="DELETE", template=f"{_ORDER}/line/{{id}}", act=_delete_line),
    Route(
        method="PUT",
        template=f"{_ORDER}/shipping_address",
        act=_change_address,
        body=bodies.ADDRESS_UPDATE,
    ),
    Route(
        method="PUT",
        template=f"{_ORDER}/billing_address",
        act=_change_billing_address,
        body=bodies.ADDRESS_UPDATE,
    ),
    Route(method="POST", template=f"{_ORDER}/mark_as_shipped", act=_mark_as_shipped),
    Route(method="POST", template=f"{_ORDER}/dropship", act=_dropship, body=bodies.DROPSHIP),
    Route(
        method="POST",
        template=f"{_ORDER}/mark_as_dropshipped",
        act=_mark_as_dropshipped,
        body=bodies.DROPSHIP,
    ),
    Route(method="PUT", template=f"{_ORDER}/warehouse", act=_move, body=bodies.ORDER_WAREHOUSE),
    Route(method="GET", template=f"{_ORDER}/comment", act=_comments),
    Route(method="POST", template=f"{_ORDER}/comment", act=_comment, body=bodies.COMMENT),
    Route(method="POST", template=f"{_ORDER}/tag/{{id}}", act=_tag),
    Route(method="DELETE", template=f"{_ORDER}/tag/{{id}}", act=_untag),
    Route(method="GET", template="/v3/tag", act=_tags, lists=True),
    Route(method="POST", template="/v3/tag", act=_make_tag, body=bodies.TAG),
)
