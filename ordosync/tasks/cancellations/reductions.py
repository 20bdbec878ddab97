"""Units that the Merchant cancelled before they were sent are removed from the Supplier's order.

The Merchant cancels or refunds a part of an order. It still wants the sent units of a line and
those that are open in its own account. The Supplier's order is reduced to these units; it is never
raised, and sent units stay sent. If the Supplier's account cannot reduce a quantity, both accounts
get a comment.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ordosync.accounts.account import required
from ordosync.models import Cancellation, Order, Outcome, ParcelLine, Reduction, refused
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef, StepRow
from ordosync.store.written import Change, Written
from ordosync.tasks.base import Decision, Portal, Result, Step
from ordosync.tasks.cancellations import asked
from ordosync.tasks.edits.edit import BELOW_SENT
from ordosync.tasks.orders.open_units import sent_units, with_open_units
from ordosync.tasks.remarks import Remark, comment

_LESS = ":less"
"""The suffix of the key of a step that reduces the units of an order."""
_REASON = "waits until update-tracking has read which units were sent"
_BEHIND = Decision(state="waiting", code="parcels-first", reason=_REASON)
_LATER = Outcome(state="unavailable", code="parcels-first", reason=_REASON)
_OVER = Decision(state="skipped", code="over", reason="both accounts have the same units now")


class Lowered(Struct, frozen=True, kw_only=True):
    """An order with fewer wanted units at the Merchant than open units at the Supplier."""

    link: Link
    lines: tuple[tuple[Link, int], ...]
    """The lines to reduce, with the units that are still wanted; these may be fewer than were
    sent."""
    is_all: bool = False
    """True if no unit of the order stays, so it is cancelled."""
    is_complete: bool = False
    """True if no unit of the order is open, so nothing can be removed."""

    @property
    def content(self) -> str:
        """The wanted units of each line: if they are reduced again, the step's content differs."""
        return ",".join(f"{line.merchant_id}={units}" for line, units in self.lines)

    @property
    def stays(self) -> tuple[tuple[Link, int], ...]:
        """The lines with open units to remove, and the units that stay, sent ones included."""
        kept = ((line, max(units, line.sent or 0)) for line, units in self.lines)
        return tuple((line, units) for line, units in kept if units < _units_of(line))

    @property
    def written(self) -> Written:
        """The units of each line, before and after."""
        return Written(
            changed_units={
                line.supplier_id: Change(old=_units_of(line), new=units)
                for line, units in self.stays
            }
        )

    @property
    def less(self) -> int:
        """The number of units to remove."""
        return sum(_units_of(line) - units for line, units in self.stays)

    @property
    def late(self) -> int:
        """The number of cancelled units that were sent."""
        return sum(max((line.sent or 0) - units, 0) for line, units in self.lines)

    def remark(self, kind: str, *, at_merchant: str, at_supplier: str) -> Remark:
        """Return comments on the order; there is one of a kind for each content."""
        digest = hashlib.blake2b(self.content.encode(), digest_size=4).hexdigest()
        return Remark(
            key=f"{kind}:{digest}",
            merchant_id=self.link.merchant_id,
            supplier_id=self.link.supplier_id,
            at_merchant=at_merchant,
            at_supplier=at_supplier,
        )


def is_about(ref: StepRef) -> bool:
    """True if a step reduces the units of an order."""
    return ref.key.endswith(_LESS)


def steps(portal: Portal, cancellations: Sequence[Cancellation]) -> Iterator[Step]:
    """Yield a step for each of these open orders with fewer wanted units than open ones."""
    sent = sent_units(portal, [item.order_id for item in cancellations])
    wanted = {
        item.order_id: {
            part.line_id: part.quantity - sent.get(part.line_id, 0) for part in item.lines
        }
        for item in cancellations
        if item.lines is not None
    }
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
    for lowered in _lowered(portal, wanted):
        yield replace(_step(lowered), decision=_BEHIND if is_behind else None)


def settled(portal: Portal, refs: Sequence[StepRef]) -> Mapping[str, Decision]:
    """Return the reductions that are done or not needed any more: both accounts agree."""
    mine = [step for step in refs if is_about(step)]
    if not mine or portal.links.may_lack_parcels():
        return {}
    still = {_key(of.link): of for of in _lowered(portal, _wanted_now(portal, mine))}
    decisions = {step.key: _OVER for step in mine if step.key not in still}
    for step in mine:
        is_held = isinstance(step, StepRow) and step.state == "held"
        if is_held and step.key in still and not still[step.key].less:
            # The Supplier has answered; what is left was sent.
            reason = _late_reason(still[step.key])
            decisions[step.key] = Decision(state="failed", code=BELOW_SENT, reason=reason)
    return decisions


