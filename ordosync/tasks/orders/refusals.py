"""The reasons why a requested order is not imported, such as portal rules or its address."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from ordosync.left_out import LeftOut
from ordosync.models import Order
from ordosync.store.links import Link
from ordosync.tasks.base import Decision, Portal

NOTHING_TO_SHIP = "nothing-to-ship"
"""Code of skipped orders without a unit that a Supplier ships."""


def import_refusal(
    portal: Portal, order: Order, links: Mapping[str, Link], left_out: LeftOut
) -> Decision | None:
    """Return the decision not to import this order; None if it can be imported."""
    # A piece with its own link was sent as an order, and is requested again.
    if order.id not in links and any(ancestor in links for ancestor in order.ancestors):
        return Decision(
            state="skipped", code="split-after-import", reason="was split after it was imported"
        )
    since = _midnight(portal)
    if since and order.placed_at and order.placed_at < since:
        return Decision(
            state="skipped", code="before-since", reason=f"was placed before {portal.config.since}"
        )
    if since and not order.placed_at:
        return Decision(
            state="failed",
            code="no-date",
            reason="has no date, so it is unknown whether it was placed before `since`",
        )
    if not order.lines and not left_out.has_lines:
        return Decision(state="skipped", code="no-lines", reason="has no line for this Supplier")
    if not any(line.quantity for line in order.lines):
        reason = f"has only {left_out.reason}" if left_out.has_lines else ""
        return Decision(
            state="skipped",
            code=NOTHING_TO_SHIP,
            reason=reason or "has only lines of quantity 0",
        )
    if order.hold_facts.unclear:
        code, reason = order.hold_facts.unclear
        return Decision(state="failed", code=code, reason=reason)
    return _address_refusal(portal, order)


def _address_refusal(portal: Portal, order: Order) -> Decision | None:
    """Return the decision about an order without a deliverable address; None if it has one."""
    if (
        not portal.merchant.orders.requires_address
        or not order.needs_shipping
        or portal.config.address == "optional"
    ):
        return None
    address = order.ship_to
    missing = "no street" if not (address.street1.strip() or address.street2.strip()) else ""
    if not (address.city.strip() or address.zip.strip()):
        town = "no town and no postcode"
        missing = f"{missing}, {town}" if missing else town
    if not missing:
        return None
    return Decision(
        state="failed",
        code="no-address",
        reason=f"its address has {missing}; correct it at the Merchant, or set `address: optional`"
        f" in portal {portal.name}",
    )


def _midnight(portal: Portal) -> datetime | None:
    since = portal.config.since
    if since is None:
        return None
    zone = ZoneInfo(portal.merchant.timezone) if portal.merchant.timezone else UTC
    return datetime.combine(since, time(), zone)
