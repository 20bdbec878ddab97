"""Finds orders that the Supplier cancelled or restored without a task. Writes nothing.

report-shortages reports a cancellation to the Merchant; the failed step belongs to one of the two
tasks. An order that cancel-orders cancelled and the Supplier restored would be shipped although
the Merchant cancelled it. A step is settled when both accounts agree again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from ordosync.accounts.account import required
from ordosync.models import InvalidRecord, Order, Shipment
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef
from ordosync.tasks.base import Decision, Portal, Step

CANCELLED = "supplier-cancelled"
RESTORED = "supplier-restored"
OPEN = ("awaiting_fulfillment", "dropshipment_requested", "partially_shipped")
"""Statuses of orders of which the Supplier still sends units."""
_REPORTED_BY = ("report-shortages", "import-orders")
"""The other tasks with a step for a cancellation; import-orders, if it is requested again."""
_NOT_BY_TASK = ("live", "cancelled_by_supplier")
"""States of orders that no task has cancelled. report-shortages notes that the Supplier did."""


def unexpected_statuses(
    portal: Portal, items: Iterable[Shipment | InvalidRecord], links: Mapping[str, Link]
) -> Iterator[Step]:
    """Yield a step for each of these orders whose status no task has set."""
    ids = [
        item.order_id
        for item in items
        if isinstance(item, Shipment)
        and (link := links.get(item.order_id))
        and (_is_cancelled(item, link) or _has_open_units(item, link))
    ]
    return _failed(portal, list(dict.fromkeys(ids)), links)


def _is_cancelled(item: Shipment, link: Link) -> bool:
    """True if a parcel says that an order is cancelled which ordosync has not cancelled."""
    is_cancelled = item.voided and not item.tracking_number and item.cancelled
    return is_cancelled and link.state in _NOT_BY_TASK


def _has_open_units(item: Shipment, link: Link) -> bool:
    """True if a parcel says that an order may have open units which ordosync has cancelled."""
    is_open = (item.voided and not item.cancelled) or not item.is_last
    return is_open and link.state == "cancelled_by_task"


CODES = frozenset({CANCELLED, RESTORED})


def is_about(ref: StepRef) -> bool:
    """True if a step is one of this module."""
    return ref.key.endswith((f":{CANCELLED}", f":{RESTORED}"))


def recheck(portal: Portal, refs: Sequence[StepRef]) -> Iterator[Step]:
    """Yield those of these steps whose problem still exists."""
    ids = list(dict.fromkeys(step.supplier_id for step in refs if step.supplier_id))
    return _failed(portal, ids, portal.links.of_supplier("order", ids))


def _failed(portal: Portal, ids: Sequence[str], links: Mapping[str, Link]) -> Iterator[Step]:
    """Yield a step for each order whose status differs in both accounts as they are now.

    The page that was read may be older than a link, so both accounts are read again.
    """
    statuses = portal.supplier.orders.statuses(ids) if ids else {}
    known_links = {id_: links[id_] for id_ in ids if id_ in links and id_ in statuses}
    merchant_ids = [link.merchant_id for link in known_links.values()]
    cancelled_ids = (
        required(portal.merchant.cancellations).among(merchant_ids) if merchant_ids else frozenset()
    )
    reported = (
        portal.links.with_reported_cancellations(merchant_ids, tasks=_REPORTED_BY)
        if merchant_ids
        else frozenset()
    )
    for id_, link in known_links.items():
        if (
            link.state in _NOT_BY_TASK
            and statuses[id_] == "cancelled"
            and link.merchant_id not in cancelled_ids
            and link.merchant_id not in reported
        ):
            yield _step(link, CANCELLED, _CANCELLED)
        elif link.state == "cancelled_by_task" and statuses[id_] in OPEN:
            yield from _restored(portal, link, cancelled_ids)


def _restored(portal: Portal, link: Link, cancelled_ids: AbstractSet[str]) -> Iterator[Step]:
    """Yield a step for a restored order, unless the Merchant requests it again."""
    if link.merchant_id in cancelled_ids:
        yield _step(link, RESTORED, _STILL_OFF)
        return
    pages = portal.merchant.orders.by_id([link.merchant_id])
    if not any(isinstance(item, Order) for page in pages for item in page.items):
        yield _step(link, RESTORED, _BOTH_OPEN)


def _step(link: Link, code: str, reason: str) -> Step:
    return Step(
        key=f"{link.supplier_id}:{code}",
        merchant_id=link.merchant_id,
        supplier_id=link.supplier_id,
        content=code,
        # If it happens again, it is reported again.
        needs_redo=True,
        decision=Decision(state="failed", code=code, reason=reason),
    )


_CANCELLED = (
    "was cancelled by the Supplier, but not by the Merchant; cancel it at the Merchant, or ask the"
    " Supplier to restore it"
)
_STILL_OFF = (
    "is open again at the Supplier, although the Merchant cancelled it; `ordosync reconcile` shows"
    " the repair"
)
_BOTH_OPEN = (
    "is open again at the Supplier, but the Merchant does not request it, so both may send it;"
    " cancel it at the Supplier, or let the Merchant request it again"
)
