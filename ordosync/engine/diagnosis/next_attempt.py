"""The next run of a task and the next attempt of a step, with the command that starts it now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ordosync.engine.diagnosis.advice import (
    advice_for,
    close_command,
    is_retryable,
    release_command,
)
from ordosync.engine.diagnosis.story import Conclusion
from ordosync.engine.scheduling.timetable import Scheduled
from ordosync.store.step_rows import DISMISSED, StepRow
from ordosync.tasks.orders.notices import is_notice
from ordosync.tasks.shortages import problems


@dataclass(frozen=True, kw_only=True)
class Due:
    """The schedule as of now."""

    tasks: Sequence[Scheduled]
    now: datetime


def next_run(task: str, portal: str, due: Due) -> str:
    """Return when a task of a portal runs next, and the command that runs it now."""
    command = f"`ordosync {task} {portal}`"
    entry = next(
        (entry for entry in due.tasks if (entry.portal, entry.task) == (portal, task)), None
    )
    if entry is None:
        return f"{task} cannot run for portal {portal}; {command} shows the reason"
    if entry.paused:
        return f"{task} is paused: `ordosync autosync on {task}` resumes it, {command} runs it once"
    if entry.next_due_at is None:
        return f"{task} is off, so it does not run automatically; {command} runs it once"
    failure = "; its last run failed: `ordosync activity`" if entry.last_status == "failed" else ""
    if entry.next_due_at <= due.now:
        cron = "`ordosync health -v` shows whether cron is running"
        return f"{task} is due{failure}; now: {command}; {cron}"
    return f"{task} runs next at {_at(entry.next_due_at)}{failure}; now: {command}"


CLOSES_ITSELF = "closes when the change is undone, or the order is shipped or cancelled; otherwise:"


def of_open_step(step: StepRow) -> Conclusion | None:
    """Return what happens to an unsettled step; None if it is settled."""
    retry = f"`ordosync retry {step.id}`"
    if step.state == "failed" and is_notice(step.key):
        return Conclusion(state="failed", next=f"{CLOSES_ITSELF} `{close_command(step)}`")
    if step.state == "failed" and step.code in problems.CODES:
        text = "closes when the Merchant has cancelled the units, or they are sent; otherwise:"
        return Conclusion(state="failed", next=f"{text} `{close_command(step)}`")
    if step.state == "failed" and step.code == "product-gone":
        text = "remove the line at the shop, and the next import-orders sends the rest; otherwise:"
        return Conclusion(state="failed", next=f"{text} `{close_command(step)}`")
    advice = advice_for(step)
    if advice and step.state in ("failed", "waiting"):
        done = f"; then `ordosync dismiss {step.id}`" if step.state == "failed" else ""
        return Conclusion(state=step.state, next=f"{advice}{done}")
    if step.state == "failed" and step.code == DISMISSED:
        return Conclusion(
            state="failed", next=f"`ordosync dismiss {step.id}`, or {retry} to send it"
        )
    if step.state == "failed" and not is_retryable(step):
        return Conclusion(
            state="failed",
            next="a retry does not settle it: resolve the cause, then"
            f" `ordosync dismiss {step.id}`",
        )
    if step.state == "failed":
        return Conclusion(
            state="failed",
            next=f"fix the cause, then {retry}; if there is nothing to fix,"
            f" `ordosync dismiss {step.id}`",
        )
    at = f" after {_at(step.not_before)}" if step.not_before else " by the next run"
    if step.state == "waiting":
        return Conclusion(state="waiting", next=f"retried automatically{at}; now: {retry}")
    if step.is_held_by_rule:
        return _held_by_rule(step)
    if step.state == "held":
        return Conclusion(state="held", next=f"{step.reason or step.code}; read again{at}")
    if step.state in ("sending", "unknown"):
        return Conclusion(
            state="unknown",
            next=f"looked up automatically{at}, before anything is sent again; if you know the"
            f" outcome: `ordosync retry {step.id} --sent ID` or `--not-sent`",
        )
    return None


def _held_by_rule(step: StepRow) -> Conclusion:
    """Return what happens to an order that a rule of its portal holds before the import."""
    if step.released_at:
        return Conclusion(
            state="held", next=f"it was released; now: `ordosync import-orders {step.portal}`"
        )
    at = f"after {_at(step.not_before)}" if step.not_before else "by each import"
    return Conclusion(
        state="held",
        next=f"it {step.reason}; judged again {at}; to send it now: `{release_command(step)}`",
    )


def _at(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
