"""Search fields of each list, and the values that they are compared with."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from tests.fakes.shopify import search, shapes_orders, words
from tests.fakes.shopify.refusals import Refusal
from tests.fakes.shopify.registry import Call
from tests.fakes.shopify.search import Matcher, Term
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import (
    ENDED,
    FulfillmentOrder,
    InventoryItem,
    InventoryLevel,
    Location,
    Node,
    Order,
    Product,
    ProductVariant,
)

R = TypeVar("R", bound=Node)
Fields = Mapping[str, Matcher]


def matching(
    call: Call, rows: Iterable[R], query: str | None, fields: Callable[[Shop, R], Fields]
) -> list[R]:
    """Return the rows that match a query, in any sequence."""
    kept = list(rows)
    parsed = search.parse(query or "")
    if parsed is None:
        return kept
    indexed_until = call.shop.now() - timedelta(seconds=call.shop.switches.index_lag_s)
    kept = [row for row in kept if row.created_at <= indexed_until]
    if kept and (warnings := search.warnings(parsed, fields(call.shop, kept[0]))):
        call.warnings.append(
            {"path": call.path, "query": query, "parsed": parsed.shown, "warnings": warnings}
        )
    return [row for row in kept if parsed.matches(fields(call.shop, row))]


def orders(shop: Shop, order: Order) -> Fields:
    """Return the search fields of an order."""
    skus = [line.sku for line in order.lines]
    return _times(shop, order) | {
        "": _words(shop, order.name, order.email, *skus, *_names(order)),
        "id": _number(order),
        "name": _name(shop, order.name),
        "sku": _words(shop, *skus),
        "tag": _whole(*order.tags),
        "tag_not": lambda term: not _whole(*order.tags)(term),
        "email": _whole(order.email),
        "po_number": _words(shop, order.po_number),
        "source_identifier": _words(shop, order.source_identifier),
        "source_name": _whole(order.source_name),
        "processed_at": _time(shop, order.processed_at),
        "test": _whole(str(order.test).lower()),
        "status": lambda term: _order_status(order, term.value.lower()),
        "financial_status": _whole(order.financial_status),
        "fulfillment_status": lambda term: _fulfillment_status(shop, order, term.value.lower()),
    }


def fulfillment_orders(shop: Shop, order: FulfillmentOrder) -> Fields:
    """Return the search fields of a fulfillment order."""
    return _times(shop, order) | {
        "id": _number(order),
        "status": _whole(order.status),
        "assigned_location_id": _whole(str(words.number(order.location_id))),
    }


def products(shop: Shop, product: Product) -> Fields:
    """Return the search fields of a product."""
    variants = [shop.sure(ProductVariant, gid) for gid in product.variant_ids]
    skus = [variant.sku for variant in variants]
    return _times(shop, product) | {
        "": _words(shop, product.title, product.vendor, product.product_type, *skus),
        "id": _number(product),
        "sku": _words(shop, *skus),
        "barcode": _words(shop, *(variant.barcode for variant in variants)),
        "title": _words(shop, product.title),
        "handle": _whole(product.handle),
        "status": _whole(product.status),
        "vendor": _words(shop, product.vendor),
        "product_type": _words(shop, product.product_type),
        "tag": _whole(*product.tags),
        "tag_not": lambda term: not _whole(*product.tags)(term),
    }


def variants(shop: Shop, variant: ProductVariant) -> Fields:
    """Return the search fields of a variant."""
    product = shop.sure(Product, variant.product_id)
    return _times(shop, variant) | {
        "": _words(shop, product.title, variant.sku, variant.barcode),
        "id": _number(variant),
        "sku": _words(shop, variant.sku),
        "barcode": _words(shop, variant.barcode),
        "title": _words(shop, " / ".join(variant.options)),
        "product_id": _whole(str(words.number(product.id))),
        "product_status": _whole(product.status),
        "vendor": _words(shop, product.vendor),
        "tag": _whole(*product.tags),
    }


def items(shop: Shop, item: InventoryItem) -> Fields:
    """Return the search fields of an inventory item."""
    return _times(shop, item) | {
        "id": _number(item),
        "sku": _words(shop, shop.sure(ProductVariant, item.variant_id).sku),
    }


def levels(shop: Shop, level: InventoryLevel) -> Fields:
    """Return the search fields of an inventory level."""
    return _times(shop, level) | {
        "id": _number(level),
        "inventory_item_id": _whole(str(words.number(level.item_id))),
    }


def locations(shop: Shop, location: Location) -> Fields:
    """Return the search fields of a location."""
    return _times(shop, location) | {
        "": _words(shop, location.name),
        "id": _number(location),
        "name": _words(shop, location.name),
        "active": _whole(str(location.is_active).lower()),
    }


def _names(order: Order) -> list[str | None]:
    address = order.shipping_address or {}
    return [address.get("firstName"), address.get("lastName")]


def _times(shop: Shop, node: Node) -> dict[str, Matcher]:
    """Return the matchers of times; an index that lags lacks the latest change."""
    indexed_until = shop.now() - timedelta(seconds=shop.switches.index_lag_s)
    updated_at = node.updated_at if node.updated_at <= indexed_until else node.created_at
    return {
        "created_at": _time(shop, node.created_at),
        "updated_at": _time(shop, updated_at),
    }


def _number(node: Node) -> Matcher:
    own = words.number(node.id)

    def matches(term: Term) -> bool:
        value = term.value.rpartition("/")[2]
        return value.isdigit() and _compare(own, term.op, int(value))

    return matches


def _time(shop: Shop, own: datetime) -> Matcher:
    def matches(term: Term) -> bool:
        try:
            at = datetime.fromisoformat(term.value)
        except ValueError:
            raise Refusal(
                f"Invalid timestamp for query filter `{term.field}`.", "BAD_REQUEST"
            ) from None
        at = at.replace(tzinfo=shop.zone) if at.tzinfo is None else at
        return _compare(own, term.op, at.astimezone(UTC))

    return matches


def _compare(own: Any, op: str, value: Any) -> bool:
    match op:
        case ">=":
            return bool(own >= value)
        case ">":
            return bool(own > value)
        case "<=":
            return bool(own <= value)
        case "<":
            return bool(own < value)
    return bool(own == value)


def _whole(*own: str | None) -> Matcher:
    texts = {text.casefold() for text in own if text is not None}

    def matches(term: Term) -> bool:
        value = term.value.casefold()
        if value == "*":
            return bool(texts)
        if value.endswith("*"):
            return any(text.startswith(value[:-1]) for text in texts)
        return any(part.strip() in texts for part in value.split(","))

    return matches


def _name(shop: Shop, own: str) -> Matcher:
    """Return the matcher of an order's name: with or without its `#`."""
    return lambda term: (
        _whole(own, own.lstrip("#"))(term)
        or (shop.switches.search == "words" and _words(shop, own)(term))
    )


