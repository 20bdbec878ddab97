"""An order that is created, in words and numbers."""

from ordosync.models import Order
from ordosync.store.written import Written


def written_of(order: Order) -> Written:
    """Return what the create of an order writes."""
    units = sum([line.quantity for line in order.lines])
    return Written(order=order.number, lines=len(order.lines), units=units)


def summary_of(order: Order) -> str:
    """Return an order as text for a dry run."""
    units = sum([line.quantity for line in order.lines])
    lines = len(order.lines)
    text = (
        f"create order {order.number}: {lines} line{'s' * (lines != 1)},"
        f" {units} unit{'s' * (units != 1)}"
    )
    prices = [line.unit_price for line in order.lines]
    if None in prices or not order.currency:
        return text
    value = sum((line.unit_price or 0) * line.quantity for line in order.lines)
    return f"{text}, {value} {order.currency}"
