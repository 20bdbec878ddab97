"""Decides for each record if it is written, given the step stored for it. Pure functions."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ordosync.engine.execution.unproven import is_uncertain
from ordosync.store.step_rows import DISMISSED, StepRow
from ordosync.tasks.base import Decision, Step, Task
from ordosync.tasks.orders.digests import decisive

_EDITED = "edited"


class Send(Struct, frozen=True, kw_only=True):
    """The step is written."""

    step: Step


class Record(Struct, frozen=True, kw_only=True):
    """Nothing is written; the decision of the step is recorded."""

    step: Step


class Edited(Struct, frozen=True, kw_only=True):
    """The record changed after it was written; another step reports that."""

    step: Step


class Unchanged(Struct, frozen=True, kw_only=True):
    """The stored step covers this record."""

    row: StepRow | None = None
    key: str = ""
    """Key of the step, also if none is stored."""
    content: str | None = None
    """The content that the stored step gets; None if it keeps its own."""
    digests: str = ""
    """The digests that the order's link gets with it; empty if it has none."""
    as_of: str = ""
    """State of the source that the stored step gets with it; see `Order.as_of`."""


Need = Send | Record | Edited | Unchanged


def decide(
    task: Task,
    steps: Sequence[Step],
    rows: Mapping[str, StepRow],
    *,
    run_id: int,
    open_edits: Mapping[str, StepRow],
) -> Iterator[Need]:
    """Yield the decision about each of these records.

    `rows` are the stored steps by key. `open_edits` are the edits that were not settled before this
    run began to read, by the key of the step that was edited. A record that this run has recorded
    already is left out.
    """
    for step in steps:
        row = rows.get(step.key)
        if row and row.last_run_id == run_id:
            continue
        yield decide_step(task, step, row, open_edit=open_edits.get(step.key))


def decide_step(
    task: Task, step: Step, row: StepRow | None, *, open_edit: StepRow | None = None
) -> Need:
    """Return the decision about one record. `open_edit`: a reported edit that is not settled."""
    is_unchanged = step.decision is not None and step.decision.state == "unchanged"
    if row is None:
        if is_unchanged and task.compare:
            return _decide_edit(task, step, None, open_edit=open_edit)
        return Unchanged() if is_unchanged else _send_or_record(step)
    if row.state == "done" and _is_older(step, row):
        return Unchanged(row=row)
    if row.code == DISMISSED:
        return _decide_dismissed(task, step, row, is_unchanged=is_unchanged)
    if task.is_state:
        return _decide_state(step, row, is_unchanged=is_unchanged)
    if row.is_held_by_rule:
        return _decide_held(step, row, is_unchanged=is_unchanged)
    if row.state == "done" and not _needs_redo(row, step):
        return _decide_edit(task, step, row, open_edit=open_edit)
    if is_recorded(row, step) or is_uncertain(row) or is_unchanged:
        return Unchanged(row=row)
    if _is_only_reread(row, step):
        return Unchanged(row=row, content=step.content, as_of=step.as_of)
    return _send_or_record(step)


def is_reported(edit: Step, row: StepRow | None) -> bool:
    """True if the report of an edit was sent before, or may have been."""
    return row is not None and (row.content == edit.content or row.state in ("sending", "unknown"))


def is_recorded(row: StepRow, step: Step) -> bool:
    """True if the stored step covers this event, so that nothing has to be done.

    It does not if the effect of the step was undone later, or if the step was skipped for a reason
    that no longer applies, such as an order that was withdrawn.
    """
    if decisive(row.content) != decisive(step.content) or _needs_redo(row, step):
        return False
    if row.state == "failed" and step.cured:
        return row.code != step.cured
    if row.state != "skipped":
        return True
    return step.decision is not None and step.decision.code in ("", row.code)


def is_current(row: StepRow, step: Step) -> bool:
    """True if the stored step covers this state, so that nothing has to be done."""
    if step.decision:
        return (row.state, row.code) == (step.decision.state, step.decision.code)
    if row.content != step.content:
        return False
    return row.state in ("sending", "unknown", "waiting", "held", "failed")


