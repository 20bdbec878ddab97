"""Records of fulfillment orders as they are read: parsed, or with the reason why they are not.

And the open lines of those that are parsed.
"""

from collections.abc import Sequence

from msgspec import Raw
from msgspec.structs import replace

from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.order_mapping import digest
from ordosync.accounts.shopify.pagination import Listed
from ordosync.accounts.shopify.parcel_allocation import Units
from ordosync.accounts.shopify.schema import OrderedLine, RequestedOrder
from ordosync.accounts.shopify.split_history import SplitHistory
from ordosync.models import InvalidRecord


def requested_order(raw: Raw) -> RequestedOrder | InvalidRecord:
    """Parse a fulfillment order; return an invalid record if it has an unexpected structure."""
    from ordosync.http import decode  # noqa: PLC0415 - slow to import

    try:
        return decode(raw, RequestedOrder)
    except ValueError as error:
        return invalid_record(raw, "invalid", f"is not a valid order of Shopify: {error}")


def reassigned(id_: str) -> InvalidRecord:
    """Return the record of an order that was given to another location."""
    return _skipped(id_, "reassigned", "was given to another location", "elsewhere")


def placed_as_test(id_: str) -> InvalidRecord:
    """Return the record of an order that was placed as a test."""
    return _skipped(id_, "test-order", "was placed as a test", "test-order")


def _skipped(id_: str, code: str, reason: str, state: str) -> InvalidRecord:
    return InvalidRecord(id=id_, code=code, reason=reason, content=digest(state), is_skipped=True)


def moved_here(raw: Raw) -> InvalidRecord:
    """Return the record of an order with units of an order that was sent."""
    reason = (
        "has units that were moved here beside those of an order that was sent; they were not sent:"
        " move them away and back as a whole, or tell the Supplier"
    )
    return invalid_record(raw, "moved-here", reason)


def has_moved_lines(
    requested: RequestedOrder, history: SplitHistory, lines: Sequence[OrderedLine]
) -> bool:
    """True if users moved units here that are in one fulfillment order with those of an order.

    Shopify closes the order's own fulfillment order, and makes one of all units.
    """
    id_ = number(requested.id)
    if history.is_recorded(id_):
        return False
    items = history.items(id_, lines)
    return items is not None and not {number(line.line_item.id) for line in lines} <= items


def open_lines(
    lines: Sequence[OrderedLine],
    requested: RequestedOrder,
    history: SplitHistory,
    units: Units | None,
) -> list[OrderedLine]:
    """Return lines with their open units.

    An order that was sent also has its lines without any: if units were counted, all of them,
    otherwise those whose units the shop removed. So they do not look like missing lines.
    """
    items = history.items(history.order_id(number(requested.id)), lines) or frozenset()
    if units is None:
        return [
            line
            for line in lines
            if line.remaining_quantity
            or (line.total_quantity == 0 and number(line.line_item.id) in items)
        ]
    return [
        replace(line, remaining_quantity=units[line.line_item.id])
        for line in lines
        if units[line.line_item.id] or number(line.line_item.id) in items
    ]


def invalid_record(raw: Raw, code: str, reason: str) -> InvalidRecord:
    """Return the record of an order that cannot be read."""
    from ordosync.http import decode  # noqa: PLC0415 - slow to import

    listed = decode(raw, Listed)
    return InvalidRecord(
        id=number(listed.id),
        code=code,
        reason=reason,
        content=digest(bytes(raw).decode()),
    )
