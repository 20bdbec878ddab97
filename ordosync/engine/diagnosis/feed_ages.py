"""Feeds that are too old, or soon are, as the last attempt to read each of them has found.

A newer file may come between two runs, so a feed does not become too old meanwhile. A task that
does not run is another concern.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ordosync.clock import to_text
from ordosync.config.feeds import LimitedFeed, feeds_of
from ordosync.config.settings import Config
from ordosync.engine.diagnosis.attention_entry import Attention
from ordosync.engine.scheduling.timetable import can_run
from ordosync.max_age import age_text
from ordosync.store import Store
from ordosync.store.feeds import FeedRow
from ordosync.text import plural

STALE, STALE_SOON = "stale", "stale-soon"
STALE_PRODUCTS = "stale-products"
"""Code of single products whose quantity is too old, although the feed is not."""


@dataclass(frozen=True, kw_only=True)
class FeedAge:
    """The age of a feed at the last attempt to read it."""

    portal: str
    feed: LimitedFeed
    row: FeedRow

    @property
    def is_over(self) -> bool:
        """True if it is too old."""
        return self.row.counts_from < self.feed.limit.oldest(self.row.tried_at)

    @property
    def is_half_over(self) -> bool:
        """True if at least half of the time has passed."""
        limit = self.feed.limit
        return self.row.counts_from <= limit.oldest(self.row.tried_at, limit.limit / 2)

    @property
    def text(self) -> str:
        """The age as text."""
        return age_text(self.feed.limit.age(self.row.counts_from, self.row.tried_at))

    @property
    def name(self) -> str:
        """The account and the reading."""
        return f"{self.feed.account} {self.feed.reading}"

    @property
    def sentence(self) -> str:
        """The age as a sentence."""
        if self.row.newest_at is None:
            return f"{self.name}: nothing has come for {self.text}"
        if self.feed.is_files:
            return f"{self.name}: the newest file is {self.text} old"
        return f"{self.name}: the last complete read was {self.text} ago"


def feed_ages(config: Config, store: Store) -> Iterator[FeedAge]:
    """Yield the feeds whose age is limited, of tasks that have run, can run and are not paused."""
    for portal in config.portals.values():
        feeds = feeds_of(config, portal)
        rows = store.feeds.of(portal.name) if feeds else {}
        for feed in feeds:
            if feed.reading not in rows or not can_run(portal, feed.task):
                continue
            schedule = store.schedule.get(portal.name, feed.task)
            if schedule is None or not schedule.paused:
                yield FeedAge(portal=portal.name, feed=feed, row=rows[feed.reading])


def stale_feeds(config: Config, store: Store) -> Iterator[Attention]:
    """Yield the feeds that are too old or soon are, and recent ones with old quantities."""
    for age in feed_ages(config, store):
        if age.is_over:
            yield _entry(age, STALE, f", more than {_limit(age)}; {_consequence(age)}")
        elif age.is_half_over:
            yield _entry(age, STALE_SOON, f"; {_warning(age)}")
        if not age.is_over and age.row.old:
            yield _of_products(age)


def _entry(age: FeedAge, code: str, rest: str) -> Attention:
    limit, row = age.feed.limit, age.row
    passes_at = row.counts_from + (limit.limit if code == STALE else limit.limit / 2)
    return Attention(
        key=f"{age.portal}:{code}:{age.feed.reading}",
        severity="critical" if code == STALE else "normal",
        code=code,
        content=to_text(row.counts_from),
        since=min(passes_at, row.tried_at),
        portal=age.portal,
        task=age.feed.task,
        subject=age.name,
        reason=f"{age.sentence}{rest}",
        command=f"ordosync {age.feed.task} {age.portal} --dry-run",
    )


def _consequence(age: FeedAge) -> str:
    if age.feed.reading != "stock":
        return "ask for a new one"
    if age.row.zeroed_at:
        return f"its products are shown as 0 since {_time(age.row.zeroed_at)}"
    if age.feed.limit.when_stale == "keep":
        return "no quantity of it is written"
    quarter = age_text(age.feed.limit.limit / 4)
    return f"its products are shown as 0 once it was watched for {quarter} without a pause"


def _warning(age: FeedAge) -> str:
    if age.feed.reading != "stock":
        return f"after {_limit(age)} it is too old"
    is_zero = age.feed.limit.when_stale == "zero"
    then = "all its products are shown as 0" if is_zero else "no quantity of it is written"
    return f"after {_limit(age)} {then}"


def _of_products(age: FeedAge) -> Attention:
    count = age.row.old
    products = plural(count, "1 product has", f"{count} products have")
    return Attention(
        key=f"{age.portal}:{STALE_PRODUCTS}:{age.feed.reading}",
        severity="normal",
        code=STALE_PRODUCTS,
        content=str(count),
        since=age.row.tried_at,
        portal=age.portal,
        task=age.feed.task,
        subject=age.name,
        reason=f"{products} no quantity of the last {_limit(age)}, and none is written",
        command=f"ordosync {age.feed.task} {age.portal} --dry-run",
    )


def _limit(age: FeedAge) -> str:
    return age_text(age.feed.limit.limit)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
