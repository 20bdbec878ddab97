"""Lists: filters, sorting, and pages with their headers.

Unknown parameters are ignored, so a misspelt filter returns everything.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from tests.fakes.woocommerce import stock
from tests.fakes.woocommerce.problems import Json
from tests.fakes.woocommerce.products import TAXONOMIES
from tests.fakes.woocommerce.routes import Answer, Call
from tests.fakes.woocommerce.schema import (
    BOOLEAN,
    INTEGER,
    STRING,
    Rule,
    Rules,
    many,
    one_of,
)
from tests.fakes.woocommerce.state import Order, Product, Shop
from tests.fakes.woocommerce.times import DATE, limit


class Dated(Protocol):
    """A row of a list."""

    id: int
    created_at: datetime
    modified_at: datetime


T = TypeVar("T", bound=Dated)


def _at_least(least: int) -> Rule:
    def check(value: Any, place: str) -> str | None:
        wrong = INTEGER.check(value, place)
        if wrong is None and int(float(value)) < least:
            return f"{place} must be greater than or equal to {least}"
        return wrong

    return Rule(check=check, clean=INTEGER.clean)


def _per_page(value: Any, place: str) -> str | None:
    wrong = INTEGER.check(value, place)
    if wrong is None and not 1 <= int(float(value)) <= 100:
        return f"{place} must be between 1 (inclusive) and 100 (inclusive)"
    return wrong


PAGE: Rules = {
    "page": _at_least(1),
    "per_page": Rule(check=_per_page, clean=INTEGER.clean),
    "offset": INTEGER,
    "order": one_of("asc", "desc"),
    "_fields": STRING,
}
_DATED: Rules = {
    **PAGE,
    "orderby": one_of("date", "id", "include", "title", "slug", "modified"),
    "after": DATE,
    "before": DATE,
    "modified_after": DATE,
    "modified_before": DATE,
    "dates_are_gmt": BOOLEAN,
    "include": many(INTEGER),
    "exclude": many(INTEGER),
    "search": STRING,
}


def order_rules(shop: Shop) -> Rules:
    """Return the parameters of a list of orders."""
    statuses = ("any", "trash", "auto-draft", *shop.statuses())
    more = {"status": many(one_of(*statuses)), "customer": INTEGER, "product": INTEGER}
    return {**_DATED, **more}


def product_rules(_shop: Shop) -> Rules:
    """Return the parameters of a list of products or variations."""
    statuses = one_of("any", "draft", "pending", "private", "publish", "trash", "future")
    kinds = one_of("simple", "grouped", "external", "variable", "variation")
    return {
        **_DATED,
        "sku": STRING,
        "status": statuses,
        "type": kinds,
        "tag": STRING,
        "category": STRING,
        "brand": STRING,
        "stock_status": one_of("instock", "outofstock", "onbackorder"),
        "parent": many(INTEGER),
    }


def orders(shop: Shop, params: Json) -> list[Order]:
    """Return the orders that match the parameters, by default all except the trash."""
    statuses = set(params.get("status") or ["any"])
    if "any" in statuses:
        statuses |= set(shop.statuses())
    orders = [it for it in shop.orders.values() if it.status in statuses]
    if params.get("customer"):
        orders = [it for it in orders if it.customer_id == params["customer"]]
    if params.get("product"):
        orders = [it for it in orders if any(params["product"] == x.product_id for x in it.lines)]
    if params.get("search"):
        orders = [it for it in orders if _mentions(shop, it, params["search"])]
    return _ordered(shop, _dated(shop, orders, params), params)


def _mentions(shop: Shop, order: Order, words: str) -> bool:
    """True if the search finds an order: never by its fields, by transaction in new shops only."""
    texts = [str(order.id), *(line.name for line in order.lines), *order.billing.values()]
    texts += order.shipping.values()
    if not shop.switches.old:
        texts.append(order.transaction_id)
    return any(words.casefold() in text.casefold() for text in texts)


def products(shop: Shop, params: Json) -> list[Product]:
    """Return the products that match the parameters; variations only by SKU or type."""
    products = list(shop.products.values())
    if params.get("sku"):
        skus = {word.strip().casefold() for word in params["sku"].split(",")}
        products = [it for it in products if it.sku.casefold() in skus]
    elif params.get("type") != "variation":
        products = [it for it in products if not it.parent_id]
    return _ordered(shop, _dated(shop, _kept(shop, products, params), params), params)


def variations(shop: Shop, params: Json, parent: Product | None = None) -> list[Product]:
    """Return the variations of one product, or of all."""
    products = [it for it in shop.products.values() if it.parent_id]
    if parent is not None:
        products = [it for it in products if it.parent_id == parent.id]
    if params.get("sku"):
        skus = {word.strip().casefold() for word in params["sku"].split(",")}
        products = [it for it in products if it.sku.casefold() in skus]
    return _ordered(shop, _dated(shop, _kept(shop, products, params), params), params)


def _kept(shop: Shop, products: list[Product], params: Json) -> list[Product]:
    status = params.get("status") or "any"
    if status == "any":
        products = [it for it in products if it.status != "trash"]
    else:
        products = [it for it in products if it.status == status]
    if params.get("type"):
        products = [it for it in products if it.type == params["type"]]
    if params.get("parent"):
        products = [it for it in products if it.parent_id in params["parent"]]
    if params.get("stock_status"):
        products = [it for it in products if stock.status(shop, it) == params["stock_status"]]
    for taxonomy, name in zip(TAXONOMIES, ("tag", "category", "brand"), strict=True):
        if params.get(name):
            term_ids = {int(word) for word in params[name].split(",") if word.strip().isdigit()}
            products = [
                it for it in products if not term_ids.isdisjoint(it.terms.get(taxonomy, []))
            ]
    if params.get("search"):
        words = params["search"].casefold()
        products = [it for it in products if words in it.name.casefold()]
    return products


def _dated(shop: Shop, rows: Iterable[T], params: Json) -> list[T]:
    kept = list(rows)
    if shop.switches.arrival_lag_s:
        arrived = shop.later(-shop.switches.arrival_lag_s)
        kept = [it for it in kept if it.modified_at <= arrived]
    for name, of, sign in _LIMITS:
        if name in params and (shop.switches.knows_modified or "modified" not in name):
            edge = limit(
                params[name],
                shop.switches.zone,
                gmt=bool(params.get("dates_are_gmt")),
                shifts=shop.switches.offset_shifts_gmt,
            )
            kept = [it for it in kept if (of(it) - edge).total_seconds() * sign > 0]
    if params.get("include"):
        kept = [it for it in kept if it.id in params["include"]]
    return [it for it in kept if it.id not in params.get("exclude", [])]


def _created_at(it: Dated) -> datetime:
    return it.created_at


def _modified_at(it: Dated) -> datetime:
    return it.modified_at


_LIMITS: tuple[tuple[str, Callable[[Dated], datetime], int], ...] = (
    ("after", _created_at, 1),
    ("before", _created_at, -1),
    ("modified_after", _modified_at, 1),
    ("modified_before", _modified_at, -1),
)


def _id(it: Dated) -> int:
    return it.id


_SORTS: dict[str, Callable[[Dated], Any]] = {"date": _created_at, "modified": _modified_at}


def _ordered(shop: Shop, rows: Sequence[T], params: Json) -> list[T]:
    """Sort, by default the newest first.

    Only new shops sort ties by id, and by times in UTC: old ones go by what the shop's clock said,
    which says each time of one hour of autumn twice.
    """
    by = params.get("orderby", "date")
    down = params.get("order", "desc") == "desc"
    if by == "include":
        places = {id_: place for place, id_ in enumerate(params.get("include", []))}
        return sorted(rows, key=lambda it: places.get(it.id, 0))
    key = _SORTS.get(by, _id)
    if shop.switches.old:

        def by_the_wall(it: T) -> Any:
            value = key(it)
            zone = shop.switches.zone
            return value.astimezone(zone).replace(tzinfo=None) if by in _SORTS else value

        return sorted(sorted(rows, key=lambda it: it.id), key=by_the_wall, reverse=down)
    return sorted(rows, key=lambda it: (key(it), it.id), reverse=down)


def page(call: Call, rows: Sequence[T], show: Callable[[Shop, T], Json]) -> Answer:
    """Return one page; a page after the last one is empty."""
    size = call.params.get("per_page", 10)
    number = call.params.get("page", 1)
    start = call.params.get("offset", (number - 1) * size)
    pages = -(-len(rows) // size)
    headers = {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": str(pages)}
    links = []
    if number > 1:
        links.append(_link(call, min(number - 1, max(pages, 1)), "prev"))
    if number < pages:
        links.append(_link(call, number + 1, "next"))
    if links:
        headers["Link"] = ", ".join(links)
    shown = [show(call.shop, item) for item in rows[start : start + size]]
    return Answer(200, shown, headers)


def _link(call: Call, number: int, where: str) -> str:
    query = [(name, value) for name, value in call.query if name != "page"]
    return f'<{call.url}?{urlencode([*query, ("page", str(number))])}>; rel="{where}"'


def trimmed(body: Any, names: str) -> Any:
    """Return these fields only, inner ones named as in `billing.email`."""
    if isinstance(body, list):
        return [trimmed(item, names) for item in body]
    if not isinstance(body, dict):
        return body
    kept: Json = {}
    for name in filter(None, (word.strip() for word in names.split(","))):
        outer, _, inner = name.partition(".")
        if outer not in body:
            continue
        if not inner:
            kept[outer] = body[outer]
        elif isinstance(body[outer], dict | list):
            _merge(kept, outer, trimmed(body[outer], inner))
    return kept


def _merge(kept: Json, name: str, more: Any) -> None:
    before = kept.get(name)
    if isinstance(before, dict) and isinstance(more, dict):
        before.update(more)
    elif isinstance(before, list) and isinstance(more, list):
        kept[name] = [{**row, **more_fields} for row, more_fields in zip(before, more, strict=True)]
    else:
        kept[name] = more
