"""Cancellations that the Supplier was asked for, because its account cannot cancel an order.

The link is `cancel_asked` and the step `held`, until the Supplier answers. The answer changes the
link: report-shortages reads that it is cancelled or refused, update-tracking that it was shipped.
Without an answer the step fails at its deadline. If the Merchant restores the order before the
answer, the Supplier gets the whole order again.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ordosync.accounts.account import required
from ordosync.edits import OrderEdit
from ordosync.models import Order, Outcome
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef, StepRow
from ordosync.tasks.base import Decision, Portal, Result, Step
from ordosync.tasks.orders.fields import for_supplier
from ordosync.tasks.remarks import Remark, comment

NOT_ANSWERED = "not-answered"
_SHIPPED = "already-shipped"
_SENT = ("shipped", "partially_shipped")


class Restored(Struct, frozen=True, kw_only=True):
    """An order that the Merchant restored before the Supplier answered."""

    link: Link


def result(portal: Portal, link: Link, outcome: Outcome) -> Result:
    """Return the result of a cancellation that the Supplier was asked for."""
    return Result(
        outcome=outcome,
        links=(replace(link, state="cancel_asked"),),
        rest=portal.config.cancel_deadline,
    )


def if_still_asked(step: Step) -> Step:
    """Return a step whose deadline has passed; it fails if the Supplier has not answered."""
    if not isinstance(step.payload, Link) or step.payload.state != "cancel_asked":
        return step
    return replace(step, decision=not_answered("to cancel it"))


def not_answered(what: str) -> Decision:
    """Return the decision about a step whose deadline has passed."""
    reason = f"the Supplier was asked {what} and has not answered; ask again"
    return Decision(state="failed", code=NOT_ANSWERED, reason=reason)


def restored(portal: Portal) -> Iterator[Step]:
    """Yield a step for each order that the Merchant requests again before the Supplier answered."""
    links = portal.links.in_state("cancel_asked")
    requested = _requested(portal, links)
    for link in links:
        if link.merchant_id in requested:
            yield Step(
                key=f"{link.merchant_id}#{link.generation}",
                merchant_id=link.merchant_id,
                supplier_id=link.supplier_id,
                content="restored",
                summary=f"restore order {link.supplier_id}, which was to be cancelled",
                payload=Restored(link=link),
            )


def restore(portal: Portal, links: Sequence[Link]) -> list[Result]:
    """Send these orders again, as they were sent before, unless they are cancelled meanwhile."""
    orders = _requested(portal, links)
    wanted = [link for link in links if link.merchant_id in orders]
    edits = [_edit(portal, link, orders[link.merchant_id]) for link in wanted]
    outcomes = dict(
        zip(
            (link.merchant_id for link in wanted),
            required(portal.supplier.edits).write(edits),
            strict=True,
        )
    )
    return [_restored(link, outcomes.get(link.merchant_id)) for link in links]


def settled(portal: Portal, rows: Sequence[StepRow]) -> Mapping[str, Decision]:
    """Return a decision for each asked cancellation that the Supplier has answered."""
    links = _links(portal, rows)
    return dict(_answers(rows, links))


def announce(portal: Portal, rows: Sequence[StepRef], decisions: Mapping[str, Decision]) -> None:
    """Accept or reject the Merchant's requests that the Supplier has answered.

    A shipped order gets a comment in both accounts; other answers have been reported.
    """
    answered = [row for row in rows if isinstance(row, StepRow) and row.key in decisions]
    links = [link for link in _links(portal, answered).values() if link.state in _ANSWERS]
    if not links:
        return
    required(portal.merchant.cancellations).reply(
        {link.merchant_id: _ANSWERS[link.state] for link in links}
    )
    refused = [link for link in links if not _ANSWERS[link.state]]
    statuses = portal.supplier.orders.statuses([link.supplier_id for link in refused])
    shipped = [link for link in refused if statuses.get(link.supplier_id) in _SENT]
    comment(portal, [_late(link) for link in shipped])


_ANSWERS = {"cancelled_by_task": True, "cancel_refused": False}
"""True if the Supplier has cancelled the order, by the state of its link."""


def _requested(portal: Portal, links: Sequence[Link]) -> Mapping[str, Order]:
    """Return the orders that the Merchant requests at this moment."""
    ids = [link.merchant_id for link in links]
    cancelled_ids = portal.merchant.cancelled_among(ids) if ids else frozenset()
    open_ids = [id_ for id_ in ids if id_ not in cancelled_ids]
    pages = portal.merchant.orders.by_id(open_ids) if open_ids else ()
    return {item.id: item for page in pages for item in page.items if isinstance(item, Order)}


def _edit(portal: Portal, link: Link, order: Order) -> OrderEdit:
    """Return an edit of no group: the Supplier gets the order as it was sent."""
    return OrderEdit(
        order_id=link.supplier_id,
        order=for_supplier(order, portal.config, reference=""),
        groups=frozenset(),
    )


def _restored(link: Link, outcome: Outcome | None) -> Result:
    """Return the result of restoring an order; the Supplier's answer may have come first."""
    if outcome is None:
        return Result(outcome=Outcome(state="unchanged", id=link.supplier_id))
    unchanged = Outcome(state="unchanged", id=link.supplier_id)
    if outcome.state in ("done", "unchanged"):
        return Result(outcome=outcome, links=(replace(link, state="live", is_restored=True),))
    if outcome.code == "shipped":
        return Result(outcome=unchanged, links=(replace(link, state="live", is_restored=True),))
    if outcome.code == "cancelled":
        return Result(outcome=unchanged, links=(replace(link, state="cancelled_by_task"),))
    return Result(outcome=outcome)


def _links(portal: Portal, rows: Sequence[StepRow]) -> Mapping[str, Link]:
    """Return the links of the orders of asked cancellations, by the keys of their steps."""
    open_ = [row for row in rows if row.state == "held" or row.code == NOT_ANSWERED]
    whole = [row for row in open_ if row.key.rpartition("#")[2].isdecimal()]
    links = portal.links.of_merchant("order", [row.merchant_id or "" for row in whole])
    return {row.key: links[row.merchant_id or ""] for row in whole if row.merchant_id in links}


def _answers(rows: Sequence[StepRow], links: Mapping[str, Link]) -> Iterator[tuple[str, Decision]]:
    for row in rows:
        link = links.get(row.key)
        if link and link.has_ended:
            yield row.key, Decision(state="unchanged")
        elif link and link.state == "cancel_refused":
            reason = "the Supplier sends it although the Merchant cancelled it"
            yield row.key, Decision(state="failed", code=_SHIPPED, reason=reason)


def _late(link: Link) -> Remark:
    """Return the comments on an order that is shipped, although it is cancelled."""
    return Remark(
        key=f"cancel:{link.generation}",
        merchant_id=link.merchant_id,
        supplier_id=link.supplier_id,
        at_merchant="Not cancelled at the Supplier: it is shipped already",
        at_supplier="The Merchant cancelled this order, but it is shipped already",
    )
