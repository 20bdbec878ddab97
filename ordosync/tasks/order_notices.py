"""Notices: changes of an order after it was sent that no task carries to the other account.

A notice is a step of its own, `failed` until its cause is gone: an edit, an order that was
reassigned to another supplier, or an order that is requested again although the Supplier cancelled
it. Both timelines get a comment, which never contains a value.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ordosync.config.settings import PortalConfig
from ordosync.models import Comment, InvalidRecord, Order, Outcome
from ordosync.store.links import Link
from ordosync.store.steps import StepRef
from ordosync.tasks import order_digests
from ordosync.tasks.base import Decision, Portal, Result, Step, edit_key
from ordosync.tasks.order_fields import for_supplier, lines_of_supplier

_ASK = "tell the Supplier, or cancel it and order again"
_REASONS: Mapping[order_digests.Change, str] = {
    "edited": f"was edited after it was sent; edits do not travel: {_ASK}",
    "lines-missing": "was edited after it was sent: lines are missing; edits do not travel:"
    f" {_ASK}",
    "other-lines": "has none of the lines that were sent under this number; nothing of it was sent:"
    " give it a number of its own",
    "other-date": "has another date than the order that was sent under this number; nothing of it"
    " was sent: give it a number of its own",
}
_OVER = ("shipped", "cancelled")


class Imported(Struct, frozen=True, kw_only=True):
    """An order that was imported, as the Merchant has it now."""

    order: Order
    config: PortalConfig
    rules: str
    is_split: bool = False
    """True if the Merchant split it after the import, so that only a piece still has its id."""

    def content(self) -> str:
        """Return its content. This is slow, so it is called only if something has changed."""
        order = self.order
        lines = lines_of_supplier(self.config, order.lines)
        created = for_supplier(replace(order, lines=lines), self.config, reference="")
        return order_digests.of_order(order, created, self.rules)


class Notice(Struct, frozen=True, kw_only=True):
    """A message to both accounts about an imported order."""

    code: str
    reason: str
    supplier_id: str
    key: str
    """Key of its comments: an order has only one comment with the same key."""
    at_merchant: str = ""
    at_supplier: str = ""


def is_notice(key: str) -> bool:
    """True if a step of `import-orders` is a notice, which sends no order."""
    generation, _, kind = key.rpartition("#")[2].partition(":")
    return generation.isdigit() and kind in ("edit", "reassigned", "supplier-cancelled")


def compare(step: Step, before: str, *, has_open_edit: bool) -> Step | str | None:
    """Compare an imported order with its state when it was sent; see `Compare`."""
    known = step.payload
    if isinstance(known, InvalidRecord):
        return _unreadable(step, known, before)
    if isinstance(known, Imported):
        if before.startswith(f"{step.content}+{known.rules}-"):
            return _taken_back(step, before) if has_open_edit else None
        step = replace(step, content=known.content())
        if known.is_split:
            return None if has_open_edit or step.content == before else step.content
    was, now = order_digests.sent(before), order_digests.sent(step.content)
    if now is None:
        return None  # It is a notice.
    if was is None or was.how != now.how:
        return None if has_open_edit else step.content
    change = order_digests.changed(was, now)
    if change:
        return _edit(step, change)
    return _taken_back(step, before) if has_open_edit else None


def reassigned(step: Step, link: Link) -> Step:
    """Return the notice that an order was reassigned to another supplier."""
    return _notice(
        step,
        Notice(
            code="reassigned",
            reason="was given to another supplier after it was sent; it is not recalled: ask the"
            " Supplier to cancel it",
            supplier_id=link.supplier_id,
            key=f"reassigned:{link.generation}",
            at_merchant=f"The earlier Supplier still has its order {link.supplier_id}",
            at_supplier="The Merchant gave this order to another supplier; it is not recalled",
        ),
    )


def supplier_cancelled(step: Step, link: Link) -> Step:
    """Return the notice that an order is requested that the Supplier cancelled."""
    return _notice(
        step,
        Notice(
            code="supplier-cancelled",
            reason="is requested again, but the Supplier itself cancelled it; it is not sent again:"
            " ask the Supplier, or order under another number",
            supplier_id=link.supplier_id,
            key=f"supplier-cancelled:{link.generation}",
            at_merchant="Not sent again: the Supplier itself cancelled it",
            at_supplier="The Merchant requests this cancelled order again; it was not sent again",
        ),
    )


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


def _edit(step: Step, change: order_digests.Change) -> Step:
    is_other = change in ("other-lines", "other-date")
    code = "reused-number" if is_other else "edited"
    at_supplier = "The Merchant edited this order after it was sent; the edit did not travel"
    at_merchant = f"Edited after it was sent; edits do not travel: {_ASK}"
    if is_other:
        at_supplier = "The Merchant has another order of this number now; it was not sent"
        at_merchant = "Another order of this number was sent before; this one was not sent"
    return _of_edit(
        step,
        Notice(
            code=code,
            reason=_REASONS[change],
            supplier_id=step.supplier_id or "",
            key=f"{code}:{_short(step.key, step.content)}",
            at_merchant=at_merchant,
            at_supplier=at_supplier,
        ),
    )


def _unreadable(step: Step, item: InvalidRecord, before: str) -> Step | None:
    """Return the notice that an order cannot be read now, so that edits may be missed."""
    was = order_digests.decisive(before)
    is_comparable = was.partition("-")[0] == item.content.partition("-")[0]
    if item.is_skipped or item.is_whole_file or not is_comparable or was == item.content:
        return None
    reason = f"cannot be read as it is now, after it was sent: {item.reason}"
    notice = Notice(code=item.code, reason=reason, supplier_id=step.supplier_id or "", key="")
    return _of_edit(step, notice)


def _taken_back(step: Step, before: str) -> Step:
    return replace(
        _of_edit(
            step,
            Notice(
                code="taken-back",
                reason="is again as it was sent",
                supplier_id=step.supplier_id or "",
                key=f"taken-back:{_short(step.key, before)}",
                at_merchant="The edit was taken back: it is again as it was sent",
                at_supplier="The Merchant took the edit back: it is again as it was sent",
            ),
        ),
        content=before,
    )


def _of_edit(step: Step, notice: Notice) -> Step:
    return replace(
        step,
        key=edit_key(step.key),
        summary=f"comment on order {notice.supplier_id}: {notice.code}",
        needs_redo=False,
        decision=None,
        payload=notice,
    )


def _notice(step: Step, notice: Notice) -> Step:
    return replace(
        step,
        key=f"{step.key}:{notice.code}",
        content=notice.code,
        summary=f"comment on order {notice.supplier_id}: {notice.code}",
        payload=notice,
    )


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


def _short(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=4).hexdigest()
