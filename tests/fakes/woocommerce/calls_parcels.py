"""Calls for parcels, by the core feature and by the extensions."""

from tests.fakes.woocommerce import (
    advanced_tracking,
    fulfillments,
    orders,
    shapes_orders,
    tracking_lookup,
    trackings,
)
from tests.fakes.woocommerce.problems import Refused
from tests.fakes.woocommerce.routes import Answer, Call, Route, fixed
from tests.fakes.woocommerce.schema import ANYTHING, BOOLEAN, INTEGER, STRING, Rules, fields, many
from tests.fakes.woocommerce.state import Fulfillment, Order
from tests.fakes.woocommerce.switches import Switches


def _list(call: Call, order_id: int) -> Answer:
    kept = fulfillments.kept(call.shop.order_above(order_id))
    shown = [shapes_orders.fulfillment(order_id, it, fresh=False) for it in kept]
    wrapped = call.shop.switches.fulfillments_wrapped
    return Answer(200, {"fulfillments": shown} if wrapped else shown)


def _one(call: Call, order_id: int, made: Fulfillment, *, status: int = 200) -> Answer:
    shown = shapes_orders.fulfillment(order_id, made, fresh=call.method != "GET")
    wrapped = call.shop.switches.fulfillments_wrapped
    return Answer(status, {"fulfillment": shown} if wrapped else shown)


def _get(call: Call, order_id: int, parcel_id: int) -> Answer:
    made = _known(call.shop.order_above(order_id), parcel_id)
    if made.deleted_at is not None:
        raise Refused(404, "Fulfillment not found.")  # a code of 404, but HTTP 400
    return _one(call, order_id, made)


def _lookup(call: Call, order_id: int) -> Answer:
    call.shop.order_above(order_id)
    number = call.params["tracking_number"].strip()
    if not number:
        raise Refused("woocommerce_rest_tracking_number_missing", "Tracking number is required.")
    found = tracking_lookup.details(number)
    wrapped = call.shop.switches.fulfillments_wrapped
    return Answer(200, {"tracking_number_details": found} if wrapped else found)


def _create(call: Call, order_id: int) -> Answer:
    body = call.params
    if call.shop.switches.early:
        # Seen with 10.5.0: a field without an id is ignored.
        body = {**body, "meta_data": [it for it in body.get("meta_data", []) if "id" in it]}
    made = fulfillments.fulfill(call.shop, call.shop.order_above(order_id), body)
    call.shop.note("fulfillment created", str(order_id), _number(made))
    _mail(call, order_id, made)
    return _one(call, order_id, made, status=201)


def _edit(call: Call, order_id: int, parcel_id: int) -> Answer:
    order = call.shop.order_above(order_id)
    made = _known(order, parcel_id)
    if made.deleted_at is not None and call.shop.switches.early:
        raise Refused(0, "Cannot update meta for a deleted fulfillment.")
    if made.deleted_at is None:
        fulfillments.refulfill(call.shop, order, made, call.params)
        call.shop.note("fulfillment changed", str(order_id), _number(made))
    _mail(call, order_id, made)
    return _one(call, order_id, made)


def _delete(call: Call, order_id: int, parcel_id: int) -> Answer:
    order = call.shop.order_above(order_id)
    made = _known(order, parcel_id)
    if made.deleted_at is None:
        fulfillments.unfulfill(call.shop, order, made)
        call.shop.note("fulfillment deleted", str(order_id), _number(made))
    _mail(call, order_id, made)
    return Answer(200, {"message": "Fulfillment deleted successfully."})


def _mail(call: Call, order_id: int, made: Fulfillment) -> None:
    """Mail the buyer about a shipped parcel, if requested, after any change."""
    if made.is_fulfilled and call.params.get("notify_customer"):
        call.shop.note("customer mailed", str(order_id), _number(made))


def _known(order: Order, parcel_id: int) -> Fulfillment:
    """Return a parcel, also a deleted one."""
    for made in order.fulfillments:
        if made.id == parcel_id:
            return made
    raise Refused(0, "Invalid fulfillment ID.")


def _number(made: Fulfillment) -> str:
    return str(next((it.value for it in made.meta if it.key == "_tracking_number"), ""))


