"""Input of `orderCreate`: orders that are to be shipped, and are not paid for in this shop."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from ordosync.accounts.shopify.options import LONGEST_TAG
from ordosync.accounts.shopify.order_mapping import INTERNAL_NOTES
from ordosync.models import Address, Line, Order

_COUNTRY = re.compile("[A-Z]{2}")
_FIELDS = {
    "company": "company",
    "street1": "address1",
    "street2": "address2",
    "city": "city",
    "state": "provinceCode",
    "zip": "zip",
    "country": "countryCode",
    "phone": "phone",
}
"""The names of the fields of an address, except for the name of the person."""


def problem(order: Order, currency: str) -> str | None:
    """Return why a shop with this currency cannot accept this order; None if it can."""
    if order.currency not in ("", currency):
        return f"is in {order.currency}, and the shop's prices are in {currency}"
    for address in (order.ship_to, order.bill_to or Address()):
        if address.country and not _COUNTRY.fullmatch(address.country):
            return "has an address whose country is not a two-letter code"
    return None


def input_of(
    order: Order, *, name: str, tag: str, currency: str, variant: Callable[[str], str | None]
) -> Mapping[str, object]:
    """Return the input that creates an order. Shopify sends no e-mail about it."""
    billed = order.bill_to or Address()
    required: dict[str, object] = {
        "name": name,
        "sourceIdentifier": order.reference,
        "tags": [text[:LONGEST_TAG] for text in (*order.tags, tag)],
        "currency": currency,
        "financialStatus": "PENDING",
        "shippingAddress": _address(order.ship_to),
        "lineItems": [_line(line, currency, variant(line.sku)) for line in order.lines],
    }
    optional: dict[str, object] = {
        "email": order.ship_to.email or billed.email,
        "processedAt": order.placed_at and order.placed_at.isoformat(),
        "billingAddress": _address(billed),
        "note": order.customer_notes,
        "customAttributes": order.internal_notes
        and [{"key": INTERNAL_NOTES, "value": order.internal_notes}],
        "shippingLines": order.shipping_method
        and [{"title": order.shipping_method, "priceSet": _money(Decimal(0), currency)}],
        "discountCode": order.discount
        and {
            "itemFixedDiscountCode": {
                "code": "Discount",
                "amountSet": _money(order.discount, currency),
            }
        },
    }
    return required | {name: value for name, value in optional.items() if value}


def _line(line: Line, currency: str, variant: str | None) -> Mapping[str, object]:
    fields: dict[str, object] = {
        "variantId": variant,
        "sku": line.sku,
        "title": line.name or line.sku,
        "quantity": line.quantity,
        # Without a price, Shopify would use the price of the shop.
        "priceSet": _money(line.unit_price or Decimal(0), currency),
        "requiresShipping": True,
        "taxable": False,
    }
    if line.details:
        fields["properties"] = [{"name": "Details", "value": line.details}]
    return {name: value for name, value in fields.items() if value is not None}


def _money(value: Decimal, currency: str) -> Mapping[str, object]:
    return {"shopMoney": {"amount": amount(value), "currencyCode": currency}}


def _address(address: Address) -> Mapping[str, str]:
    fields = address_input({name: getattr(address, name) for name in ("name", *_FIELDS)})
    return {name: text for name, text in fields.items() if text}


def address_input(fields: Mapping[str, str]) -> Mapping[str, str]:
    """Return fields of an address, some of them empty, as fields of Shopify's input."""
    names: dict[str, str] = {}
    if "name" in fields:
        names["firstName"], _, names["lastName"] = fields["name"].rpartition(" ")
    return names | {_FIELDS[name]: text for name, text in fields.items() if name in _FIELDS}


def amount(value: Decimal) -> str:
    """Return an amount of money as Shopify expects it."""
    return f"{value:f}"
