"""What a run has to say about a step, given what was decided or what came of its write: pure."""

from datetime import datetime, timedelta

from ordosync.errors import ExistsError, StoppedCallError
from ordosync.models import Outcome
from ordosync.retry import delay_after, next_try
from ordosync.store.runs import Counted
from ordosync.store.steps import State, StepChange, StepRow
from ordosync.tasks.base import Decision, Step

_SHOWS_WITHIN = timedelta(hours=1)
"""So late a list may show what a refusal says is there already."""
_REST = timedelta(minutes=1)
"""Between two tries of what was refused and may pass, since another task may change it."""


def change(
    step: Step,
    state: State,
    *,
    supplier_id: str | None = None,
    code: str | None = None,
    reason: str | None = None,
    not_before: datetime | None = None,
) -> StepChange:
    """Say in which state a planned step is now."""
    return StepChange(
        key=step.key,
        state=state,
        content=step.content,
        merchant_id=step.merchant_id,
        supplier_id=step.supplier_id or supplier_id,
        code=code,
        reason=reason,
        not_before=not_before,
        as_of=step.as_of,
    )


def restate(
    row: StepRow,
    state: State,
    *,
    supplier_id: str | None = None,
    code: str | None = None,
    reason: str | None = None,
) -> StepChange:
    """Say in which state a step is now whose object was not read again."""
    return StepChange(
        key=row.key,
        state=state,
        content=row.content,
        merchant_id=row.merchant_id,
        supplier_id=supplier_id,
        code=code,
        reason=reason,
        as_of=row.as_of,
    )


def decided(step: Step, decision: Decision, *, now: datetime) -> StepChange:
    """Say what to record of a step that needs no write."""
    if decision.state == "unchanged":
        return change(step, "done")
    return change(
        step,
        decision.state,
        code=decision.code,
        reason=decision.reason,
        not_before=now + decision.rest if decision.state == "waiting" else None,
    )


def settled(
    step: Step,
    outcome: Outcome,
    row: StepRow | None,
    *,
    max_refusals: int,
    settle_s: float,
    now: datetime,
    uncertain: bool = False,
) -> StepChange:
    """Say what to record of a step that was written. `row` is the step as it was sent.

    One that is done now needs no `row`.

    It fails after `max_refusals` refusals. A look-up is reliable `settle_s` seconds after the
    write. What was `uncertain` before stays so until the account could be asked.
    """
    if row is None or outcome.state in ("done", "unchanged"):
        return change(
            step,
            "done",
            supplier_id=outcome.id,
            code=outcome.code or None,
            reason=outcome.reason or step.remark or None,
        )
    not_before = _again_at(outcome, row, max_refusals=max_refusals, settle_s=settle_s, now=now)
    state: State = "failed" if not_before is None else "waiting"
    if outcome.state == "unknown":
        state = "unknown"
    elif outcome.state == "unavailable" and uncertain:
        state, not_before = "unknown", not_before or now + delay_after(row.attempts)
    return change(step, state, code=outcome.code, reason=outcome.reason, not_before=not_before)


def counted_as(change: StepChange, outcome: Outcome) -> Counted:
    """Return the count that a written step adds to."""
    if outcome.state == "unchanged":
        return "unchanged"
    if change.state in ("done", "failed"):
        return "done" if change.state == "done" else "failed"
    return "waiting"


def _again_at(
    outcome: Outcome, row: StepRow, *, max_refusals: int, settle_s: float, now: datetime
) -> datetime | None:
    if outcome.state == "unknown":
        # Never given up, since nobody else can tell whether it arrived; but ever more rarely.
        rest, again = timedelta(seconds=settle_s), row.attempts - 1
        return now + (max(rest, delay_after(again)) if again else rest)
    if outcome.code == StoppedCallError.code:  # a signal to us says nothing of the account
        return now
    if outcome.state == "unavailable":
        return next_try(
            row.attempts, since=row.created_at, now=now, retry_after_s=outcome.retry_after_s
        )
    if outcome.code == ExistsError.code and now - row.created_at < _SHOWS_WITHIN:
        return now + min(delay_after(row.attempts), _SHOWS_WITHIN)
    return now + _REST if row.attempts < max_refusals else None
