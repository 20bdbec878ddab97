"""An order as it is sent to a Supplier's shop, with the reference and the order of its lines."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import count

from msgspec.structs import astuple, replace

from ordosync.accounts.woocommerce.order_mapping import written
from ordosync.accounts.woocommerce.order_statuses import NEW
from ordosync.accounts.woocommerce.schema import DETAILS, LineShape, OrderShape, ProductShape
from ordosync.models import Address, Line, Order, normalized_sku
from ordosync.order_checks import refusal

REFERENCE = "_ordosync_reference"
NUMBER = "Order number"
"""The field, not hidden from users, that has the Merchant's number."""
SHIP_TO_EMAIL = "Ship-to email"
INTERNAL_NOTES = "Internal notes"
POSITION = "_ordosync_line"
"""The field of a line with its position among the lines that ordosync has sent."""
_LONGEST = 60_000
"""Bytes of a text. A column takes at most 65,535 bytes and cuts a longer text."""


def misfit(order: Order) -> str | None:
    """Return why the shop cannot keep an order; None if it can."""
    return refusal(order) or text_misfit(order)


def text_misfit(order: Order) -> str | None:
    """Return why the shop cannot keep the texts of an order; None if it can."""
    if any("," in line.sku for line in order.lines):
        return "a SKU with a comma cannot be looked up in this shop"
    texts = [*astuple(order.ship_to), *astuple(order.bill_to or Address())]
    texts += [text for line in order.lines for text in (line.sku, line.name, line.details)]
    if any(len(text.encode()) > _LONGEST for text in texts):
        return "has a text that is too long for the shop"
    return None


def order_body(
    order: Order, products: Mapping[str, ProductShape], *, prefix: str
) -> Mapping[str, object]:
    """Return the body of a new order; `products` has each product by its normalized SKU."""
    meta = {
        REFERENCE: order.reference,
        NUMBER: f"{prefix}{order.number}",
        SHIP_TO_EMAIL: order.ship_to.email,
        INTERNAL_NOTES: order.internal_notes,
        "Tags": ", ".join(order.tags),
        # The shop dates an order itself.
        "Order date": order.placed_at.isoformat() if order.placed_at else "",
    }
    ordered_products = [products[normalized_sku(line.sku)] for line in order.lines]
    fields: dict[str, object] = {
        "status": NEW,
        "transaction_id": order.reference,
        "currency": order.currency or None,
        "customer_note": order.customer_notes or None,
        "shipping": written(replace(order.ship_to, email="")),
        "billing": written(order.bill_to) if order.bill_to else None,
        "line_items": list(map(line_body, count(1), order.lines, ordered_products)),
        "shipping_lines": _shipping_lines(order),
        "fee_lines": _fee_lines(order),
        "meta_data": _meta_data(meta),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _shipping_lines(order: Order) -> list[Mapping[str, str]] | None:
    if not order.shipping_method:
        return None
    return [{"method_id": "other", "method_title": order.shipping_method, "total": "0"}]


def _fee_lines(order: Order) -> list[Mapping[str, str]] | None:
    if not order.discount:
        return None
    return [{"name": "Discount", "total": _amount_text(-order.discount)}]


def lines_as_sent(order: OrderShape) -> list[LineShape]:
    """Return the lines that ordosync has sent, in the order in which they were sent."""
    lines = [line for line in order.line_items if str(line.meta(POSITION) or "").isdecimal()]
    return sorted(lines, key=lambda line: int(line.meta(POSITION)))


def next_position(order: OrderShape) -> int:
    """Return the position of the next line that is added to an order."""
    lines = lines_as_sent(order)
    return int(lines[-1].meta(POSITION)) + 1 if lines else 1


def line_body(position: int, line: Line, product: ProductShape) -> Mapping[str, object]:
    """Return the body of a new line."""
    fields: dict[str, object] = {
        "product_id": product.parent_id or product.id,
        "quantity": line.quantity,
        "meta_data": _meta_data({POSITION: str(position), DETAILS: line.details}),
    }
    if product.parent_id:
        fields["variation_id"] = product.id
    if line.name:
        fields["name"] = line.name
    total = line.total
    if total is None and line.unit_price is not None:
        total = line.unit_price * line.quantity - (line.discount or 0)
    if total is not None:
        fields["total"] = _amount_text(total)
        fields["subtotal"] = _amount_text(_subtotal(line, total))
    return fields


def _meta_data(fields: Mapping[str, str]) -> list[Mapping[str, str]]:
    return [{"key": key, "value": text} for key, text in fields.items() if text]


def _subtotal(line: Line, total: Decimal) -> Decimal:
    """Return the amount of a line before its discount."""
    if line.discount is not None:
        return total + line.discount
    return total if line.unit_price is None else max(total, line.unit_price * line.quantity)


def _amount_text(amount: Decimal) -> str:
    return format(amount, "f")
