"""Answers of a Supplier that was asked to cancel an order."""

from msgspec.structs import replace

from ordosync.models import Comment, Outcome
from ordosync.shortages import Shortage
from ordosync.store.links import Link
from ordosync.tasks.base import Portal, Result, Step

_CANCELLED = "The Supplier cancelled this order, as it was asked to"
_REFUSED = "The Supplier did not cancel this order, although it was asked to"


def step(key: str, link: Link, shortage: Shortage) -> Step | None:
    """Return the step that reports an answer; None if there is no answer yet."""
    if not (shortage.is_cancelled or shortage.is_deleted or shortage.is_refused):
        return None
    is_refused = shortage.is_refused
    return Step(
        key=key,
        merchant_id=link.merchant_id,
        supplier_id=link.supplier_id,
        content="cancel-refused" if is_refused else "cancelled-as-asked",
        summary=f"report to order {link.merchant_id}: {_REFUSED if is_refused else _CANCELLED}",
        payload=replace(link, state="cancel_refused" if is_refused else "cancelled_by_task"),
    )


def report(portal: Portal, link: Link) -> Result:
    """Add a comment in both accounts; return the result with the new state of the order."""
    is_refused = link.state == "cancel_refused"
    text = _REFUSED if is_refused else _CANCELLED
    key = f"answered:{link.generation}"
    portal.merchant.comment([Comment(key=key, order_id=link.merchant_id, text=text)])
    portal.supplier.comment(
        [Comment(key=key, order_id=link.supplier_id, text=f"Reported to the Merchant: {text}")]
    )
    return Result(outcome=Outcome(state="done", id=link.merchant_id), links=(link,))
