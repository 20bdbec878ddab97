"""Reads parcels, including those that a service adds to an order without marking it as changed.

If WooCommerce stores orders as posts, a new tracking number does not mark the order as changed.
So the orders that were sent and have no number are read by their ids.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ordosync.accounts.account import required
from ordosync.models import InvalidRecord, Page, Shipment
from ordosync.tasks.base import PlanRequest, Portal

_WITHOUT_SHIPMENT = timedelta(days=365)
"""The time for which an order that is not shipped is read."""
_WITHOUT_NUMBER = timedelta(days=90)
"""The time for which an order that was shipped without a number is read."""


def all_shipments(portal: Portal, request: PlanRequest) -> Iterator[Page[Shipment | InvalidRecord]]:
    """Yield the parcels that changed since the cursor, then those not listed as changed."""
    listed: set[str] = set()
    cursor = None
    shipments = required(portal.supplier.shipments)
    for page in shipments.changed(request):
        listed.update(item.order_id for item in page.items if isinstance(item, Shipment))
        cursor = page.cursor
        yield page
    ids = (
        _unreported(portal, request, shipments.silent_batch_size)
        if shipments.silent_batch_size
        else []
    )
    ids = [id_ for id_ in ids if id_ not in listed]
    for page in shipments.by_id(ids) if ids else ():
        # Shipping an order is always marked as a change, so only new numbers are of interest.
        numbered = (
            item for item in page.items if isinstance(item, Shipment) and item.tracking_number
        )
        yield Page(items=tuple(numbered), cursor=cursor)


def _unreported(portal: Portal, request: PlanRequest, batch_size: int) -> list[str]:
    """Return the orders to read: in each run if one call is enough, otherwise once an hour."""
    now = request.now
    links = portal.links.unreported(
        linked_after=now - _WITHOUT_SHIPMENT, shipped_after=now - _WITHOUT_NUMBER
    )
    is_due = request.last_at is None or _hour(request.last_at) != _hour(now)
    if len(links) > batch_size and not is_due:
        return []
    return [link.supplier_id for link in links]


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
