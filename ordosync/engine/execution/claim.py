"""Who does it: winning the right to run a task, once, and only while it is due."""

from dataclasses import dataclass
from datetime import datetime

from ordosync.clock import Clock
from ordosync.failpoints import fault
from ordosync.slots import missed, next_due
from ordosync.store import Store
from ordosync.store.leases import Lease
from ordosync.store.runs import Run, RunError, Trigger
from ordosync.store.schedule import ScheduleRow
from ordosync.tasks.base import Portal, Task


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A run that has begun, and the lease that it holds."""

    lease: Lease
    run: Run
    scheduled: bool
    """Begun because it was due, not by a person."""


@dataclass(frozen=True, kw_only=True)
class AlreadyRunning:
    """Nothing was done, because another process works on the same things."""

    portal: str
    task: str
    run: Run | None


@dataclass(frozen=True, kw_only=True)
class NotDue:
    """Nothing was done, because another process was faster or an edit put it off."""


@dataclass(frozen=True, kw_only=True)
class GaveUp:
    """Nothing was done, because the task has killed its process too often in this slot."""

    run: Run


def claim(
    task: Task, portal: Portal, store: Store, clock: Clock, trigger: Trigger
) -> Claim | AlreadyRunning:
    """Begin a run for a person."""
    fault("claim-before-commit")
    # A power cut ends the process, too, so this commit does not need to be durable.
    with store.transaction(portal=portal.name, durable=False):
        lease = _take(task, portal, store, clock)
        if isinstance(lease, AlreadyRunning):
            return lease
        _close_crashed_run(lease, store, clock)
        claimed = _begin(task, portal, store, clock, lease=lease, trigger=trigger)
    fault("claim-after-commit")
    return claimed


def claim_if_due(
    task: Task, portal: Portal, store: Store, clock: Clock
) -> Claim | AlreadyRunning | NotDue | GaveUp:
    """Begin a run if the task is due at this moment, seen under the lease."""
    fault("claim-before-commit")
    # A power cut ends the process, too, so this commit does not need to be durable.
    with store.transaction(portal=portal.name, durable=False):
        lease = _take(task, portal, store, clock)
        if isinstance(lease, AlreadyRunning):
            return lease
        dead = _close_crashed_run(lease, store, clock)
        now = clock.now()
        row = store.schedule.get(portal.name, task.name)
        if row and store.schedule.forget_future(row, now=now):
            row = store.schedule.get(portal.name, task.name)
        trigger = _due(task, row, store, now) if row else None
        if row is None or trigger is None:
            store.schedule.set_next(portal.name, task.name, now=now)
            store.leases.release(lease)
            return GaveUp(run=dead) if dead and row and row.gave_up(now) else NotDue()
        slots_missed = missed(row.slots, row.history, now) if trigger == "schedule" else 0
        claimed = _begin(
            task,
            portal,
            store,
            clock,
            lease=lease,
            trigger=trigger,
            scheduled=True,
            missed_slots=slots_missed,
        )
    fault("claim-after-commit")
    return claimed


def _due(task: Task, row: ScheduleRow, store: Store, now: datetime) -> Trigger | None:
    """Say whether a whole run is due, one that only tries what waits, or none."""
    if row.paused or row.gave_up(now):
        return None
    if task.runs_immediately:  # its `next_at` is also set by the desk
        return "schedule" if row.next_at is None or row.next_at <= now else None
    if row.interval_s is not None and next_due(row.slots, row.history, now) <= now:
        return "schedule"
    starts = row.starts_next(now, next_retry_at=store.schedule.next_retry_at(row.portal, row.task))
    return "retry" if starts and starts <= now else None


def _take(task: Task, portal: Portal, store: Store, clock: Clock) -> Lease | AlreadyRunning:
    lease = store.leases.claim(portal.name, task.resource, clock=clock)
    if isinstance(lease, Lease):
        return lease
    run = store.runs.get(lease) if lease is not None else None
    return AlreadyRunning(portal=portal.name, task=task.name, run=run)


def _close_crashed_run(lease: Lease, store: Store, clock: Clock) -> Run | None:
    """Close the run of an owner that did not end it, dead or only frozen, and return it."""
    last = store.leases.last_run(lease)
    run = None if last is None else store.runs.get(last)
    if run is None or run.status != "running":
        return None
    crashed = RunError(
        code="crashed", message="the process ended without a word; the next run goes on"
    )
    store.runs.finish(run.id, "interrupted", now=clock.now(), error=crashed)
    store.steps.rest(run.portal, run.task, clock=clock)
    return run


def _begin(
    task: Task,
    portal: Portal,
    store: Store,
    clock: Clock,
    *,
    lease: Lease,
    trigger: Trigger,
    scheduled: bool = False,
    missed_slots: int = 0,
) -> Claim:
    now = clock.now()
    run = store.runs.start(portal.name, task.name, trigger, now=now, missed_slots=missed_slots)
    store.schedule.started(portal.name, task.name, now=now, scheduled=scheduled)
    store.leases.renew(lease, run.id, clock=clock)
    return Claim(lease=lease, run=run, scheduled=scheduled)
