"""Records of fulfillment orders as they are read: parsed, or with the reason why they are not."""

from msgspec import Raw

from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.order_mapping import digest
from ordosync.accounts.shopify.pagination import Listed
from ordosync.accounts.shopify.schema import RequestedOrder
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
    return InvalidRecord(
        id=id_,
        code="reassigned",
        reason="was given to another location",
        content=digest("elsewhere"),
        is_skipped=True,
    )


def placed_as_test(id_: str) -> InvalidRecord:
    """Return the record of an order that was placed as a test."""
    return InvalidRecord(
        id=id_,
        code="test-order",
        reason="was placed as a test",
        content=digest("test-order"),
        is_skipped=True,
    )


def moved_here(raw: Raw) -> InvalidRecord:
    """Return the record of an order with units of an order that was sent."""
    reason = (
        "has units that were moved here beside those of an order that was sent; they were not sent:"
        " move them away and back as a whole, or tell the Supplier"
    )
    return invalid_record(raw, "moved-here", reason)


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
