"""Limits that hosts share, in the time of a test's clock."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

from ordosync.clock import Clock
from ordosync.http import RateLimit
from ordosync.postgres.connection import PostgresConnection, connect
from ordosync.postgres.rates import SharedLimits

ACCOUNT = "shop"
# It hides the server's function from statements of a connection below.
_CLOCK = """
    create or replace function clock_timestamp() returns timestamptz language sql volatile
    as $$ select current_setting('test.now')::timestamptz $$
"""


class _Timed:
    """A connection whose time is that of a clock."""

    def __init__(self, connection: PostgresConnection, clock: Clock) -> None:
        self._connection, self._clock = connection, clock
        self.run, self.close = connection.run, connection.close
        self.roll_back, self.schema = connection.roll_back, connection.schema
        self.backend_pid = connection.backend_pid

    def execute(self, sql: str, values: Any) -> Any:
        now = self._clock.now().isoformat()
        self._connection.execute("select set_config('test.now', :now, false)", {"now": now})
        return self._connection.execute(sql, values)


class UsedLimits(SharedLimits):
    """Limits whose account had no requests in the last period, and has been counted before."""

    def rate(self, account: str, calls: int, per_s: float) -> RateLimit:
        limit = super().rate(account, calls, per_s)
        self._tables.run(
            "insert into rates select cast(:account as text), slot, '2000-01-01'"
            " from generate_series(1, :calls) slot on conflict do nothing",
            account=account,
            calls=calls,
        )
        return limit


def shared_limits(
    url: str, clock: Clock, *, of: Callable[..., SharedLimits] = UsedLimits
) -> SharedLimits:
    """Return the limits of an account that several portals use, in the time of this clock."""
    with closing(connect(url, "test")) as first:
        first.run(_CLOCK)

    def timed() -> Any:
        return _Timed(connect(f"{url},pg_catalog", "test"), clock)

    return of(timed, clock, shared={ACCOUNT})
