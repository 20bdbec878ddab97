"""Notices: changes of an order after it was sent that no task carries to the other account.

A notice is a separate step, `failed` until its cause no longer exists: an edit, an order that was
reassigned to another supplier, an order that is requested again although the Supplier cancelled it,
or an order whose rest was cancelled after a part was sent. Both timelines get a comment, which
never contains a value.
"""

import hashlib
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from ordosync.config.settings import PortalConfig
from ordosync.models import InvalidRecord, Order
from ordosync.store.links import Link
from ordosync.tasks.base import Step, edit_key
from ordosync.tasks.orders import digests as order_digests
from ordosync.tasks.orders.fields import for_supplier, lines_of_supplier

REST_CANCELLED = "rest-cancelled"
_KINDS = ("edit", "reassigned", "supplier-cancelled", REST_CANCELLED)
_ASK = "tell the Supplier, or cancel it and order again"
_REASONS: Mapping[order_digests.Change, str] = {
    "edited": f"was edited after it was sent; edits are not sent: {_ASK}",
    "lines-missing": f"was edited after it was sent: lines are missing; edits are not sent: {_ASK}",
    "other-lines": "has none of the lines that were sent under this number, so it was not sent;"
    " give it another number",
    "other-date": "has another date than the order that was sent under this number, so it was not"
    " sent; give it another number",
}


class Imported(Struct, frozen=True, kw_only=True):
    """An order that was imported, as the Merchant has it now."""

    order: Order
    config: PortalConfig
    rules: str
    is_split: bool = False
    """True if the Merchant split it after the import, so that only a piece still has its id."""
    settled: frozenset[str] = frozenset()
    """The lines of which units were sent, or cancelled in both accounts."""

    def content(self) -> str:
        """Return its content. This is slow, so it is called only if something has changed."""
        order = self.order
        lines = lines_of_supplier(self.config, order.lines)
        created = for_supplier(replace(order, lines=lines), self.config, reference="")
        return order_digests.of_order(
            order, created, self.rules, config=self.config, settled=self.settled
        )


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
    return generation.isdigit() and kind in _KINDS


def compare(step: Step, before: str, *, has_open_edit: bool) -> Step | str | None:
    """Compare an imported order with its state when it was sent; see `Compare`."""
    payload = step.payload
    if isinstance(payload, InvalidRecord):
        return _unreadable(step, payload, before)
    if isinstance(payload, Imported):
        if before.startswith(f"{step.content}+{payload.rules}-"):
            return _taken_back(step, before) if has_open_edit else None
        step = replace(step, content=payload.content())
        if payload.is_split:
            return None if has_open_edit or step.content == before else step.content
    before_digest, after_digest = order_digests.parse(before), order_digests.parse(step.content)
    if after_digest is None:
        # It is a notice.
        return None
    if before_digest is None or before_digest.how != after_digest.how:
        return None if has_open_edit else step.content
    change = order_digests.changed(before_digest, after_digest)
    if change:
        return _edit(step, change)
    return _taken_back(step, before) if has_open_edit else None


def reassigned(step: Step, link: Link) -> Step:
    """Return the notice that an order was reassigned to another supplier."""
    return _notice(
        step,
        Notice(
            code="reassigned",
            reason="was assigned to another supplier after it was sent; ordosync does not recall"
            " it: ask the Supplier to cancel it",
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
            reason="is requested again, but the Supplier cancelled it, so it is not sent again; ask"
            " the Supplier, or order under another number",
            supplier_id=link.supplier_id,
            key=f"supplier-cancelled:{link.generation}",
            at_merchant="Not sent again: the Supplier itself cancelled it",
            at_supplier="The Merchant requests this cancelled order again; it was not sent again",
        ),
    )


def rest_cancelled(step: Step) -> Step:
    """Return the notice that an order is requested whose open units cancel-orders cancelled.

    A part of it was sent before. A new order for the rest could send units twice that are in a
    parcel which is not reported yet.
    """
    generation = step.key.rpartition("#")[2]
    return _notice(
        step,
        Notice(
            code=REST_CANCELLED,
            reason="is requested again, but the Supplier's order has no open unit: a part was sent,"
            " and the rest was cancelled; ask the Supplier to add the rest, or cancel it and order"
            " it under another number",
            supplier_id=step.supplier_id or "",
            key=f"{REST_CANCELLED}:{generation}",
            at_merchant="Requested again, but the Supplier's order has no open unit: ask the"
            " Supplier to add the rest, or order it under another number",
            at_supplier="The Merchant requests the cancelled rest of this order again: add it here,"
            " or tell the Merchant that it does not come",
        ),
    )


def _edit(step: Step, change: order_digests.Change) -> Step:
    is_other = change in ("other-lines", "other-date")
    code = "reused-number" if is_other else "edited"
    at_supplier = "The Merchant edited this order after it was sent; the edit was not sent"
    at_merchant = f"Edited after it was sent; edits are not sent: {_ASK}"
    if is_other:
        at_supplier = "The Merchant now has another order with this number; it was not sent"
        at_merchant = "Another order with this number was sent before; this one was not sent"
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
    content = order_digests.decisive(before)
    is_comparable = content.partition("-")[0] == item.content.partition("-")[0]
    if item.is_skipped or item.is_whole_file or not is_comparable or content == item.content:
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
                reason="agrees with the Supplier's order again",
                supplier_id=step.supplier_id or "",
                key=f"taken-back:{_short(step.key, before)}",
                at_merchant="The edit is settled: the Supplier's order agrees with this one again",
                at_supplier="The edit is settled: the Merchant's order agrees with this one again",
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


def _short(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=4).hexdigest()
