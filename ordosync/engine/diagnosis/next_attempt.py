"""The next run of a task and the next attempt of a step, with the command that starts it now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ordosync.engine.diagnosis.story import Conclusion
from ordosync.engine.scheduling.timetable import Scheduled
from ordosync.store.step_rows import StepRow
from ordosync.tasks.order_notices import is_notice


@dataclass(frozen=True, kw_only=True)
class Due:
    """The schedule as of now."""

    tasks: Sequence[Scheduled]
    now: datetime


def next_run(task: str, portal: str, due: Due) -> str:
    """Return when a task of a portal runs next, and the command that runs it now."""
    now = f"`ordosync {task} {portal}`"
    one = next((one for one in due.tasks if (one.portal, one.task) == (portal, task)), None)
    if one is None:
        return f"{task} cannot run for portal {portal}: `ordosync config check` says what it lacks"
    if one.paused:
        return f"{task} is paused: `ordosync autosync on {task}` resumes it, {now} runs it once"
    if one.next_due_at is None:
        return f"{task} is off, so nothing happens by itself: {now}"
    failed = "; its last run failed: `ordosync activity`" if one.last_status == "failed" else ""
    if one.next_due_at <= due.now:
        return f"{task} is due{failed}; now: {now}; does cron come by? `ordosync health -v`"
    return f"{task} runs next at {_at(one.next_due_at)}{failed}; now: {now}"


WHEN_OVER = "closed by itself when it is taken back, shipped or cancelled; now:"


def of_open_step(step: StepRow) -> Conclusion | None:
    """Return what happens to an unsettled step; None if it is settled."""
    by_hand = f"`ordosync retry {step.id}`"
    if step.state == "failed" and is_notice(step.key):
        return Conclusion(state="failed", next=f"{WHEN_OVER} `ordosync retry {step.id} --not-sent`")
    if step.state == "failed":
        return Conclusion(
            state="failed",
            next=f"fix the cause, then {by_hand}; or, if there is nothing to do,"
            f" `ordosync dismiss {step.id}`",
        )
    at = f" after {_at(step.not_before)}" if step.not_before else " by the next run"
    if step.state == "waiting":
        return Conclusion(state="waiting", next=f"tried again by itself{at}; now: {by_hand}")
    if step.state in ("sending", "unknown"):
        return Conclusion(
            state="unknown",
            next=f"looked for by itself{at}, before anything is sent again; if you know better:"
            f" `ordosync retry {step.id} --sent ID` or `--not-sent`",
        )
    return None


def _at(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
