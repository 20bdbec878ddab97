"""Report of each task of each portal: counts by day, and delivery times.

The store knows when an order or parcel was first read, and when the other side had it. It does not
know when a buyer placed the order or a label was printed. So an import is timed from its first
read to its link, and a parcel from its first read to its report at the Merchant.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import TypeVar

from ordosync.store import Store
from ordosync.store.runs import Counts
from ordosync.store.statistics import Delivery, Failures, Volume

Row = TypeVar("Row", Volume, Delivery, Failures)


@dataclass(frozen=True, kw_only=True)
class Took:
    """Delivery times."""

    count: int
    median_s: float
    longest_s: float


@dataclass(frozen=True, kw_only=True)
class Day:
    """The counts of one task of one portal on one day."""

    day: date
    runs: int = 0
    calls: int = 0
    counts: Counts = field(default_factory=Counts)
    took: Took | None = None


@dataclass(frozen=True, kw_only=True)
class TaskReport:
    """The counts of one task of one portal."""

    portal: str
    task: str
    days: tuple[Day, ...]
    """All days, also those without a run."""
    total: Day
    failures: tuple[Failures, ...]


def report(
    store: Store, *, since: datetime, now: datetime, portal: str | None = None
) -> list[TaskReport]:
    """Return the report since a time, of one portal or of all, by portal and task."""
    volumes = _grouped(store.reports.volumes(since=since))
    deliveries = _grouped(store.reports.deliveries(since=since))
    failures = _grouped(store.reports.failures(since=since))
    days = _days(since, now)
    return [
        _of_task(name, days, volumes[name], deliveries[name], tuple(failures[name]))
        for name in sorted({*volumes, *deliveries, *failures})
        if portal in (None, name[0])
    ]


def _grouped(found: Iterable[Row]) -> defaultdict[tuple[str, str], list[Row]]:
    """Return rows by portal and task."""
    groups: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for one in found:
        groups[one.portal, one.task].append(one)
    return groups


def _of_task(
    name: tuple[str, str],
    days: Sequence[date],
    volumes: Sequence[Volume],
    deliveries: Sequence[Delivery],
    failures: tuple[Failures, ...],
) -> TaskReport:
    ran: defaultdict[date, list[Volume]] = defaultdict(list)
    arrived: defaultdict[date, list[Delivery]] = defaultdict(list)
    for volume in volumes:
        ran[volume.day].append(volume)
    for delivery in deliveries:
        arrived[delivery.day].append(delivery)
    return TaskReport(
        portal=name[0],
        task=name[1],
        days=tuple(_sum(day, ran[day], arrived[day]) for day in days),
        total=_sum(days[0], volumes, deliveries),
        failures=failures,
    )


def _sum(day: date, volumes: Sequence[Volume], deliveries: Sequence[Delivery]) -> Day:
    return Day(
        day=day,
        runs=sum(one.runs for one in volumes),
        calls=sum(one.calls for one in volumes),
        counts=_counts(one.counts for one in volumes),
        took=_took([one.took_s for one in deliveries]),
    )


def _counts(found: Iterable[Counts]) -> Counts:
    total = Counts()
    for one in found:
        total.done += one.done
        total.unchanged += one.unchanged
        total.skipped += one.skipped
        total.waiting += one.waiting
        total.failed += one.failed
    return total


def _took(seconds: Sequence[float]) -> Took | None:
    if not seconds:
        return None
    return Took(count=len(seconds), median_s=median(seconds), longest_s=max(seconds))


def _days(since: datetime, now: datetime) -> list[date]:
    first = since.date()
    return [first + timedelta(days=n) for n in range(max((now.date() - first).days, 0) + 1)]
