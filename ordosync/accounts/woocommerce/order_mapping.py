"""Maps an order of a shop to an `Order`, and addresses in both directions."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from ordosync.accounts.woocommerce.schema import (
    DETAILS,
    LineShape,
    OrderShape,
    PlaceShape,
    RefundShape,
    digest,
    parse_time,
)
from ordosync.line_content import line_contents
from ordosync.models import Address, Line, Order

_FOUR_PLACES = Decimal("0.0001")
_TEST_MODES = {"_wcpay_mode": "test", "_ppcp_paypal_payment_mode": "sandbox"}
"""The fields in which WooPayments and PayPal Payments keep the mode of an order's payment."""
_PICKUPS = ("local_pickup", "pickup_location")
"""Prefixes of the shipping methods for pickup: the classic one, and that of the block checkout."""
_PLACE = {
    "company": "company",
    "street1": "address_1",
    "street2": "address_2",
    "city": "city",
    "state": "state",
    "zip": "postcode",
    "country": "country",
    "phone": "phone",
    "email": "email",
}
"""The fields of an address, without its name, as a shop names them."""
_NEWER = frozenset({"needs_shipping", "not_shipped", "as_of", "remark", "is_held", "hold_facts"})


def order_of(
    shape: OrderShape, quantities: Mapping[int, int], sold: Mapping[int, int] | None = None
) -> Order:
    """Return an order as a Merchant has it, with these quantities of its lines.

    `sold` are the units that the Supplier sends or has sent. Amounts are for a whole line, so a
    line with fewer units than were sold has no amounts.

    A buyer gives one mail address, and often one telephone number, with the billing address.
    """
    sold = quantities if sold is None else sold
    billing, shipping = address_of(shape.billing), address_of(shape.shipping)
    address = shipping if _differs(shipping, billing) else billing
    order = Order(
        id=str(shape.id),
        number=shape.number,
        status="dropshipment_requested",
        lines=tuple(
            _line(line, quantities[line.id], is_whole=sold.get(line.id) == line.quantity)
            for line in shape.line_items
            if line.id in quantities
        ),
        ship_to=replace(address, phone=address.phone or billing.phone, email=billing.email),
        bill_to=billing if billing != Address() else None,
        currency=shape.currency,
        placed_at=parse_time(shape.date_created_gmt),
        shipping_method=next(
            (line.method_title for line in shape.shipping_lines if line.method_title), ""
        ),
        customer_notes=shape.customer_note or "",
        discount=_discount(shape),
    )
    return replace(order, content=_content(order), needs_shipping=not is_picked_up(shape))


def is_picked_up(shape: OrderShape) -> bool:
    """True if the buyer collects the order: all of its shipping methods are pickups."""
    methods = [method.method_id or "" for method in shape.shipping_lines]
    return bool(methods) and all(method.startswith(_PICKUPS) for method in methods)


def is_test(order: OrderShape) -> bool:
    """True if a payment plug-in in its test mode took the order."""
    return any(order.meta(key) == mode for key, mode in _TEST_MODES.items())


def _differs(shipping: Address, billing: Address) -> bool:
    """True if the buyer gave a shipping address that differs from the billing address.

    A country or state alone does not count, since the shop fills them in by itself.
    """
    has_place = shipping.street1 or shipping.street2 or shipping.city or shipping.zip
    return bool(has_place) or shipping.name not in ("", billing.name)


def _content(order: Order) -> str:
    """Return the digest of an order, without the fields that an earlier release did not have.

    With them, every order that was read before would count as changed. That release did not have
    the lines without open units.
    """
    lines = line_contents(line for line in order.lines if line.quantity)
    fields = {**msgspec.structs.asdict(order), "lines": lines}
    return digest({name: value for name, value in fields.items() if name not in _NEWER})


def refunded(refunds: Sequence[RefundShape]) -> Mapping[int, float]:
    """Return the refunded quantity of each line."""
    units: dict[int, float] = {}
    for line in (line for refund in refunds for line in refund.line_items):
        line_id = str(line.meta("_refunded_item_id") or "")
        if line_id.isdecimal():
            units[int(line_id)] = units.get(int(line_id), 0) + abs(line.quantity)
    return units


def address_of(shape: PlaceShape) -> Address:
    """Return the address of a shape."""
    return Address(
        name=" ".join(part for part in (shape.first_name, shape.last_name) if part),
        company=shape.company or "",
        street1=shape.address_1 or "",
        street2=shape.address_2 or "",
        city=shape.city or "",
        state=shape.state or "",
        zip=shape.postcode or "",
        country=shape.country or "",
        phone=shape.phone or "",
        email=shape.email or "",
    )


def written(address: Address) -> Mapping[str, str]:
    """Return the fields of an address as a shop accepts them, without blank fields."""
    fields = place_fields(msgspec.structs.asdict(address))
    return {name: text for name, text in fields.items() if text}


def place_fields(fields: Mapping[str, str]) -> Mapping[str, str]:
    """Return some fields of an address as a shop accepts them, also blank ones."""
    place = {_PLACE[name]: text for name, text in fields.items() if name != "name"}
    if "name" not in fields:
        return place
    first, _, last = fields["name"].rpartition(" ")
    if not first:
        first, last = last, ""
    return {"first_name": first, "last_name": last, **place}


def _discount(shape: OrderShape) -> Decimal | None:
    """Return the discount of the whole order; coupons reduce the amounts of lines."""
    fees = [fee.total for fee in shape.fee_lines if fee.total < 0]
    return -sum(fees, Decimal()) if fees else None


def _line(shape: LineShape, quantity: int, *, is_whole: bool) -> Line:
    discount = shape.subtotal - shape.total
    return Line(
        id=str(shape.id),
        sku=shape.sku or "",
        name=shape.name or shape.sku or "",
        quantity=quantity,
        unit_price=_unit_price(shape.subtotal, Decimal(shape.quantity)),
        details=_details(shape),
        total=shape.total if is_whole else None,
        discount=discount if discount > 0 and is_whole else None,
    )


def _unit_price(total: Decimal, quantity: Decimal) -> Decimal | None:
    if quantity <= 0:
        return None
    price = total / quantity
    return price if price * quantity == total else price.quantize(_FOUR_PLACES)


def _details(shape: LineShape) -> str:
    """Return the fields that users see, such as a chosen color or an engraved text."""
    texts = [
        str(field.value)
        if field.key == DETAILS
        else f"{field.key.removeprefix('pa_')}: {field.value}"
        for field in shape.meta_data
        if field.key and not field.key.startswith("_") and isinstance(field.value, str | int)
    ]
    return "; ".join(texts)