def reduce(portal: Portal, planned: Sequence[Lowered]) -> list[Result]:
    """Reduce the Supplier's orders, as far as the Merchant still wants fewer units."""
    wanted = wanted_units(portal, [lowered.link.merchant_id for lowered in planned])
    # Looked up after the Merchant is read, and before the ledger: a parcel that the Merchant shows
    # is still being written then, or it is in the ledger.
    if portal.links.may_lack_parcels():
        return [Result(outcome=_LATER) for _ in planned]
    now = {lowered.link.merchant_id: lowered for lowered in _lowered(portal, wanted)}
    outcomes = _reduced(portal, now)
    denied = [now[id_] for id_, outcome in outcomes.items() if outcome.state == "refused"]
    comment(portal, [_not_removed(lowered) for lowered in denied])
    late = [lowered for lowered in now.values() if lowered.late and lowered not in denied]
    comment(portal, [_sent_already(lowered) for lowered in late])
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


def wanted_units(portal: Portal, ids: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
    """Return the open units by line of orders that the Merchant still requests.

    They are negative if it wants fewer units than were sent.
    """
    return {
        item.id: {line.id: line.quantity for line in item.lines}
        for page in with_open_units(portal, portal.merchant.orders.by_id(ids))
        for item in page.items
        if isinstance(item, Order)
    }


def _lowered(portal: Portal, wanted: Mapping[str, Mapping[str, int]]) -> Iterator[Lowered]:
    """Yield the orders with fewer open units at the Merchant than in the ledger."""
    links = portal.links.of_merchant("order", sorted(wanted))
    lines = portal.links.lines_of(sorted(wanted))
    for id_, units in wanted.items():
        link = links.get(id_)
        if link is None or link.has_ended:
            continue
        less = tuple(
            (line, (line.sent or 0) + units[line.merchant_id])
            for line in lines.get(id_, ())
            if line.merchant_id in units and units[line.merchant_id] < (line.open_units or 0)
        )
        if less:
            of_order = lines.get(id_, ())
            is_all = not any(_stays(line, units) for line in of_order)
            is_complete = not any(line.open_units for line in of_order)
            yield Lowered(link=link, lines=less, is_all=is_all, is_complete=is_complete)


def _stays(line: Link, wanted: Mapping[str, int]) -> bool:
    """True if units of a line were sent, or are still to be sent."""
    units = wanted.get(line.merchant_id, line.open_units)
    return bool(line.sent) or units is None or units > 0


def _units_of(line: Link) -> int:
    """Return the units of a line that the Supplier's order has, by the ledger."""
    return (line.open_units or 0) + (line.sent or 0)


def _key(link: Link) -> str:
    return f"{link.merchant_id}#{link.generation}{_LESS}"


def _step(lowered: Lowered) -> Step:
    return Step(
        key=_key(lowered.link),
        merchant_id=lowered.link.merchant_id,
        supplier_id=lowered.link.supplier_id,
        content=lowered.content,
        summary=f"reduce order {lowered.link.supplier_id} by {_units(lowered.less)}",
        is_destructive=lowered.is_all,
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
        outcome = refused(BELOW_SENT, _late_reason(lowered))
    return Result(outcome=outcome, links=links, written=written)


def _late_reason(lowered: Lowered) -> str:
    return f"{_units(lowered.late)} that the Merchant cancelled were sent before; ask for a return"


def _not_removed(lowered: Lowered) -> Remark:
    """Return the comments that open units were not removed."""
    units = _units(lowered.less)
    return lowered.remark(
        "less",
        at_supplier=f"The Merchant cancelled {units} of this order; nothing was changed here: do"
        " not send them",
        at_merchant=f"Not removed from the Supplier's order: {units}; ask the Supplier not to send"
        " them",
    )


def _sent_already(lowered: Lowered) -> Remark:
    """Return the comments that sent units were cancelled."""
    units = _units(lowered.late)
    return lowered.remark(
        BELOW_SENT,
        at_supplier=f"The Merchant cancelled {units} of this order after they were sent",
        at_merchant=f"Not cancelled at the Supplier: {units} of this order were sent already",
    )


def _units(count: int) -> str:
    return f"{count} unit{'s' * (count != 1)}"
