"""Edits of an order at the Merchant after it was sent, by group of its fields.

Edits are not sent (https://support.ordoro.com/how-to-cancel-vendor-portal-orders/): the Supplier
must not find other goods in an order than those that it began to pick. `import-orders` compares the
digests of what is sent now with those of what was sent, and reports the groups that differ, in a
separate step, `<order>#<generation>:edit`. It fails until the edit is settled, and has the newest
edit. Its content is `<groups>:<digests>`. Both timelines get a comment, which never has a value.
"""

import hashlib
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ordosync.config.settings import PortalConfig
from ordosync.models import Comment, InvalidRecord, Order
from ordosync.store.step_rows import StepRef, StepRow
from ordosync.tasks.base import Decision, Known, Portal, Step, edit_key
from ordosync.tasks.orders import digests as order_digests
from ordosync.tasks.orders import group_digests
from ordosync.tasks.orders.fields import for_supplier, lines_of_supplier
from ordosync.tasks.orders.group_digests import Digester
from ordosync.tasks.orders.notices import Notice, too_late

EDITED = "edited"
"""Code of the step of an open edit."""
_EDIT = edit_key("")
_ASK = "tell the Supplier, or cancel it and order again"
_REUSED: Mapping[order_digests.Reused, str] = {
    "other-lines": "has none of the lines that were sent under this number, so it was not sent;"
    " give it another number",
    "other-date": "has another date than the order that was sent under this number, so it was not"
    " sent; give it another number",
}


class Imported(Struct, frozen=True, kw_only=True):
    """An order that was imported, as the Merchant has it now."""

    order: Order
    config: PortalConfig
    digester: Digester
    known: str | None
    """The digests of what was sent; None if unknown."""
    is_split: bool = False
    """True if the Merchant split it after the import, so that only a piece still has its id."""

    def is_unchanged(self, row: StepRow) -> bool:
        """True if it was read as it was sent. This is fast, and true for most orders."""
        is_same = row.content.startswith(f"{self.order.content}+{self.digester.rules}-")
        return is_same and self.digester.covers(self.known)

    def read(self) -> Known:
        """Return its content and its digests. This is slow, so only changed orders need it."""
        lines = lines_of_supplier(self.config, self.order.lines)
        created = for_supplier(replace(self.order, lines=lines), self.config, reference="")
        return Known(
            content=order_digests.of_order(self.order, created.lines, self.digester.rules),
            digests=self.digester.of(created),
        )


def compare(step: Step, row: StepRow, *, has_open_edit: bool) -> Step | Known | None:
    """Compare an imported order with its state when it was sent; see `Compare`."""
    payload = step.payload
    if isinstance(payload, InvalidRecord):
        return _unreadable(step, payload, row.content)
    if not isinstance(payload, Imported):
        # It was sent before it was edited, and its outcome was not known.
        now = Known(content=step.content, digests=step.digests or "")
        return _compared(step, row, row.digests, now, has_open_edit=has_open_edit)
    if payload.is_unchanged(row):
        return _taken_back(step, row.content) if has_open_edit else None
    now = payload.read()
    if payload.is_split:
        is_same = (row.content, payload.known) == (now.content, now.digests)
        return None if has_open_edit or is_same else now
    return _compared(step, row, payload.known, now, has_open_edit=has_open_edit)


def groups_of(content: str) -> tuple[str, ...]:
    """Return the groups that an open edit names, given the content of its step."""
    groups, colon, _ = content.partition(":")
    return tuple(groups.split("+")) if colon else ()


def kept(row: StepRow) -> Mapping[str, str | None]:
    """Return the digests that become known if an edit is kept, by the key of its order."""
    return {row.key.removesuffix(_EDIT): row.content.partition(":")[2]} if is_edit(row) else {}


def reopened(row: StepRow) -> Mapping[str, str | None]:
    """Return the digests from before an edit, by the key of its order."""
    return {row.key.removesuffix(_EDIT): row.digests} if is_edit(row) else {}


