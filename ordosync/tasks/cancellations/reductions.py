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
from ordosync.models import Cancellation, Comment, Order, Outcome, ParcelLine, Reduction
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef, StepRow
from ordosync.store.written import Change, Written
from ordosync.tasks.base import Decision, Portal, Result, Step
from ordosync.tasks.cancellations import asked
from ordosync.tasks.orders.open_units import sent_units, with_open_units

_LESS = ":less"
"""The suffix of the key of a step that reduces the units of an order."""
_REASON = "waits until update-tracking has read which units were sent"
_BEHIND = Decision(state="waiting", code="parcels-first", reason=_REASON)
_LATER = Outcome(state="unavailable", code="parcels-first", reason=_REASON)


class Lowered(Struct, frozen=True, kw_only=True):
    """An order with fewer wanted units at the Merchant than open units at the Supplier."""

    link: Link
    lines: tuple[tuple[Link, int], ...]
    """The lines to reduce, with the units that are still wanted, sent ones included."""
    is_all: bool = False
    """True if no unit of the order stays, so it is cancelled."""

    @property
    def content(self) -> str:
        """The wanted units of each line: if they are reduced again, the step's content differs."""
        return ",".join(f"{line.merchant_id}={units}" for line, units in self.lines)

    @property
    def written(self) -> Written:
        """The units of each line, before and after."""
        return Written(
            changed_units={
                line.supplier_id: Change(old=(line.open_units or 0) + (line.sent or 0), new=units)
                for line, units in self.lines
            }
        )

    @property
    def less(self) -> int:
        """The number of units to remove."""
        return sum((line.open_units or 0) + (line.sent or 0) - units for line, units in self.lines)


def is_about(ref: StepRef) -> bool:
    """True if a step reduces the units of an order."""
    return ref.key.endswith(_LESS)


def steps(portal: Portal, cancellations: Sequence[Cancellation]) -> Iterator[Step]:
    """Yield a step for each of these orders with fewer wanted units than open ones."""
    sent = sent_units(portal, [item.order_id for item in cancellations])
    wanted = {
        item.order_id: {
            part.line_id: max(0, part.quantity - sent.get(part.line_id, 0)) for part in item.lines
        }
        for item in cancellations
        if item.lines is not None
    }
    yield from _steps(portal, wanted)


def recheck(portal: Portal, refs: Sequence[StepRef]) -> Iterator[Step]:
    """Yield these steps as the Merchant has the orders now.

    A step that is held fails, since its deadline has passed.
    """
    held = {ref.key for ref in refs if isinstance(ref, StepRow) and ref.state == "held"}
    for step in _steps(portal, _wanted_now(portal, refs)):
        is_late = step.key in held and step.decision is None
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
    still = {_key(lowered.link) for lowered in _lowered(portal, _wanted_now(portal, mine))}
    return {
        step.key: Decision(
            state="skipped", code="over", reason="both accounts have the same units now"
        )
        for step in mine
        if step.key not in still
    }


def reduce(portal: Portal, planned: Sequence[Lowered]) -> list[Result]:
    """Reduce the Supplier's orders, as far as the Merchant still wants fewer units."""
    wanted = wanted_units(portal, [lowered.link.merchant_id for lowered in planned])
    # Looked up after the Merchant is read, and before the ledger: a parcel that the Merchant shows
    # is still being written then, or it is in the ledger.
    if portal.links.may_lack_parcels():
        return [Result(outcome=_LATER) for _ in planned]
    now = {lowered.link.merchant_id: lowered for lowered in _lowered(portal, wanted)}
    outcomes = dict(
        zip(
            now,
            required(portal.supplier.cancellations).reduce(
                [_reduction(lowered) for lowered in now.values()]
            ),
            strict=True,
        )
    )
    _comment(portal, [now[id_] for id_, outcome in outcomes.items() if outcome.state == "refused"])
    return [
        _result(portal, now[id_], outcomes[id_])
        if (id_ := lowered.link.merchant_id) in now
        else Result(outcome=Outcome(state="unchanged", id=lowered.link.supplier_id))
        for lowered in planned
    ]


def _wanted_now(portal: Portal, refs: Sequence[StepRef]) -> Mapping[str, Mapping[str, int]]:
    return wanted_units(portal, [step.merchant_id for step in refs if step.merchant_id])


def wanted_units(portal: Portal, ids: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
    """Return the open units by line of orders that the Merchant still requests."""
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
            is_all = not any(_stays(line, units) for line in lines.get(id_, ()))
            yield Lowered(link=link, lines=less, is_all=is_all)


def _stays(line: Link, wanted: Mapping[str, int]) -> bool:
    """True if units of a line were sent, or are still to be sent."""
    is_open = wanted.get(line.merchant_id, line.open_units) != 0
    return bool(line.sent) or is_open


def _key(link: Link) -> str:
    return f"{link.merchant_id}#{link.generation}{_LESS}"


def _step(lowered: Lowered) -> Step:
    units = lowered.less
    return Step(
        key=_key(lowered.link),
        merchant_id=lowered.link.merchant_id,
        supplier_id=lowered.link.supplier_id,
        content=lowered.content,
        summary=f"reduce order {lowered.link.supplier_id} by {units} unit{'s' * (units != 1)}",
        is_destructive=lowered.is_all,
        written=lowered.written,
        payload=lowered,
    )


def _reduction(lowered: Lowered) -> Reduction:
    return Reduction(
        order_id=lowered.link.supplier_id,
        lines=tuple(
            ParcelLine(line_id=line.supplier_id, quantity=units) for line, units in lowered.lines
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
        for line, units in lowered.lines
    )
    if lowered.is_all:
        links = (*links, replace(lowered.link, state="cancelled_by_task"))
    written = lowered.written if outcome.state == "done" else None
    return Result(outcome=outcome, links=links, written=written)


def _comment(portal: Portal, lowered_orders: Sequence[Lowered]) -> None:
    """Add comments in both accounts that the units were not removed."""
    if not lowered_orders:
        return
    portal.supplier.comment(
        [
            Comment(
                key=_comment_key(order),
                order_id=order.link.supplier_id,
                text=f"The Merchant cancelled {_units(order)} of this order; nothing was changed"
                " here: do not send them",
            )
            for order in lowered_orders
        ]
    )
    portal.merchant.comment(
        [
            Comment(
                key=_comment_key(order),
                order_id=order.link.merchant_id,
                text=f"Not removed from the Supplier's order: {_units(order)}; ask the Supplier"
                " not to send them",
            )
            for order in lowered_orders
        ]
    )


def _comment_key(lowered: Lowered) -> str:
    return f"less:{hashlib.blake2b(lowered.content.encode(), digest_size=4).hexdigest()}"


def _units(lowered: Lowered) -> str:
    return f"{lowered.less} unit{'s' * (lowered.less != 1)}"
