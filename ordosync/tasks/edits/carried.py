"""The policies of the groups of an edit: some are written, some hold the order.

An edit that an earlier attempt may have written is written again, also under another policy: else
it would not be known what the Supplier's order has.
"""

from msgspec.structs import replace

from ordosync.store.step_rows import StepRow
from ordosync.store.written import Written
from ordosync.tasks.base import Step
from ordosync.tasks.edits.edit import COUNTRY, EDITED, PLACE, Edit, Problem
from ordosync.tasks.edits.texts import listed
from ordosync.tasks.orders import group_digests
from ordosync.tasks.orders.group_digests import GROUPS
from ordosync.tasks.orders.notices import Notice

_OTHER_COUNTRY = Problem(
    code=COUNTRY,
    reason="the order goes to another country, with other customs and carriers",
)


def groups_of(content: str) -> tuple[str, ...]:
    """Return the groups that an open edit names, given the content of its step."""
    groups, colon, _ = content.partition(":")
    return tuple(groups.split("+")) if colon else ()


def may_be_written(row: StepRow | None) -> bool:
    """True if an attempt of an open edit may have changed or held the Supplier's order."""
    written = row.written if row else None
    return written is not None and bool(written.groups or written.is_held)


def carried(step: Step, edit: Edit, row: StepRow | None) -> Step:
    """Return the step that writes an edit or holds its order; otherwise the notice of the edit.

    `row` is the step of the open edit, and `edit` has no group yet.
    """
    notice = step.payload
    if not isinstance(notice, Notice) or notice.code not in (EDITED, "taken-back", "ignored"):
        return step
    edit = _with_groups(edit, notice, row)
    if edit.apply or edit.hold or edit.is_held:
        return _step(step, edit, row)
    if edit.problem:
        return replace(step, payload=_not_applied(notice, edit.problem))
    return step


def _with_groups(edit: Edit, notice: Notice, row: StepRow | None) -> Edit:
    is_edited = notice.code == EDITED
    changed = group_digests.changed(edit.known, edit.now.digests) if is_edited else ()
    apply = tuple(group for group in changed if edit.policy_of(group) == "apply")
    hold = tuple(group for group in changed if edit.policy_of(group) == "hold")
    earlier = row.written if row else None
    attempted = earlier.groups if earlier and notice.code != "ignored" else ()
    is_abroad = group_digests.is_other_country(edit.known, edit.now.digests)
    problem = _OTHER_COUNTRY if is_abroad and set(apply) & set(PLACE) else None
    written = [group for group in GROUPS if group in (*apply, *attempted) and group not in hold]
    if is_abroad:
        written = [group for group in written if group not in PLACE]
    return replace(
        edit,
        apply=tuple(written),
        hold=hold,
        notify=tuple(group for group in changed if group not in (*written, *hold)),
        problem=problem,
        attempted=attempted,
        attempted_digests=row.content.partition(":")[2] if row and attempted else "",
        is_held=bool(earlier and earlier.is_held),
        is_taken_back=not is_edited,
    )


def _step(step: Step, edit: Edit, row: StepRow | None) -> Step:
    groups = edit.groups or groups_of(row.content if row else "")
    is_held = bool(edit.hold) or edit.is_held
    return replace(
        step,
        content=f"{'+'.join(groups)}:{edit.now.digests}",
        digests=edit.known,
        summary=_summary(step.supplier_id or "", edit),
        written=Written(groups=edit.apply, is_held=is_held),
        payload=edit,
    )


def _summary(order_id: str, edit: Edit) -> str:
    calls = [
        f"write {listed(edit.apply)} to order {order_id}" if edit.apply else "",
        f"hold order {order_id} ({listed(edit.hold)})" if edit.hold else "",
        f"notify of {listed(edit.notify)}" if edit.notify else "",
    ]
    return "; ".join(filter(None, calls)) or f"end the hold of order {order_id}"


def _not_applied(notice: Notice, problem: Problem) -> Notice:
    """Return the notice with the reason why the edit is not written."""
    reason = notice.reason.replace("edits are not sent", f"not applied: {problem.reason}")
    return replace(notice, code=problem.code, reason=reason)
