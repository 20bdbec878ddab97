"""Edits of an order at the Merchant after it was sent, by group of its fields.

By default edits are not sent (https://support.ordoro.com/how-to-cancel-vendor-portal-orders/): the
Supplier must not find other goods in an order than those that it began to pick. `import-orders`
compares the digests of what is sent now with those of what was sent, and reports the groups that
differ, in a separate step, `<order>#<generation>:edit`. It fails until the edit is settled, and has
the newest edit. Its content is `<groups>:<digests>`. Both timelines get a comment, which never has
a value. With the policy `apply`, the edit is written to the Supplier's order; see `edits`.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ordosync.config.policy_settings import EditPolicy
from ordosync.config.settings import PortalConfig
from ordosync.models import Comment, InvalidRecord, Order
from ordosync.store.step_rows import StepRef, StepRow
from ordosync.tasks.base import Decision, Known, Portal, Step
from ordosync.tasks.edit_keys import edit_key
from ordosync.tasks.edits.carried import carried, groups_of, may_be_written
from ordosync.tasks.edits.edit import EDITED, HELD, Edit
from ordosync.tasks.edits.texts import short
from ordosync.tasks.orders import digests as order_digests
from ordosync.tasks.orders import group_digests
from ordosync.tasks.orders.fields import for_supplier, lines_of_supplier
from ordosync.tasks.orders.group_digests import GROUPS, Digester
from ordosync.tasks.orders.notices import Notice, too_late
from ordosync.tasks.orders.sent_as import SentAs

_EDIT = edit_key("")
_CARRIED: Mapping[str, frozenset[EditPolicy]] = {
    EDITED: frozenset({"apply", "hold"}),
    HELD: frozenset({"apply"}),
}
"""Policies by which an edit is tried again, by the code of its step."""
_ASK = "tell the Supplier, or cancel it and order again"
_REUSED: Mapping[order_digests.Reused, str] = {
    "other-lines": "has none of the lines that were sent under this number, so it was not sent;"
    " give it another number, or send its other lines manually if an export has cut it into pages",
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
    sent: SentAs = SentAs()

    def is_unchanged(self, content: str) -> bool:
        """True if it was read as it was sent. This is fast, and true for most orders."""
        is_same = content.startswith(f"{self.order.content}+{self.digester.rules}-")
        return is_same and not self.sent.is_reduced and self.digester.covers(self.known)

    def created(self) -> Order:
        """Return the fields that are sent. This is slow, so only changed orders need it."""
        lines = tuple(
            replace(line, quantity=max(line.quantity, self.sent.ordered.get(line.id, 0)))
            for line in lines_of_supplier(self.config, self.order.lines)
        )
        return for_supplier(replace(self.order, lines=lines), self.config, reference="")

    def sent_as(self, created: Order, now: Known, known: str) -> Edit:
        """Return the edit, with no group yet."""
        return Edit(
            order=created,
            config=self.config,
            digester=self.digester,
            known=known,
            now=now,
            removes_units=self.sent.removes_units(created),
        )

    def known_as(self, created: Order) -> Known:
        """Return the content and the digests of the order with these fields."""
        digests, known = self.digester.of(created), self.known
        is_comparable = group_digests.are_comparable(known, digests)
        if known and is_comparable and self.sent.keeps_lines:
            others = [group for group in GROUPS if group != "lines"]
            digests = group_digests.merged(known, digests, others)
        if known and is_comparable and self.sent.is_empty:
            digests = group_digests.merged(known, digests, ["lines"])
        content = order_digests.of_order(self.order, created.lines, self.digester.rules)
        return Known(content=content, digests=digests)


def compare(step: Step, row: StepRow | None, *, open_edit: StepRow | None) -> Step | Known | None:
    """Compare an imported order with its state when it was sent; see `Compare`."""
    payload, content = step.payload, row.content if row else ""
    if isinstance(payload, InvalidRecord):
        return _unreadable(step, payload, content)
    if not isinstance(payload, Imported):
        # It was sent before it was edited, and its outcome was not known.
        now = Known(content=step.content, digests=step.digests or "")
        known = row.digests if row else None
        return _compared(step, content, known, now, open_edit=open_edit)
    if payload.is_unchanged(content) and not may_be_written(open_edit):
        return _taken_back(step, content) if open_edit else None
    created = payload.created()
    now = payload.known_as(created)
    if payload.sent.is_split:
        is_same = payload.known == now.digests and content in ("", now.content)
        return None if open_edit or is_same else now
    result = _compared(step, content, payload.known, now, open_edit=open_edit)
    if isinstance(result, Step) and payload.known:
        return carried(result, payload.sent_as(created, now, payload.known), open_edit)
    return result


def due_again(portal: Portal, rows: Sequence[StepRow]) -> Sequence[StepRow]:
    """Return the edits that the configuration writes or holds now, and did not before.

    And those of whose orders cancel-orders has removed units since: they may be settled by that.
    """
    of_lines = [row for row in rows if "lines" in _groups(row)]
    ids = [row.merchant_id or "" for row in of_lines]
    reduced_at = portal.links.reduced_at(ids) if ids else {}
    again = {
        row.id
        for row, id_ in zip(of_lines, ids, strict=True)
        if id_ in reduced_at and reduced_at[id_] > row.updated_at
    }
    can_write = portal.supplier.edits is not None
    return [
        row for row in rows if row.id in again or (can_write and _is_carried(portal.config, row))
    ]


def _is_carried(config: PortalConfig, row: StepRow) -> bool:
    policies = {config.edits.of(group) for group in _groups(row) if group in GROUPS}
    return bool(policies & _CARRIED.get(row.code or "", frozenset()))


def _groups(row: StepRow) -> tuple[str, ...]:
    return groups_of(row.content) if row.key.endswith(_EDIT) else ()


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
            key=f"too-late:{short(ref.key)}",
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
    step: Step, content: str, known: str | None, now: Known, *, open_edit: StepRow | None
) -> Step | Known | None:
    before, after = order_digests.parse(content), order_digests.parse(now.content)
    if after is None:
        # It is a notice.
        return None
    if before and before.how == after.how and (sign := order_digests.reused(before, after)):
        return _reused(replace(step, content=now.content), sign)
    if known is None or not group_digests.are_comparable(known, now.digests):
        return None if open_edit else now
    if groups := group_digests.changed(known, now.digests):
        has_fewer_lines = bool(before and before.lines - after.lines)
        return _edit(step, groups, known, now, has_fewer_lines=has_fewer_lines)
    if open_edit:
        is_ignored = group_digests.ignores_more(known, now.digests)
        return _ignored(step, content) if is_ignored else _taken_back(step, content)
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
        key=f"{EDITED}:{short(step.key, content)}",
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
            key=f"{code}:{short(step.key, step.content)}",
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
        key=f"taken-back:{short(step.key, before)}",
        at_merchant="The edit is settled: the Supplier's order agrees with this one again",
        at_supplier="The edit is settled: the Merchant's order agrees with this one again",
    )
    return _of_edit(replace(step, content=before), notice)


def _ignored(step: Step, content: str) -> Step:
    notice = Notice(
        code="ignored",
        reason="was edited only in groups that `edits` ignores now",
        supplier_id=step.supplier_id or "",
        key="",
    )
    return _of_edit(replace(step, content=content), notice)


def _of_edit(step: Step, notice: Notice) -> Step:
    return replace(
        step,
        key=edit_key(step.key),
        summary=f"comment on order {notice.supplier_id}: {notice.code}",
        needs_redo=False,
        decision=None,
        payload=notice,
    )
