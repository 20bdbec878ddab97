"""The reasons why a requested order is not imported: portal rules, `since` and the address."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from ordosync.models import Order
from ordosync.store.links import Link
from ordosync.tasks.base import Decision, Portal


def import_refusal(portal: Portal, order: Order, links: Mapping[str, Link]) -> Decision | None:
    """Return why this order is not imported; None if it is."""
    if any(ancestor in links for ancestor in order.ancestors):
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
    if not order.lines:
        return Decision(state="skipped", code="no-lines", reason="has no line for this Supplier")
    if not any(line.quantity for line in order.lines):
        return Decision(
            state="skipped", code="nothing-to-ship", reason="has only lines of quantity 0"
        )
    return _address_refusal(portal, order)


def _address_refusal(portal: Portal, order: Order) -> Decision | None:
    """Return why this order cannot be delivered; None if it can, or if addresses are not read."""
    if (
        not portal.merchant.orders.requires_address
        or not order.needs_shipping
        or portal.config.address == "optional"
    ):
        return None
    to = order.ship_to
    lacks = "no street" if not (to.street1.strip() or to.street2.strip()) else ""
    if not (to.city.strip() or to.zip.strip()):
        lacks = f"{lacks}, no town and no postcode" if lacks else "neither a town nor a postcode"
    if not lacks:
        return None
    return Decision(
        state="failed",
        code="no-address",
        reason=f"its address has {lacks}; correct it at the Merchant, or say `address: optional`"
        f" in portal {portal.name}",
    )


def _midnight(portal: Portal) -> datetime | None:
    since = portal.config.since
    if since is None:
        return None
    zone = ZoneInfo(portal.merchant.timezone) if portal.merchant.timezone else UTC
    return datetime.combine(since, time(), zone)
