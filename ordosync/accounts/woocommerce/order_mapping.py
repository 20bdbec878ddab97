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
    moment,
)
from ordosync.models import Address, Line, Order

_FOUR_PLACES = Decimal("0.0001")
_PICKUPS = ("local_pickup", "pickup_location")
"""Prefixes of shipping methods that ship nothing: the old method, and that of the blocks."""
_NEWER = frozenset({"needs_shipping", "as_of", "remark"})


def order_of(shape: OrderShape, quantities: Mapping[int, int]) -> Order:
    """Return an order as a Merchant has it, with these quantities of its lines.

    A buyer gives one mail address, and often one telephone number, with the billing address.
    """
    billed, shipped = address_of(shape.billing), address_of(shape.shipping)
    to = shipped if _is_elsewhere(shipped, billed) else billed
    order = Order(
        id=str(shape.id),
        number=shape.number,
        status="dropshipment_requested",
        lines=tuple(
            _line(line, quantities[line.id]) for line in shape.line_items if line.id in quantities
        ),
        ship_to=replace(to, phone=to.phone or billed.phone, email=billed.email),
        bill_to=billed if billed != Address() else None,
        currency=shape.currency,
        placed_at=moment(shape.date_created_gmt),
        shipping_method=next(
            (one.method_title for one in shape.shipping_lines if one.method_title), ""
        ),
        customer_notes=shape.customer_note or "",
        discount=_discount(shape),
    )
    return replace(order, content=_content(order), needs_shipping=not is_picked_up(shape))


def is_picked_up(shape: OrderShape) -> bool:
    """True if the buyer collects the order: all of its shipping methods are pickups."""
    methods = [one.method_id or "" for one in shape.shipping_lines]
    return bool(methods) and all(one.startswith(_PICKUPS) for one in methods)


def _is_elsewhere(shipped: Address, billed: Address) -> bool:
    """True if the buyer gave a shipping address that is not the billing address.

    Checkouts and geolocation fill in country and state by themselves, and accounts the name.
    """
    has_place = shipped.street1 or shipped.street2 or shipped.city or shipped.zip
    return bool(has_place) or shipped.name not in ("", billed.name)


def _content(order: Order) -> str:
    """Return the digest of an order, without the fields that an earlier release did not have.

    With them, every order that was read before would count as changed.
    """
    fields = msgspec.structs.asdict(order)
    return digest({name: value for name, value in fields.items() if name not in _NEWER})


def refunded(refunds: Sequence[RefundShape]) -> Mapping[int, float]:
    """Return how much of each line was refunded."""
    found: dict[int, float] = {}
    for line in (line for refund in refunds for line in refund.line_items):
        of = str(line.meta("_refunded_item_id") or "")
        if of.isdecimal():
            found[int(of)] = found.get(int(of), 0) + abs(line.quantity)
    return found


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
    """Return an address as a shop accepts it, without blank fields."""
    first, _, last = address.name.rpartition(" ")
    if not first:
        first, last = last, ""
    fields = {
        "first_name": first,
        "last_name": last,
        "company": address.company,
        "address_1": address.street1,
        "address_2": address.street2,
        "city": address.city,
        "state": address.state,
        "postcode": address.zip,
        "country": address.country,
        "phone": address.phone,
        "email": address.email,
    }
    return {name: text for name, text in fields.items() if text}


def _discount(shape: OrderShape) -> Decimal | None:
    """Return the discount of the whole order; coupons reduce the amounts of lines."""
    fees = [fee.total for fee in shape.fee_lines if fee.total < 0]
    return -sum(fees, Decimal()) if fees else None


def _line(shape: LineShape, quantity: int) -> Line:
    discount = shape.subtotal - shape.total
    return Line(
        id=str(shape.id),
        sku=shape.sku or "",
        name=shape.name or shape.sku or "",
        quantity=quantity,
        unit_price=_each(shape.subtotal, Decimal(shape.quantity)),
        details=_details(shape),
        total=shape.total if quantity == shape.quantity else None,
        discount=discount if discount > 0 and quantity == shape.quantity else None,
    )


def _each(total: Decimal, quantity: Decimal) -> Decimal | None:
    if quantity <= 0:
        return None
    each = total / quantity
    return each if each * quantity == total else each.quantize(_FOUR_PLACES)


def _details(shape: LineShape) -> str:
    """Return the fields that users see, such as a chosen color or an engraved text."""
    said = [
        str(one.value) if one.key == DETAILS else f"{one.key.removeprefix('pa_')}: {one.value}"
        for one in shape.meta_data
        if one.key and not one.key.startswith("_") and isinstance(one.value, str | int)
    ]
    return "; ".join(said)
