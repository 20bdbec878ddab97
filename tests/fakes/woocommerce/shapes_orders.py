"""Responses about orders, refunds, notes and parcels."""

from decimal import Decimal

from tests.fakes.woocommerce import money, trackings
from tests.fakes.woocommerce.problems import Json
from tests.fakes.woocommerce.state import (
    Extra,
    Fulfillment,
    Line,
    Meta,
    Note,
    Order,
    Refund,
    Shop,
)
from tests.fakes.woocommerce.times import both

_PLACE = "first_name last_name company address_1 address_2 city state postcode country"
_BILLING = f"{_PLACE} email phone".split()
_SHIPPING = f"{_PLACE} phone".split()
_EDITABLE = ("pending", "on-hold", "auto-draft")


def order(shop: Shop, it: Order) -> Json:
    """Return an order."""
    zone = shop.switches.zone
    discount = sum((line.subtotal - line.total for line in it.lines), Decimal(0))
    taxes = sum((line.total_tax for line in it.lines), Decimal(0))
    shipping = sum((extra.total for extra in it.shipping_lines), Decimal(0))
    return {
        "id": it.id,
        "parent_id": it.parent_id,
        "status": it.status,
        "currency": it.currency,
        "version": shop.switches.version,
        "prices_include_tax": False,
        **both("date_created", it.created_at, zone),
        **both("date_modified", it.modified_at, zone),
        "discount_total": _text(shop, discount),
        "discount_tax": _text(shop, Decimal(0)),
        "shipping_total": _text(shop, shipping),
        "shipping_tax": _text(shop, Decimal(0)),
        "cart_tax": _text(shop, taxes),
        "total": _text(shop, it.total()),
        "total_tax": _text(shop, taxes),
        "customer_id": it.customer_id,
        "order_key": it.order_key,
        "billing": {name: it.billing.get(name, "") for name in _BILLING},
        "shipping": {name: it.shipping.get(name, "") for name in _SHIPPING},
        "payment_method": it.payment_method,
        "payment_method_title": it.payment_method_title,
        "transaction_id": it.transaction_id,
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": it.created_via,
        "customer_note": it.customer_note,
        **both("date_completed", it.completed_at, zone),
        **both("date_paid", it.paid_at, zone),
        "cart_hash": "",
        "number": it.number,
        "meta_data": meta(it.meta),
        "line_items": [line(shop, item) for item in it.lines],
        "tax_lines": [],
        "shipping_lines": [_shipping_line(shop, extra) for extra in it.shipping_lines],
        "fee_lines": [_fee_line(shop, extra) for extra in it.fee_lines],
        "coupon_lines": [],
        "refunds": [
            {"id": made.id, "reason": made.reason, "total": _text(shop, -made.amount)}
            for made in it.refunds
        ],
        "payment_url": "",
        "is_editable": it.status in _EDITABLE,
        "needs_payment": it.status in ("pending", "failed") and it.total() > 0,
        "needs_processing": bool(it.lines),
        "currency_symbol": "$",
    }


def line(shop: Shop, it: Line) -> Json:
    """Return a line: its SKU is the present SKU of the product, null if that is deleted."""
    product = shop.products.get(it.sold_id)
    taken = [Meta(id=2**31 - it.id, key="_reduced_stock", value=str(it.reduced))]
    fields = meta([*it.meta, *(taken if it.reduced else [])])
    return {
        "id": it.id,
        "name": it.name,
        "product_id": it.product_id,
        "variation_id": it.variation_id,
        "quantity": it.quantity,
        "tax_class": it.tax_class,
        "subtotal": _text(shop, it.subtotal),
        "subtotal_tax": _text(shop, it.total_tax),
        "total": _text(shop, it.total),
        "total_tax": _text(shop, it.total_tax),
        "taxes": [],
        "meta_data": [
            {**field, "display_key": field["key"], "display_value": field["value"]}
            for field in fields
        ],
        "sku": None if product is None else product.sku,
        "price": money.number(it.total, it.quantity),
        "image": {"id": "", "src": ""},
        "parent_name": None,
    }


def meta(entries: list[Meta]) -> list[Json]:
    """Return metadata."""
    return [{"id": it.id, "key": it.key, "value": it.value} for it in entries]


def note(shop: Shop, it: Note) -> Json:
    """Return a note."""
    return {
        "id": it.id,
        "author": it.author,
        **both("date_created", it.created_at, shop.switches.zone),
        "note": it.text,
        "customer_note": it.to_customer,
    }


def refund(shop: Shop, it: Refund) -> Json:
    """Return a refund, with negative amounts and quantities."""
    return {
        "id": it.id,
        "parent_id": 0,
        **both("date_created", it.created_at, shop.switches.zone),
        "amount": _text(shop, it.amount),
        "reason": it.reason,
        "refunded_by": 0,
        "refunded_payment": False,
        "meta_data": [],
        "line_items": [
            {
                **line(shop, item),
                "quantity": -item.quantity,
                "subtotal": _text(shop, -item.total),
                "total": _text(shop, -item.total),
                "meta_data": [{"id": item.id, "key": "_refunded_item_id", "value": str(item.id)}],
            }
            for item in it.lines
        ],
    }


def fulfillment(order_id: int, it: Fulfillment, *, fresh: bool) -> Json:
    """Return a parcel; right after its creation it has other fields than later."""
    fields = meta(it.meta)
    if fresh:
        fields = [
            {"key": field["key"], "value": field["value"], "id": field["id"]} for field in fields
        ]
    return {
        "id": it.id,
        "entity_type": "WC_Order",
        "entity_id": str(order_id),
        "status": it.status,
        "is_fulfilled": it.is_fulfilled if fresh else "1" if it.is_fulfilled else "0",
        "date_updated": f"{it.updated_at:%Y-%m-%dT%H:%M:%SZ}",
        "date_deleted": None if it.deleted_at is None else f"{it.deleted_at:%Y-%m-%dT%H:%M:%SZ}",
        "meta_data": fields,
    }


def tracking(shop: Shop, it: Json) -> Json:
    """Return a parcel of the extension; an unknown provider is not shown."""
    provider, link = trackings.provider(shop, it)
    return {
        "tracking_id": it["tracking_id"],
        "tracking_provider": provider,
        "tracking_link": link,
        "tracking_number": it["tracking_number"],
        "date_shipped": f"{trackings.shipped_at(it):%Y-%m-%d}",
    }


def _shipping_line(shop: Shop, it: Extra) -> Json:
    return {
        "id": it.id,
        "method_title": it.name,
        "method_id": it.method_id,
        "instance_id": "",
        "total": _text(shop, it.total),
        "total_tax": _text(shop, Decimal(0)),
        "taxes": [],
        "meta_data": meta(it.meta),
    }


def _fee_line(shop: Shop, it: Extra) -> Json:
    return {
        "id": it.id,
        "name": it.name,
        "tax_class": "",
        "tax_status": "taxable",
        "amount": str(it.total),
        "total": _text(shop, it.total),
        "total_tax": _text(shop, Decimal(0)),
        "taxes": [],
        "meta_data": meta(it.meta),
    }


def _text(shop: Shop, value: Decimal) -> str:
    return money.text(value, shop.switches.decimals)
