"""Overview of all portals for the page of `report`: orders in and out, days to ship, stock.

An order comes in when it is linked to the Supplier's order, and goes out when its first parcel is
reported to the Merchant. Each piece of a split order goes out by itself. Days are in UTC.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from ordosync.config.settings import Config
from ordosync.engine.diagnosis.report import TaskReport, days_between, report
from ordosync.store import Store
from ordosync.store.statistics import OutOfStock

_DAY_S = 86_400


@dataclass(frozen=True, kw_only=True)
class PortalOverview:
    """The orders of one portal."""

    portal: str
    merchant: str
    """The account of the Merchant; empty if the portal is not configured any more."""
    orders_in: tuple[int, ...]
    """Number of orders on each day."""
    orders_out: tuple[int, ...]
    days_to_ship: tuple[float, ...]
    """Days from the import of each order to its first parcel."""

    @property
    def name(self) -> str:
        """The Merchant, or the portal if the Merchant is not known."""
        return self.merchant or self.portal


@dataclass(frozen=True, kw_only=True)
class Overview:
    """All portals, from one day to another."""

    since: datetime
    until: datetime
    days: tuple[date, ...]
    portals: tuple[PortalOverview, ...]
    tasks: tuple[TaskReport, ...]
    out_of_stock: tuple[OutOfStock, ...]

    @property
    def days_to_ship(self) -> tuple[float, ...]:
        """Days to ship each order of any portal."""
        return tuple(days for portal in self.portals for days in portal.days_to_ship)

    @property
    def failed(self) -> int:
        """Number of steps that are failed now."""
        failures = [failure for task in self.tasks for failure in task.failures]
        return sum(failure.count for failure in failures if failure.of == "steps")

    def names(self) -> dict[str, str]:
        """Return the name of each portal's Merchant, with the portal if it has several."""
        counts = Counter(portal.name for portal in self.portals)
        return {
            portal.portal: portal.name
            if counts[portal.name] == 1
            else f"{portal.name} ({portal.portal})"
            for portal in self.portals
        }


def overview(
    config: Config, store: Store, *, since: datetime, now: datetime, portal: str | None = None
) -> Overview:
    """Return the overview since a time, of one portal or of all."""
    days = days_between(since, now)
    tasks = report(store, since=since, now=now, portal=portal)
    imported, shipped = _imported(store, since), _shipped(store, since)
    known = sorted({*config.portals, *imported, *shipped, *(task.portal for task in tasks)})
    sold_out = store.reports.out_of_stock(since=since)
    return Overview(
        since=since,
        until=now,
        days=tuple(days),
        portals=tuple(
            _portal(config, name, days, imported.get(name, Counter()), shipped.get(name, []))
            for name in known
            if portal in (None, name)
        ),
        tasks=tuple(tasks),
        out_of_stock=tuple(product for product in sold_out if portal in (None, product.portal)),
    )


def _imported(store: Store, since: datetime) -> Mapping[str, Counter[date]]:
    """Return the number of imported orders on each day, by portal."""
    counts: defaultdict[str, Counter[date]] = defaultdict(Counter)
    for delivery in store.reports.deliveries(since=since):
        if delivery.task == "import-orders":
            counts[delivery.portal][delivery.day] += 1
    return counts


def _shipped(store: Store, since: datetime) -> Mapping[str, Sequence[tuple[date, float]]]:
    """Return the day of each shipped order, and its days to ship, by portal."""
    orders: defaultdict[str, list[tuple[date, float]]] = defaultdict(list)
    for order in store.reports.shipped(since=since):
        took_s = max((order.shipped_at - order.imported_at).total_seconds(), 0)
        orders[order.portal].append((order.shipped_at.date(), took_s / _DAY_S))
    return orders


def _portal(
    config: Config,
    name: str,
    days: Sequence[date],
    imported: Counter[date],
    shipped: Sequence[tuple[date, float]],
) -> PortalOverview:
    sent = Counter(day for day, _ in shipped)
    return PortalOverview(
        portal=name,
        merchant=config.portals[name].merchant.account if name in config.portals else "",
        orders_in=tuple(imported[day] for day in days),
        orders_out=tuple(sent[day] for day in days),
        days_to_ship=tuple(took for _, took in shipped),
    )


def typical(values: Sequence[float]) -> float | None:
    """Return the median; None without values."""
    return median(values) if values else None