def _trackings(call: Call, order_id: int) -> Answer:
    kept = trackings.kept(call.shop.order_above(order_id))
    return Answer(200, [shapes_orders.tracking(call.shop, it) for it in kept])


def _track(call: Call, order_id: int) -> Answer:
    order = call.shop.order_above(order_id)
    is_rival = call.shop.switches.advanced_shipment_tracking
    track = advanced_tracking.track if is_rival else trackings.track
    made = track(call.shop, order, call.params)
    call.shop.note("tracking added", str(order_id), made["tracking_number"])
    status = _SHIPPED_STATUSES.get(call.params.get("status_shipped", 0))
    if is_rival and status in call.shop.statuses():
        orders.set_status(call.shop, order, status)
        call.shop.note("order status", str(order_id), order.status)
    shown = shapes_orders.tracking(call.shop, made)
    return Answer(201, shown, {"Location": f"{call.url}/{made['tracking_id']}"})


def _untrack(call: Call, order_id: int, tracking_id: str | int) -> Answer:
    order = call.shop.order_above(order_id)
    made = trackings.untrack(call.shop, order, str(tracking_id))
    call.shop.note("tracking deleted", str(order_id), made["tracking_number"])
    return Answer(200, shapes_orders.tracking(call.shop, made))


def _feature(switches: Switches) -> bool:
    return switches.fulfillments and not switches.old


_PARCEL: Rules = {
    "status": STRING,
    "is_fulfilled": BOOLEAN,
    "notify_customer": BOOLEAN,
    "meta_data": many(fields({"id": INTEGER, "key": STRING, "value": ANYTHING})),
}
_SHIPPED_STATUSES = {1: "completed", 2: advanced_tracking.PARTLY_SHIPPED}
_RIVAL: Rules = {
    "status_shipped": INTEGER,
    "replace_tracking": INTEGER,
    "sku": STRING,
    "qty": STRING,
}
_TRACKING: Rules = {**_RIVAL} | dict.fromkeys(
    (
        "tracking_provider",
        "custom_tracking_provider",
        "custom_tracking_link",
        "tracking_number",
        "date_shipped",
    ),
    STRING,
)
_PARCELS = "/wc/v3/orders/{id}/fulfillments"
_PARCEL_ID = f"{_PARCELS}/{{id}}"


def _of_extension(namespace: str) -> tuple[Route, ...]:
    def needs(switches: Switches) -> bool:
        own = namespace == "wc-shipment-tracking" and switches.shipment_tracking
        return own or switches.advanced_shipment_tracking

    template = f"/{namespace}/v3/orders/{{id}}/shipment-trackings"
    return (
        Route(method="GET", template=template, act=_trackings, needs=needs),
        Route(
            method="POST",
            template=template,
            act=_track,
            rules=fixed(_TRACKING),
            required=("tracking_number",),
            verb="create",
            needs=needs,
        ),
        Route(
            method="DELETE",
            template=f"{template}/{{word}}",
            act=_untrack,
            verb="delete",
            needs=needs,
        ),
    )


ROUTES = (
    Route(method="GET", template=_PARCELS, act=_list, needs=_feature),
    Route(
        method="POST",
        template=_PARCELS,
        act=_create,
        rules=fixed(_PARCEL),
        required=("meta_data",),
        verb="create",
        needs=_feature,
    ),
    Route(method="GET", template=_PARCEL_ID, act=_get, needs=_feature),
    Route(
        method="GET",
        template=f"{_PARCELS}/lookup",
        act=_lookup,
        rules=fixed({"tracking_number": STRING}),
        required=("tracking_number",),
        needs=_feature,
    ),
    Route(
        method="PUT",
        template=_PARCEL_ID,
        act=_edit,
        rules=fixed(_PARCEL),
        required=("meta_data",),
        verb="edit",
        needs=_feature,
    ),
    Route(
        method="DELETE",
        template=_PARCEL_ID,
        act=_delete,
        rules=fixed({"notify_customer": BOOLEAN}),
        verb="delete",
        needs=_feature,
    ),
    *_of_extension("wc-shipment-tracking"),
    *_of_extension("wc-ast"),
)
