"""Changes of stored steps, given a decision or the outcome of a write. Pure functions."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from ordosync.errors import ExistsError, StoppedCallError
from ordosync.models import Outcome
from ordosync.retry import delay_after, next_try
from ordosync.store.runs import Counted
from ordosync.store.step_rows import ASKED, State, StepChange, StepRow
from ordosync.store.written import to_json
from ordosync.tasks.base import Decision, Result, Step

_LISTED_WITHIN = timedelta(hours=1)
"""The time for which a list may miss an object that already exists in the account."""
_REST = timedelta(minutes=1)
"""Time between two attempts of a refused write, since another task may remove the reason."""


def step_change(
    step: Step,
    state: State,
    *,
    supplier_id: str | None = None,
    code: str | None = None,
    reason: str | None = None,
    not_before: datetime | None = None,
    written_json: str | None = None,
) -> StepChange:
    """Return the new state of a step that was read in this run."""
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
        written_json=written_json,
        digests=None if state == "done" else step.digests,
    )


def intent(step: Step) -> StepChange:
    """Return the change of a step that is written next."""
    return step_change(step, "sending", written_json=to_json(step.written))


def row_change(
    row: StepRow,
    state: State,
    *,
    supplier_id: str | None = None,
    code: str | None = None,
    reason: str | None = None,
) -> StepChange:
    """Return the new state of a stored step whose record was not read again."""
    return StepChange(
        key=row.key,
        state=state,
        content=row.content,
        merchant_id=row.merchant_id,
        supplier_id=supplier_id,
        code=code,
        reason=reason,
        as_of=row.as_of,
        written_json=row.written_json if state == "done" else None,
        digests=None if state == "done" else row.digests,
    )


def from_decision(step: Step, decision: Decision, *, now: datetime) -> StepChange:
    """Return the change of a step that needs no write."""
    if decision.state == "unchanged":
        return step_change(step, "done")
    return step_change(
        step,
        decision.state,
        code=decision.code,
        reason=decision.reason,
        not_before=_not_before(decision, now),
    )


def _not_before(decision: Decision, now: datetime) -> datetime | None:
    if decision.until or decision.state not in ("waiting", "held") or decision.rest is None:
        return decision.until
    return now + decision.rest


def from_settlement(row: StepRow, decision: Decision) -> StepChange:
    """Return the change of a stored step that is settled without a write or another read."""
    if decision.state == "unchanged":
        return row_change(row, "done", supplier_id=row.supplier_id)
    return row_change(
        row,
        decision.state,
        supplier_id=row.supplier_id,
        code=decision.code,
        reason=decision.reason,
    )


def skip_gone(row: StepRow) -> StepChange:
    """Return the change of a step whose record no longer needs it."""
    return row_change(row, "skipped", code="gone", reason="is not needed any more")


def values_written(step: Step, result: Result, earlier: StepRow | None) -> str | None:
    """Return what the log keeps of a write, as JSON.

    `earlier` is the step of an earlier attempt that may have written it. Nothing is kept of a write
    that the account refused, or that changed nothing.
    """
    if result.written and not (earlier and result.is_only_linked):
        return to_json(result.written)
    if result.outcome.state in ("done", "asked", "unknown"):
        return to_json(step.written)
    if earlier and result.outcome.state in ("unchanged", "unavailable"):
        return earlier.written_json
    return None


def from_outcome(
    step: Step,
    outcome: Outcome,
    row: StepRow | None,
    *,
    max_refusals: int,
    settle_s: float,
    now: datetime,
    uncertain: bool = False,
    written_json: str | None = None,
    rest: timedelta | None = None,
) -> StepChange:
    """Return the change of a step that was written. `row` is the step as it was sent.

    `row` is not needed if the write succeeded.

    It fails after `max_refusals` refusals. A look-up is reliable `settle_s` seconds after the
    write. A step that was `uncertain` stays so until the account has answered a look-up. A step
    that a person was asked for is held for `rest`.
    """
    if row is None or outcome.state in ("done", "unchanged"):
        return step_change(
            step,
            "done",
            supplier_id=outcome.id,
            code=outcome.code or None,
            reason=outcome.reason or step.remark or None,
            written_json=written_json,
        )
    if outcome.state == "asked":
        return _held(step, outcome, now + rest if rest else None, written_json)
    not_before = _again_at(outcome, row, max_refusals=max_refusals, settle_s=settle_s, now=now)
    state: State = "failed" if not_before is None else "waiting"
    if outcome.state == "unknown":
        state = "unknown"
    elif outcome.state == "unavailable" and uncertain:
        state, not_before = "unknown", not_before or now + delay_after(row.attempts)
    return step_change(
        step,
        state,
        code=outcome.code,
        reason=outcome.reason,
        not_before=not_before,
        written_json=written_json,
    )


def with_digests(result: Result, step: Step, earlier: StepRow | None) -> Result:
    """Return a result whose order's link has the digests of what has arrived."""
    had_arrived = earlier is not None and result.outcome.state == "unchanged"
    digests = earlier.digests if earlier and had_arrived else step.digests
    return known_as(result, digests)


def known_as(result: Result, digests: str | None) -> Result:
    """Return a result with these digests in the link of its order."""
    if not digests or not result.links or result.links[0].kind != "order":
        return result
    order, *others = result.links
    return replace(result, links=(replace(order, digests=digests), *others))


def counted_as(change: StepChange, result: Result) -> Counted:
    """Return the count to which a written step adds."""
    if result.outcome.state == "unchanged" and not result.is_only_linked:
        return "unchanged"
    counts: dict[State, Counted] = {"done": "done", "held": "held", "failed": "failed"}
    return counts.get(change.state, "waiting")


def _held(
    step: Step, outcome: Outcome, not_before: datetime | None, written_json: str | None
) -> StepChange:
    return step_change(
        step,
        "held",
        supplier_id=outcome.id,
        code=outcome.code or ASKED,
        reason=outcome.reason or None,
        not_before=not_before,
        written_json=written_json,
    )


def _again_at(
    outcome: Outcome, row: StepRow, *, max_refusals: int, settle_s: float, now: datetime
) -> datetime | None:
    if outcome.state == "unknown":
        # It is looked up forever, at growing intervals, since only a look-up shows if it arrived.
        rest, retries = timedelta(seconds=settle_s), row.attempts - 1
        return now + (max(rest, delay_after(retries)) if retries else rest)
    # A signal to this process is not a failure of the account.
    if outcome.code == StoppedCallError.code:
        return now
    if outcome.state == "unavailable":
        return next_try(
            row.attempts, since=row.created_at, now=now, retry_after_s=outcome.retry_after_s
        )
    if outcome.code == ExistsError.code and now - row.created_at < _LISTED_WITHIN:
        return now + min(delay_after(row.attempts), _LISTED_WITHIN)
    return now + _REST if row.attempts < max_refusals else None
