"""Mutations by which apps of the shop move units between fulfillment orders."""

from collections.abc import Sequence

from tests.fakes.shopify import access, fulfillment, shapes_fulfillment, units_moved, words
from tests.fakes.shopify.fulfillment import Share
from tests.fakes.shopify.refusals import UserError
from tests.fakes.shopify.registry import Call, mutation
from tests.fakes.shopify.state import ENDED, FulfillmentHold, FulfillmentOrder, Json, Location

_MAX_HOLDS = 10


def _known(call: Call, gid: str) -> FulfillmentOrder:
    order = call.shop.get(FulfillmentOrder, gid)
    if order is None or not access.writable(call.shop, order):
        raise UserError("Fulfillment order does not exist.", code="FULFILLMENT_ORDER_NOT_FOUND")
    return order


def _shares(order: FulfillmentOrder, lines: Sequence[Json] | None) -> list[Share]:
    """Return the given units of a fulfillment order, or all that are open."""
    if not lines:
        return fulfillment.everything(order)
    return fulfillment.shares(order, {line["id"]: line["quantity"] for line in lines})


@mutation("fulfillmentOrderHold")
def _hold(call: Call, *, id: str, fulfillment_hold: Json) -> Json:  # noqa: A002 - the API's name
    order = _known(call, id)
    lines, handle = fulfillment_hold.get("fulfillmentOrderLineItems"), fulfillment_hold["handle"]
    _check_held_lines(lines or ())
    _check_handle(order, handle)
    if "HOLD" not in shapes_fulfillment.actions(call.shop, order):
        raise UserError("The fulfillment order is not in a holdable state.", "id")
    made = FulfillmentHold(
        **call.shop.stamp("FulfillmentHold"),
        reason=fulfillment_hold["reason"],
        reason_notes=fulfillment_hold.get("reasonNotes"),
        handle=handle,
        held_by_requesting_app=True,
    )
    rest = units_moved.hold(call.shop, order, _shares(order, lines), made)
    call.shop.note("fulfillment order held", order.id, handle)
    return {
        "fulfillmentHold": order.holds[-1],
        "fulfillmentOrder": order,
        "remainingFulfillmentOrder": rest,
    }


def _check_held_lines(lines: Sequence[Json]) -> None:
    where = ("fulfillmentHold", "fulfillmentOrderLineItems")
    for at, line in enumerate(lines):
        if line["quantity"] < 1:
            raise UserError(
                "You must select at least one item to place on partial hold.",
                *where,
                str(at),
                "quantity",
                code="GREATER_THAN_ZERO",
            )
    if len({line["id"] for line in lines}) < len(lines):
        raise UserError(
            "must contain unique line item ids",
            *where,
            code="DUPLICATED_FULFILLMENT_ORDER_LINE_ITEMS",
        )


def _check_handle(order: FulfillmentOrder, handle: str) -> None:
    handles = [hold.handle for hold in order.holds if hold.held_by_requesting_app]
    if handle in handles:
        raise UserError(
            "The handle provided for the fulfillment hold is already in use by this app for another"
            " hold on this fulfillment order.",
            "fulfillmentHold",
            "handle",
            code="DUPLICATE_FULFILLMENT_HOLD_HANDLE",
        )
    if len(handles) >= _MAX_HOLDS:
        raise UserError(
            "The maximum number of fulfillment holds for this fulfillment order has been reached"
            " for this app. An app can only have up to 10 holds on a single fulfillment order at"
            " any one time.",
            "id",
            code="FULFILLMENT_ORDER_HOLD_LIMIT_REACHED",
        )


@mutation("fulfillmentOrderReleaseHold")
def _release(
    call: Call,
    *,
    id: str,  # noqa: A002 - the API's name
    hold_ids: list[str] | None = None,
    external_id: str | None = None,
) -> Json:
    del external_id
    order = _known(call, id)
    others = [hold for hold in order.holds if hold_ids and hold.id not in hold_ids]
    if others:
        order.holds[:] = others
        fulfillment.touch(call.shop, order)
    else:
        units_moved.release(call.shop, order)
    call.shop.note("hold released", order.id)
    return {"fulfillmentOrder": order}


@mutation("fulfillmentOrderMerge")
def _merge(call: Call, *, fulfillment_order_merge_inputs: list[Json]) -> Json:
    merged = []
    for merge_input in fulfillment_order_merge_inputs:
        first, *others = (
            _known(call, it["fulfillmentOrderId"]) for it in merge_input["mergeIntents"]
        )
        for order in (first, *others):
            if "MERGE" not in shapes_fulfillment.actions(call.shop, order):
                number = words.number(order.id)
                raise UserError(
                    f"Fulfillment order: {number} is currently not in a mergeable state."
                )
        for order in others:
            fulfillment.merge(call.shop, order, into=first)
            call.shop.note("fulfillment order merged", order.id, first.id)
        merged.append({"fulfillmentOrder": first})
    return {"fulfillmentOrderMerges": merged}


@mutation("fulfillmentOrderMove")
def _move(
    call: Call,
    *,
    id: str,  # noqa: A002 - the API's name
    new_location_id: str,
    fulfillment_order_line_items: list[Json] | None = None,
) -> Json:
    order = _known(call, id)
    if call.shop.get(Location, new_location_id) is None:
        raise UserError("Location not found.", "id")
    if order.status in ENDED:
        raise UserError("Cannot change location.")
    if order.request_status == "SUBMITTED":
        raise UserError(
            "Cannot move submitted fulfillment order that is at a 3PL fulfillment service."
        )
    shares = _shares(order, fulfillment_order_line_items)
    moved = units_moved.move(call.shop, order, new_location_id, shares)
    call.shop.note("fulfillment order moved", order.id, moved)
    return {
        "movedFulfillmentOrder": call.shop.sure(FulfillmentOrder, moved),
        "originalFulfillmentOrder": order,
        "remainingFulfillmentOrder": None if moved == order.id else order,
    }


@mutation("fulfillmentOrderCancel")
def _cancel(call: Call, *, id: str) -> Json:  # noqa: A002 - the API's name
    order = _known(call, id)
    replacement = units_moved.cancel(call.shop, order)
    call.shop.note("fulfillment order cancelled", order.id, replacement)
    return {
        "fulfillmentOrder": order,
        "replacementFulfillmentOrder": call.shop.sure(FulfillmentOrder, replacement),
    }


@mutation("fulfillmentOrderClose")
def _close(call: Call, *, id: str, message: str | None = None) -> Json:  # noqa: A002
    order = _known(call, id)
    if (order.status, order.request_status) != ("IN_PROGRESS", "ACCEPTED"):
        raise UserError("The fulfillment order is not in progress.")
    units_moved.close(call.shop, order)
    call.shop.note("fulfillment order closed", order.id, message)
    return {"fulfillmentOrder": order}
