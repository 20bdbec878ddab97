"""The order that an import creates, as text for `--dry-run` and as values for the log."""

from ordosync.models import Order
from ordosync.store.written import Written


def written(order: Order) -> Written:
    """Return the number of an order, and its lines and units."""
    units = sum([line.quantity for line in order.lines])
    return Written(order=order.number, lines=len(order.lines), units=units)


def summary(order: Order) -> str:
    """Return the order with its size and value, as text."""
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
