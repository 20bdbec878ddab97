"""Checks that every account makes of an order before it stores it."""

import msgspec

from ordosync.models import Order

_LARGEST_QUANTITY = 2**31 - 1  # an integer, also in other databases


def refusal(order: Order, *, by_desk: bool = False, is_stored: bool = False) -> str | None:
    """Return why no account can store this order, without personal data; None if all can.

    Only an order that a user enters, `by_desk`, has no reference. In an order that `is_stored`
    already, a line that was sent or cancelled has no open units.
    """
    least = 0 if is_stored else 1
    if not order.reference and not by_desk:
        return "has no reference"
    if not order.number:
        return "has no number"
    if not order.lines:
        return "has no lines"
    for position, line in enumerate(order.lines, 1):
        if not line.sku:
            return f"line {position} has no SKU"
        if not least <= line.quantity <= _LARGEST_QUANTITY:
            limits = f"{least} to {_LARGEST_QUANTITY}"
            return f"line {position}: quantity {line.quantity} is not {limits}"
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
    if rb"\u0000" not in written:
        return True
    return rb"\u0000" not in written.replace(rb"\\", b"")  # these six letters typed are no NUL
