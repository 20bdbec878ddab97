"""Limits of an account that all hosts share: one row for each request that a period allows.

As in one process, a slot is free again a period after the *response*, so the service sees two
requests of the same slot at least one period apart. While a request runs, its row says when it is
free if nothing is heard of it any more: after the longest call, and a period. A worker that dies
with a slot therefore needs no lease. Only the server's clock counts.

Row 0 holds the end of a pause. When an account is counted for the first time, and after a crash of
the server, nothing is known of the last period, and all rows start as busy.
"""

import math
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from random import Random

from ordosync.clock import Clock
from ordosync.http import Limits
from ordosync.http.account_limits import LocalLimits
from ordosync.http.bucket import Bucket
from ordosync.http.concurrency import ConcurrencyLimit, LocalConcurrencyLimit
from ordosync.http.rate_limit import MARGIN, MAX_WAIT_S, BusyError, RateLimit
from ordosync.postgres.buckets import SharedBucket
from ordosync.postgres.limit_tables import Connect, LimitTables

CALL_S = Limits().total_s + 5
"""Maximum time of one call, with what is done before and after it."""
_MAX_SLOTS = 1000
# A row can be locked for a moment.
_MIN_WAIT_S = 0.005
_JITTER, _MAX_JITTER_S = 0.2, 0.5
# Without a period, no row says when it comes back, nor that its process is dead.
_POLL_S, _LOOK_S = 0.1, 1.0
_Slot = tuple[int, datetime]

_TAKE = """
    update rates
    set free_at = clock_timestamp() + make_interval(secs => :held_s), holder = pg_backend_pid()
    where account = :account and slot = (
        select free.slot from rates free
        where free.account = :account and free.slot between 1 and :slots
        and free.free_at <= clock_timestamp()
        and not exists (
            select from rates pause
            where pause.account = :account and pause.slot = 0
            and pause.free_at > clock_timestamp()
        )
        order by free.free_at limit 1 for update of free skip locked
    )
    returning slot, free_at
"""
_GIVE = """
    insert into rates (account, slot, free_at)
    values (:account, :slot, clock_timestamp() + make_interval(secs => :period_s))
    on conflict (account, slot) do update set
        -- Another process has the slot if it was held for too long, or the rows are new.
        free_at = case when rates.free_at = :free_at then excluded.free_at
                       else greatest(rates.free_at, excluded.free_at) end,
        holder = case when rates.free_at = :free_at then null else rates.holder end
"""
_PAUSE = """
    insert into rates (account, slot, free_at)
    values (:account, 0, clock_timestamp() + make_interval(secs => :seconds))
    on conflict (account, slot) do update set free_at = greatest(rates.free_at, excluded.free_at)
"""
_LEFT = """
    select count(*) filter (where slot > 0),
        extract(epoch from min(free_at) filter (where slot > 0) - clock_timestamp())::float8,
        extract(epoch from max(free_at) filter (where slot = 0) - clock_timestamp())::float8
    from rates where account = :account and slot between 0 and :slots
"""
_START = """
    insert into rates (account, slot, free_at)
    select :account, slot, clock_timestamp() + make_interval(secs => :busy_s)
    from generate_series(1, :slots) slot
    on conflict do nothing
"""
_FREE_OF_THE_DEAD = """
    update rates set free_at = clock_timestamp(), holder = null
    where account = :account and free_at > clock_timestamp() and holder is not null
    and not exists (select from pg_catalog.pg_stat_activity where pid = holder)
"""


class SharedLimits:
    """Limits that all hosts count together, for accounts of more than one portal.

    An account of one portal has local limits: the portal's lease lets one process work on it.
    """

    def __init__(
        self, connect: Connect, clock: Clock, *, shared: Collection[str], call_s: float = CALL_S
    ) -> None:
        self._tables = LimitTables(connect)
        self._clock = clock
        self._shared = shared
        self._call_s = call_s
        self._local = LocalLimits(clock)

    def rate(self, account: str, calls: int, per_s: float) -> RateLimit:
        """Return the limit of requests in a period."""
        if account not in self._shared:
            return self._local.rate(account, calls, per_s)
        return SharedRateLimit(
            self._tables, account, calls, per_s, clock=self._clock, call_s=self._call_s
        )

    def concurrency(self, account: str, calls: int) -> ConcurrencyLimit:
        """Return the limit of requests at the same time."""
        if account not in self._shared:
            return self._local.concurrency(account, calls)
        return SharedConcurrencyLimit(
            self._tables, account, calls, clock=self._clock, call_s=self._call_s
        )

    def bucket(self, account: str) -> Bucket:
        """Return the account's points, which queries cost."""
        if account not in self._shared:
            return self._local.bucket(account)
        return SharedBucket(self._tables, account, clock=self._clock, call_s=self._call_s)

    def close(self) -> None:
        """Close the connection. Idempotent."""
        self._tables.close()


