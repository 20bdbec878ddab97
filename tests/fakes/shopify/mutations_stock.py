"""Mutations of stock, which run once for each idempotency key."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.fakes.shopify import stock, words
from tests.fakes.shopify.refusals import Refusal, UserError
from tests.fakes.shopify.registry import Call, mutation
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import InventoryItem, InventoryLevel, Json, Location

REASONS = (
    "correction",
    "cycle_count_available",
    "damaged",
    "movement_canceled",
    "movement_created",
    "movement_received",
    "movement_updated",
    "other",
    "promotion",
    "quality_control",
    "received",
    "reservation_created",
    "reservation_deleted",
    "reservation_updated",
    "restock",
    "safety_stock",
    "shrinkage",
)
MOST = 1_000_000_000
_URI = re.compile(r"[a-z][a-z0-9+.-]*://.+")


def _once(call: Call, arguments: object, act: Callable[[], Json]) -> Json:
    """Run an action once for each key; return the first response to a repetition."""
    if call.key is None:
        raise Refusal(
            "The @idempotent directive is required for this mutation but was not provided.",
            "BAD_REQUEST",
        )
    shop = call.shop
    print_ = json.dumps(arguments, sort_keys=True)
    previous = shop.keys.get(call.key)
    if previous and shop.now() - previous[0] < timedelta(seconds=shop.switches.idempotency_s):
        if previous[1] != print_:
            raise UserError(
                "The idempotency key was already used with other parameters.",
                code="IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
            )
        if not previous[2]:
            raise UserError(
                "The previous attempt with this idempotency key failed.",
                code="IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
            )
        return previous[2]
    shop.keys[call.key] = (shop.now(), print_, {})
    result = act()
    shop.keys[call.key] = (shop.now(), print_, result)
    return result


@mutation("inventorySetQuantities")
def _set(call: Call, *, input: Json) -> Json:  # noqa: A002 - the API's name
    for row in input["quantities"]:
        if "changeFromQuantity" not in row:
            raise Refusal(
                "InventoryQuantityInput must include the following argument: changeFromQuantity.",
                "INVALID_FIELD_ARGUMENTS",
            )
    return _once(call, input, lambda: _set_all(call.shop, input))


def _set_all(shop: Shop, quantities_input: Json) -> Json:
    name = quantities_input["name"]
    _check(quantities_input)
    levels = [
        _checked(shop, place, name, row) for place, row in enumerate(quantities_input["quantities"])
    ]
    changes: list[Json] = []
    for level, row in zip(levels, quantities_input["quantities"], strict=True):
        delta = stock.set_quantity(shop, level, name, row["quantity"])
        if delta:
            changes += [_change(shop, level, which, delta) for which in ("available", "on_hand")]
            shop.note("stock set", level.item_id, (name, row["quantity"]))
    group = {
        "id": shop.stamp("InventoryAdjustmentGroup")["id"],
        "createdAt": words.moment(shop.now()),
        "reason": quantities_input["reason"],
        "referenceDocumentUri": quantities_input.get("referenceDocumentUri"),
        "changes": changes,
    }
    return {"inventoryAdjustmentGroup": group if changes else None}


def _check(quantities_input: Json) -> None:
    if quantities_input["name"] not in ("available", "on_hand"):
        raise UserError(
            "The specified quantity name is invalid. Valid values are: available, on_hand.",
            "input",
            "name",
            code="INVALID_NAME",
        )
    if quantities_input["reason"] not in REASONS:
        raise UserError(
            f"The specified reason is invalid. Valid values are: {', '.join(REASONS)}.",
            "input",
            "reason",
            code="INVALID_REASON",
        )
    uri = quantities_input.get("referenceDocumentUri")
    if uri is not None and not _URI.fullmatch(uri):
        raise UserError(
            "The specified reference document is invalid.",
            "input",
            "referenceDocumentUri",
            code="INVALID_REFERENCE_DOCUMENT",
        )
    if len(quantities_input["quantities"]) > 250:
        raise Refusal(
            f"The input array size of {len(quantities_input['quantities'])} is greater than the "
            "maximum allowed of 250.",
            "MAX_INPUT_SIZE_EXCEEDED",
        )
    pairs = [(row["inventoryItemId"], row["locationId"]) for row in quantities_input["quantities"]]
    if len(set(pairs)) < len(pairs):
        raise UserError(
            "The combination of inventoryItemId and locationId must be unique.",
            "input",
            "quantities",
            code="NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR",
        )


def _checked(shop: Shop, place: int, name: str, row: Json) -> InventoryLevel:
    where = ("input", "quantities", str(place))
    _check_quantity(row["quantity"], *where)
    level = _level(shop, row, *where)
    expected = row["changeFromQuantity"]
    if expected is not None and expected != stock.quantities(level)[name]:
        raise UserError(
            "The specified quantity has changed since it was read.",
            *where,
            "changeFromQuantity",
            code="CHANGE_FROM_QUANTITY_STALE",
        )
    return level


def _check_quantity(quantity: int, *where: str) -> None:
    if quantity < 0:
        raise UserError(
            "The quantity can't be negative.", *where, "quantity", code="INVALID_QUANTITY_NEGATIVE"
        )
    if quantity > MOST:
        raise UserError(
            "The quantity can't be higher than 1,000,000,000.",
            *where,
            "quantity",
            code="INVALID_QUANTITY_TOO_HIGH",
        )


def _level(shop: Shop, row: Json, *where: str) -> InventoryLevel:
    item = shop.get(InventoryItem, row["inventoryItemId"])
    if item is None:
        raise UserError(
            "The specified inventory item could not be found.",
            *where,
            "inventoryItemId",
            code="INVALID_INVENTORY_ITEM",
        )
    if shop.get(Location, row["locationId"]) is None:
        raise UserError(
            "The specified location could not be found.",
            *where,
            "locationId",
            code="INVALID_LOCATION",
        )
    level = stock.level(shop, item.id, row["locationId"])
    if level is None:
        raise UserError(
            "The specified inventory item is not stocked at the location.",
            *where,
            "locationId",
        )
    return level


def _change(shop: Shop, level: InventoryLevel, name: str, delta: int) -> Json:
    return {
        "name": name,
        "delta": delta,
        "quantityAfterChange": None,
        "item": shop.sure(InventoryItem, level.item_id),
        "location": shop.sure(Location, level.location_id),
    }


@mutation("inventoryActivate")
def _activate(call: Call, **arguments: Any) -> Json:
    return _once(call, arguments, lambda: _activate_one(call.shop, **arguments))


def _activate_one(
    shop: Shop,
    *,
    inventory_item_id: str,
    location_id: str,
    available: int | None = None,
    on_hand: int | None = None,
) -> Json:
    if shop.get(InventoryItem, inventory_item_id) is None:
        raise UserError("The product couldn't be found.", "inventoryItemId")
    if shop.get(Location, location_id) is None:
        raise UserError("The location couldn't be found.", "locationId")
    existing = stock.level(shop, inventory_item_id, location_id)
    quantity = on_hand if available is None else available
    if existing is not None and quantity is not None:
        raise UserError(
            "Not allowed to set available quantity when the item is already active at the "
            "location.",
            "available",
        )
    level = stock.activate(shop, inventory_item_id, location_id)
    level.available = level.available if quantity is None else quantity
    shop.note("item stocked", inventory_item_id, (location_id, level.available))
    return {"inventoryLevel": level}
