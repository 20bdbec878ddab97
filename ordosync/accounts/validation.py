"""What orders and options must be like, whichever account they are for."""

from zoneinfo import ZoneInfo

import msgspec

from ordosync.models import Order

_LARGEST_QUANTITY = 2**31 - 1  # an integer, also in other people's databases


def check_url(option: str, url: str) -> None:
    """Raise `ValueError` for what is not the address of a service."""
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"{option}: must begin with https://")


def check_timezone(name: str | None) -> None:
    """Raise `ValueError` for what is not the name of a time zone; none is left to the account."""
    if name is None:
        return
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise ValueError(f"timezone: {name!a} is not known") from None


def refusal(order: Order, *, by_desk: bool = False) -> str | None:
    """Say why this order cannot be kept, without personal data; None where it can.

    Only one that people make themselves, `by_desk`, has no reference.
    """
    if not order.reference and not by_desk:
        return "has no reference"
    if not order.number:
        return "has no number"
    if not order.lines:
        return "has no lines"
    for position, line in enumerate(order.lines, 1):
        if not line.sku:
            return f"line {position} has no SKU"
        if not 1 <= line.quantity <= _LARGEST_QUANTITY:
            return f"line {position}: quantity {line.quantity} is not 1 to {_LARGEST_QUANTITY}"
        for amount in (line.unit_price, line.total, line.discount, line.supplier_unit_cost):
            if amount is not None and not amount.is_finite():
                return f"line {position} has an amount that is not a number"
    if order.discount is not None and not order.discount.is_finite():
        return "has a discount that is not a number"
    if not _is_text(order):
        return "has a NUL or half of a surrogate pair in one of its texts"
    return None


def _is_text(order: Order) -> bool:
    try:
        written = msgspec.json.encode(order)
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON's escapes can smuggle in
        return False
    return rb"\u0000" not in written.replace(rb"\\", b"")  # these six letters typed are no NUL
