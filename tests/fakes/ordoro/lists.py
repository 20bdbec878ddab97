"""Lists: query parameters, filters, sorting and pages.

Unknown parameters are refused, so that a misspelt filter does not seem to match everything.
Documented parameters that no test needs yet are refused as well, with a clear message.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from tests.fakes.ordoro.checks import Refused
from tests.fakes.ordoro.state import Json, Order, Product, Shop
from tests.fakes.ordoro.times import parse

T = TypeVar("T")
Query = Mapping[str, Sequence[str]]
Keep = Callable[[T], bool]
SortKeys = Mapping[str, Callable[[T], Any]]

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
_STATUSES = ("all", "awaiting_fulfillment", "shipped", "cancelled", "dropshipment_requested")
_PAGE = ("limit", "offset", "sort")

_ORDER_DATES: dict[str, Callable[[Order], datetime | None]] = {
    "created": lambda order: order.created_at,
    "updated": lambda order: order.updated_at,
    "order_placed": lambda order: order.placed_at,
    "shipped": lambda order: _shipped_at(order),  # noqa: PLW0108 - is defined below
    "dropshipped": lambda order: order.dropshipped_at,
    "cancelled": lambda order: order.cancelled_at,
}
ORDER_SORTS: SortKeys[Order] = {
    "order_number": lambda order: order.number,
    "grand_total": lambda order: order.financial.get("grand_total") or 0,
    "order_placed_date": lambda order: order.placed_at,
    "created_date": lambda order: order.created_at,
    "updated_date": lambda order: order.updated_at,
    "ship_date": lambda order: _shipped_at(order) or _LONG_AGO,
    "dropship_date": lambda order: order.dropshipped_at or _LONG_AGO,
    "cancelled_date": lambda order: order.cancelled_at or _LONG_AGO,
}
PRODUCT_SORTS: SortKeys[Product] = {
    "name": lambda product: product.fields["name"],
    "sku": lambda product: product.sku,
    "created": lambda product: product.created_at,
}


def orders(shop: Shop, query: Query) -> list[Order]:
    """Return the orders that match the parameters, by default the newest first."""
    keep = [_order_filter(shop, name, query) for name in query if name not in _PAGE]
    if shop.switches.arrival_lag_s:
        arrived = shop.later(-shop.switches.arrival_lag_s)
        keep.append(lambda order: order.updated_at <= arrived)
    orders = [order for order in shop.listed() if all(test(order) for test in keep)]
    return ordered(orders, query, ORDER_SORTS, "-created_date")


def _order_filter(shop: Shop, name: str, query: Query) -> Keep[Order]:
    value = query[name][0]
    date, _, side = name.rpartition("_")
    if date in _ORDER_DATES and side in ("after", "before"):
        return _dated(shop, name, value, _ORDER_DATES[date])
    if name == "status":
        if value not in _STATUSES:
            raise Refused(f"status must be one of {', '.join(_STATUSES)}", "status")
        return lambda order: value in ("all", order.status)
    if name in _BY_ID:
        ids, of = {_whole(name, item) for item in query[name]}, _BY_ID[name]
        return lambda order: of(order) in ids
    if name == "sku":
        skus = set(query[name])
        return lambda order: any(line.sku in skus for line in order.lines)
    if name == "cart_order_id":
        return lambda order: order.cart_order_id == value and _indexed(shop, order)
    if name == "search":
        return lambda order: _mentions(order, value) and _indexed(shop, order)
    raise Refused(f"{name} is not known, at least not here", name)


_BY_ID: dict[str, Callable[[Order], int | None]] = {
    "supplier": lambda order: order.supplier_id,
    "sales_channel": lambda order: order.cart_id,
    "warehouse_id": lambda order: order.warehouse_id,
}


def _indexed(shop: Shop, order: Order) -> bool:
    return (shop.now() - order.created_at).total_seconds() >= shop.switches.index_lag_s


def _mentions(order: Order, words: str) -> bool:
    texts = [order.number, order.cart_order_id, order.shipping_address.get("name")]
    texts += [line.sku for line in order.lines]
    return any(words.casefold() in text.casefold() for text in texts if text)


def _shipped_at(order: Order) -> datetime | None:
    """Return the ship date of an order, which may be earlier than its entry."""
    if order.shipping is None:
        return None
    ship_date = order.shipping.body.get("ship_date")
    return datetime.fromisoformat(ship_date) if ship_date else order.shipping.created_at


def products(shop: Shop, query: Query) -> list[Product]:
    """Return the products that match the parameters, by default sorted by SKU."""
    keep = [_product_filter(shop, name, query) for name in query if name not in _PAGE]
    products = [
        product for product in shop.products.values() if all(test(product) for test in keep)
    ]
    return ordered(products, query, PRODUCT_SORTS, "sku")


def _product_filter(shop: Shop, name: str, query: Query) -> Keep[Product]:
    value = query[name][0]
    if name in ("updated_after", "updated_before"):
        return _dated(shop, name, value, lambda product: product.updated_at)
    if name == "active":
        active = _truth(name, value)
        return lambda product: (product.archived_at is None) == active
    if name == "kit":
        kit = _truth(name, value)
        return lambda product: bool(product.components) == kit
    if name == "supplier":
        ids = {_whole(name, item) for item in query[name]}
        return lambda product: not ids.isdisjoint(product.suppliers)
    if name == "category":
        return lambda product: product.fields.get("category") == value
    if name == "search":
        words = value.casefold()
        return lambda product: words in f"{product.sku}\n{product.fields['name']}".casefold()
    raise Refused(f"{name} is not known, at least not here", name)


def ordered(rows: Iterable[T], query: Query, keys: SortKeys[T], default: str) -> list[T]:
    """Sort by the requested key, with `-` before it in reverse."""
    name = query.get("sort", [default])[0]
    key = keys.get(name.removeprefix("-"))
    if key is None:
        raise Refused(f"sort must be one of {', '.join(keys)}", "sort")
    return sorted(rows, key=key, reverse=name.startswith("-"))


def page(key: str, rows: Sequence[T], query: Query, show: Callable[[T], Json]) -> Json:
    """Return one page in the envelope of lists; `count` is the total."""
    limit = _within("limit", query.get("limit", ["10"])[0], 1, 100)
    offset = _within("offset", query.get("offset", ["0"])[0], 0)
    shown = [show(item) for item in rows[offset : offset + limit]]
    return {"count": len(rows), "limit": limit, "offset": offset, key: shown}


def only(query: Query, *names: str) -> None:
    """Refuse all other parameters."""
    for name in query:
        if name not in names:
            raise Refused(f"{name} is not known", name)


def _dated(shop: Shop, name: str, value: str, of: Callable[[T], datetime | None]) -> Keep[T]:
    try:
        limit = parse(value, shop.switches.zone)
    except ValueError:
        raise Refused(f"{name} must be a time", name) from None
    sign = 1 if name.endswith("_after") else -1
    inclusive = shop.switches.boundary == "inclusive"

    def keep(item: T) -> bool:
        moment = of(item)
        if moment is None:
            return False
        beyond = (moment - limit).total_seconds() * sign
        return beyond > 0 or (beyond == 0 and inclusive)

    return keep


def _whole(name: str, value: str) -> int:
    if not re.fullmatch(r"-?\d{1,18}", value, re.ASCII):
        raise Refused(f"{name} must be an integer", name)
    return int(value)


def _within(name: str, value: str, least: int, most: int = 10**18) -> int:
    number = _whole(name, value)
    if not least <= number <= most:
        raise Refused(f"{name} must be from {least} to {most}", name)
    return number


def _truth(name: str, value: str) -> bool:
    if value not in ("true", "false"):
        raise Refused(f"{name} must be true or false", name)
    return value == "true"
