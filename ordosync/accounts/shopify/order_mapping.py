"""What an order is, as a Merchant has it: a fulfillment order with what its order says of it."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from ordosync.accounts.shopify.ids import line_id, number
from ordosync.accounts.shopify.schema import (
    AddressShape,
    Attribute,
    OrderedLine,
    OrderOf,
    Requested,
)
from ordosync.accounts.shopify.split_history import SplitHistory
from ordosync.models import Address, Line, Order

_HOW = "shopify1"
"""Changes with the fields that a digest is made of."""
OURS = "ordosync"
"""What the tags begin with that are ordosync's own and do not travel."""
INTERNAL_NOTES = "Internal notes"
_NO_ADDRESS = ("PICK_UP", "RETAIL", "NONE")
"""Types of delivery for which the buyer gives no address."""


def order_of(found: Requested, history: SplitHistory, lines: Sequence[OrderedLine]) -> Order:
    """Return an order; its lines are what is still to be sent."""
    id_ = history.order_id(number(found.id))
    of = found.order
    method = found.delivery_method.presented_name if found.delivery_method else None
    return Order(
        id=id_,
        number=found.order_name.removeprefix("#"),
        status="dropshipment_requested",
        lines=tuple(_line(id_, one) for one in lines),
        ship_to=address_of(found.destination),
        bill_to=_bill_to(of),
        currency=next((c for one in lines if (c := _currency(one))), ""),
        placed_at=found.order_processed_at,
        shipping_method=method or (of.shipping_line.title if of.shipping_line else ""),
        customer_notes=of.note or "",
        internal_notes=_internal(of.custom_attributes),
        tags=tuple(tag for tag in of.tags if not tag.startswith(OURS)),
        ancestors=history.ancestors(id_, lines),
        content=_content(found, lines),
        needs_shipping=_needs_shipping(found, lines),
    )


def address_of(shape: AddressShape | None) -> Address:
    """Return an address, blank where it is null."""
    given = shape or AddressShape()
    name = given.name or " ".join(part for part in (given.first_name, given.last_name) if part)
    return Address(
        name=name,
        company=given.company or "",
        street1=given.address1 or "",
        street2=given.address2 or "",
        city=given.city or "",
        state=given.province_code or given.province or "",
        zip=given.zip or "",
        country=given.country_code or given.country_code_v2 or "",
        phone=given.phone or "",
        email=given.email or "",
    )


def details(attributes: Sequence[Attribute]) -> str:
    """Return what the buyer chose; what begins with _ is other programs' own."""
    shown = [one for one in attributes if one.value and not one.key.startswith("_")]
    if [one.key for one in shown] == ["Details"]:
        return shown[0].value or ""
    return ", ".join(f"{one.key}: {one.value}" for one in shown)


def digest(value: object) -> str:
    """Return what tells a thing from what it was."""
    return f"{_HOW}-{hashlib.sha256(msgspec.json.encode(value)).hexdigest()[:16]}"


def _needs_shipping(found: Requested, lines: Sequence[OrderedLine]) -> bool:
    """Return whether anything is sent to the buyer; a local delivery is."""
    method = found.delivery_method.method_type if found.delivery_method else ""
    return method not in _NO_ADDRESS and any(one.requires_shipping for one in lines)


def _bill_to(of: OrderOf) -> Address | None:
    return address_of(of.billing_address) if of.billing_address else None


def _internal(attributes: Sequence[Attribute]) -> str:
    return next((one.value or "" for one in attributes if one.key == INTERNAL_NOTES), "")


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


def _content(found: Requested, lines: Sequence[OrderedLine]) -> str:
    """Digest what travels, so that a touch that changes none of it is no edit."""
    of = found.order
    tags = [tag for tag in of.tags if not tag.startswith(OURS)]
    travels: Sequence[object] = (
        [(one.sku, one.remaining_quantity, one.line_item) for one in lines],
        found.destination,
        # As it was before it had a type, or each order of before would be an edited one.
        found.delivery_method and {"presentedName": found.delivery_method.presented_name},
        (of.billing_address, of.note, of.shipping_line, of.custom_attributes, tags),
    )
    return digest(travels)
