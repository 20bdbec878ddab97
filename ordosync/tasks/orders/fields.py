"""The fields of an order that are sent to the Supplier, and their names there.

Some fields are always sent, some only as an option, some never:
https://support.ordoro.com/what-order-information-is-passed-to-the-vendor-portal/
"""

from decimal import Decimal

from msgspec.structs import replace

from ordosync.config.settings import PortalConfig
from ordosync.models import Address, Line, Order

_NOWHERE = Address()
_SIX_PLACES = Decimal("0.000001")


def for_supplier(order: Order, config: PortalConfig, *, reference: str) -> Order:
    """Return the order with only the fields that are sent."""
    send = frozenset(config.send)
    return Order(
        id="",
        number=order.number,
        reference=reference,
        currency=order.currency,
        placed_at=order.placed_at if "placed_at" in send else None,
        ship_to=_reached_by(order.ship_to, send, "ship_to"),
        bill_to=_bill_to(order.bill_to, send),
        shipping_method=shipping_method(order.shipping_method, config),
        customer_notes=order.customer_notes if "customer_notes" in send else "",
        internal_notes=order.internal_notes if "internal_notes" in send else "",
        discount=order.discount if "order_discount" in send else None,
        tags=order.tags if "tags" in send else (),
        lines=tuple([_line(line, send) for line in order.lines]),
    )


def lines_of_supplier(config: PortalConfig, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return this Supplier's lines, by the patterns of the portal."""
    if config.products.are_all:
        return lines
    return tuple(line for line in lines if config.products.has(line.own_sku))


def with_quantity(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return the lines without those of quantity 0."""
    if all(line.quantity for line in lines):
        return lines
    return tuple(line for line in lines if line.quantity)


def lines_sent(lines: tuple[Line, ...], config: PortalConfig) -> tuple[Line, ...]:
    """Return the lines that are sent, with the SKUs that the Supplier gets."""
    send = frozenset(config.send)
    return tuple(
        replace(line, sku=_line(line, send).sku)
        for line in with_quantity(lines_of_supplier(config, lines))
    )


def shipping_method(requested: str, config: PortalConfig) -> str:
    """Return the Supplier's name of a method: mapped, otherwise the default or unchanged."""
    methods = config.shipping_methods
    return methods.map.get(requested) or methods.default or requested


def _bill_to(address: Address | None, send: frozenset[str]) -> Address | None:
    if address is None:
        return None
    if "bill_to_address" in send:
        billed = _reached_by(address, send, "bill_to")
    else:
        only = Address(email=address.email, phone=address.phone)
        billed = _reached_by(only, send, "bill_to")
    return None if billed == _NOWHERE else billed


def _reached_by(address: Address, send: frozenset[str], side: str) -> Address:
    """Return an address without the email and the phone number that are not sent."""
    email = address.email if f"{side}_email" in send else ""
    phone = address.phone if f"{side}_phone" in send else ""
    if (email, phone) == (address.email, address.phone):
        return address
    return replace(address, email=email, phone=phone)


def _line(line: Line, send: frozenset[str]) -> Line:
    # The cost replaces the price even if it is missing: the Supplier must not see retail prices.
    by_cost = "supplier_unit_cost" in send
    price = line.supplier_unit_cost if by_cost else line.unit_price
    total = line.total
    if by_cost:
        total = None if price is None else price * Decimal(line.quantity) / line.pack
    if price is not None and line.pack > 1:
        price = of_unit(price, line.pack)
    return Line(
        id=line.id,
        sku=(line.supplier_sku or line.sku) if "supplier_sku" in send else line.sku,
        name=line.name,
        quantity=line.quantity,
        unit_price=price,
        details=line.details,
        total=total if "line_total" in send else None,
        discount=line.discount if "line_discount" in send else None,
        merchant_sku=line.merchant_sku,
        pack=line.pack,
    )


def of_unit(price: Decimal, pack: int) -> Decimal:
    """Return the price of one unit of a pack, to six places, with no more zeros than the price."""
    rounded = (price / pack).quantize(_SIX_PLACES).normalize()
    return rounded + Decimal(0).scaleb(int(price.as_tuple().exponent))
