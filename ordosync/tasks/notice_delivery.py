"""Delivery of notices: their comments in both accounts, and the end of those that are over."""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.models import Comment, Order, Outcome
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef
from ordosync.tasks.base import Decision, Portal, Result, Step
from ordosync.tasks.order_notices import Notice, is_notice


def tell(portal: Portal, steps: Sequence[Step]) -> Mapping[str, Result]:
    """Add the comments. A notice is refused, so its step stays open, unless it is too late."""
    notices = {step.key: step.payload for step in steps if isinstance(step.payload, Notice)}
    open_ = [step for step in steps if step.key in notices]
    late = over(portal, [step for step in open_ if notices[step.key].code != "taken-back"])
    _comment(portal, [step for step in open_ if step.key not in late], notices)
    return {
        key: Result(
            outcome=_outcome(one, late.get(key)),
            frees=key.removesuffix(":reassigned") if one.code == "reassigned" else "",
        )
        for key, one in notices.items()
    }


def over(portal: Portal, refs: Sequence[StepRef]) -> Mapping[str, Decision]:
    """Return the notices that need no action any more, and why; only reads."""
    notices = {one.key: one.merchant_id for one in refs if one.merchant_id and is_notice(one.key)}
    if not notices:
        return {}
    requests = {key: id_ for key, id_ in notices.items() if not key.endswith(":edit")}
    found = dict(_withdrawn(portal, requests))
    rest = {
        key: id_
        for key, id_ in notices.items()
        if key not in found and not key.endswith(":supplier-cancelled")
    }
    links = portal.links.of_merchant("order", sorted({*rest.values()}))
    shipped = portal.links.of_merchant("shipment", sorted(links))
    open_ = []
    for key, id_ in rest.items():
        if id_ in shipped and shipped[id_].state == "live":
            found[key] = _too_late("shipped")
        elif id_ in links and links[id_].state == "cancelled_by_task":
            found[key] = _too_late("cancelled")
        elif id_ in links:
            open_.append((key, links[id_]))
    found |= _at_supplier(portal, open_)
    return found


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
    here = [link.merchant_id for key, link in cancelled if not key.endswith(":reassigned")]
    gone = portal.merchant.cancelled_among(here) if here else frozenset()
    for key, link in open_:
        if statuses.get(link.supplier_id) == "shipped":
            yield key, _too_late("shipped")
    for key, link in cancelled:
        if key.endswith(":reassigned") or link.merchant_id in gone:
            yield key, _too_late("cancelled")


def _withdrawn(portal: Portal, requests: Mapping[str, str]) -> Iterator[tuple[str, Decision]]:
    """Yield the notices of orders that are not requested now, or again from this Supplier."""
    if not requests:
        return
    requested = {
        item.id
        for page in portal.merchant.orders.by_id(sorted({*requests.values()}))
        for item in page.items
        if isinstance(item, Order)
    }
    for key, id_ in requests.items():
        if key.endswith(":reassigned") and id_ in requested:
            yield (
                key,
                Decision(state="skipped", code="given-back", reason="is this Supplier's again"),
            )
        elif not key.endswith(":reassigned") and id_ not in requested:
            yield key, Decision(state="skipped", code="gone", reason="is not requested any more")


def _too_late(status: str) -> Decision:
    return Decision(state="skipped", code="too-late", reason=f"is {status} by now, as it was sent")


def _comment(portal: Portal, steps: Sequence[Step], notices: Mapping[str, Notice]) -> None:
    here, there = [], []
    for step in steps:
        one = notices[step.key]
        if one.at_merchant and step.merchant_id:
            here.append(Comment(key=one.key, order_id=step.merchant_id, text=one.at_merchant))
        if one.at_supplier and one.supplier_id:
            there.append(Comment(key=one.key, order_id=one.supplier_id, text=one.at_supplier))
    if here:
        portal.merchant.comment(here)
    if there:
        portal.supplier.comment(there)


def _outcome(notice: Notice, late: Decision | None) -> Outcome:
    if late:
        return Outcome(state="unchanged", id=notice.supplier_id, code=late.code, reason=late.reason)
    if notice.code == "taken-back":
        return Outcome(
            state="unchanged", id=notice.supplier_id, code=notice.code, reason=notice.reason
        )
    return Outcome(state="refused", code=notice.code, reason=notice.reason)
