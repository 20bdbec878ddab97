"""Values of an order that is created at the Supplier, for the log and for `--dry-run`."""

from decimal import Decimal

from ordosync.left_out import ORDINARY, LeftOut
from ordosync.models import Order
from ordosync.store.written import Written
from ordosync.tasks.base import Portal
from ordosync.text import plural


def values_of(order: Order, left_out: LeftOut) -> Written:
    """Return the values of a created order that the log keeps."""
    units = sum([line.quantity for line in order.lines])
    return Written(
        order=order.number,
        lines=len(order.lines),
        units=units,
        left_out=None if left_out == ORDINARY else left_out,
    )


def summary_of(order: Order) -> str:
    """Return what would be created."""
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
    if any(line.pack > 1 for line in order.lines):
        # The price of a unit of a pack is rounded.
        value = round(Decimal(value), 2)
    return f"{text}, {value} {order.currency}"


def nothing_to_ship_note(portal: Portal, count: int) -> str:  # noqa: ARG001
    """Return the remark about a run that skipped so many orders."""
    return f"{plural(count, '1 order', f'{count} orders')} skipped, with nothing to ship"
