"""Steps of orders whose shortages have changed, and of those whose problem is still open."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from msgspec.structs import replace

from ordosync.models import InvalidRecord
from ordosync.shortages import Shortage
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef, StepRow
from ordosync.store.written import Change, Written
from ordosync.tasks.base import Decision, Portal, Step
from ordosync.tasks.invalid_records import step_of_supplier
from ordosync.tasks.shortages import answers, problems, texts
from ordosync.tasks.shortages.changes import OrderChange, change_of
from ordosync.tasks.shortages.line_ids import with_line_ids

_SHORT = ":short"
"""The suffix of the key of a step that reports the shortages of an order."""
_NO_LINK_REST = timedelta(days=1)
"""The time that an answer waits for a link that an import or a restore may still add."""
_BEHIND = Decision(
    state="waiting",
    code="cancellations-first",
    reason="waits until cancel-orders has recorded which units the Merchant cancelled",
)
_NEVER = (
    "; it does not run automatically, so run `ordosync cancel-orders {}` an hour after the restore"
)
"""What the operator does if cancel-orders is off or paused. It reads everything from then on."""


def steps_of(
    portal: Portal,
    items: Sequence[Shortage | InvalidRecord],
    refs: Mapping[str, StepRef],
    *,
    lacks_links: bool = False,
) -> Iterator[Step]:
    """Yield a step for each of these orders with a change. `refs` are retried, by their keys."""
    shortages = [item for item in items if isinstance(item, Shortage)]
    ids = sorted({id_ for item in shortages for id_ in (item.order_id, *item.ancestors)})
    links = portal.links.all_of_supplier("order", ids)
    merchant_ids = sorted({link.merchant_id for found in links.values() for link in found})
    lines = portal.links.lines_of(merchant_ids)
    uncertain = portal.links.with_uncertain_units(merchant_ids)
    is_behind = portal.links.may_lack_cancellations() if merchant_ids else False
    behind = _behind(portal) if is_behind else _BEHIND
    read = {item.order_id for item in shortages}
    unlinked: list[Step] = []
    for item in items:
        if isinstance(item, InvalidRecord):
            yield step_of_supplier(item)
        elif item.order_id in links:
            found = links[item.order_id]
            is_uncertain = is_behind or found[0].merchant_id in uncertain
            if step := _step(portal, item, found, lines, refs):
                step = _as_retried(step, f"{item.order_id}{_SHORT}", refs)
                yield replace(step, decision=behind) if is_uncertain else step
        # The shortage of a piece is in that of its order, if the account shows both.
        elif not lacks_links and read.isdisjoint(item.ancestors):
            unlinked += _unlinked(portal, item, links, refs)
    yield from _not_cancelled(portal, unlinked)


def _not_cancelled(portal: Portal, steps: Sequence[Step]) -> Iterator[Step]:
    """Yield the steps of orders that the Merchant has not cancelled as well.

    The Merchant refuses the split of a cancelled order, so its pieces never get links.
    """
    ids = sorted({step.merchant_id for step in steps if step.merchant_id})
    cancelled = portal.merchant.cancelled_among(ids) if ids else frozenset()
    return (step for step in steps if step.merchant_id not in cancelled)


def _behind(portal: Portal) -> Decision:
    """Return the decision that a shortage waits until the ledger is complete after a restore."""
    if portal.links.runs_cancellations():
        return _BEHIND
    return replace(_BEHIND, reason=_BEHIND.reason + _NEVER.format(portal.name))


def key_of(link: Link) -> str:
    """Return the key of the step that reports the shortages of an order."""
    return f"{link.merchant_id}#{link.generation}{_SHORT}"


def _step(
    portal: Portal,
    item: Shortage,
    links: Sequence[Link],
    lines: Mapping[str, Sequence[Link]],
    refs: Mapping[str, StepRef],
) -> Step | None:
    link = links[0]
    if link.state == "cancel_asked":
        return answers.step(key_of(link), link, item)
    if link.state not in ("live", "cancelled_by_supplier"):
        return None
    named = with_line_ids(portal, item, link, lines.get(link.merchant_id, ()))
    change = change_of(named, links, lines)
    ref = refs.get(key_of(link))
    is_uncertain = isinstance(ref, StepRow) and ref.state in ("sending", "unknown")
    if change.is_needed or is_uncertain:
        return _change_step(change)
    row = ref or _of_whole_order(links, refs)
    return problems.step(portal, row, links, lines) if isinstance(row, StepRow) else None


def _of_whole_order(links: Sequence[Link], refs: Mapping[str, StepRef]) -> StepRef | None:
    """Return the step of an order that the Merchant split after the report."""
    keys = [key_of(link) for link in links if link.state == "split"]
    return next((refs[key] for key in keys if key in refs), None)


def _as_retried(step: Step, unlinked_key: str, refs: Mapping[str, StepRef]) -> Step:
    """Return a step with the key under which its order had no link."""
    return replace(step, key=unlinked_key) if unlinked_key in refs else step


def _change_step(change: OrderChange) -> Step:
    ended = change.is_whole and change.link.state == "live"
    return Step(
        key=key_of(change.link),
        merchant_id=change.link.merchant_id,
        supplier_id=change.shortage.order_id,
        content=change.content,
        summary=f"report to order {change.link.merchant_id}: {texts.text_of(change) or 'nothing'}",
        is_destructive=ended,
        is_at_risk=ended,
        written=_written(change),
        payload=change,
    )


def _written(change: OrderChange) -> Written:
    units = {
        line.link.supplier_id: Change(old=line.before.reported, new=line.after.cancelled)
        for line in change.lines
        if line.cancelled
    }
    status = Change(old="open", new="cancelled") if change.is_whole else None
    return Written(status=status, short_units=units)


def _unlinked(
    portal: Portal,
    item: Shortage,
    links: Mapping[str, Sequence[Link]],
    refs: Mapping[str, StepRef],
) -> Iterator[Step]:
    """Yield a step for an order that this portal sent but that has no link, or for a new piece.

    A link may still be added. After a day the step fails.
    """
    ancestor = next((links[id_][0] for id_ in item.ancestors if id_ in links), None)
    if ancestor is None and not item.reference.startswith(f"{portal.origin}:"):
        return
    if not item.is_cancelled and not any(of.backordered or of.cancelled for of in item.lines):
        return
    key = f"{item.order_id}{_SHORT}"
    merchant_id = item.reference.partition(":")[2].rpartition("#")[0]
    yield Step(
        key=key,
        merchant_id=(ancestor.merchant_id if ancestor else merchant_id) or None,
        supplier_id=item.order_id,
        content="no-link",
        decision=Decision(
            state="failed" if key in refs else "waiting",
            code="no-link",
            reason=f"belongs to order {item.order_id}, which ordosync sent, but whose link is"
            " missing; tell the Merchant, or run `ordosync import-orders`, which looks for it",
            rest=_NO_LINK_REST,
        ),
    )
