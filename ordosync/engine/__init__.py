"""Runs a task for a portal: claim, plan, apply, record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from ordosync.clock import Clock
from ordosync.engine.execution import Execution, InterruptedRunError
from ordosync.engine.portals import check_renames, chosen, open_portal, register
from ordosync.engine.stop import Stop
from ordosync.errors import AccountError
from ordosync.faults import fault
from ordosync.store import Store
from ordosync.store.leases import Lease
from ordosync.store.runs import Run, RunError, Status, Trigger
from ordosync.store.steps import StepRow
from ordosync.tasks.base import Portal, Reading, Step, Task

__all__ = [
    "Held",
    "Stop",
    "check_renames",
    "chosen",
    "open_portal",
    "plan_task",
    "register",
    "run_task",
]


@dataclass(frozen=True, kw_only=True)
class Held:
    """Nothing was done, because another process works on the same things."""

    portal: str
    task: str
    run: Run | None


def run_task(
    task: Task,
    portal: Portal,
    store: Store,
    clock: Clock,
    stop: Stop,
    *,
    trigger: Trigger,
    only: Sequence[StepRow] | None = None,
) -> Run | Held:
    """Run a task now, or, with `only`, try just these steps of it again.

    What an account does is told in the run, never raised. Raises `LeaseLostError` where the run
    was taken over by another process, and `DatabaseError` where the store cannot be written.
    """
    claimed = _claim(task, portal, store, clock, trigger)
    if isinstance(claimed, Held):
        return claimed
    lease, run = claimed
    execution = Execution(
        task=task, portal=portal, store=store, clock=clock, stop=stop, lease=lease, run=run
    )
    status, error = _work(execution, only)
    fault("finish-before-commit")
    with store.transaction():
        store.runs.update(run.id, execution.counts, calls=execution.calls)
        store.runs.finish(run.id, status, now=clock.now(), error=error)
        if status in ("ok", "partial"):
            store.schedule.succeeded(portal.name, task.name, now=clock.now())
        store.leases.release(lease)
    fault("finish-after-commit")
    return cast("Run", store.runs.get(run.id))


def plan_task(task: Task, portal: Portal, store: Store, clock: Clock) -> list[Step]:
    """Return the writes that a run would make now, and write nothing."""
    reading = Reading(
        cursor=store.schedule.cursor(portal.name, task.name), now=clock.now(), patient=False
    )
    planned: list[Step] = []
    for page in task.plan(portal, reading):
        owed = [step for step in page.items if not step.verdict]
        keys = [step.key for step in owed]
        known = store.steps.known(portal.name, task.name, keys)
        found = task.look_up(portal, keys) if portal.links.are_none() else {}
        planned += [
            step
            for step in owed
            if step.key not in found
            and (step.key not in known or known[step.key].content != step.content)
        ]
    portal.merchant.release(store.steps.unsettled_ids(portal.name, task.name))
    return planned


def _claim(
    task: Task, portal: Portal, store: Store, clock: Clock, trigger: Trigger
) -> tuple[Lease, Run] | Held:
    fault("claim-before-commit")
    with store.transaction():
        lease = store.leases.claim(portal.name, task.resource, now=clock.now())
        if not isinstance(lease, Lease):
            run = store.runs.get(lease) if lease is not None else None
            return Held(portal=portal.name, task=task.name, run=run)
        dead = store.leases.last_run(lease)
        if dead is not None:
            crashed = RunError(
                code="crashed", message="the process ended without a word; the next run goes on"
            )
            store.runs.finish(dead, "interrupted", now=clock.now(), error=crashed)
        run = store.runs.start(portal.name, task.name, trigger, now=clock.now())
        store.schedule.started(portal.name, task.name, now=clock.now())
        store.leases.renew(lease, run.id, now=clock.now())
    fault("claim-after-commit")
    return lease, run


def _work(execution: Execution, only: Sequence[StepRow] | None) -> tuple[Status, RunError | None]:
    try:
        if only is not None:
            execution.try_again(only)
        else:
            execution.settle_owed()
            execution.sync(patient=execution.run.trigger == "schedule")
    except InterruptedRunError:
        code = execution.stop.reason or "signal"
        return "interrupted", RunError(code=code, message=f"stopped by a {code}")
    except AccountError as error:
        return "failed", RunError(code=error.code, message=str(error))
    finally:
        execution.portal.merchant.close()
        execution.portal.supplier.close()
    partial = execution.counts.failed or execution.counts.waiting
    return "partial" if partial else "ok", None
