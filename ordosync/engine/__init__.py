"""Runs a task for a portal: claim, plan, apply, record."""

from collections.abc import Sequence
from dataclasses import replace

from ordosync.clock import Clock, StoppedError
from ordosync.database import sqlite3
from ordosync.engine.execution.claim import (
    AlreadyRunning,
    Claim,
    GaveUp,
    NotDue,
    claim,
    claim_if_due,
)
from ordosync.engine.execution.decisions import owed
from ordosync.engine.execution.interruption import Stop
from ordosync.engine.execution.run import Execution, InterruptedRunError, is_behind
from ordosync.engine.portals import chosen, open_portal
from ordosync.engine.scheduling.registration import check_renames, register
from ordosync.errors import AccountError, OrdosyncError, mistake
from ordosync.failpoints import fault
from ordosync.store import Store
from ordosync.store.runs import Run, RunError, Status, Trigger
from ordosync.store.steps import DISMISSED, StepRow
from ordosync.tasks.base import PlanRequest, Portal, Step, Task

_LEAST_DEADLINE_S = 60

__all__ = [
    "AlreadyRunning",
    "GaveUp",
    "NotDue",
    "Stop",
    "check_renames",
    "chosen",
    "open_portal",
    "plan_task",
    "register",
    "run_if_due",
    "run_task",
]


def run_task(
    task: Task,
    portal: Portal,
    store: Store,
    clock: Clock,
    stop: Stop,
    *,
    trigger: Trigger,
    only: Sequence[StepRow] | None = None,
    force: bool = False,
) -> Run | AlreadyRunning:
    """Run a task now, or, with `only`, try just these steps of it again; `force` lifts the brake.

    What an account does is told in the run, never raised. Raises `LeaseLostError` where the run
    was taken over by another process, and `DatabaseError` where the store cannot be written.
    """
    claimed = claim(task, portal, store, clock, trigger)
    if isinstance(claimed, AlreadyRunning):
        return claimed
    return _run(task, portal, store, clock, stop, claimed=claimed, only=only, force=force)


def run_if_due(
    task: Task, portal: Portal, store: Store, clock: Clock, stop: Stop
) -> Run | AlreadyRunning | NotDue | GaveUp:
    """Run a task if it is due at this moment; a run that takes too long ends as interrupted.

    Raises as `run_task` does.
    """
    claimed = claim_if_due(task, portal, store, clock)
    if not isinstance(claimed, Claim):
        return claimed
    row = store.schedule.get(portal.name, task.name)
    interval_s = (row and row.interval_s) or 0
    deadline = stop.within(max(_LEAST_DEADLINE_S, 0.8 * interval_s))
    return _run(task, portal, store, clock, deadline, claimed=claimed)


def _run(
    task: Task,
    portal: Portal,
    store: Store,
    clock: Clock,
    stop: Stop,
    *,
    claimed: Claim,
    only: Sequence[StepRow] | None = None,
    force: bool = False,
) -> Run:
    lease, run = claimed.lease, claimed.run
    execution = Execution(
        task=task, portal=portal, store=store, clock=clock, stop=stop, lease=lease, run=run
    )
    status, error = _work(execution, claimed, only, force=force)
    fault("finish-before-commit")
    with store.transaction(durable=bool(execution.counts.seen)):
        store.leases.release(lease)
        execution.conclude()
        if status in ("failed", "interrupted"):
            store.steps.rest(portal.name, task.name, clock=clock)
        fault("cursor-before-commit")
        store.runs.update(run.id, execution.counts, calls=execution.calls, cost=execution.cost)
        keeps_row = not _leaves_no_row(claimed, execution, status)
        if not keeps_row:
            store.runs.remove(run.id)  # or a look every minute would bury the rest
        else:
            store.runs.finish(run.id, status, now=clock.now(), error=error)
        if run.trigger == "schedule" and status in ("ok", "partial"):
            store.schedule.slot_done(portal.name, task.name, at=run.started_at)
        store.schedule.ended(
            portal.name, task.name, status, now=clock.now(), scheduled=claimed.scheduled
        )
    fault("cursor-after-commit")
    fault("finish-after-commit")
    if keeps_row:
        return store.runs.get(run.id) or run
    return replace(run, status=status, finished_at=clock.now(), is_kept=False)


def _leaves_no_row(claimed: Claim, execution: Execution, status: Status) -> bool:
    """Whether a run was only a look, and met nothing but steps whose time has not come.

    What a person asked for leaves a row: its number was told.
    """
    if status not in ("ok", "partial") or execution.counts.seen != execution.not_due:
        return False
    trigger, at_once = claimed.run.trigger, execution.task.runs_immediately
    if claimed.scheduled:
        return at_once or trigger == "retry"
    return at_once and trigger == "instant" and not execution.not_due


def plan_task(task: Task, portal: Portal, store: Store, clock: Clock) -> list[Step]:
    """Return the writes that a run would make now, and write nothing."""
    behind = is_behind(task, portal, store)
    request = PlanRequest(
        cursor=store.schedule.cursor(portal.name, task.name),
        now=clock.now(),
        after_restore=behind,
    )
    planned: list[Step] = []
    for page in task.plan(portal, request):
        writes = [step for step in page.items if not step.decision]
        keys = [step.key for step in writes]
        known = store.steps.by_key(portal.name, task.name, keys)
        found = task.look_up(portal, keys) if behind else {}
        planned += [
            step
            for step in writes
            if step.key not in found and not _has_settled(task, step, known.get(step.key))
        ]
    unsettled = store.steps.unsettled_ids(portal.name)
    for account in (portal.merchant, portal.supplier):
        account.finish_reading(unsettled, dry=True)
    return planned


def _has_settled(task: Task, step: Step, row: StepRow | None) -> bool:
    """Whether a run would leave alone what was read, since it has come of it what can."""
    if row is None:
        return False
    if row.code == DISMISSED:
        left = owed(task, step, row)
        return not isinstance(left, Step) or left.decision is not None
    if task.is_state:
        return row.state == "failed" and row.content == step.content
    return not isinstance(owed(task, step, row), Step)


def _work(
    execution: Execution, claimed: Claim, only: Sequence[StepRow] | None, *, force: bool
) -> tuple[Status, RunError | None]:
    try:
        if only is not None:
            execution.retry(only)
        else:
            execution.settle_owed()
            if claimed.run.trigger != "retry":
                execution.sync(patient=claimed.scheduled, force=force)
    except (InterruptedRunError, StoppedError):
        return _interrupted(execution.stop)
    except AccountError as error:
        if execution.stop.signal is not None:  # so its calls were not waited for any longer
            return _interrupted(execution.stop)
        return "failed", RunError(code=error.code, message=str(error))
    except (OrdosyncError, sqlite3.Error):  # about the store, which cannot take a run's end either
        raise
    except Exception as error:  # our own mistake, which must not stop other portals
        return "failed", RunError(code="unexpected", message=mistake(error))
    finally:
        execution.portal.merchant.close()
        execution.portal.supplier.close()
    partial = execution.counts.failed or execution.counts.waiting
    return "partial" if partial else "ok", None


def _interrupted(stop: Stop) -> tuple[Status, RunError]:
    code = stop.reason or "signal"
    return "interrupted", RunError(code=code, message=f"stopped by a {code}")
