"""Delivery of notices: their comments in both accounts, and the end of notices that are settled."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from ordosync.models import Comment, Order, Outcome
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef, StepRow
from ordosync.tasks.base import Decision, Portal, Result, Step
from ordosync.tasks.edits.application import apply_edits
from ordosync.tasks.edits.edit import BELOW_SENT, RACED, Edit
from ordosync.tasks.order_edits import announce
from ordosync.tasks.orders import cancelled_rest
from ordosync.tasks.orders.notices import DELETED, REASSIGNED, Notice, is_notice, too_late

_SETTLED = ("taken-back", "ignored")
"""Codes of notices that an edit is settled."""
_TAKEN_AWAY = (f":{REASSIGNED}", f":{DELETED}")
"""The suffixes of the keys of notices that the Merchant does not request an order any more."""


def deliver(portal: Portal, steps: Sequence[Step]) -> Mapping[str, Result]:
    """Write edits, and add the comments of notices.

    The step of a notice fails, so it stays open until it is settled.
    """
    notices = {step.key: step.payload for step in steps if isinstance(step.payload, Notice)}
    open_ = [step for step in steps if step.key in notices]
    edits = [step for step in steps if isinstance(step.payload, Edit)]
    late = settled(portal, [*(step for step in open_ if not _is_settled(step)), *_fresh(edits)])
    _comment(portal, [step for step in open_ if step.key not in late], notices)
    announce(portal, [*open_, *edits], late)
    written = apply_edits(portal, [step for step in edits if step.key not in late])
    results = {
        key: Result(
            outcome=_outcome(notice, late.get(key)),
            frees=key.removesuffix(f":{REASSIGNED}") if notice.code == REASSIGNED else "",
        )
        for key, notice in notices.items()
    }
    passed = [step for step in edits if step.key in late]
    return {**results, **written, **{step.key: _passed(step, late[step.key]) for step in passed}}


def _fresh(edits: Sequence[Step]) -> list[Step]:
    """Return the edits that no earlier attempt may have written before the order was shipped."""
    return [step for step in edits if isinstance(step.payload, Edit) and not step.payload.attempted]


def _passed(step: Step, late: Decision) -> Result:
    return Result(outcome=_late(step.supplier_id or "", late), frees=step.key)


def _is_settled(step: Step) -> bool:
    return isinstance(step.payload, Notice) and step.payload.code in _SETTLED


def settled(portal: Portal, refs: Sequence[StepRef]) -> Mapping[str, Decision]:
    """Return a decision for each notice that needs no action any more; only reads."""
    rests = [step for step in refs if cancelled_rest.is_about(step)]
    decisions = dict(cancelled_rest.settled(portal, rests))
    notices = {
        step.key: step.merchant_id
        for step in refs
        if step.merchant_id and is_notice(step.key) and step not in rests
        if not _is_for_operator(step)
    }
    if not notices:
        return decisions
    requests = {key: id_ for key, id_ in notices.items() if not key.endswith(":edit")}
    decisions |= _withdrawn(portal, requests)
    pending = {
        key: id_
        for key, id_ in notices.items()
        if key not in decisions and not key.endswith(":supplier-cancelled")
    }
    links = portal.links.of_merchant("order", sorted({*pending.values()}))
    shipped = _shipped(portal, sorted(links))
    open_ = []
    for key, id_ in pending.items():
        if id_ in shipped:
            decisions[key] = too_late("shipped")
        elif id_ in links and links[id_].state == "cancelled_by_task":
            decisions[key] = too_late("cancelled")
        elif id_ in links:
            open_.append((key, links[id_]))
    decisions |= _at_supplier(portal, open_)
    return decisions


def _is_for_operator(ref: StepRef) -> bool:
    """True if an edit stays open although its order is shipped, as only people can settle it."""
    return isinstance(ref, StepRow) and ref.code in (RACED, BELOW_SENT)


def _shipped(portal: Portal, ids: Sequence[str]) -> AbstractSet[str]:
    """Return the orders with a reported parcel and no open unit."""
    lines = portal.links.lines_of(ids)
    return {
        order_id
        for order_id, parcels in portal.links.parcels_of(ids).items()
        if any(link.state == "live" for link in parcels)
        and not any(line.open_units for line in lines.get(order_id, ()))
    }


def _at_supplier(
    portal: Portal, open_: Sequence[tuple[str, Link]]
) -> Iterator[tuple[str, Decision]]:
    """Yield the notices of orders that are shipped, or cancelled in both accounts."""
    if not open_:
        return
    statuses = portal.supplier.orders.statuses(sorted({link.supplier_id for _, link in open_}))
    cancelled = [
        (key, link) for key, link in open_ if statuses.get(link.supplier_id) == "cancelled"
    ]
    merchant_ids = [link.merchant_id for key, link in cancelled if not key.endswith(_TAKEN_AWAY)]
    cancelled_ids = portal.merchant.cancelled_among(merchant_ids) if merchant_ids else frozenset()
    for key, link in open_:
        if statuses.get(link.supplier_id) == "shipped":
            yield key, too_late("shipped")
    for key, link in cancelled:
        if key.endswith(_TAKEN_AWAY) or link.merchant_id in cancelled_ids:
            yield key, too_late("cancelled")


def _withdrawn(portal: Portal, requests: Mapping[str, str]) -> Iterator[tuple[str, Decision]]:
    """Yield the notices of orders that are no longer requested, or are this Supplier's again."""
    if not requests:
        return
    requested = {
        item.id
        for page in portal.merchant.orders.by_id(sorted({*requests.values()}))
        for item in page.items
        if isinstance(item, Order)
    }
    for key, id_ in requests.items():
        if key.endswith(_TAKEN_AWAY) and id_ in requested:
            yield (
                key,
                Decision(state="skipped", code="given-back", reason="is this Supplier's again"),
            )
        elif not key.endswith(_TAKEN_AWAY) and id_ not in requested:
            yield key, Decision(state="skipped", code="gone", reason="is not requested any more")


def _comment(portal: Portal, steps: Sequence[Step], notices: Mapping[str, Notice]) -> None:
    at_merchant, at_supplier = [], []
    for step in steps:
        notice = notices[step.key]
        if notice.at_merchant and step.merchant_id:
            at_merchant.append(
                Comment(key=notice.key, order_id=step.merchant_id, text=notice.at_merchant)
            )
        if notice.at_supplier and notice.supplier_id:
            at_supplier.append(
                Comment(key=notice.key, order_id=notice.supplier_id, text=notice.at_supplier)
            )
    if at_merchant:
        portal.merchant.comment(at_merchant)
    if at_supplier:
        portal.supplier.comment(at_supplier)


def _outcome(notice: Notice, late: Decision | None) -> Outcome:
    if late:
        return _late(notice.supplier_id, late)
    if notice.code in _SETTLED:
        return Outcome(
            state="unchanged", id=notice.supplier_id, code=notice.code, reason=notice.reason
        )
    return Outcome(state="refused", code=notice.code, reason=notice.reason)


def _late(supplier_id: str, late: Decision) -> Outcome:
    return Outcome(state="unchanged", id=supplier_id, code=late.code, reason=late.reason)
