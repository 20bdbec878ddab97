"""Cancellations that the Supplier was asked for, because its account cannot cancel an order.

The link is `cancel_asked` and the step `held`, until the Supplier answers. The answer changes the
link: it is cancelled, or it was shipped. Without an answer the step fails at its deadline.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from msgspec.structs import replace

from ordosync.models import Outcome
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRow
from ordosync.tasks.base import Decision, Portal, Result, Step

DEADLINE = timedelta(days=2)
"""The time in which the Supplier should answer."""
NOT_ANSWERED = "not-answered"


def result(link: Link, outcome: Outcome) -> Result:
    """Return the result of a cancellation that the Supplier was asked for."""
    return Result(outcome=outcome, links=(replace(link, state="cancel_asked"),), rest=DEADLINE)


def if_still_asked(step: Step) -> Step:
    """Return a step whose deadline has passed; it fails if the Supplier has not answered."""
    if not isinstance(step.payload, Link) or step.payload.state != "cancel_asked":
        return step
    decision = Decision(
        state="failed",
        code=NOT_ANSWERED,
        reason="the Supplier was asked to cancel it and has not answered; ask again",
    )
    return replace(step, decision=decision)


def settled(portal: Portal, rows: Sequence[StepRow]) -> Mapping[str, Decision]:
    """Return a decision for each asked cancellation that the Supplier has answered."""
    open_ = [row for row in rows if row.state == "held" or row.code == NOT_ANSWERED]
    links = portal.links.of_merchant("order", [row.merchant_id or "" for row in open_])
    return dict(_answers(open_, links))


def _answers(rows: Sequence[StepRow], links: Mapping[str, Link]) -> Iterator[tuple[str, Decision]]:
    for row in rows:
        link = links.get(row.merchant_id or "")
        if link and link.has_ended:
            yield row.key, Decision(state="unchanged")
        elif link and link.state == "cancel_refused":
            reason = "was shipped although the Merchant cancelled it"
            yield row.key, Decision(state="failed", code="already-shipped", reason=reason)
