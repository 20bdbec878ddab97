"""What the log adds up to, by portal, task and day: for people who look back.

A day is one of UTC. Runs that found nothing to do leave no row and are in no sum.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from ordosync.store.runs import Counts
from ordosync.store.steps import UNSETTLED
from ordosync.store.timestamps import from_text, to_text

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume:
    """What the runs of a task came to on one day."""

    portal: str
    task: str
    day: date
    runs: int
    calls: int
    counts: Counts


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One order or parcel that arrived at the other side, and how long that took."""

    portal: str
    task: str
    day: date
    """On which it arrived."""
    took_s: float
    """From when it was first read to when the other side had it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failures:
    """How often one thing went wrong."""

    portal: str
    task: str
    of: str
    """`runs` that failed or were interrupted, or `steps` that are failed at present."""
    code: str
    count: int


class Reports:
    """Sums over the tables `runs`, `steps` and `links`."""

    def __init__(self, connection: "sqlite3.Connection") -> None:
        self._db = connection

    def volumes(self, *, since: datetime) -> Sequence[Volume]:
        """Return what the runs that began since then came to."""
        rows = self._db.execute(
            "select portal, task, substr(started_at, 1, 10) as day, count(*) as runs,"
            " sum(calls) as calls, sum(done) as done, sum(unchanged) as unchanged,"
            " sum(skipped) as skipped, sum(waiting) as waiting, sum(failed) as failed"
            " from runs where started_at >= ? group by 1, 2, 3 order by 1, 2, 3",
            (to_text(since),),
        )
        return [
            Volume(
                portal=row["portal"],
                task=row["task"],
                day=date.fromisoformat(row["day"]),
                runs=row["runs"],
                calls=row["calls"],
                counts=Counts(
                    done=row["done"],
                    unchanged=row["unchanged"],
                    skipped=row["skipped"],
                    waiting=row["waiting"],
                    failed=row["failed"],
                ),
            )
            for row in rows
        ]

    def deliveries(self, *, since: datetime) -> Iterator[Delivery]:
        """Yield the orders that were linked, and the parcels that were told, since then."""
        yield from self._deliveries(
            "select links.portal, task, created_at as began, linked_at as ended"
            " from links join steps on steps.portal = links.portal and task = 'import-orders'"
            " and key = links.merchant_id || '#' || generation"
            " where kind = 'order' and linked_at >= ?",
            since,
        )
        yield from self._deliveries(
            "select portal, task, created_at as began, updated_at as ended from steps"
            " where task = 'update-tracking' and steps.state = 'done' and updated_at >= ?"
            " and content not like '%:void'",
            since,
        )

    def failures(self, *, since: datetime) -> Sequence[Failures]:
        """Return what went wrong since then, and what is failed still, by code."""
        rows = self._db.execute(
            "select portal, task, 'runs' as what,"  # noqa: S608
            " error_code as code, count(*) as count from runs"
            " where started_at >= :since and error_code is not null group by 1, 2, 4"
            " union all select portal, task, 'steps', coalesce(code, ''), count(*) from steps"
            f" where {UNSETTLED} and state = 'failed'"
            " group by 1, 2, 4 order by 1, 2, 3, 4",
            {"since": to_text(since)},
        )
        return [
            Failures(
                portal=row["portal"],
                task=row["task"],
                of=row["what"],
                code=row["code"],
                count=row["count"],
            )
            for row in rows
        ]

    def _deliveries(self, statement: str, since: datetime) -> Iterator[Delivery]:
        for row in self._db.execute(statement, (to_text(since),)):
            ended = from_text(row["ended"])
            yield Delivery(
                portal=row["portal"],
                task=row["task"],
                day=ended.date(),
                took_s=max((ended - from_text(row["began"])).total_seconds(), 0),
            )
