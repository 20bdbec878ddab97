"""Statistics of the log by portal, task and day, for reports.

Days are in UTC. Runs that found nothing leave no row, so they are in no sum.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from ordosync.clock import from_text, to_text
from ordosync.store.runs import Counts
from ordosync.store.step_rows import UNSETTLED

if TYPE_CHECKING:
    from ordosync.sql import Connection


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume:
    """Sums over the runs of a task on one day."""

    portal: str
    task: str
    day: date
    runs: int
    calls: int
    counts: Counts


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One order or parcel that was delivered to the other side, and how long it took."""

    portal: str
    task: str
    day: date
    """The day of the delivery."""
    took_s: float
    """Seconds from its first read to its delivery."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failures:
    """Number of failures of one kind."""

    portal: str
    task: str
    of: str
    """`runs` that failed or were interrupted, or `steps` that are failed now."""
    code: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ShippedOrder:
    """One order whose first parcel was reported to the Merchant."""

    portal: str
    imported_at: datetime
    shipped_at: datetime
    """When the parcel was reported."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OutOfStock:
    """A product whose quantity at the Merchant was set to 0 or less."""

    portal: str
    sku: str
    at: datetime
    is_now: bool
    """False if a later write set it to more than 0."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Events:
    """Numbers of orders of one portal with an event in a period."""

    imported: int = 0
    shipped: int = 0
    cancelled: int = 0
    short: int = 0
    """Cancelled by the Supplier, or not in stock there."""
    edited: int = 0

    def counts(self) -> dict[str, int]:
        """Return the numbers by name."""
        return asdict(self)


class Reports:
    """Sums over the tables `runs`, `steps` and `links`."""

    def __init__(self, connection: "Connection") -> None:
        self._db = connection

    def volumes(self, *, since: datetime) -> Sequence[Volume]:
        """Return the sums over the runs that started since then."""
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
        """Yield the orders that were linked and the parcels that were reported since then."""
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
        """Return the failures since then, and the steps that are failed now, by code."""
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

    def shipped(self, *, since: datetime) -> Iterator[ShippedOrder]:
        """Yield the orders whose first parcel was reported since then."""
        rows = self._db.execute(
            "select parcels.portal, min(orders.linked_at) as imported_at,"
            " min(parcels.linked_at) as shipped_at from links as parcels"
            " join links as orders on orders.portal = parcels.portal and orders.kind = 'order'"
            " and orders.merchant_id = parcels.order_id"
            " where parcels.kind in ('parcel', 'shipment') and parcels.state = 'live'"
            " group by parcels.portal, parcels.order_id having min(parcels.linked_at) >= ?",
            (to_text(since),),
        )
        for row in rows:
            yield ShippedOrder(
                portal=row["portal"],
                imported_at=from_text(row["imported_at"]),
                shipped_at=from_text(row["shipped_at"]),
            )

    def out_of_stock(self, *, since: datetime) -> Sequence[OutOfStock]:
        """Return the products that ran out since then, by their last write to 0 or less."""
        rows = self._db.execute(
            "with writes as ("
            " select portal, key, written, updated_at as at from steps"
            " where task = 'write-inventory-back' and state = 'done' and written is not null"
            " union all select portal, key, written, written_at from past_writes"
            " where task = 'write-inventory-back')"
            " select writes.portal, writes.key, max(at) as at,"
            " coalesce(max(json_extract(steps.written, '$.quantity.new')), 0) as quantity"
            " from writes join steps on steps.portal = writes.portal"
            " and steps.task = 'write-inventory-back' and steps.key = writes.key"
            " where at >= ? and json_extract(writes.written, '$.quantity.new') <= 0"
            " and coalesce(json_extract(writes.written, '$.quantity.old'), 1) > 0"
            " group by writes.portal, writes.key order by at desc, writes.key",
            (to_text(since),),
        )
        return [
            OutOfStock(
                portal=row["portal"],
                sku=row["key"],
                at=from_text(row["at"]),
                is_now=row["quantity"] <= 0,
            )
            for row in rows
        ]

    def events(self, *, since: datetime) -> Mapping[str, Events]:
        """Return the numbers of orders with an event since then, by portal."""
        rows = self._db.execute(
            # The pieces of an order are linked, too, but not by an import.
            "select links.portal, 'imported' as event, count(*) as count from links"
            " join steps on steps.portal = links.portal and task = 'import-orders'"
            " and key = links.merchant_id || '#' || generation"
            " where kind = 'order' and linked_at >= :since group by 1"
            " union all select portal, 'cancelled', count(*) from steps"
            " where task = 'cancel-orders' and state = 'done' and content <> 'restored'"
            " and updated_at >= :since group by 1"
            # Also those that are settled; not the answers to what the Supplier was asked for.
            " union all select portal, 'short', count(distinct merchant_id) from steps"
            " where (code = 'supplier-cancelled' or task = 'report-shortages'"
            " and key like '%:short' and state in ('done', 'failed') and merchant_id is not null"
            " and content not in ('cancelled-as-asked', 'cancel-refused', 'no-link'))"
            " and created_at >= :since group by 1"
            " union all select portal, 'edited', count(distinct merchant_id) from steps"
            " where (code = 'edited' or task = 'import-orders' and key like '%:edit'"
            " and content like '%:%') and created_at >= :since group by 1",
            {"since": to_text(since)},
        )
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for row in rows:
            counts[row["portal"]][row["event"]] = row["count"]
        for order in self.shipped(since=since):
            counts[order.portal]["shipped"] += 1
        return {portal: Events(**of_portal) for portal, of_portal in counts.items()}

    def open_orders(self) -> Iterator[tuple[str, datetime]]:
        """Yield the portal and link time of each imported order that is not shipped."""
        rows = self._db.execute(
            "select portal, linked_at from links"
            " where kind = 'order' and state = 'live' and reported = 0"
        )
        for row in rows:
            yield row["portal"], from_text(row["linked_at"])

    def _deliveries(self, statement: str, since: datetime) -> Iterator[Delivery]:
        for row in self._db.execute(statement, (to_text(since),)):
            ended = from_text(row["ended"])
            yield Delivery(
                portal=row["portal"],
                task=row["task"],
                day=ended.date(),
                took_s=max((ended - from_text(row["began"])).total_seconds(), 0),
            )
