"""Report of each task of each portal: counts by day, and delivery times.

The store has the times when an order or parcel was first read and when it was written. It does not
have the times when the order was placed or the label was printed. So an import is timed from its
first read to its link, and a parcel from its first read to its report at the Merchant.
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
class DeliveryTimes:
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
    took: DeliveryTimes | None = None


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
    days = days_between(since, now)
    return [
        _of_task(name, days, volumes[name], deliveries[name], tuple(failures[name]))
        for name in sorted({*volumes, *deliveries, *failures})
        if portal in (None, name[0])
    ]


def _grouped(rows: Iterable[Row]) -> defaultdict[tuple[str, str], list[Row]]:
    """Return rows by portal and task."""
    groups: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.portal, row.task].append(row)
    return groups


def _of_task(
    name: tuple[str, str],
    days: Sequence[date],
    volumes: Sequence[Volume],
    deliveries: Sequence[Delivery],
    failures: tuple[Failures, ...],
) -> TaskReport:
    volumes_of: defaultdict[date, list[Volume]] = defaultdict(list)
    deliveries_of: defaultdict[date, list[Delivery]] = defaultdict(list)
    for volume in volumes:
        volumes_of[volume.day].append(volume)
    for delivery in deliveries:
        deliveries_of[delivery.day].append(delivery)
    return TaskReport(
        portal=name[0],
        task=name[1],
        days=tuple(_sum(day, volumes_of[day], deliveries_of[day]) for day in days),
        total=_sum(days[0], volumes, deliveries),
        failures=failures,
    )


def _sum(day: date, volumes: Sequence[Volume], deliveries: Sequence[Delivery]) -> Day:
    return Day(
        day=day,
        runs=sum(volume.runs for volume in volumes),
        calls=sum(volume.calls for volume in volumes),
        counts=_counts(volume.counts for volume in volumes),
        took=_took([volume.took_s for volume in deliveries]),
    )


def _counts(counts: Iterable[Counts]) -> Counts:
    total = Counts()
    for count in counts:
        total.done += count.done
        total.unchanged += count.unchanged
        total.skipped += count.skipped
        total.waiting += count.waiting
        total.failed += count.failed
    return total


def _took(seconds: Sequence[float]) -> DeliveryTimes | None:
    if not seconds:
        return None
    return DeliveryTimes(count=len(seconds), median_s=median(seconds), longest_s=max(seconds))


def days_between(since: datetime, now: datetime) -> list[date]:
    """Return all days from the first to today."""
    first = since.date()
    return [first + timedelta(days=n) for n in range(max((now.date() - first).days, 0) + 1)]
