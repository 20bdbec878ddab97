"""Notices: changes of an order after it was sent that no task carries to the other account.

A notice is a separate step, `failed` until its cause no longer exists: an edit, an order that was
reassigned to another supplier or deleted, an order that is requested again although the Supplier
cancelled it, or an order whose rest was cancelled after a part was sent. Both timelines get a
comment, which never contains a value.
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from ordosync.store.links import Link
from ordosync.tasks.base import Decision, Step

REST_CANCELLED = "rest-cancelled"
REASSIGNED = "reassigned"
DELETED = "deleted"
_KINDS = ("edit", REASSIGNED, DELETED, "supplier-cancelled", REST_CANCELLED)


class Notice(Struct, frozen=True, kw_only=True):
    """A message to both accounts about an imported order."""

    code: str
    reason: str
    supplier_id: str
    key: str
    """Key of its comments: an order has only one comment with the same key."""
    at_merchant: str = ""
    at_supplier: str = ""


def is_notice(key: str) -> bool:
    """True if a step of `import-orders` is a notice, which sends no order."""
    generation, _, kind = key.rpartition("#")[2].partition(":")
    return generation.isdigit() and kind in _KINDS


def reassigned(step: Step, link: Link) -> Step:
    """Return the notice that an order was reassigned to another supplier."""
    return _notice(
        step,
        Notice(
            code=REASSIGNED,
            reason="was assigned to another supplier after it was sent; ordosync does not recall"
            " it: ask the Supplier to cancel it",
            supplier_id=link.supplier_id,
            key=f"{REASSIGNED}:{link.generation}",
            at_merchant=f"The earlier Supplier still has its order {link.supplier_id}",
            at_supplier="The Merchant gave this order to another supplier; it is not recalled",
        ),
    )


def deleted(step: Step, link: Link) -> Step:
    """Return the notice that the Merchant deleted an order that the Supplier has."""
    return _notice(
        step,
        Notice(
            code=DELETED,
            reason="was deleted at the Merchant after it was sent; ordosync does not cancel it: ask"
            " the Supplier to cancel it, or restore it at the Merchant",
            supplier_id=link.supplier_id,
            key=f"{DELETED}:{link.generation}",
            at_supplier="The Merchant deleted this order, which was not cancelled here: ask whether"
            " to send it",
        ),
    )


def supplier_cancelled(step: Step, link: Link) -> Step:
    """Return the notice that an order is requested that the Supplier cancelled."""
    return _notice(
        step,
        Notice(
            code="supplier-cancelled",
            reason="is requested again, but the Supplier cancelled it, so it is not sent again; ask"
            " the Supplier, or order under another number",
            supplier_id=link.supplier_id,
            key=f"supplier-cancelled:{link.generation}",
            at_merchant="Not sent again: the Supplier itself cancelled it",
            at_supplier="The Merchant requests this cancelled order again; it was not sent again",
        ),
    )


def rest_cancelled(step: Step) -> Step:
    """Return the notice that an order is requested whose open units cancel-orders cancelled.

    A part of it was sent before. A new order for the rest could send units twice that are in a
    parcel which is not reported yet.
    """
    generation = step.key.rpartition("#")[2]
    return _notice(
        step,
        Notice(
            code=REST_CANCELLED,
            reason="is requested again, but the Supplier's order has no open unit: a part was sent,"
            " and the rest was cancelled; ask the Supplier to add the rest, or cancel it and order"
            " it under another number",
            supplier_id=step.supplier_id or "",
            key=f"{REST_CANCELLED}:{generation}",
            at_merchant="Requested again, but the Supplier's order has no open unit: ask the"
            " Supplier to add the rest, or order it under another number",
            at_supplier="The Merchant requests the cancelled rest of this order again: add it here,"
            " or tell the Merchant that it does not come",
        ),
    )


def too_late(status: Literal["shipped", "cancelled"]) -> Decision:
    """Return the decision about a notice of an order that is shipped or cancelled."""
    return Decision(state="skipped", code="too-late", reason=f"is now {status}, without the change")


def _notice(step: Step, notice: Notice) -> Step:
    return replace(
        step,
        key=f"{step.key}:{notice.code}",
        content=notice.code,
        summary=f"comment on order {notice.supplier_id}: {notice.code}",
        payload=notice,
    )
