"""A row of the table `schedule`: one task of a portal, and when it starts next."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from ordosync.clock import from_text
from ordosync.slots import TRIES, History, Slots, next_start

if TYPE_CHECKING:
    from ordosync.sql import Row

DecidedBy = Literal["configuration", "default", "autosync"]
# Tasks without a schedule have slots as well, in which crashes are counted.
_BY_HAND_S = 3600
_PAST_TIMES = ("done_at", "tried_at")
_TIMES = (
    *("paused_at", "resumes_at", "next_at", "last_started_at", "woken_at", "last_ok_at"),
    *("trouble_since", "told_at"),
)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class ScheduleRow:
    """A task of a portal as recorded in the store."""

    portal: str
    task: str
    interval_s: int | None
    decided_by: DecidedBy
    paused: bool | None = None
    """Set by `autosync`. False: resumed or switched on; None: never set."""
    paused_at: datetime | None = None
    resumes_at: datetime | None = None
    """When a pause ends by itself; None if it does not."""
    next_at: datetime | None = None
    last_started_at: datetime | None = None
    woken_at: datetime | None = None
    """When a run or the desk last changed what this task reads."""
    last_ok_at: datetime | None = None
    cursor: str | None = None
    """The cursor of the next read; None if it starts from the beginning."""
    history: History = field(default_factory=History)
    trouble_since: datetime | None = None
    told_at: datetime | None = None

    @property
    def slots(self) -> Slots:
        """The slots in which the runs of the task are counted."""
        return Slots.of(self.portal, self.task, self.interval_s or _BY_HAND_S)

    def gave_up(self, now: datetime) -> bool:
        """True if the task crashed too often in this slot and waits for the next slot."""
        tried_at = self.history.tried_at
        return (
            self.history.tries >= TRIES
            and tried_at is not None
            and self.slots.number(tried_at) == self.slots.number(now)
        )

    def was_woken(self, now: datetime) -> bool:
        """True if the task was made due by `wake` after its run had started."""
        return self.next_at not in (None, self.last_started_at) and self.next_at <= now

    @property
    def woken_start(self) -> datetime | None:
        """The start of a task that was woken after its last start; None if it was not woken.

        It is in the next minute of the clock, so a task is woken at most once a minute.
        """
        if self.woken_at is None or self.interval_s is None:
            return None
        if self.last_started_at is None:
            return self.woken_at
        if self.woken_at <= self.last_started_at:
            return None
        next_minute = self.last_started_at.replace(second=0, microsecond=0) + _MINUTE
        return max(self.woken_at, next_minute)

    def starts_next(self, now: datetime, *, next_retry_at: datetime | None) -> datetime | None:
        """Return when to start next, for its slot, for a step or as it was woken; None if never."""
        if self.paused:
            return self.resumes_at
        early = [at for at in (next_retry_at, self.woken_start) if at]
        return next_start(
            self.slots,
            self.history,
            now,
            scheduled=self.interval_s is not None,
            early_at=min(early, default=None),
        )


def read_row(row: "Row") -> ScheduleRow:
    """Return a row of the table."""
    return ScheduleRow(
        portal=row["portal"],
        task=row["task"],
        interval_s=row["interval_s"],
        decided_by=row["decided_by"],
        paused=None if row["paused"] is None else bool(row["paused"]),
        cursor=row["cursor"],
        history=History(tries=row["tries"], failures=row["failures"], **_times(row, _PAST_TIMES)),
        **_times(row, _TIMES),
    )


def _times(row: "Row", names: Sequence[str]) -> dict[str, datetime | None]:
    return {name: from_text(row[name]) if row[name] else None for name in names}
