"""Orders that were sent, and that the Merchant deleted, or from which it removed all lines.

Such an order is read as a skipped record. Another order with the same code was never this
Supplier's, so it has no step.
"""

from ordosync.models import Address, InvalidRecord, Order
from ordosync.store.links import Link
from ordosync.tasks.base import Portal, Step
from ordosync.tasks.orders.group_digests import Digester
from ordosync.tasks.orders.notices import DELETED, REASSIGNED, deleted, reassigned
from ordosync.tasks.orders.refusals import NOTHING_TO_SHIP

NO_LINES = "no-lines"
TAKEN_AWAY = frozenset({REASSIGNED, DELETED})
"""Codes of orders that the Merchant does not request from this Supplier any more."""
_EMPTY = frozenset({NO_LINES, NOTHING_TO_SHIP})


def was_never_here(item: Order | InvalidRecord) -> bool:
    """True if an order without a link never belonged to this Supplier."""
    return isinstance(item, InvalidRecord) and item.code in (*TAKEN_AWAY, NO_LINES)


def taken_away(portal: Portal, step: Step, item: InvalidRecord, link: Link) -> Step | None:
    """Return the notice about an order; None if it was deleted when nothing of it was open."""
    if item.code == REASSIGNED:
        return reassigned(step, link)
    return deleted(step, link) if _is_open(portal, link) else None


def emptied(portal: Portal, item: InvalidRecord, link: Link, digester: Digester) -> Order | None:
    """Return an open order without lines, to compare it; None if no line was removed.

    cancel-orders carries the cancellation of a whole order. If the options have changed, the lines
    may be another Supplier's now, and are no edit.
    """
    if not (item.is_skipped and item.code in _EMPTY and digester.is_of(link.digests)):
        return None
    is_carried = portal.links.carries_cancellations() and portal.merchant.cancelled_among([item.id])
    if is_carried or not _is_open(portal, link):
        return None
    return Order(id=item.id, number="", lines=(), ship_to=Address(), content=item.content)


def _is_open(portal: Portal, link: Link) -> bool:
    """True if the Supplier may still send units of an order."""
    lines = portal.links.lines_of([link.merchant_id]).get(link.merchant_id)
    return not link.has_ended and (lines is None or any(line.open_units for line in lines))
