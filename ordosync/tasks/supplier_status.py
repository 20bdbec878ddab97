"""Finds orders that the Supplier cancelled or restored by itself. Writes nothing.

A Supplier's cancellation does not travel, and an order that cancel-orders cancelled and the
Supplier restored would be shipped although it is cancelled. Each is a failed step that is settled
when the accounts agree again.
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
OPEN = ("awaiting_fulfillment", "dropshipment_requested")


def met(
    portal: Portal, items: Iterable[Shipment | InvalidRecord], links: Mapping[str, Link]
) -> Iterator[Step]:
    """Yield a step for each of these orders whose status no task has set."""
    ids = [
        item.order_id
        for item in items
        if isinstance(item, Shipment)
        and item.voided
        and not item.tracking_number
        and (link := links.get(item.order_id))
        and link.state == ("live" if item.cancelled else "cancelled_by_task")
    ]
    return _failed(portal, list(dict.fromkeys(ids)), links)


CODES = frozenset({CANCELLED, RESTORED})


def is_about(ref: StepRef) -> bool:
    """True if a step is one of this module."""
    return ref.key.endswith((f":{CANCELLED}", f":{RESTORED}"))


def again(portal: Portal, refs: Sequence[StepRef]) -> Iterator[Step]:
    """Yield these steps again, as far as their problem is still there."""
    ids = list(dict.fromkeys(step.supplier_id for step in refs if step.supplier_id))
    return _failed(portal, ids, portal.links.of_supplier("order", ids))


def _failed(portal: Portal, ids: Sequence[str], links: Mapping[str, Link]) -> Iterator[Step]:
    """Ask both accounts for the status of these orders: what was read may be older than a link."""
    statuses = portal.supplier.orders.statuses(ids) if ids else {}
    known = {id_: links[id_] for id_ in ids if id_ in links and id_ in statuses}
    merchant_ids = [link.merchant_id for link in known.values()]
    off = (
        required(portal.merchant.cancellations).among(merchant_ids) if merchant_ids else frozenset()
    )
    for id_, link in known.items():
        if link.state == "live" and statuses[id_] == "cancelled" and link.merchant_id not in off:
            yield _step(link, CANCELLED, _CANCELLED)
        elif link.state == "cancelled_by_task" and statuses[id_] in OPEN:
            yield from _restored(portal, link, off)


def _restored(portal: Portal, link: Link, off: AbstractSet[str]) -> Iterator[Step]:
    """Yield a step for a restored order, unless the Merchant requests it again."""
    if link.merchant_id in off:
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
        needs_redo=True,  # If it happens again, it is reported again.
        decision=Decision(state="failed", code=code, reason=reason),
    )


_CANCELLED = (
    "was cancelled by the Supplier, and the Merchant does not know: cancel it there, too, or let"
    " the Supplier restore it"
)
_STILL_OFF = (
    "is open again at the Supplier, though the Merchant cancelled it: `ordosync reconcile --fix`"
    " cancels it again"
)
_BOTH_OPEN = (
    "is open again at the Supplier, and the Merchant does not request it from there: both may send"
    " it, so cancel it at the Supplier, or let the Merchant request it again"
)
