"""Schedule arithmetic: when a task is due. Pure functions of UTC times.

Time is divided into slots of one interval each, shifted by an offset that is stable for a portal
and task. A task is due if the current slot has no completed run. One run makes up for all missed
slots, since it reads everything since the last run. "Now minus the last run" would be simpler,
but loses a third of the runs to the jitter of cron.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zlib import crc32

INTERVALS_S = {"10-minutes": 600, "hourly": 3600, "6-hours": 21_600, "daily": 86_400}
TRIES = 3
"""Crashes in one slot after which the task waits for the next slot."""
CLOCK_SLACK = timedelta(seconds=300)
"""A start that is further in the future was written by a wrong clock and is ignored."""
_FIRST_DELAY = timedelta(minutes=1)
_LONGEST_DELAY = timedelta(hours=1)
LONGEST_WAIT = timedelta(days=2)
"""The longest wait of a step, unless it is held. A wrong clock wrote a later time."""
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Slots:
    """The slots of one task of one portal."""

    interval_s: int
    offset_s: int

    @classmethod
    def of(cls, portal: str, task: str, interval_s: int) -> "Slots":
        """Return slots whose offset is stable and spreads the portals evenly."""
        return cls(interval_s=interval_s, offset_s=crc32(f"{portal}:{task}".encode()) % interval_s)

    def number(self, at: datetime) -> int:
        """Return the number of the slot at this time; it grows by one each interval."""
        return int((at.timestamp() - self.offset_s) // self.interval_s)

    def start(self, number: int) -> datetime:
        """Return the start of a slot."""
        return datetime.fromtimestamp(number * self.interval_s + self.offset_s, UTC)


@dataclass(frozen=True, kw_only=True)
class History:
    """The last scheduled runs of a task; each time is the start of a run."""

    done_at: datetime | None = None
    """Start of the last run that completed its slot."""
    tried_at: datetime | None = None
    """Start of the last run."""
    tries: int = 0
    """Number of runs in that slot that crashed."""
    failures: int = 0
    """Number of failed runs in a row: the read failed, or the safety limit stopped the run."""


def is_from_the_future(at: datetime | None, now: datetime) -> bool:
    """True if the clock was wrong when this time was written, or is wrong now."""
    return at is not None and at > now + CLOCK_SLACK


def is_within(at: datetime, now: datetime, span: timedelta) -> bool:
    """True if less than `span` has passed since a time, and no wrong clock wrote it."""
    return now - at < span and not is_from_the_future(at, now)


def next_due(slots: Slots, history: History, now: datetime) -> datetime:
    """Return when the task starts next. A task is due at `now` or earlier.

    If the clock was set back, the task is due at once, since the recorded times are wrong.
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
    early_at: datetime | None,
) -> datetime | None:
    """Return when to start next: for a slot, or earlier for another reason. None if never."""
    due = next_due(slots, history, now) if scheduled else None
    if early_at is None:
        return due
    early_at = max(early_at, _not_before(slots, history))
    return early_at if due is None else min(due, early_at)


def _not_before(slots: Slots, history: History) -> datetime:
    """Return the earliest start after the last crashed or failed runs."""
    tried_at = history.tried_at
    if tried_at is None:
        return _EVER
    if history.tries >= TRIES:
        return slots.start(slots.number(tried_at) + 1)
    if history.failures:
        return tried_at + min(_FIRST_DELAY * (1 << min(history.failures - 1, 10)), _LONGEST_DELAY)
    return _EVER


def missed(slots: Slots, history: History, now: datetime) -> int:
    """Return the number of whole slots without a run before the current slot."""
    if history.done_at is None or is_from_the_future(history.done_at, now):
        return 0
    return max(0, slots.number(now) - slots.number(history.done_at) - 1)