def is_edit(row: StepRow) -> bool:
    """True for the step of an edit whose groups are known."""
    return row.key.endswith(_EDIT) and bool(groups_of(row.content))


def announce(portal: Portal, refs: Sequence[StepRef], decisions: Mapping[str, Decision]) -> None:
    """Add a comment to the Merchant's orders that were shipped without an edit that was open."""
    comments = [
        Comment(
            key=f"too-late:{_short(ref.key)}",
            order_id=ref.merchant_id,
            text="The edit came too late: the Supplier shipped the order as it was sent",
        )
        for ref in refs
        if ref.key.endswith(_EDIT) and ref.merchant_id and ref.key in decisions
        if decisions[ref.key].reason == too_late("shipped").reason
    ]
    if comments:
        portal.merchant.comment(comments)


def _compared(
    step: Step, row: StepRow, known: str | None, now: Known, *, has_open_edit: bool
) -> Step | Known | None:
    before, after = order_digests.parse(row.content), order_digests.parse(now.content)
    if after is None:
        # It is a notice.
        return None
    if before and before.how == after.how and (sign := order_digests.reused(before, after)):
        return _reused(replace(step, content=now.content), sign)
    if known is None or not group_digests.are_comparable(known, now.digests):
        return None if has_open_edit else now
    if groups := group_digests.changed(known, now.digests):
        has_fewer_lines = bool(before and before.lines - after.lines)
        return _edit(step, groups, known, now, has_fewer_lines=has_fewer_lines)
    if has_open_edit:
        is_ignored = group_digests.ignores_more(known, now.digests)
        return _ignored(step, row) if is_ignored else _taken_back(step, row.content)
    # A group that is tracked again is known from now on.
    return now if group_digests.ignores_more(now.digests, known) else None


def _edit(
    step: Step, groups: Sequence[str], known: str, now: Known, *, has_fewer_lines: bool
) -> Step:
    content = f"{'+'.join(groups)}:{now.digests}"
    named = ", ".join(groups)
    less = ": lines are missing" if has_fewer_lines and "lines" in groups else ""
    notice = Notice(
        code=EDITED,
        reason=f"was edited after it was sent ({named}){less}; edits are not sent: {_ASK}",
        supplier_id=step.supplier_id or "",
        key=f"{EDITED}:{_short(step.key, content)}",
        at_merchant=f"Edited after it was sent ({named}); edits are not sent: {_ASK}",
        at_supplier=f"The Merchant edited this order after it was sent ({named}); the edit was not"
        " sent",
    )
    return _of_edit(replace(step, content=content, digests=known), notice)


def _reused(step: Step, sign: order_digests.Reused) -> Step:
    code = "reused-number"
    return _of_edit(
        step,
        Notice(
            code=code,
            reason=_REUSED[sign],
            supplier_id=step.supplier_id or "",
            key=f"{code}:{_short(step.key, step.content)}",
            at_merchant="Another order with this number was sent before; this one was not sent",
            at_supplier="The Merchant now has another order with this number; it was not sent",
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
    notice = Notice(
        code="taken-back",
        reason="agrees with the Supplier's order again",
        supplier_id=step.supplier_id or "",
        key=f"taken-back:{_short(step.key, before)}",
        at_merchant="The edit is settled: the Supplier's order agrees with this one again",
        at_supplier="The edit is settled: the Merchant's order agrees with this one again",
    )
    return _of_edit(replace(step, content=before), notice)


def _ignored(step: Step, row: StepRow) -> Step:
    notice = Notice(
        code="ignored",
        reason="was edited only in groups that `edits` ignores now",
        supplier_id=step.supplier_id or "",
        key="",
    )
    return _of_edit(replace(step, content=row.content), notice)


def _of_edit(step: Step, notice: Notice) -> Step:
    return replace(
        step,
        key=edit_key(step.key),
        summary=f"comment on order {notice.supplier_id}: {notice.code}",
        needs_redo=False,
        decision=None,
        payload=notice,
    )


def _short(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=4).hexdigest()
