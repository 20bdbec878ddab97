"""A crash of the server empties the tables of the limits."""

import os
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.http.rate_limit import BusyError
from ordosync.postgres.rates import SharedLimits
from tests.postgres.limits import ACCOUNT, shared_limits
from tests.support import postgres
from tests.support.clock import VirtualClock


@pytest.mark.slow
@pytest.mark.skipif(bool(os.environ.get(postgres.ELSEWHERE)), reason="it needs its own server")
def test_crash_of_the_server_allows_no_call_within_a_period(
    tmp_path: Path, postgres_server: str
) -> None:
    assert postgres_server
    clock = VirtualClock()
    with postgres.server(tmp_path) as server, postgres.schema(server) as url:
        with closing(shared_limits(url, clock)) as limits:
            rate = limits.rate(ACCOUNT, 2, 70)
            with rate.slot():
                postgres.crash(tmp_path)

        with closing(shared_limits(url, clock, of=SharedLimits)) as limits:
            before = limits._tables.row("select count(*) from rates")
            began = clock.monotonic()
            with limits.rate(ACCOUNT, 2, 70).slot():
                waited_s = clock.monotonic() - began

    # The response that came after the crash has made its own row.
    assert before == (1,)
    assert 70 <= waited_s <= 71


def test_limit_whose_period_is_longer_than_the_longest_wait_is_busy_after_a_crash(
    postgres: str,
) -> None:
    clock = VirtualClock()
    with (
        closing(shared_limits(postgres, clock, of=SharedLimits)) as limits,
        pytest.raises(BusyError) as raised,
        limits.rate(ACCOUNT, 2, 3600).slot(),
    ):
        pass

    assert raised.value.wait_s == pytest.approx(3600, rel=0.01)
