"""Units that the Merchant cancelled before they were sent are removed from the Supplier's order.

The Merchant cancels or refunds a part of an order. It still wants the sent units of a line and
those that are open in its own account. The Supplier's order is reduced to these units; it is never
raised, and sent units stay sent. If the Supplier's account cannot reduce a quantity, both accounts
get a comment.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from ordosync.accounts.account import required
from ordosync.edits import Reduction
from ordosync.models import Cancellation, Outcome, ParcelLine, refused
from ordosync.shortages import Shortage
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef, StepRow
from ordosync.tasks.base import Decision, Portal, Result, Step
from ordosync.tasks.cancellations import asked, wanted_again
from ordosync.tasks.cancellations.lowered_units import (
    Lowered,
    late_reason,
    lowered_orders,
    not_removed,
    sent_already,
    units_text,
    wanted_in,
    wanted_units,
)
from ordosync.tasks.edits.edit import BELOW_SENT
from ordosync.tasks.remarks import comment

_LESS = ":less"
"""The suffix of the key of a step that reduces the units of an order."""
_REASON = "waits until update-tracking has read which units were sent"
_BEHIND = Decision(state="waiting", code="parcels-first", reason=_REASON)
_LATER = Outcome(state="unavailable", code="parcels-first", reason=_REASON)
_REJECTED = Decision(
    state="failed",
    code="not-reducible",
    reason="the Supplier was asked for fewer units, and refused",
)
_OVER = Decision(state="skipped", code="over", reason="both accounts have the same units now")


def is_about(ref: StepRef) -> bool:
    """True if a step reduces the units of an order."""
    return ref.key.endswith(_LESS)


def steps(portal: Portal, cancellations: Sequence[Cancellation]) -> Iterator[Step]:
    """Yield a step for each of these open orders with fewer wanted units than open ones."""
    wanted = wanted_in(portal, cancellations)
    for step in _steps(portal, wanted):
        if isinstance(step.payload, Lowered) and not step.payload.is_complete:
            yield step


def recheck(portal: Portal, refs: Sequence[StepRef]) -> Iterator[Step]:
    """Yield these steps as the Merchant has the orders now.

    A step that is held fails, since its deadline has passed.
    """
    held = {ref.key for ref in refs if isinstance(ref, StepRow) and ref.state == "held"}
    for step in _steps(portal, _wanted_now(portal, refs)):
        is_open = isinstance(step.payload, Lowered) and bool(step.payload.less)
        is_late = step.key in held and step.decision is None and is_open
        yield replace(step, decision=asked.not_answered("for fewer units")) if is_late else step


def _steps(portal: Portal, wanted: Mapping[str, Mapping[str, int]]) -> Iterator[Step]:
    """Yield a step for each order to reduce. It waits while parcels may be missing in the ledger.

    Otherwise sent units would look cancelled, and other units would be removed.
    """
    is_behind = portal.links.may_lack_parcels()
    for lowered in lowered_orders(portal, wanted):
        yield replace(_step(lowered), decision=_BEHIND if is_behind else None)


def settled(portal: Portal, refs: Sequence[StepRef]) -> Mapping[str, Decision]:
    """Return the reductions that are done or not needed any more: both accounts agree."""
    mine = [step for step in refs if is_about(step)]
    if not mine or portal.links.may_lack_parcels():
        return {}
    still = {_key(of.link): of for of in lowered_orders(portal, _wanted_now(portal, mine))}
    held = {step.key for step in mine if isinstance(step, StepRow) and step.state == "held"}
    again = wanted_again.keys(portal)
    return {
        **{step.key: _OVER for step in mine if step.key not in {*still, *again}},
        **_answered(portal, {key: of for key, of in still.items() if key in held}),
    }


def announce(portal: Portal, rows: Sequence[StepRef], decisions: Mapping[str, Decision]) -> None:
    """Add comments to the orders whose reduction the Supplier has rejected."""
    rejected = [row for row in rows if is_about(row) and decisions.get(row.key) == _REJECTED]
    if rejected:
        lowered = lowered_orders(portal, _wanted_now(portal, rejected))
        comment(portal, [not_removed(of) for of in lowered])


def _answered(portal: Portal, asked_for: Mapping[str, Lowered]) -> Mapping[str, Decision]:
    """Return the reductions that the Supplier was asked for and has answered, by key."""
    shortages = portal.supplier.shortages
    ids = [lowered.link.supplier_id for lowered in asked_for.values() if lowered.less]
    pages = shortages.by_id(ids) if shortages and ids else ()
    rejected = {
        item.order_id
        for page in pages
        for item in page.items
        if isinstance(item, Shortage) and item.is_refused
    }
    decisions = {}
    for key, lowered in asked_for.items():
        if not lowered.less:
            # What is left was sent.
            reason = late_reason(lowered)
            decisions[key] = Decision(state="failed", code=BELOW_SENT, reason=reason)
        elif lowered.link.supplier_id in rejected:
            decisions[key] = _REJECTED
    return decisions


def reduce(portal: Portal, planned: Sequence[Lowered]) -> list[Result]:
    """Reduce the Supplier's orders, as far as the Merchant still wants fewer units."""
    wanted = wanted_units(portal, [lowered.link.merchant_id for lowered in planned])
    # Looked up after the Merchant is read, and before the ledger: a parcel that the Merchant shows
    # is still being written then, or it is in the ledger.
    if portal.links.may_lack_parcels():
        return [Result(outcome=_LATER) for _ in planned]
    now = {lowered.link.merchant_id: lowered for lowered in lowered_orders(portal, wanted)}
    outcomes = _reduced(portal, now)
    denied = [now[id_] for id_, outcome in outcomes.items() if outcome.state == "refused"]
    comment(portal, [not_removed(lowered) for lowered in denied])
    late = [lowered for lowered in now.values() if lowered.late and lowered not in denied]
    comment(portal, [sent_already(lowered) for lowered in late])
    return [
        _result(portal, now[id_], outcomes[id_])
        if (id_ := lowered.link.merchant_id) in now
        else Result(outcome=Outcome(state="unchanged", id=lowered.link.supplier_id))
        for lowered in planned
    ]


