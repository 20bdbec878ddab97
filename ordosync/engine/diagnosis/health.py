"""Freshness of scheduled tasks, measured from the last success.

A task is fresh if its last success, ok or partial, is not older than its interval plus ten
minutes. A task that never ran is not fresh, so a new installation shows whether cron works. If
other tasks of its portal have succeeded, it was added later, and gets its limit to run first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ordosync.config.hosts import host_of
from ordosync.config.settings import Config
from ordosync.engine.scheduling.timetable import plans
from ordosync.slots import is_from_the_future, is_within
from ordosync.store import Store
from ordosync.store.runs import Run
from ordosync.store.schedule_row import ScheduleRow

_GRACE = timedelta(minutes=10)
_FEW = 3
_OVERLAPS = 3
"""The number of slots after which a run that has not ended is a problem."""


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """The health of a scheduled task of a portal."""

    portal: str
    task: str
    last_ok_at: datetime | None
    limit: timedelta
    """The maximal age of the last success."""
    problem: str | None
    """The problem as text; None if it is fresh."""


def freshness(
    config: Config, store: Store, *, now: datetime, max_age: timedelta | None = None
) -> list[Freshness]:
    """Check every task that is scheduled and not paused; `max_age` replaces the limit."""
    rows = {(row.portal, row.task): row for row in store.schedule.all()}
    running = {row.portal for row in rows.values() if row.last_ok_at}
    results = []
    for plan in plans(config, rows.values()):
        row = rows.get((plan.portal, plan.task))
        # A pause that is over counts until `run-due` ends it.
        is_paused = row and row.paused and not (row.resumes_at and row.resumes_at <= now)
        if plan.interval_s is None or is_paused:
            continue
        limit = max_age or timedelta(seconds=plan.interval_s) + _GRACE
        last_ok_at = row.last_ok_at if row else None
        results.append(
            Freshness(
                portal=plan.portal,
                task=plan.task,
                last_ok_at=last_ok_at,
                limit=limit,
                problem=None
                if plan.portal in running and _is_new(row, limit, now)
                else _of_host(_problem(row, store, limit, now), config, plan.portal),
            )
        )
    return results


def _is_new(row: ScheduleRow | None, limit: timedelta, now: datetime) -> bool:
    """True if a task was scheduled not long ago and has not started yet."""
    if row is None or row.last_started_at is not None:
        return False
    return row.next_at is None or now - row.next_at <= limit


def _problem(row: ScheduleRow | None, store: Store, limit: timedelta, now: datetime) -> str | None:
    if row is None or row.last_ok_at is None:
        return "has never succeeded"
    if is_from_the_future(row.last_ok_at, now):
        return "last succeeded in the future: the clock was wrong then, or is wrong now"
    if now - row.last_ok_at > limit:
        return f"last succeeded {_age(now - row.last_ok_at)} ago, more than {_age(limit)}"
    run = _running(row, store)
    if run and (overlaps := _overlaps(run, row, now)) >= _OVERLAPS:
        return f"run {run.id} still runs, {overlaps} slots later"
    return None


def _of_host(problem: str | None, config: Config, portal: str) -> str | None:
    """Add the machine that has to run a portal, if no other can."""
    host = host_of(config, config.portals[portal])
    return f"{problem}; it runs on host {host} only" if problem and host else problem


def is_cron_running(store: Store, now: datetime) -> bool:
    """True if cron has started a task lately, whether it succeeded or not."""
    return any(
        is_within(row.history.tried_at, now, timedelta(seconds=row.interval_s) + _GRACE)
        for row in store.schedule.all()
        if row.interval_s and row.history.tried_at
    )


def is_running(store: Store, portal: str, task: str, now: datetime) -> bool:
    """True if a run of a task is running, and not for too long."""
    row = store.schedule.get(portal, task)
    run = _running(row, store) if row else None
    return bool(row and run and _overlaps(run, row, now) < _OVERLAPS)


def _running(row: ScheduleRow, store: Store) -> Run | None:
    newest = store.runs.newest(1, portal=row.portal, task=row.task)
    return newest[0] if newest and newest[0].status == "running" else None


def _overlaps(run: Run, row: ScheduleRow, now: datetime) -> int:
    return row.slots.number(now) - row.slots.number(run.started_at)


def _age(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    days, minutes = divmod(minutes, 1440)
    hours, minutes = divmod(minutes, 60)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 min"


def lateness(row: ScheduleRow, store: Store) -> timedelta | None:
    """Return the median delay between the start of a slot and the run; None after too few runs.

    The first run, also after a change of the interval, starts at once, anywhere in its slot.
    """
    runs = store.runs.newest(20, portal=row.portal, task=row.task)
    late = sorted(_late(row, run.started_at) for run in runs if run.trigger == "schedule")
    return late[len(late) // 2] if len(late) >= _FEW else None


def _late(row: ScheduleRow, started_at: datetime) -> timedelta:
    return started_at - row.slots.start(row.slots.number(started_at))


def shortest(rows: Iterable[ScheduleRow]) -> ScheduleRow | None:
    """Return the row with the shortest interval."""
    scheduled = [row for row in rows if row.interval_s and not row.paused]
    return min(scheduled, key=lambda row: row.interval_s or 0, default=None)
