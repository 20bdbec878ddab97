"""Cancel orders: orders that the Merchant cancels before they are sent, at the Supplier.

Cancellations are sent only from the Merchant to the Supplier
(https://support.ordoro.com/how-to-cancel-vendor-portal-orders/). Before each batch the Merchant is
read again, so an order that was restored meanwhile is not cancelled. If only some units of an order
are cancelled, only these are removed; sent units stay sent.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from ordosync.accounts.account import required
from ordosync.models import Outcome, Page
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef, StepRow
from ordosync.store.written import Change, Written
from ordosync.tasks.base import Decision, PlanRequest, Portal, Result, Step, Task
from ordosync.tasks.cancellations import (
    asked,
    begun_packs,
    own_pieces,
    reductions,
    wanted_again,
)
from ordosync.tasks.cancellations.lowered_units import Lowered
from ordosync.tasks.cancellations.own_pieces import PIECE_NOT_CANCELLED, OwnPiece
from ordosync.tasks.cancellations.supplier_status import OPEN
from ordosync.tasks.cancellations.wanted_again import WantedAgain
from ordosync.tasks.remarks import Remark, comment


def plan(portal: Portal, request: PlanRequest) -> Iterator[Page[Step]]:
    """Yield a step for each linked order that was cancelled since the cursor.

    An order that was already shipped is cancelled once its label is deleted.
    """
    reopened = [link.merchant_id for link in portal.links.in_state("reopened")]
    if reopened:
        yield _page(portal, reopened)
    if restored := (*asked.restored(portal), *wanted_again.steps(portal)):
        yield Page(items=restored)
    for page in required(portal.merchant.cancellations).changed(request):
        whole_ids = [item.order_id for item in page.items if item.lines is None]
        lowered = reductions.steps(portal, page.items)
        yield Page(items=(*_steps(portal, whole_ids), *lowered), cursor=page.cursor)


def replan(portal: Portal, refs: Sequence[StepRef]) -> Iterator[Page[Step]]:
    """Yield the steps of these orders, as far as they are still cancelled.

    An order that the Supplier restored is cancelled again, because an operator started the retry.
    """
    lowered = [step for step in refs if reductions.is_about(step)]
    whole_ids = [step.merchant_id for step in refs if step.merchant_id and step not in lowered]
    if whole_ids:
        page = _page(portal, whole_ids)
        steps = _without_decision_if_open(portal, page.items)
        restored = [step for step in asked.restored(portal) if step.merchant_id in whole_ids]
        yield replace(page, items=(*map(asked.if_still_asked, steps), *restored))
    if lowered:
        again = wanted_again.recheck(portal, lowered)
        yield Page(items=(*reductions.recheck(portal, lowered), *again))


def apply(
    portal: Portal,
    steps: Sequence[Step],
    *,
    look_first: bool,
) -> list[Result]:
    """Cancel these orders at the Supplier, unless the Merchant has restored them meanwhile."""
    pieces = [step.payload for step in steps if isinstance(step.payload, OwnPiece)]
    if pieces:
        own_pieces.report(portal, pieces)
    links = [step.payload for step in steps if isinstance(step.payload, Link)]
    cancelled = iter(_cancel(portal, links, look_first=look_first) if links else ())
    lowered = [step.payload for step in steps if isinstance(step.payload, Lowered)]
    reduced = iter(reductions.reduce(portal, lowered) if lowered else ())
    wanted = [step.payload.link for step in steps if isinstance(step.payload, asked.Restored)]
    restored = iter(asked.restore(portal, wanted) if wanted else ())
    again = [step.payload.link for step in steps if isinstance(step.payload, WantedAgain)]
    sent_again = iter(wanted_again.send(portal, again) if again else ())
    results = []
    for step in steps:
        if isinstance(step.payload, Link):
            results.append(next(cancelled))
        elif isinstance(step.payload, Lowered):
            results.append(next(reduced))
        elif isinstance(step.payload, asked.Restored):
            results.append(next(restored))
        elif isinstance(step.payload, WantedAgain):
            results.append(next(sent_again))
        else:
            results.append(Result(outcome=PIECE_NOT_CANCELLED))
    return results


def settled(portal: Portal, rows: Sequence[StepRow]) -> Mapping[str, Decision]:
    """Return the pieces, reductions and asked cancellations that need no action any more."""
    return {
        **own_pieces.settled(portal, rows),
        **reductions.settled(portal, rows),
        **asked.settled(portal, rows),
    }


def announce(portal: Portal, rows: Sequence[StepRef], decisions: Mapping[str, Decision]) -> None:
    """Add comments about the answers of the Supplier that `settled` has found."""
    asked.announce(portal, rows, decisions)
    reductions.announce(portal, rows, decisions)


def _cancel(portal: Portal, links: Sequence[Link], *, look_first: bool) -> list[Result]:
    cancelled_ids = required(portal.merchant.cancellations).among(
        [link.merchant_id for link in links]
    )
    to_cancel = [link for link in links if link.merchant_id in cancelled_ids]
    results = required(portal.supplier.cancellations).cancel(
        [link.supplier_id for link in to_cancel]
    )
    outcomes = dict(zip((link.merchant_id for link in to_cancel), results, strict=True))
    required(portal.merchant.cancellations).reply(
        {
            merchant_id: outcome.state != "refused"
            for merchant_id, outcome in outcomes.items()
            if outcome.state in ("done", "unchanged") or outcome.code == "already-shipped"
        }
    )
    _comment(portal, to_cancel, outcomes)
    cancelled = [
        _result(portal, link, outcomes.get(link.merchant_id), again=look_first) for link in links
    ]
    return begun_packs.reported(portal, links, cancelled)


def _without_decision_if_open(portal: Portal, steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps; those of orders that the Supplier restored have no decision."""
    ended = [
        step.supplier_id
        for step in steps
        if isinstance(step.payload, Link)
        and step.payload.state == "cancelled_by_task"
        and step.supplier_id
    ]
    statuses = portal.supplier.orders.statuses(ended) if ended else {}
    return tuple(
        replace(step, decision=None) if statuses.get(step.supplier_id or "") in OPEN else step
        for step in steps
    )


