"""Bucket of points that all hosts share: one row for the account, and one for each query under way.

The row says how many points are left if all queries under way cost what they have reserved. The
bucket is the service's own, so a wrong row costs time and no order: a query without enough points
is rejected, and sent again. A worker that dies gives nothing back; the refill does.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from ordosync.clock import Clock
from ordosync.http.bucket import MAX_WAIT_S, MIN_WAIT_S, Reservation
from ordosync.postgres.limit_tables import LimitTables

_LEFT = """
    least(buckets.maximum, buckets.available
        + buckets.restore_rate * extract(epoch from clock.now - buckets.known_at)::float8)
"""
_TAKE = f"""
    with clock as (select clock_timestamp() as now),
    taken as (
        update buckets set available = {_LEFT} - :cost, known_at = clock.now from clock
        where account = :account
        and (restore_rate <= 0 or {_LEFT} >= least(:cost, maximum))
        returning account
    )
    insert into bucket_reservations (account, cost, free_at)
    select :account, :cost, clock.now + make_interval(secs => :held_s) from clock
    where exists (select from taken)
    or not exists (select from buckets where account = :account)
    returning id
"""  # noqa: S608 - constants
# Those of queries that were never heard of again are dropped too, each by one process.
_DROP = """
    delete from bucket_reservations where id in (
        select id from bucket_reservations
        where id = :id or account = :account and free_at <= clock_timestamp()
        for update skip locked
    )
"""
_REPORT = f"""
    with clock as (select clock_timestamp() as now),
    dropped as ({_DROP}),
    reported as (
        select :available - coalesce(sum(cost), 0) as available from bucket_reservations, clock
        where account = :account and id <> :id and free_at > clock.now
    )
    insert into buckets (account, maximum, restore_rate, available, known_at)
    select :account, :maximum, :restore_rate, reported.available, clock.now
    from reported, clock
    on conflict (account) do update set
        maximum = excluded.maximum,
        restore_rate = excluded.restore_rate,
        known_at = excluded.known_at,
        -- What others have taken since is in the row, but not in the report.
        available = least(excluded.available, :cost + least(buckets.maximum, buckets.available
            + buckets.restore_rate
            * extract(epoch from excluded.known_at - buckets.known_at)::float8))
"""  # noqa: S608 - constants
_WAIT = f"""
    select (least(:cost, maximum) - {_LEFT}) / restore_rate
    from buckets, (select clock_timestamp() as now) clock
    where account = :account and restore_rate > 0
"""  # noqa: S608 - constants


class SharedBucket:
    """The points of one account, reserved by the queries of all hosts."""

    def __init__(self, tables: LimitTables, account: str, *, clock: Clock, call_s: float) -> None:
        self._tables, self._account = tables, account
        self._clock, self._call_s = clock, call_s

    @contextmanager
    def reserve(self, cost: float) -> Iterator[Reservation]:
        """Wait until there are enough points for a query, and reserve them while it runs."""
        while (id_ := self._take(cost)) is None:
            self._clock.sleep(min(self.wait_s(cost), MAX_WAIT_S))
        reservation = Reservation(cost=cost)
        try:
            yield reservation
        finally:
            self._give(id_, reservation)

    def wait_s(self, cost: float) -> float:
        """Return the time until there are enough points for a throttled query."""
        row = self._tables.row(_WAIT, account=self._account, cost=cost)
        return max(row[0] if row else 0.0, MIN_WAIT_S)

    def _take(self, cost: float) -> int | None:
        row = self._tables.row(_TAKE, account=self._account, cost=cost, held_s=self._call_s)
        return row[0] if row else None

    def _give(self, id_: int, reservation: Reservation) -> None:
        status = reservation.status
        if status is None:
            self._tables.report(_DROP, account=self._account, id=id_)
            return
        self._tables.report(
            _REPORT,
            account=self._account,
            id=id_,
            cost=reservation.cost,
            maximum=status.maximum,
            available=status.available,
            restore_rate=status.restore_rate,
        )
