"""When a task is due: pure arithmetic on UTC times, no clock and no database.

Time is cut into slots of one interval each, shifted by an offset that is stable for a portal and
task. A task is due when nothing was done in the current slot; missed slots are made up for by one
run, since a run reads everything since the last one. "Now minus the last run" would be simpler
and loses a third of the runs to cron's jitter.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zlib import crc32

INTERVALS_S = {"10-minutes": 600, "hourly": 3600, "6-hours": 21_600, "daily": 86_400}
TRIES = 3
"""So many crashes in one slot give it up: a task that kills its process must not do so for ever."""
CLOCK_SLACK = timedelta(seconds=300)
"""A start so far in the future means that the clock was wrong then, and is believed no more."""
_FIRST_DELAY = timedelta(minutes=1)
_LONGEST_DELAY = timedelta(hours=1)
LONGEST_WAIT = timedelta(days=2)
"""No step waits longer; what seems to was written by a clock that was wrong."""
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Slots:
    """The slots of one task of one portal."""

    interval_s: int
    offset_s: int

    @classmethod
    def of(cls, portal: str, task: str, interval_s: int) -> "Slots":
        """Return slots whose offset spreads portals evenly and never changes."""
        return cls(interval_s=interval_s, offset_s=crc32(f"{portal}:{task}".encode()) % interval_s)

    def number(self, at: datetime) -> int:
        """Return the number of the slot that a moment lies in; it grows by one each interval."""
        return int((at.timestamp() - self.offset_s) // self.interval_s)

    def start(self, number: int) -> datetime:
        """Return the first moment of a slot."""
        return datetime.fromtimestamp(number * self.interval_s + self.offset_s, UTC)


@dataclass(frozen=True, kw_only=True)
class History:
    """What is known of a task's scheduled runs; each time is when a run started."""

    done_at: datetime | None = None
    """The last one that did its slot."""
    tried_at: datetime | None = None
    """The last one of all."""
    tries: int = 0
    """How many in its slot did not end by themselves."""
    failures: int = 0
    """How many in a row could not read, or were held by a brake."""


def is_from_the_future(at: datetime | None, now: datetime) -> bool:
    """Whether the clock must have been wrong at this moment, or is now."""
    return at is not None and at > now + CLOCK_SLACK


def next_due(slots: Slots, history: History, now: datetime) -> datetime:
    """Return when the task is to start next; `now` or earlier means that it is due.

    A clock that was set back makes it due at once: what the wrong clock wrote does not count.
    """
    done_at, tried_at = history.done_at, history.tried_at
    if is_from_the_future(done_at, now) or is_from_the_future(tried_at, now):
        return now
    if done_at is None and tried_at is None:
        return now
    first_open = slots.number(now) if done_at is None else slots.number(done_at) + 1
    return max(slots.start(first_open), _not_before(slots, history))


def next_start(
    slots: Slots,
    history: History,
    now: datetime,
    *,
    scheduled: bool,
    next_retry_at: datetime | None,
) -> datetime | None:
    """Return when to start next: for the slot, or earlier for a step that waits; None: never."""
    due = next_due(slots, history, now) if scheduled else None
    if next_retry_at is None:
        return due
    if next_retry_at > now + LONGEST_WAIT:  # written by a clock that was wrong
        next_retry_at = now
    next_retry_at = max(next_retry_at, _not_before(slots, history))
    return next_retry_at if due is None else min(due, next_retry_at)


def _not_before(slots: Slots, history: History) -> datetime:
    """Return when the last scheduled runs, crashed or failed, let another one start."""
    tried_at = history.tried_at
    if tried_at is None:
        return _EVER
    if history.tries >= TRIES:
        return slots.start(slots.number(tried_at) + 1)
    if history.failures:
        return tried_at + min(_FIRST_DELAY * (1 << min(history.failures - 1, 10)), _LONGEST_DELAY)
    return _EVER


def missed(slots: Slots, history: History, now: datetime) -> int:
    """Return how many whole slots went by without a run before the current one."""
    if history.done_at is None or is_from_the_future(history.done_at, now):
        return 0
    return max(0, slots.number(now) - slots.number(history.done_at) - 1)
