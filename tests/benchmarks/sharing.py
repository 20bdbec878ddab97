"""Sharing: a rate limit that the processes of three hosts count in PostgreSQL."""

import statistics
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from ordosync.clock import Clock
from ordosync.postgres.connection import connect
from ordosync.postgres.rates import SharedLimits
from tests.benchmarks.measuring import Result, always, at_least, at_most, scaled
from tests.postgres.host import CALLS, PER_S
from tests.postgres.hosts import calls_of, most_at_once, run_hosts
from tests.postgres.limits import ACCOUNT, UsedLimits
from tests.support import postgres

_HOSTS = (5, 5, 6)
_NAME = f"a limit of {CALLS} calls in {PER_S} s, shared by {sum(_HOSTS)} processes"


def measure(folder: Path, scale: float) -> Sequence[Result]:
    """Let the processes of three hosts use a limit up; call an account with no other users."""
    try:
        with postgres.server(folder) as server:
            with postgres.schema(server) as url:
                cost_ms = _cost_ms(url, scaled(1000, scale, least=50))
            with postgres.schema(server) as url:
                lines = run_hosts(url, _HOSTS, seconds=max(10 * scale, 3), kills=0)
    except postgres.MissingError as error:
        return [at_most("a shared limit", None, 0, note=str(error))]
    calls = calls_of(lines)
    # The first period passes before anything is sent.
    span_s = max(until for _, until in calls) - min(sent for sent, _ in calls)
    used = 100 * len(calls) / (CALLS * (span_s / PER_S + 1))
    return [
        at_most("cost of a shared limit, a call", cost_ms, 10, unit=" ms"),
        always(f"{_NAME}: most in any such time", most_at_once(calls, PER_S), CALLS),
        at_least(f"{_NAME}: share used", used, 70, unit=" %"),
    ]


def _cost_ms(url: str, calls: int) -> float:
    """Return the median time to take a slot and give it back, without a wait."""
    times = []
    with closing(_limits(url)) as limits:
        rate = limits.rate(ACCOUNT, calls, 60)
        seats = limits.concurrency(ACCOUNT, 4)
        for _ in range(calls):
            began = time.perf_counter()
            with seats.slot(), rate.slot():
                pass
            times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times)


def _limits(url: str) -> SharedLimits:
    return UsedLimits(lambda: connect(url, "test"), Clock(), shared={ACCOUNT})
