"""The task log: one row for each run."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from ordosync.clock import from_text, to_text

if TYPE_CHECKING:
    from ordosync.sql import Connection, Row

Trigger = Literal["manual", "schedule", "instant", "retry", "woken"]
Status = Literal["running", "ok", "partial", "failed", "interrupted"]
Counted = Literal["done", "unchanged", "skipped", "waiting", "held", "failed"]
STATUSES: tuple[Status, ...] = ("running", "ok", "partial", "failed", "interrupted")


@dataclass(kw_only=True)
class Counts:
    """Counts of the steps of a run; `seen` is the sum of the others."""

    done: int = 0
    unchanged: int = 0
    skipped: int = 0
    waiting: int = 0
    failed: int = 0

    def add(self, what: Counted) -> None:
        """Count one step. A held step counts as skipped."""
        name = "skipped" if what == "held" else what
        setattr(self, name, getattr(self, name) + 1)

    @property
    def has_problem(self) -> bool:
        """True if a step failed or waits."""
        return bool(self.failed or self.waiting)

    @property
    def seen(self) -> int:
        """Number of all steps."""
        return self.done + self.unchanged + self.skipped + self.waiting + self.failed


@dataclass(frozen=True, kw_only=True)
class RunError:
    """The error of a run that failed or was interrupted."""

    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Run:
    """One execution of a task, as recorded in the log."""

    id: int
    portal: str
    task: str
    trigger: Trigger
    status: Status
    started_at: datetime
    finished_at: datetime | None = None
    counts: Counts = field(default_factory=Counts)
    calls: int = 0
    cost: int = 0
    """Query cost of the calls, in the points of the service."""
    missed_slots: int = 0
    error: RunError | None = None
    note: str = ""
    """A remark about the run as a whole, such as that there was no file to read."""
    host: str | None = None
    """The host that did it; None if the store was a file then."""
    is_kept: bool = True
    """True if the run is in the log; runs that found nothing are removed."""

    @property
    def has_crashed(self) -> bool:
        """True if its process ended before it."""
        return self.error is not None and self.error.code == "crashed"


CHANGED = "(done > 0 or failed > 0 or status not in ('ok', 'partial'))"
"""Condition of the runs that wrote something, failed, or have not ended well."""
_MOST_COUNTED = 10_000


@dataclass(frozen=True, kw_only=True)
class RunFilter:
    """The runs to list: those that match every value that is not None."""

    portal: str | None = None
    task: str | None = None
    status: str | None = None
    since: datetime | None = None
    tasks: Sequence[str] | None = None
    """Tasks of portals, such as `shop-northwind/import-orders`."""

    @property
    def conditions(self) -> dict[str, str]:
        """The values of the filter, by their conditions."""
        values = {
            "portal = :portal": self.portal,
            "task = :task": self.task,
            "status = :status": self.status,
            "started_at >= :since": to_text(self.since) if self.since else None,
            "portal || '/' || task in (select value from json_each(:tasks))": (
                None if self.tasks is None else json.dumps(self.tasks)
            ),
        }
        return {condition: value for condition, value in values.items() if value is not None}

    @property
    def values(self) -> dict[str, str]:
        """The values of the filter, by the names in its conditions."""
        return {
            condition.rpartition(":")[2].rstrip(")"): value
            for condition, value in self.conditions.items()
        }


@dataclass(frozen=True, kw_only=True)
class QuietRuns:
    """Runs that changed nothing, as one line of the log."""

    count: int
    last_at: datetime | None
    """When the last one started; None if there is none."""

    @property
    def is_minimum(self) -> bool:
        """True if there may be more of them."""
        return self.count >= _MOST_COUNTED


class Runs:
    """The table `runs`."""

    def __init__(self, connection: "Connection", *, host: str | None = None) -> None:
        self._db = connection
        self._host = host

    def start(
        self, portal: str, task: str, trigger: Trigger, *, now: datetime, missed_slots: int = 0
    ) -> Run:
        """Insert a running row."""
        row = self._db.execute(
            "insert into runs (portal, task, trigger, status, started_at, missed_slots, host)"
            " values (?, ?, ?, 'running', ?, ?, ?) returning *",
            (portal, task, trigger, to_text(now), missed_slots, self._host),
        ).fetchone()
        return _run(row)

    def update(self, run_id: int, counts: Counts, *, calls: int, cost: int, note: str) -> None:
        """Save the counts of a running run, so that a crash does not lose them."""
        self._db.execute(
            "update runs set seen = :seen, done = :done, unchanged = :unchanged,"
            " skipped = :skipped, waiting = :waiting, failed = :failed, calls = :calls,"
            " cost = :cost, note = :note where id = :id",
            {
                "id": run_id,
                "seen": counts.seen,
                "calls": calls,
                "cost": cost,
                "note": note or None,
                **asdict(counts),
            },
        )

    def finish(
        self, run_id: int, status: Status, *, now: datetime, error: RunError | None = None
    ) -> None:
        """Finish a running run; a finished run stays unchanged."""
        self._db.execute(
            "update runs set status = ?, finished_at = ?, error_code = ?, error_message = ?"
            " where id = ? and status = 'running'",
            (
                status,
                to_text(now),
                error.code if error else None,
                error.message if error else None,
                run_id,
            ),
        )

    def remove(self, run_id: int) -> None:
        """Delete a run that found nothing."""
        self._db.execute("delete from runs where id = ?", (run_id,))

    def get(self, run_id: int) -> Run | None:
        """Return one run."""
        row = self._db.execute("select * from runs where id = ?", (run_id,)).fetchone()
        return _run(row) if row else None

    def last_id(self, portal: str, task: str) -> int:
        """Return the id of the last run of a task; 0 if there is none."""
        row = self._db.execute(
            "select max(id) as id from runs where portal = ? and task = ?", (portal, task)
        ).fetchone()
        return row["id"] or 0

    def newest(
        self,
        count: int,
        *,
        portal: str | None = None,
        task: str | None = None,
        status: str | None = None,
    ) -> Sequence[Run]:
        """Return the most recent runs that match all filters, newest first."""
        return self.matching(count, RunFilter(portal=portal, task=task, status=status))

    def matching(
        self, count: int, chosen: RunFilter, *, with_changes: bool = False
    ) -> Sequence[Run]:
        """Return the most recent runs of a filter, newest first.

        `with_changes` leaves out those that changed nothing.
        """
        conditions = [*chosen.conditions, *([CHANGED] if with_changes else [])]
        where = f"where {' and '.join(conditions)}" if conditions else ""
        statement = f"select * from runs {where} order by id desc limit :count"  # noqa: S608
        return [_run(row) for row in self._db.execute(statement, {**chosen.values, "count": count})]

    def without_changes(self, chosen: RunFilter, *, after: int) -> QuietRuns:
        """Return how many runs of a filter changed nothing, of those after this number."""
        conditions = " and ".join([*chosen.conditions, f"not {CHANGED}", "id > :after"])
        row = self._db.execute(
            "select count(*) as count, max(started_at) as last_at from"  # noqa: S608 - constants
            f" (select started_at from runs where {conditions} order by id desc limit :most)"
            " as quiet",
            {**chosen.values, "after": after, "most": _MOST_COUNTED},
        ).fetchone()
        last_at = from_text(row["last_at"]) if row["last_at"] else None
        return QuietRuns(count=row["count"], last_at=last_at)

    def last_number(self) -> int:
        """Return the highest number of a run that is known, also of one that was not kept."""
        row = self._db.execute(
            "select coalesce(max(number), 0) as number from (select max(id) as number from runs"
            " union all select max(run_id) from leases) as known"
        ).fetchone()
        number: int = row["number"]
        return number

    def stopped_by_limit(self, portal: str, task: str) -> tuple[Run, Run] | None:
        """Return the first and the last run that the safety limit stopped since a run passed it.

        A retry of single steps is not subject to the limit, so it does not count.
        """
        of_task = {"portal": portal, "task": task}
        [passed] = self._db.execute(
            "select coalesce(max(number), 0) from (select max(id) as number from runs"
            " where portal = :portal and task = :task and status = 'ok' and trigger <> 'retry'"
            " union all select max(id) from runs where portal = :portal"
            " and task = :task and status = 'partial' and trigger <> 'retry') as passed",
            of_task,
        ).fetchone()
        stopped = [
            self._db.execute(
                "select * from runs where portal = :portal and task = :task"  # noqa: S608
                " and status = 'failed' and error_code = 'brake' and id > :passed"
                f" order by id {order} limit 1",
                {**of_task, "passed": passed},
            ).fetchone()
            for order in ("asc", "desc")
        ]
        return (_run(stopped[0]), _run(stopped[1])) if stopped[0] else None


def _run(row: "Row") -> Run:
    return Run(
        id=row["id"],
        portal=row["portal"],
        task=row["task"],
        trigger=row["trigger"],
        status=row["status"],
        started_at=from_text(row["started_at"]),
        finished_at=from_text(row["finished_at"]) if row["finished_at"] else None,
        counts=Counts(
            done=row["done"],
            unchanged=row["unchanged"],
            skipped=row["skipped"],
            waiting=row["waiting"],
            failed=row["failed"],
        ),
        calls=row["calls"],
        cost=row["cost"],
        missed_slots=row["missed_slots"],
        error=(
            RunError(code=row["error_code"], message=row["error_message"])
            if row["error_code"]
            else None
        ),
        note=row["note"] or "",
        host=row["host"],
    )
