"""Parcels of Advanced Shipment Tracking, the rival of the extension Shipment Tracking.

Sources: its documentation of the API and of its settings, and its code (parts-at-services.md 0.14).
It has a list in the same field of the order, but its own dates, contents and refusals.
"""

import re
from datetime import UTC, date, datetime, time

from tests.fakes.woocommerce import trackings
from tests.fakes.woocommerce.problems import Json, Refused
from tests.fakes.woocommerce.state import Order, Shop

_NUMBER = re.compile(r"[A-Za-z0-9 -]+")
_DAY_FIRST = "%d-%m-%Y"
PARTLY_SHIPPED = "partial-shipped"


def track(shop: Shop, order: Order, body: Json) -> Json:
    """Add a parcel; `replace_tracking` deletes all others."""
    number = body["tracking_number"]
    if not _NUMBER.fullmatch(number):
        words = "Tracking number is not valid."
        raise Refused("woocommerce_rest_order_invalid_tracking_number", words, 404)
    known = [made["tracking_number"] for made in trackings.kept(order)]
    if shop.switches.ast_refuses_repeats and number in known:
        words = "Tracking number already exists in this order."
        raise Refused("woocommerce_rest_order_tracking_number_exists", words, 400)
    if body.get("replace_tracking"):
        for made in trackings.kept(order):
            trackings.untrack(shop, order, made["tracking_id"])
    sent_on = _stored_on(body.get("date_shipped", ""), shop)
    fields = {**body, "date_shipped": sent_on.isoformat()}
    items = body.get("products_list") or _items(shop, order, body)
    return trackings.track(shop, order, {**fields, "products_list": items})


def _items(shop: Shop, order: Order, body: Json) -> list[Json]:
    """Return the content of a parcel, which is given as two lists with commas."""
    skus = [sku for sku in body.get("sku", "").split(",") if sku]
    units = body.get("qty", "").split(",")
    items = []
    for sku, count in zip(skus, units, strict=False):
        for line in order.lines:
            product = shop.products.get(line.sold_id)
            if product and product.sku == sku:
                items.append({"product": product.id, "item_id": line.id, "qty": count})
                break
    return items


def _stored_on(text: str, shop: Shop) -> date:
    """Return the day that is stored for a date: it is read, written in the shop's form, and read.

    PHP reads a date with dashes as day, month and year. What it cannot read is today.
    """
    today = shop.now().astimezone(shop.switches.zone).date()
    read = _read(text)
    return (_read(f"{read:{shop.switches.ast_dates}}") if read else None) or today


def _read(text: str) -> date | None:
    for form in ("%Y-%m-%d", _DAY_FIRST):
        try:
            return datetime.combine(datetime.strptime(text, form), time(), UTC).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None
