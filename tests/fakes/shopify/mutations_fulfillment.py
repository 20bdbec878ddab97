"""Mutations of fulfillments and fulfillment orders."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.fakes.shopify import access, fulfillment, shapes_fulfillment, words
from tests.fakes.shopify.fulfillment import Share
from tests.fakes.shopify.refusals import Refusal, UserError
from tests.fakes.shopify.registry import Call, mutation
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import ENDED, Fulfillment, FulfillmentOrder, Json


@mutation("fulfillmentCreate")
def _create(call: Call, *, fulfillment: Json, message: str | None = None) -> Json:
    del message
    groups = fulfillment["lineItemsByFulfillmentOrder"]
    _check_quantities(groups)
    parts = [_group(call.shop, group) for group in groups]
    _check_together([source for source, _ in parts])
    return {"fulfillment": _send(call.shop, parts, fulfillment.get("trackingInfo"))}


def _check_quantities(groups: Sequence[Json]) -> None:
    for place, group in enumerate(groups):
        for at, line in enumerate(group.get("fulfillmentOrderLineItems") or []):
            if line["quantity"] < 1:
                raise UserError(
                    "Quantity must be greater than 0",
                    "fulfillment",
                    "lineItemsByFulfillmentOrder",
                    str(place),
                    "fulfillmentOrderLineItems",
                    str(at),
                    "quantity",
                )


def _group(shop: Shop, group: Json) -> tuple[FulfillmentOrder, list[Share]]:
    source = shop.get(FulfillmentOrder, group["fulfillmentOrderId"])
    if source is None or not access.visible(shop, source):
        raise UserError("Fulfillment order does not exist.", "fulfillment")
    number = words.number(source.id)
    if source.status in ENDED or source.status in ("ON_HOLD", "SCHEDULED"):
        raise UserError(
            f"Fulfillment order {number} has an unfulfillable status= {source.status.lower()}.",
            "fulfillment",
        )
    if source.request_status == "SUBMITTED" and not shop.switches.fulfill_unaccepted:
        raise UserError(
            f"Fulfillment order {number} has an unfulfillable request status= submitted.",
            "fulfillment",
        )
    lines = group.get("fulfillmentOrderLineItems")
    if not lines:
        return source, fulfillment.everything(source)
    return source, fulfillment.shares(source, _wanted(lines))


def _wanted(lines: Sequence[Json]) -> dict[str, int]:
    quantities: dict[str, int] = {}
    for line in lines:
        quantities[line["id"]] = quantities.get(line["id"], 0) + line["quantity"]
    return quantities


def _check_together(sources: Sequence[FulfillmentOrder]) -> None:
    bought = _numbers(source.order_id for source in sources)
    if len(bought) > 1:
        raise UserError(
            "All fulfillment orders must belong to the same order. "
            f"Multiple orders with ids {bought} were found.",
            "fulfillment",
        )
    places = _numbers(source.location_id for source in sources)
    if len(places) > 1:
        raise UserError(
            "All fulfillment orders must be assigned to a single location. "
            f"Multiple locations with ids {places} were found.",
            "fulfillment",
        )


def _numbers(ids: Any) -> list[int]:
    return sorted({words.number(gid) for gid in ids})


def _send(
    shop: Shop, parts: Sequence[tuple[FulfillmentOrder, list[Share]]], tracking_input: Json | None
) -> Fulfillment:
    made = fulfillment.send(shop, parts, fulfillment.tracking_of(tracking_input))
    shop.note("fulfillment created", made.order_id, [row["number"] for row in made.tracking])
    return made


@mutation("fulfillmentTrackingInfoUpdate")
def _update(
    call: Call,
    *,
    fulfillment_id: str,
    tracking_info_input: Json,
    notify_customer: bool | None = None,
) -> Json:
    del notify_customer
    made = call.shop.get(Fulfillment, fulfillment_id)
    if made is None:
        raise UserError("Fulfillment does not exist.", "fulfillmentId")
    made.tracking = fulfillment.tracking_of(tracking_info_input)
    call.shop.touch(made)
    call.shop.note("tracking updated", made.id, [row["number"] for row in made.tracking])
    return {"fulfillment": made}


@mutation("fulfillmentCancel")
def _cancel(call: Call, *, id: str) -> Json:  # noqa: A002 - the API's name
    made = call.shop.get(Fulfillment, id)
    if made is None:
        raise UserError("Fulfillment not found.", "id")
    if made.status != "CANCELLED":
        fulfillment.recall(call.shop, made)
        call.shop.note("fulfillment cancelled", made.id)
    return {"fulfillment": made}


@mutation("fulfillmentOrderSplit")
def _split(call: Call, *, fulfillment_order_splits: list[Json]) -> Json:
    checked = [
        _checked_split(call.shop, place, split_input)
        for place, split_input in enumerate(fulfillment_order_splits)
    ]
    results = []
    for source, moved in checked:
        made = fulfillment.split(call.shop, source, moved)
        call.shop.note("fulfillment order split", source.id, made.id)
        results.append(
            {
                "fulfillmentOrder": source,
                "remainingFulfillmentOrder": made,
                "replacementFulfillmentOrder": None,
            }
        )
    return {"fulfillmentOrderSplits": results}


def _checked_split(
    shop: Shop, place: int, split_input: Json
) -> tuple[FulfillmentOrder, list[Share]]:
    where = ("fulfillmentOrderSplits", str(place), "fulfillmentOrderLineItems")
    lines = split_input["fulfillmentOrderLineItems"]
    if not lines:
        raise UserError(
            "There must be at least one item selected in this fulfillment to split it.",
            *where,
            code="NO_LINE_ITEMS_PROVIDED_TO_SPLIT",
        )
    for at, line in enumerate(lines):
        if line["quantity"] < 1:
            raise UserError(
                "You must select at least one item to split into a new fulfillment order.",
                *where,
                str(at),
                "quantity",
                code="GREATER_THAN",
            )
    source = shop.get(FulfillmentOrder, split_input["fulfillmentOrderId"])
    if source is None or not access.visible(shop, source):
        raise UserError("Fulfillment order does not exist.", code="FULFILLMENT_ORDER_NOT_FOUND")
    if "SPLIT" not in shapes_fulfillment.actions(shop, source):
        number = words.number(source.id)
        raise UserError(f"Fulfillment order: {number} is currently not in a splittable state.")
    moved = _split_shares(source, _wanted(lines))
    if sum(share.quantity for share in moved) == sum(it.remaining_quantity for it in source.lines):
        raise UserError(
            "The fulfillment order must keep at least one item.",
            *where,
            code="INVALID_LINE_ITEM_QUANTITY",
        )
    return source, moved


def _split_shares(source: FulfillmentOrder, quantities: Mapping[str, int]) -> list[Share]:
    try:
        return fulfillment.shares(source, quantities)
    except UserError as error:
        raise UserError(error.message, code="INVALID_LINE_ITEM_QUANTITY") from None


def _known(call: Call, gid: str) -> FulfillmentOrder:
    order = call.shop.get(FulfillmentOrder, gid)
    if order is None or not access.writable(call.shop, order):
        raise Refusal(f"Invalid id: {gid}", "RESOURCE_NOT_FOUND")
    return order


@mutation("fulfillmentOrderSubmitFulfillmentRequest")
def _submit(
    call: Call,
    *,
    id: str,  # noqa: A002 - the API's name
    message: str | None = None,
    notify_customer: bool | None = None,
    fulfillment_order_line_items: list[Json] | None = None,
) -> Json:
    order = _known(call, id)
    moved = fulfillment.everything(order)
    if fulfillment_order_line_items:
        moved = fulfillment.shares(order, _wanted(fulfillment_order_line_items))
    unsubmitted = fulfillment.submit(call.shop, order, moved, message, notify=bool(notify_customer))
    call.shop.note("fulfillment requested", order.id, message)
    return {
        "originalFulfillmentOrder": order,
        "submittedFulfillmentOrder": order,
        "unsubmittedFulfillmentOrder": unsubmitted,
    }


_ANSWERS: dict[str, tuple[Callable[[Shop, FulfillmentOrder], None], str]] = {
    "AcceptFulfillmentRequest": (fulfillment.accept, "request accepted"),
    "AcceptCancellationRequest": (fulfillment.give_back, "cancellation accepted"),
    "RejectCancellationRequest": (fulfillment.keep, "cancellation rejected"),
}

for _name, (_act, _kind) in _ANSWERS.items():

    @mutation(f"fulfillmentOrder{_name}")
    def _answer(
        call: Call,
        *,
        id: str,  # noqa: A002 - the API's name
        message: str | None = None,
        _act: Callable[[Shop, FulfillmentOrder], None] = _act,
        _kind: str = _kind,
        **_more: object,
    ) -> Json:
        order = _known(call, id)
        _act(call.shop, order)
        call.shop.note(_kind, order.id, message)
        return {"fulfillmentOrder": order}


@mutation("fulfillmentOrderRejectFulfillmentRequest")
def _reject(
    call: Call,
    *,
    id: str,  # noqa: A002 - the API's name
    message: str | None = None,
    reason: str | None = None,
    line_items: list[Json] | None = None,
) -> Json:
    del line_items
    order = _known(call, id)
    fulfillment.reject(call.shop, order, reason)
    call.shop.note("request rejected", order.id, message)
    return {"fulfillmentOrder": order}


@mutation("fulfillmentOrderSubmitCancellationRequest")
def _ask_back(call: Call, *, id: str, message: str | None = None) -> Json:  # noqa: A002
    order = _known(call, id)
    fulfillment.ask_back(call.shop, order, message)
    call.shop.note("cancellation requested", order.id, message)
    return {"fulfillmentOrder": order}
