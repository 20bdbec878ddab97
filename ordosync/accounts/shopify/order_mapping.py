"""Conversion of a fulfillment order and its parent order to an order of ordosync."""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from ordosync.accounts.shopify.bundle_lines import collapsed
from ordosync.accounts.shopify.ids import line_id, number
from ordosync.accounts.shopify.new_bundles import SentAs
from ordosync.accounts.shopify.schema import (
    Attribute,
    LineItem,
    MailingAddress,
    OrderedLine,
    ParentOrder,
    RequestedOrder,
)
from ordosync.accounts.shopify.split_history import SplitHistory
from ordosync.models import Address, Line, Order

_DIGEST_VERSION = "shopify1"
"""The version of the digest: it changes with the fields that are digested."""
OWN_TAGS = "ordosync"
"""The prefix of ordosync's own tags, which are not sent to the Supplier."""
INTERNAL_NOTES = "Internal notes"
_NO_ADDRESS = ("PICK_UP", "RETAIL", "NONE")
"""Types of delivery without an address."""


def order_of(
    requested: RequestedOrder,
    history: SplitHistory,
    lines: Sequence[OrderedLine],
    sent_as: SentAs,
) -> Order:
    """Return the order, with the units that are still to be shipped."""
    shown = collapsed(lines, sent_as.bundles, sent_as.units)
    id_ = history.order_id(number(requested.id))
    of = requested.order
    method = requested.delivery_method.presented_name if requested.delivery_method else None
    return Order(
        id=id_,
        number=requested.order_name.removeprefix("#"),
        status="dropshipment_requested",
        lines=tuple(_line(id_, line) for line in shown),
        ship_to=address_of(requested.destination),
        bill_to=_bill_to(of),
        currency=next((c for line in lines if (c := _currency(line))), ""),
        placed_at=requested.order_processed_at,
        shipping_method=method or (of.shipping_line.title if of.shipping_line else ""),
        customer_notes=of.note or "",
        internal_notes=_internal(of.custom_attributes),
        tags=tuple(tag for tag in of.tags if not tag.startswith(OWN_TAGS)),
        ancestors=history.ancestors(id_, lines),
        content=_content(requested, lines, sent_as.bundles),
        needs_shipping=_needs_shipping(requested, lines),
        not_shipped=not_shipped(id_, shown),
        remark=sent_as.remark,
    )


def not_shipped(order_id: str, lines: Sequence[OrderedLine]) -> Mapping[str, str]:
    """Return the lines that need no shipping, with the ids of their products."""
    return {
        line_id(order_id, line.line_item.id): number(line.inventory_item_id or "")
        for line in lines
        if not line.is_shipped
    }


def address_of(shape: MailingAddress | None) -> Address:
    """Return the address; its fields are empty if Shopify has none."""
    address = shape or MailingAddress()
    name = address.name or " ".join(
        part for part in (address.first_name, address.last_name) if part
    )
    return Address(
        name=name,
        company=address.company or "",
        street1=address.address1 or "",
        street2=address.address2 or "",
        city=address.city or "",
        state=address.province_code or address.province or "",
        zip=address.zip or "",
        country=address.country_code or address.country_code_v2 or "",
        phone=address.phone or "",
        email=address.email or "",
    )


def details(attributes: Sequence[Attribute]) -> str:
    """Return the choices of the buyer; keys that begin with _ belong to other apps."""
    shown = [
        attribute
        for attribute in attributes
        if attribute.value and not attribute.key.startswith("_")
    ]
    if [attribute.key for attribute in shown] == ["Details"]:
        return shown[0].value or ""
    return ", ".join(f"{attribute.key}: {attribute.value}" for attribute in shown)


def digest(value: object) -> str:
    """Return a digest of a value, with the version of the digest."""
    return f"{_DIGEST_VERSION}-{hashlib.sha256(msgspec.json.encode(value)).hexdigest()[:16]}"


def _needs_shipping(requested: RequestedOrder, lines: Sequence[OrderedLine]) -> bool:
    """True if a parcel is sent to the buyer, also by local delivery."""
    method = requested.delivery_method.method_type if requested.delivery_method else ""
    return method not in _NO_ADDRESS and any(line.is_shipped for line in lines)


def _bill_to(of: ParentOrder) -> Address | None:
    return address_of(of.billing_address) if of.billing_address else None


def _internal(attributes: Sequence[Attribute]) -> str:
    return next(
        (attribute.value or "" for attribute in attributes if attribute.key == INTERNAL_NOTES), ""
    )


def _line(order_id: str, shape: OrderedLine) -> Line:
    price, discounted = _price(shape), _discounted(shape)
    total = None if discounted is None else discounted * shape.remaining_quantity
    discount = None
    if price is not None and total is not None:
        discount = price * shape.remaining_quantity - total or None
    variant = shape.variant_title if shape.variant_title != "Default Title" else ""
    return Line(
        id=line_id(order_id, shape.line_item.id),
        sku=shape.sku or "",
        name=" - ".join(part for part in (shape.product_title, variant) if part),
        quantity=shape.remaining_quantity,
        unit_price=price,
        details=details(shape.line_item.custom_attributes),
        total=total,
        discount=discount,
    )


def _price(shape: OrderedLine) -> Decimal | None:
    money = shape.line_item.original_unit_price_set
    return money.shop_money.amount if money else None


def _discounted(shape: OrderedLine) -> Decimal | None:
    money = shape.line_item.discounted_unit_price_set
    return money.shop_money.amount if money else None


def _currency(shape: OrderedLine) -> str:
    money = shape.line_item.original_unit_price_set
    return money.shop_money.currency_code if money else ""


def _digested(item: LineItem) -> Mapping[str, object]:
    """Return the fields that earlier versions read, or all orders would count as edited."""
    return {
        "id": item.id,
        "customAttributes": item.custom_attributes,
        "originalUnitPriceSet": item.original_unit_price_set,
        "discountedUnitPriceSet": item.discounted_unit_price_set,
    }


def _content(
    requested: RequestedOrder, lines: Sequence[OrderedLine], bundles: Sequence[str]
) -> str:
    """Return a digest of the fields that the Supplier gets: other changes are not edits."""
    of = requested.order
    tags = [tag for tag in of.tags if not tag.startswith(OWN_TAGS)]
    content: Sequence[object] = (
        [(line.sku, line.remaining_quantity, _digested(line.line_item)) for line in lines],
        requested.destination,
        # Without its type: earlier versions did not read it, so all orders would count as edited.
        requested.delivery_method and {"presentedName": requested.delivery_method.presented_name},
        (of.billing_address, of.note, of.shipping_line, of.custom_attributes, tags),
        # Earlier versions sent no bundles.
        *((bundles,) if bundles else ()),
    )
    return digest(content)