class _Slots:
    """Rows of one limit, each of which allows a request at a time."""

    def __init__(
        self, tables: LimitTables, name: str, slots: int, *, clock: Clock, held_s: float
    ) -> None:
        self._tables, self._name, self._slots = tables, name, slots
        self._clock, self._held_s = clock, held_s
        self._random = Random()  # noqa: S311 - spreads waits, guards nothing
        self._period_s = 0.0
        self._busy_s = 0.0
        self._poll_s = _POLL_S

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a slot and hold it for one request and its response. Raises `BusyError`."""
        deadline = self._clock.monotonic() + MAX_WAIT_S
        while (taken := self._take()) is None:
            wait_s = self._left_s()
            if self._clock.monotonic() + wait_s > deadline:
                raise BusyError(wait_s)
            jitter_s = min(wait_s * _JITTER, _MAX_JITTER_S)
            self._clock.sleep(wait_s + self._random.uniform(0, jitter_s))
        try:
            yield
        finally:
            self._give(*taken)

    def _take(self) -> _Slot | None:
        row = self._tables.row(_TAKE, account=self._name, slots=self._slots, held_s=self._held_s)
        return (row[0], row[1]) if row else None

    def _give(self, slot: int, free_at: datetime) -> None:
        # The response counts, whatever becomes of the row.
        self._tables.report(
            _GIVE, account=self._name, slot=slot, free_at=free_at, period_s=self._period_s
        )

    def _left_s(self) -> float:
        """Return the time until a slot may be free."""
        count, slot_s, pause_s = self._left()
        if count < self._slots:
            self._tables.run(_START, account=self._name, slots=self._slots, busy_s=self._busy_s)
            count, slot_s, pause_s = self._left()
        # If all slots are in use, the first response frees one after a period.
        return max(min(slot_s, self._poll_s), pause_s, _MIN_WAIT_S)

    def _left(self) -> tuple[int, float, float]:
        row = self._tables.row(_LEFT, account=self._name, slots=self._slots)
        count, slot_s, pause_s = row or (0, None, None)
        return count, slot_s or 0.0, pause_s or 0.0


class SharedRateLimit(_Slots):
    """At most `calls` requests in `per_s` seconds, by all hosts."""

    def __init__(
        self,
        tables: LimitTables,
        account: str,
        calls: int,
        per_s: float,
        *,
        clock: Clock,
        call_s: float,
    ) -> None:
        if calls < 1 or per_s <= 0:
            raise ValueError("a rate limit must allow at least one request in a positive time")
        self.per_s = per_s
        # More rows would be slow to look through. A part of the calls in a part of the period is
        # no more than all of them in all of it.
        parts = -(-calls // _MAX_SLOTS)
        period_s = per_s / parts * MARGIN
        super().__init__(tables, account, calls // parts, clock=clock, held_s=call_s + period_s)
        self._period_s = self._poll_s = period_s
        # A call that was under way at a crash of the server gives its row back before this.
        self._busy_s = max(per_s * MARGIN, call_s)

    def pause(self, seconds: float) -> None:
        """Pause all requests of all hosts, because the service responded with 429."""
        self._tables.report(_PAUSE, account=self._name, seconds=seconds)


class SharedConcurrencyLimit(_Slots):
    """At most `calls` requests at the same time, by all hosts.

    Of one process, no more than that wait for the rows of all hosts.
    """

    def __init__(
        self, tables: LimitTables, account: str, calls: int, *, clock: Clock, call_s: float
    ) -> None:
        # A slot is held while the call waits for one of the rate limit.
        held_s = MAX_WAIT_S + call_s
        super().__init__(tables, f"{account} at once", calls, clock=clock, held_s=held_s)
        self._local = LocalConcurrencyLimit(calls)
        self._looked_at = -math.inf

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a slot and hold it for one request and its response. Raises `BusyError`."""
        with self._local.slot(), super().slot():
            yield

    def _left_s(self) -> float:
        now = self._clock.monotonic()
        if now >= self._looked_at + _LOOK_S:
            self._looked_at = now
            # A killed worker must not keep its portals from going on elsewhere.
            self._tables.run(_FREE_OF_THE_DEAD, account=self._name)
            super()._left_s()
        return _POLL_S
