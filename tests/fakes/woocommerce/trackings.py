"""Parcels of the tracking extension and its rival: a list in a field of the order.

Equal parcels are not merged, and a parcel has no content.
"""

import hashlib
from datetime import UTC, date, datetime
from typing import Any

from tests.fakes.woocommerce.problems import Json, Refused
from tests.fakes.woocommerce.products import slug
from tests.fakes.woocommerce.state import Order, Shop

FIELD = "_wc_shipment_tracking_items"


def track(shop: Shop, order: Order, body: Json) -> Json:
    """Add a parcel, without a check for duplicates."""
    kept_by_place = _kept(order)
    date_text = (
        body.get("date_shipped") or shop.now().astimezone(shop.switches.zone).date().isoformat()
    )
    try:
        sent_at = datetime.combine(date.fromisoformat(date_text[:10]), datetime.min.time(), UTC)
    except ValueError:
        # PHP's strtotime returns false here, which counts as 0.
        sent_at = datetime.fromtimestamp(0, UTC)
    number = body["tracking_number"]
    name = slug(body.get("tracking_provider", ""))
    made = {
        "tracking_provider": name,
        "custom_tracking_provider": body.get("custom_tracking_provider", ""),
        "custom_tracking_link": body.get("custom_tracking_link", ""),
        "tracking_number": number,
        "date_shipped": str(int(sent_at.timestamp())),
        "tracking_id": hashlib.md5(
            f"{name}-{number}-{shop.next_id('tracking')}".encode(), usedforsecurity=False
        ).hexdigest(),
    }
    if shop.switches.advanced_shipment_tracking and body.get("products_list"):
        made["products_list"] = body["products_list"]
    _keep(shop, order, {**kept_by_place, max(kept_by_place, default=-1) + 1: made})
    return made


def untrack(shop: Shop, order: Order, tracking_id: str) -> Json:
    """Delete a parcel."""
    kept_by_place = _kept(order)
    for place, made in kept_by_place.items():
        if made["tracking_id"] == tracking_id:
            del kept_by_place[place]
            _keep(shop, order, kept_by_place)
            return made
    raise Refused("woocommerce_rest_order_shipment_tracking_invalid_id", "Invalid ID.", 404)


def kept(order: Order) -> list[Json]:
    """Return the parcels."""
    return list(_kept(order).values())


def provider(shop: Shop, made: Json) -> tuple[str, str]:
    """Return carrier and tracking link of a parcel, as far as the extension knows them."""
    if made["custom_tracking_provider"]:
        return made["custom_tracking_provider"], made["custom_tracking_link"]
    for name in shop.switches.tracking_providers:
        if slug(name) == made["tracking_provider"]:
            return name, f"https://track.example/{slug(name)}?number={made['tracking_number']}"
    return "", ""


def shipped_at(made: Json) -> datetime:
    """Return the ship date of a parcel."""
    return datetime.fromtimestamp(int(made["date_shipped"]), UTC)


def _kept(order: Order) -> dict[int, Json]:
    """Return the parcels by their index in PHP's array."""
    value: Any = next((it.value for it in order.meta if it.key == FIELD), [])
    places = value.items() if isinstance(value, dict) else enumerate(value)
    return {int(place): made for place, made in places}


def _keep(shop: Shop, order: Order, parcels: dict[int, Json]) -> None:
    """Store the parcels; in JSON, an array with a gap is an object."""
    is_list = [*parcels] == [*range(len(parcels))]
    value: Any = [*parcels.values()] if is_list else {str(at): made for at, made in parcels.items()}
    shop.set_meta(order.meta, [{"key": FIELD, "value": value}])
    shop.touch_fields(order)
