"""The feeds of a portal whose age is limited: what a run saw of them, for the store.

A feed that is old may be old because this machine was off. So each row has the time since when the
feed was read without an interruption, and quantities are set to 0 only after a part of `max_age`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

from msgspec import Struct

from ordosync.clock import Clock
from ordosync.config.feeds import LimitedFeed
from ordosync.max_age import MaxAge
from ordosync.slots import is_from_the_future
from ordosync.store.feeds import FeedRow, Feeds

Sightings = Mapping[str, datetime | None]
"""The time of the newest content of each reading that was read; None if it has none."""
_GRACE = timedelta(minutes=10)
_LONGEST_RETRY = timedelta(hours=1)
"""The longest time until a failed run is tried again."""
_TRIES = 3


Outcome = Literal["read", "unavailable", "failed"]
"""unavailable: the account did not answer. failed: the cause may be on this side."""


class Attempt(Struct, frozen=True, kw_only=True):
    """One attempt to read a feed."""

    outcome: Outcome
    newest_at: datetime | None = None
    old: int = 0
    """Linked products with a quantity that is too old."""
    is_zeroed: bool = False
    """True if such quantities were set to 0."""


def after_attempt(
    row: FeedRow | None, reading: str, attempt: Attempt, *, now: datetime, interval: timedelta
) -> FeedRow:
    """Return the row of a feed after an attempt to read it."""
    is_first = row is None or _is_interrupted(row, now, interval)
    before = row or FeedRow(reading=reading, since=now, tried_at=now, watched_since=now)
    is_unavailable = attempt.outcome == "unavailable"
    failures = (0 if is_first else before.failures) + 1 if is_unavailable else 0
    is_fresh = attempt.outcome == "read" and not attempt.old
    zeroed_at = None if is_fresh else before.zeroed_at
    return FeedRow(
        reading=reading,
        since=before.since,
        tried_at=now,
        watched_since=now if is_first or attempt.outcome == "failed" else before.watched_since,
        newest_at=_newest(before, attempt, now),
        ahead_at=attempt.newest_at if is_from_the_future(attempt.newest_at, now) else None,
        failures=failures,
        failing_since=(before.failing_since if failures > 1 else now) if failures else None,
        old=attempt.old if attempt.outcome == "read" else before.old,
        zeroed_at=zeroed_at or (now if attempt.is_zeroed else None),
    )


def may_zero(row: FeedRow, limit: MaxAge) -> bool:
    """True if a feed is not only old, but was also watched for long enough on this side.

    After an attempt that read it, the time without an interruption counts. Otherwise several
    attempts must have failed, over as long a time.
    """
    since = row.failing_since if row.failures else row.watched_since
    is_tried_often = not row.failures or row.failures >= _TRIES
    return is_tried_often and since is not None and row.tried_at - since >= limit.limit / 4


def _newest(row: FeedRow, attempt: Attempt, now: datetime) -> datetime | None:
    """Return the newest time; one in the future counts as now, and one of a wrong clock not."""
    times = [row.newest_at] if not is_from_the_future(row.newest_at, now) else []
    times.append(min(attempt.newest_at, now) if attempt.newest_at else None)
    return max((at for at in times if at), default=None)


def _is_interrupted(row: FeedRow, now: datetime, interval: timedelta) -> bool:
    """True if an attempt is missing: the machine was off, or its clock was set."""
    longest = max(2 * interval, _LONGEST_RETRY if row.failures else interval) + _GRACE
    return is_from_the_future(row.tried_at, now) or now - row.tried_at > longest


class FeedWatch:
    """The feeds of one portal during one run. `save` records what `collect` has found."""

    def __init__(
        self,
        feeds: Sequence[LimitedFeed],
        table: Feeds,
        portal: str,
        clock: Clock,
        interval_of: Callable[[str], timedelta],
    ) -> None:
        self.limits = {feed.reading: feed.limit for feed in feeds}
        """The maximum age by reading."""
        self._tasks = {feed.reading: feed.task for feed in feeds}
        self._table = table
        self._portal = portal
        self._clock = clock
        self._interval_of = interval_of
        """Returns the interval of a task."""
        self._attempts: dict[str, Attempt] = {}

    @cached_property
    def _rows(self) -> Mapping[str, FeedRow]:
        return self._table.of(self._portal)

    def after(self, reading: str, attempt: Attempt) -> FeedRow:
        """Return the row of a feed after an attempt that was made now."""
        return after_attempt(
            self._rows.get(reading),
            reading,
            attempt,
            now=self._clock.now(),
            interval=self._interval_of(self._tasks[reading]),
        )

    def collect(self, sightings: Sightings, stock: Attempt | None) -> None:
        """Take over what a run saw, before the accounts are closed."""
        for reading, newest_at in sightings.items():
            if reading in self.limits and reading != "stock":
                self._attempts[reading] = Attempt(outcome="read", newest_at=newest_at)
        if stock:
            self._attempts["stock"] = stock

    def save(self) -> None:
        """Record the attempts in the open transaction."""
        for reading, attempt in self._attempts.items():
            self._table.save(self._portal, self.after(reading, attempt))