def _words(shop: Shop, *own: str | None) -> Matcher:
    """Return the matcher of a text: all words of the term must follow each other in it."""
    if shop.switches.search == "exact":
        return _whole(*own)
    texts = [_split(text) for text in own if text is not None]

    def matches(term: Term) -> bool:
        if term.value.endswith("*"):
            return _whole(*own)(term)
        words = _split(term.value)
        size = len(words)
        return any(
            words == text[place : place + size]
            for text in texts
            for place in range(len(text) - size + 1)
        )

    return matches


def _split(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _order_status(order: Order, status: str) -> bool:
    match status:
        case "open":
            return order.closed_at is None and order.cancelled_at is None
        case "closed":
            return order.closed_at is not None and order.cancelled_at is None
        case "cancelled":
            return order.cancelled_at is not None
        case "not_closed":
            return order.closed_at is None
    # `any`, and every unknown value.
    return True


def _fulfillment_status(shop: Shop, order: Order, searched: str) -> bool:
    status = shapes_orders.fulfillment_status(shop, order).lower()
    if searched in ("unshipped", "unfulfilled"):
        return status not in ("fulfilled", "partially_fulfilled")
    return status == {"shipped": "fulfilled", "partial": "partially_fulfilled"}.get(
        searched, searched
    )


def open_only(order: FulfillmentOrder) -> bool:
    """True if a list without `includeClosed` shows a fulfillment order."""
    return order.status not in ENDED
