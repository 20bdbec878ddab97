"""Values of an order that is created at the Supplier, for the log and for `--dry-run`."""

from collections.abc import Mapping
from decimal import Decimal

from ordosync.left_out import ORDINARY, LeftOut
from ordosync.models import Order
from ordosync.store.sent_units import SentSku
from ordosync.store.written import Written
from ordosync.tasks.base import Portal, Step
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


def units_of(order: Order) -> Mapping[SentSku, int]:
    """Return the units that the Supplier gets, by SKU."""
    units: dict[SentSku, int] = {}
    for line in order.lines:
        sku = SentSku(line.sku, line.own_sku)
        units[sku] = units.get(sku, 0) + line.quantity
    return units


def summarize(step: Step) -> str:
    """Return what a step would write. Only `--dry-run` shows it."""
    if not isinstance(step.payload, Order):
        return step.summary
    left_out = step.written.left_out if step.written else None
    return "; ".join(filter(None, (_summary(step.payload), left_out.text if left_out else "")))


def _summary(order: Order) -> str:
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