def _page(portal: Portal, ids: Sequence[str]) -> Page[Step]:
    cancelled_ids = required(portal.merchant.cancellations).among(ids)
    return Page(items=_steps(portal, [id_ for id_ in ids if id_ in cancelled_ids]))


def _steps(portal: Portal, ids: Sequence[str]) -> tuple[Step, ...]:
    links = portal.links.of_merchant("order", ids)
    linked = [_step(links[merchant_id]) for merchant_id in ids if merchant_id in links]
    return (*linked, *own_pieces.steps(portal, [id_ for id_ in ids if id_ not in links]))


def _step(link: Link) -> Step:
    step = Step(
        key=f"{link.merchant_id}#{link.generation}",
        merchant_id=link.merchant_id,
        supplier_id=link.supplier_id,
        content="cancelled-reopened" if link.state == "reopened" else "cancelled",
        summary=f"cancel order {link.supplier_id}",
        is_destructive=not link.has_ended,
        written=Written(status=Change(old="open", new="cancelled")),
        payload=link,
    )
    if link.has_ended:
        return replace(step, decision=Decision(state="unchanged"))
    return step


def _result(portal: Portal, link: Link, outcome: Outcome | None, *, again: bool) -> Result:
    if outcome is None:
        return Result(outcome=Outcome(state="unchanged", id=link.supplier_id))
    # An earlier attempt may have cancelled it. If it counted as cancelled by the Supplier, the
    # order could not be sent again.
    if outcome.state == "done" or (again and outcome.state == "unchanged"):
        return Result(outcome=outcome, links=(replace(link, state="cancelled_by_task"),))
    if outcome.state == "unchanged":
        return Result(outcome=outcome, links=(replace(link, state="cancelled_by_supplier"),))
    if outcome.state == "asked":
        return asked.result(portal, link, outcome)
    if outcome.code == "already-shipped":
        return Result(outcome=outcome, links=(replace(link, state="cancel_refused"),))
    return Result(outcome=outcome)


def _comment(portal: Portal, links: Sequence[Link], outcomes: Mapping[str, Outcome]) -> None:
    """Add comments in both accounts to orders that were sent before they were cancelled."""
    comment(
        portal,
        [
            _remark(link, outcomes[link.merchant_id])
            for link in links
            if _cause(outcomes[link.merchant_id]) in _LATE
        ],
    )


def _remark(link: Link, outcome: Outcome) -> Remark:
    at_supplier, at_merchant = _LATE[_cause(outcome)]
    return Remark(
        key=_key(link, outcome),
        merchant_id=link.merchant_id,
        supplier_id=link.supplier_id,
        at_merchant=at_merchant,
        at_supplier=at_supplier,
    )


def _key(link: Link, refusal: Outcome) -> str:
    """Return the key of a comment. The pieces of an order may share its timeline."""
    if refusal.state == "asked":
        return f"asked:{link.generation}"
    return f"piece:{link.supplier_id}" if refusal.code == "piece" else f"cancel:{link.generation}"


def _cause(outcome: Outcome) -> str:
    return "asked" if outcome.state == "asked" else outcome.code


_LATE = {
    "asked": (
        "The Merchant cancelled this order: please cancel it, or answer that it is too late",
        "The Supplier is asked to cancel this order; wait for its answer",
    ),
    "already-shipped": (
        "The Merchant cancelled this order, but it is shipped already",
        "Not cancelled at the Supplier: it is shipped already",
    ),
    "partially-shipped": (
        "The Merchant cancelled this order after a part of it was sent: do not send the rest",
        "Not cancelled at the Supplier, who sent a part of it: ask the Supplier to keep the rest",
    ),
    "piece": (
        "The Merchant cancelled a part of this order, which was not changed here: do not send it",
        "Not cancelled at the Supplier, who has it as a part of an order: ask the Supplier",
    ),
}
"""Comments on the Supplier's and on the Merchant's order, by the code of the refusal, or asked."""


def _open_orders(portal: Portal, _: int) -> int:
    """Return the number of linked orders that the Supplier has neither shipped nor cancelled."""
    return sum(
        status in OPEN
        for links in portal.links.live("order")
        for status in portal.supplier.orders.statuses([link.supplier_id for link in links]).values()
    )


TASK = Task(
    name="cancel-orders",
    resource="orders",
    plan=plan,
    replan=replan,
    apply=apply,
    writes_to="supplier",
    needs_links_from="import-orders",
    safety_limit=_open_orders,
    limited="cancel",
    settled=settled,
    announce=announce,
    is_state=True,  # A restored order may be cancelled again.
)