def _send_or_record(step: Step) -> Send | Record:
    return Record(step=step) if step.decision else Send(step=step)


def _decide_state(step: Step, row: StepRow, *, is_unchanged: bool) -> Need:
    if is_unchanged:
        # A failed write is settled if the value was corrected manually.
        must_record = row.state in ("failed", "skipped")
        return _send_or_record(step) if must_record else Unchanged(row=row)
    return Unchanged(row=row) if is_current(row, step) else _send_or_record(step)


def _decide_held(step: Step, row: StepRow, *, is_unchanged: bool) -> Need:
    """Return the decision about an order that a rule held: facts without a digest may differ."""
    decision, before = step.decision, (row.state, row.code, row.reason)
    is_same = decision and (decision.state, decision.code, decision.reason) == before
    if is_unchanged or (is_same and decisive(row.content) == decisive(step.content)):
        return Unchanged(row=row)
    return _send_or_record(step)


def _decide_dismissed(task: Task, step: Step, row: StepRow, *, is_unchanged: bool) -> Need:
    """Return the decision about a record whose step the operator has dismissed.

    A state that has changed is written as usual. An event is never sent automatically; if it has
    changed, the operator gets a new problem. If only the way in which it is read has changed, that
    is one only if the record could not be read before.
    """
    if task.is_state:
        must_write = is_unchanged or row.content != step.content
        return _send_or_record(step) if must_write else Unchanged(row=row)
    decision = step.decision
    before, after = decisive(row.content), decisive(step.content)
    if is_unchanged or before == after or (decision and decision.state != "failed"):
        return Unchanged(row=row)
    if not edited(before, after) and (decision or row.attempts):
        # Stored in the new form, so that the next change is noticed.
        return Unchanged(row=row, content=step.content, as_of=step.as_of)
    change = "it has changed" if edited(before, after) else "it can be read now"
    problem = f", but {decision.reason}" if decision else ""
    reason = f"was dismissed, and {change}{problem}"
    failed = Decision(state="failed", code=DISMISSED, reason=reason)
    return Record(step=replace(step, payload=None, decision=failed))


def _decide_edit(task: Task, step: Step, row: StepRow | None, *, open_edit: StepRow | None) -> Need:
    if task.compare:
        edit = task.compare(step, row, open_edit=open_edit)
        if isinstance(edit, Step):
            return Edited(step=edit)
        if edit is None:
            return Unchanged(row=row)
        return Unchanged(
            row=row, key=step.key, content=edit.content, as_of=step.as_of, digests=edit.digests
        )
    is_edited = row is not None and edited(row.content, step.content)
    return Edited(step=_edit(step)) if is_edited else Unchanged(row=row)


def _is_only_reread(row: StepRow, step: Step) -> bool:
    """True if only the way in which a record is read has changed, and nothing was written for it.

    The step fails as before, or it was refused by a version that stored the content without a form.
    """
    before, after = (content.partition("-")[0] for content in (row.content, step.content))
    if before == after:
        return False
    if step.decision:
        return (row.state, row.code) == (step.decision.state, step.decision.code)
    # The first part of a form is the name of a key.
    return row.state == "failed" and row.attempts > 0 and after.endswith(f".{_last_of(before)}")


def _last_of(form: str) -> str:
    return form.rpartition(".")[2]


def _needs_redo(row: StepRow, step: Step) -> bool:
    return step.needs_redo and row.state == "done"


def _is_older(step: Step, row: StepRow) -> bool:
    """True if the record was read from an older source than the one that the step was based on."""
    return "" < step.as_of < row.as_of


def _edit(step: Step) -> Step:
    return Step(
        key=f"{step.key}:{step.content}",
        merchant_id=step.merchant_id,
        content=step.content,
        decision=Decision(
            state="skipped",
            code=_EDITED,
            reason="was edited after it was sent; edits are not sent",
        ),
    )


def edited(before: str, after: str) -> bool:
    """True if two `content` values of the same form differ.

    Values of different forms cannot be compared, such as after a change of the column mapping;
    then no edit is reported.
    """
    how, _, digest = before.partition("-")
    return after.startswith(f"{how}-") and after != f"{how}-{digest}"
