"""Limits that hosts share, in the time of a test's clock."""

from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from ordosync.clock import Clock
from ordosync.http import RateLimit
from ordosync.postgres.rates import SharedLimits

ACCOUNT = "shop"
# It hides the server's function from statements of a connection below.
_CLOCK = """
    create or replace function clock_timestamp() returns timestamptz language sql volatile
    as $$ select current_setting('test.now')::timestamptz $$
"""


class _Connection(psycopg.Connection[TupleRow]):
    """A connection whose time is that of a clock."""

    clock: Clock

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        now = self.clock.now().isoformat()
        super().execute("select set_config('test.now', %s, false)", [now])
        return super().execute(*args, **kwargs)


class UsedLimits(SharedLimits):
    """Limits whose account had no requests in the last period, and has been counted before."""

    def rate(self, account: str, calls: int, per_s: float) -> RateLimit:
        limit = super().rate(account, calls, per_s)
        self._tables.row(
            "insert into rates select %(account)s, slot, '2000-01-01'"
            " from generate_series(1, %(calls)s) slot on conflict do nothing",
            account=account,
            calls=calls,
        )
        return limit


def shared_limits(
    url: str, clock: Clock, *, of: Callable[..., SharedLimits] = UsedLimits
) -> SharedLimits:
    """Return the limits of an account that several portals use, in the time of this clock."""
    with psycopg.connect(url, autocommit=True) as first:
        first.execute(_CLOCK)

    def connect() -> psycopg.Connection[TupleRow]:
        connection = _Connection.connect(f"{url},pg_catalog", autocommit=True)
        connection.clock = clock
        return connection

    return of(connect, clock, shared={ACCOUNT})