def _reduced(portal: Portal, orders: Mapping[str, Lowered]) -> Mapping[str, Outcome]:
    """Reduce orders by their open units; return the outcome of each."""
    unchanged = {
        id_: Outcome(state="unchanged", id=of.link.supplier_id) for id_, of in orders.items()
    }
    to_reduce = [id_ for id_, lowered in orders.items() if lowered.less]
    reductions = [_reduction(orders[id_]) for id_ in to_reduce]
    if not reductions:
        return unchanged
    outcomes = required(portal.supplier.cancellations).reduce(reductions)
    return unchanged | dict(zip(to_reduce, outcomes, strict=True))


def _wanted_now(portal: Portal, refs: Sequence[StepRef]) -> Mapping[str, Mapping[str, int]]:
    return wanted_units(portal, [step.merchant_id for step in refs if step.merchant_id])


def _key(link: Link) -> str:
    return f"{link.merchant_id}#{link.generation}{_LESS}"


def _step(lowered: Lowered) -> Step:
    return Step(
        key=_key(lowered.link),
        merchant_id=lowered.link.merchant_id,
        supplier_id=lowered.link.supplier_id,
        content=lowered.content,
        summary=f"reduce order {lowered.link.supplier_id} by {units_text(lowered.less)}",
        is_destructive=lowered.is_rest,
        written=lowered.written,
        payload=lowered,
    )


def _reduction(lowered: Lowered) -> Reduction:
    return Reduction(
        order_id=lowered.link.supplier_id,
        lines=tuple(
            ParcelLine(line_id=line.supplier_id, quantity=units) for line, units in lowered.stays
        ),
    )


def _result(portal: Portal, lowered: Lowered, outcome: Outcome) -> Result:
    if outcome.state == "asked" and lowered.is_all:
        return asked.result(portal, lowered.link, outcome)
    if outcome.state == "asked":
        return Result(outcome=outcome, rest=portal.config.cancel_deadline)
    if outcome.state not in ("done", "unchanged"):
        return Result(outcome=outcome)
    links = tuple(
        replace(line, ordered=None, cancelled=(line.ordered or 0) - units)
        for line, units in lowered.stays
    )
    if lowered.is_all:
        links = (*links, replace(lowered.link, state="cancelled_by_task"))
    written = lowered.written if outcome.state == "done" else None
    if lowered.late:
        outcome = refused(BELOW_SENT, late_reason(lowered))
    return Result(outcome=outcome, links=links, written=written)
