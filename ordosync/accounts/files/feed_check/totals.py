"""Sums of the records of a feed; what many rows have in common is counted on disk."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ordosync.accounts.feeds import FeedTotals, KnownSkus
from ordosync.accounts.files.feed_check.dates import days_text
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.models import Line, Order, Product, Shipment, Stock
from ordosync.temporary_database import temporary_database

_PAGE = 500


class DistinctTexts:
    """Different texts, in a temporary database, so that memory stays flat."""

    def __init__(self) -> None:
        self._db = temporary_database()
        self._db.execute("create table texts (text text primary key) without rowid")
        self._db.execute("begin")

    def add(self, texts: Iterable[str]) -> None:
        """Add these texts."""
        self._db.executemany("insert or ignore into texts values (?)", ((text,) for text in texts))

    def add_new(self, text: str) -> bool:
        """Add a text; return True if it is new."""
        return self._db.execute("insert or ignore into texts values (?)", (text,)).rowcount > 0

    @property
    def count(self) -> int:
        """The number of different texts."""
        [count] = self._db.execute("select count(*) from texts").fetchone()
        return int(count)

    def pages(self) -> Iterator[list[str]]:
        """Yield the texts, sorted, in lists of some hundreds."""
        rows = self._db.execute("select text from texts order by text")
        while page := [text for (text,) in rows.fetchmany(_PAGE)]:
            yield page

    def close(self) -> None:
        """Delete the database."""
        self._db.close()


class Totals:
    """Adds up the records that are read."""

    def __init__(self, options: InputFiles) -> None:
        self._zone = ZoneInfo(options.timezone) if options.timezone else None
        self._counts: Counter[str] = Counter()
        self._money: defaultdict[str, Decimal] = defaultdict(Decimal)
        self._first: date | None = None
        self._last: date | None = None
        self.skus = DistinctTexts()

    def add(self, records: Sequence[object]) -> None:
        """Add some records."""
        self._counts["records"] += len(records)
        for record in records:
            match record:
                case Order():
                    self._add_order(record)
                case Shipment():
                    self._add_units(line.quantity for line in record.lines or ())
                    self._add_time(record.shipped_at)
                    self._add_money(record.currency, record.cost)
                case Stock():
                    self._add_units([max(record.quantity or 0, 0)])
        self.skus.add(sku for record in records for sku in _skus(record))

    def result(self) -> FeedTotals:
        """Return the sums."""
        return FeedTotals(
            records=self._counts["records"],
            lines=self._counts["lines"],
            skus=self.skus.count,
            units=self._counts["units"],
            money=dict(sorted(self._money.items())),
            first_on=self._first,
            last_on=self._last,
            days=days_text(self._first, self._last) if self._first and self._last else "",
        )

    def close(self) -> None:
        """Delete the temporary database."""
        self.skus.close()

    def _add_order(self, order: Order) -> None:
        self._counts["lines"] += len(order.lines)
        self._add_units(line.quantity for line in order.lines)
        self._add_time(order.placed_at)
        for line in order.lines:
            self._add_money(order.currency, _total(line))

    def _add_units(self, quantities: Iterable[int]) -> None:
        self._counts["units"] += sum(quantities)

    def _add_money(self, currency: str, amount: Decimal | None) -> None:
        if amount is not None:
            self._money[currency] += amount

    def _add_time(self, at: datetime | None) -> None:
        if at is None:
            return
        day = at.astimezone(self._zone).date() if self._zone else at.date()
        self._first = min(self._first or day, day)
        self._last = max(self._last or day, day)


def _total(line: Line) -> Decimal | None:
    if line.total is not None or line.unit_price is None:
        return line.total
    return line.unit_price * line.quantity


def _skus(record: object) -> Iterator[str]:
    match record:
        case Order():
            yield from (line.sku for line in record.lines)
        case Shipment():
            yield from (line.sku for line in record.lines or () if line.sku)
        case Stock() | Product():
            yield record.sku


def unknown_skus(skus: DistinctTexts, known: KnownSkus) -> Iterator[str]:
    """Yield the SKUs that the other side lacks."""
    for page in skus.pages():
        found = known(page)
        yield from (sku for sku in page if sku not in found)
