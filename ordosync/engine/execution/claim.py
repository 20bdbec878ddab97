"""Claims a task for one run: takes the lease, checks that the task is due, and begins the run.

It is one transaction, so only one of several processes begins the run.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from ordosync.clock import Clock, StoppedError
from ordosync.database import sqlite3
from ordosync.engine.execution.memory import check_memory
from ordosync.errors import OrdosyncError
from ordosync.failpoints import fault
from ordosync.slots import missed, next_due
from ordosync.store import Store
from ordosync.store.leases import Lease
from ordosync.store.runs import Run, RunError, Trigger
from ordosync.store.schedule_row import ScheduleRow
from ordosync.tasks.base import Portal, Task


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A run that has begun, and its lease."""

    lease: Lease
    run: Run
    scheduled: bool
    """True if it was begun because it was due; False if a user started it."""


@dataclass(frozen=True, kw_only=True)
class AlreadyRunning:
    """Nothing was done, because another process holds the lease."""

    portal: str
    task: str
    run: Run | None


@dataclass(frozen=True, kw_only=True)
class NotDue:
    """Nothing was done, because another process was faster, or the schedule has changed."""


@dataclass(frozen=True, kw_only=True)
class GaveUp:
    """Nothing was done, because the task has crashed too often in this slot."""

    run: Run


def claim(
    task: Task, portal: Portal, store: Store, clock: Clock, trigger: Trigger
) -> Claim | AlreadyRunning:
    """Begin a run that a user has started. Raises `ConfigError`, see `check_memory`."""
    check_memory(task, portal, store)
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
    """Begin a run if the task is still due once the lease is held.

    Raises `ConfigError`, see `check_memory`.
    """
    check_memory(task, portal, store)
    fault("claim-before-commit")
    # A power cut ends the process, too, so this commit does not need to be durable.
    with store.transaction(portal=portal.name, durable=False):
        lease = _take(task, portal, store, clock)
        if isinstance(lease, AlreadyRunning):
            return lease
        crashed = _close_crashed_run(lease, store, clock)
        now = clock.now()
        row = store.schedule.get(portal.name, task.name)
        if row and store.schedule.forget_future(row, now=now):
            row = store.schedule.get(portal.name, task.name)
        trigger = _due(task, row, store, now) if row else None
        if row is None or trigger is None:
            store.schedule.set_next(portal.name, task.name, now=now)
            store.leases.release(lease)
            return GaveUp(run=crashed) if crashed and row and row.gave_up(now) else NotDue()
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


@contextmanager
def released_after_error(lease: Lease, store: Store, clock: Clock) -> Iterator[None]:
    """If the work ends by an error, let another process begin it at once, unless it already has.

    Otherwise a process that goes on, such as a resident worker, would hold the lease.
    """
    try:
        yield
    except Exception:
        # The connection of the work may be lost.
        with (
            suppress(OrdosyncError, StoppedError, sqlite3.Error),
            Store.open(store.location, clock=clock) as again,
            again.transaction(portal=lease.portal),
        ):
            again.leases.release(lease)
        raise


def _due(task: Task, row: ScheduleRow, store: Store, now: datetime) -> Trigger | None:
    """Return why a run is due: `schedule` or `woken` is a whole run; None if none is due."""
    if row.paused or row.gave_up(now):
        return None
    # The desk sets `next_at`, too.
    if task.runs_immediately:
        return "schedule" if row.next_at is None or row.next_at <= now else None
    if row.interval_s is not None and next_due(row.slots, row.history, now) <= now:
        return "schedule"
    starts = row.starts_next(
        now, next_retry_at=store.steps.next_retry_at(row.portal, row.task, now=now)
    )
    if starts is None or starts > now:
        return None
    return "woken" if row.woken_start and row.woken_start <= now else "retry"


def _take(task: Task, portal: Portal, store: Store, clock: Clock) -> Lease | AlreadyRunning:
    lease = store.leases.claim(portal.name, task.resource, clock=clock)
    if isinstance(lease, Lease):
        return lease
    run = store.runs.get(lease) if lease is not None else None
    return AlreadyRunning(portal=portal.name, task=task.name, run=run)


def _close_crashed_run(lease: Lease, store: Store, clock: Clock) -> Run | None:
    """End the run of the last owner, if it crashed or is frozen, and return it."""
    run = None if lease.last_run_id is None else store.runs.get(lease.last_run_id)
    if run is None or run.status != "running":
        return None
    error = RunError(
        code="crashed", message="the process was killed or crashed; the next run continues"
    )
    store.runs.finish(run.id, "interrupted", now=clock.now(), error=error)
    store.steps.rest(run.portal, run.task, clock=clock)
    return store.runs.get(run.id)


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
    store.leases.assign(lease, run.id)
    return Claim(lease=lease, run=run, scheduled=scheduled)
