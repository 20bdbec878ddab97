"""Digest: what needs an operator, and what happened within a day, for each portal."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ordosync.config.settings import Config
from ordosync.engine.diagnosis.attention import UNSHIPPED_DAYS, attention
from ordosync.engine.diagnosis.attention_entry import Attention
from ordosync.store import Store
from ordosync.store.schedule_row import ScheduleRow
from ordosync.store.statistics import Events

PERIOD = timedelta(days=1)
AGES = ("0-1 days", "2-3 days", "4-7 days", "over 7 days")
_OLDEST = (1, 3, 7)
"""The last day of each age but the last."""


@dataclass(frozen=True, kw_only=True)
class PortalDigest:
    """One portal."""

    portal: str
    needs_you: tuple[Attention, ...]
    """The open entries of `attention`, the oldest first."""
    events: Events
    """The counts of the period."""
    open_orders: tuple[int, ...]
    """Imported orders that are not shipped, by `AGES`."""
    ran_out: tuple[str, ...]
    """SKUs whose stock fell to 0 in the period, and is 0 now."""
    tasks: tuple[ScheduleRow, ...]
    """The scheduled tasks."""

    @property
    def is_empty(self) -> bool:
        """True if nothing needs an operator and nothing happened."""
        return not (self.needs_you or self.ran_out or any(self.events.counts().values()))


@dataclass(frozen=True, kw_only=True)
class Digest:
    """All portals, or those of one recipient."""

    since: datetime
    until: datetime
    portals: tuple[PortalDigest, ...]

    @property
    def is_empty(self) -> bool:
        """True if nothing needs an operator and nothing happened."""
        return all(portal.is_empty for portal in self.portals)

    @property
    def needs_you(self) -> list[Attention]:
        """The open entries of all portals, the oldest first."""
        entries = [entry for portal in self.portals for entry in portal.needs_you]
        return sorted(entries, key=lambda entry: entry.since)


def digest(
    config: Config, store: Store, *, now: datetime, portals: Collection[str] | None = None
) -> Digest:
    """Return the digest of the last day, of these portals or of all."""
    since = now - PERIOD
    entries: defaultdict[str, list[Attention]] = defaultdict(list)
    age = timedelta(days=UNSHIPPED_DAYS)
    for entry in attention(config, store, now=now, unshipped_for=age):
        if entry.dismissed_at is None:
            entries[entry.portal].append(entry)
    events, ages = store.reports.events(since=since), _open_orders(store, now)
    ran_out: defaultdict[str, list[str]] = defaultdict(list)
    for product in store.reports.out_of_stock(since=since):
        if product.is_now:
            ran_out[product.portal].append(product.sku)
    tasks: defaultdict[str, list[ScheduleRow]] = defaultdict(list)
    for row in store.schedule.all():
        if row.interval_s is not None:
            tasks[row.portal].append(row)
    return Digest(
        since=since,
        until=now,
        portals=tuple(
            PortalDigest(
                portal=name,
                needs_you=tuple(entries[name]),
                events=events.get(name, Events()),
                open_orders=tuple(ages[name][age] for age in AGES),
                ran_out=tuple(sorted(ran_out[name])),
                tasks=tuple(tasks[name]),
            )
            for name in config.portals
            if portals is None or name in portals
        ),
    )


def _open_orders(store: Store, now: datetime) -> Mapping[str, Counter[str]]:
    """Return the number of orders of each age that are not shipped, by portal."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for portal, linked_at in store.reports.open_orders():
        days = (now - linked_at).days
        position = sum(days > oldest for oldest in _OLDEST)
        counts[portal][AGES[position]] += 1
    return counts
