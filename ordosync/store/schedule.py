"""Schedule of the tasks of each portal: last runs, next start and read cursor."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ordosync.clock import from_text, to_text
from ordosync.idle import CALLED_AT_KEY
from ordosync.slots import CLOCK_SLACK, is_from_the_future
from ordosync.store.meta import set_value
from ordosync.store.runs import Status
from ordosync.store.schedule_row import DecidedBy, ScheduleRow, read_row
from ordosync.store.step_queries import StepQueries

if TYPE_CHECKING:
    from ordosync.sql import Connection

_ALL = 1_000_000_000
"""More rows than there are."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The interval of a task of a portal according to the configuration, without pauses."""

    portal: str
    task: str
    interval_s: int | None
    """None if the task is not scheduled."""
    decided_by: DecidedBy


class Schedule:
    """The table `schedule`. Call methods that change it inside a transaction."""

    def __init__(self, connection: "Connection") -> None:
        self._db = connection

    def all(self) -> Sequence[ScheduleRow]:
        """Return all rows, ordered by portal and task."""
        return [read_row(row) for row in self._db.execute("select * from schedule order by 1, 2")]

    def ended_pauses(self, now: datetime) -> Sequence[ScheduleRow]:
        """Return the tasks that were paused until some time that has come."""
        rows = self._db.execute(
            "select * from schedule where resumes_at <= ? order by 1, 2", (to_text(now),)
        )
        return [read_row(row) for row in rows]

    def get(self, portal: str, task: str) -> ScheduleRow | None:
        """Return one row."""
        row = self._db.execute(
            "select * from schedule where portal = ? and task = ?", (portal, task)
        ).fetchone()
        return read_row(row) if row else None

    def due(self, now: datetime, *, at_most: int = _ALL) -> Sequence[ScheduleRow]:
        """Return the tasks that are due, and those that a wrong clock may have postponed.

        Those that were due first come first.
        """
        rows = self._db.execute(
            # `or` together with `order by` would make SQLite scan all rows.
            "select * from schedule where next_at <= ?"
            " union select * from schedule where last_started_at > ? order by next_at limit ?",
            (to_text(now), to_text(now + CLOCK_SLACK), at_most),
        )
        return [read_row(row) for row in rows]

    def due_in(self, portals: Collection[str], now: datetime) -> Sequence[ScheduleRow]:
        """Return the tasks of these portals that are due."""
        if not portals:
            return []
        rows = self._db.execute(
            "select * from schedule where portal in (select value from json_each(?))"
            " and next_at <= ? order by next_at",
            (json.dumps(list(portals)), to_text(now)),
        )
        return [read_row(row) for row in rows]

    def note_call(self, now: datetime) -> None:
        """Note that `run-due` was called, for the checks of other hosts."""
        set_value(self._db, CALLED_AT_KEY, to_text(now))

    def keep(self, plans: Iterable[Plan], *, now: datetime) -> None:
        """Apply the configuration; tasks that it no longer contains are not run again."""
        existing = {(row.portal, row.task): row for row in self.all()}
        for plan in plans:
            row = existing.pop((plan.portal, plan.task), None)
            if row and (row.interval_s, row.decided_by) == (plan.interval_s, plan.decided_by):
                continue
            self._db.execute(
                "insert into schedule (portal, task, interval_s, decided_by) values (?, ?, ?, ?)"
                " on conflict (portal, task) do update"
                " set interval_s = excluded.interval_s, decided_by = excluded.decided_by",
                (plan.portal, plan.task, plan.interval_s, plan.decided_by),
            )
            self.set_next(plan.portal, plan.task, now=now)
        for row in existing.values():
            if row.next_at or row.interval_s:
                self._change(row.portal, row.task, interval_s=None, next_at=None)

    def pause(self, portal: str, task: str, *, now: datetime, until: datetime | None) -> None:
        """Pause a task until a time; if None, until it is resumed."""
        end = to_text(until) if until else None
        self._change(portal, task, paused=1, paused_at=to_text(now), resumes_at=end)

    def resume(self, portal: str, task: str) -> None:
        """Resume a task, which is then due as if it had not been paused."""
        self._change(portal, task, paused=0, paused_at=None, resumes_at=None)

    def wake(self, portal: str, task: str, *, now: datetime) -> None:
        """Make a task due now."""
        self._change(portal, task, next_at=to_text(now))

    def wake_once(self, portal: str, task: str, *, now: datetime) -> None:
        """Make a scheduled task due, unless it starts after `now`; its slot stays.

        A task that is paused or off does not become due.
        """
        self._change(portal, task, woken_at=to_text(now))
        row = self.get(portal, task)
        start = row and row.starts_next(now, next_retry_at=None)
        if row and start and (row.next_at is None or start < row.next_at):
            self._change(portal, task, next_at=to_text(start))

    def started(self, portal: str, task: str, *, now: datetime, scheduled: bool) -> None:
        """Note that a run has started. If its process dies, the task is due at once.

        Until the run ends by itself, it counts as a crash in its slot.
        """
        at = to_text(now)
        self._db.execute(
            "insert into schedule (portal, task, last_started_at, next_at) values (?, ?, ?, ?)"
            " on conflict (portal, task) do update"
            " set last_started_at = excluded.last_started_at, next_at = excluded.next_at",
            (portal, task, at, at),
        )
        if scheduled and (row := self.get(portal, task)):
            tried_at = row.history.tried_at
            same = tried_at and row.slots.number(tried_at) == row.slots.number(now)
            self._change(portal, task, tried_at=at, tries=row.history.tries + 1 if same else 1)

    def ended(
        self,
        portal: str,
        task: str,
        status: Status,
        *,
        now: datetime,
        scheduled: bool,
        slot_of: datetime | None = None,
    ) -> None:
        """Note the result of a run, and when the next run starts.

        `slot_of` is the start of a run that completes its slot if it succeeds; manual runs complete
        none. A task that was woken meanwhile stays due: the run may have read before the change.
        """
        changes: dict[str, object] = {"tries": 0} if scheduled else {}
        if status in ("ok", "partial"):
            changes["last_ok_at"] = to_text(now)
            if scheduled:
                changes["failures"] = 0
            if slot_of:
                changes["done_at"] = to_text(slot_of)
        if changes:
            self._change(portal, task, **changes)
        if scheduled and status == "failed":
            self._db.execute(
                "update schedule set failures = failures + 1 where portal = ? and task = ?",
                (portal, task),
            )
        row = self.get(portal, task)
        if row and not row.was_woken(now):
            self._set_next(row, now=now)

    def forget_future(self, row: ScheduleRow, *, now: datetime) -> bool:
        """Delete times that a wrong clock wrote. True if there were any."""
        history = row.history
        times = (row.last_started_at, row.woken_at, history.done_at, history.tried_at)
        if not any(is_from_the_future(at, now) for at in times):
            return False
        self._change(
            row.portal,
            row.task,
            last_started_at=None,
            woken_at=None,
            done_at=None,
            tried_at=None,
            tries=0,
            failures=0,
        )
        return True

    def set_next(self, portal: str, task: str, *, now: datetime) -> None:
        """Compute and store when a task starts next."""
        if row := self.get(portal, task):
            self._set_next(row, now=now)

    def _set_next(self, row: ScheduleRow, *, now: datetime) -> None:
        next_retry_at = StepQueries(self._db).next_retry_at(row.portal, row.task, now=now)
        next_at = row.starts_next(now, next_retry_at=next_retry_at)
        self._change(row.portal, row.task, next_at=to_text(next_at) if next_at else None)

    def note_alert(
        self, portal: str, task: str, *, trouble_since: datetime | None, now: datetime
    ) -> None:
        """Note that an alert was given about a problem, or, if None, about its end."""
        self._change(
            portal,
            task,
            trouble_since=to_text(trouble_since) if trouble_since else None,
            told_at=to_text(now),
        )

    def cursor(self, portal: str, task: str) -> str | None:
        """Return the cursor of the next read; None if it starts from the beginning."""
        row = self._db.execute(
            "select cursor from schedule where portal = ? and task = ?", (portal, task)
        ).fetchone()
        return row["cursor"] if row else None

    def move(self, portal: str, task: str, cursor: str) -> None:
        """Set the cursor of the next read."""
        self._change(portal, task, cursor=cursor)

    def reread(self, portal: str, tasks: Iterable[str]) -> None:
        """Make these tasks read everything again: objects they skipped have links by now."""
        for task in tasks:
            self._change(portal, task, cursor=None)

    def restored_at(self, portal: str, task: str) -> datetime | None:
        """Return when the store was restored; None once the task has read everything since."""
        row = self._db.execute(
            "select restored_at from schedule where portal = ? and task = ?", (portal, task)
        ).fetchone()
        return from_text(row["restored_at"]) if row and row["restored_at"] else None

    def forget_history(self, portal: str, task: str, *, now: datetime) -> None:
        """Make a task read everything and look before each write, as after a restore."""
        self._db.execute(
            "insert into schedule (portal, task) values (?, ?) on conflict do nothing",
            (portal, task),
        )
        self._change(portal, task, cursor=None, restored_at=to_text(now))

    def caught_up(self, portal: str, task: str) -> None:
        """Note that a read has found everything done between the backup and its restore."""
        self._change(portal, task, restored_at=None)

    def _change(self, portal: str, task: str, **values: object) -> None:
        assignments = ", ".join(f"{name} = :{name}" for name in values)
        self._db.execute(
            f"update schedule set {assignments}"  # noqa: S608 - names from this class
            " where portal = :portal and task = :task",
            {"portal": portal, "task": task, **values},
        )
