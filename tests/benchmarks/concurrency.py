"""Concurrency: creates of one portal, portals of one tick, and a rate limit that is used up."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from types import NoneType

from ordosync.clock import Clock
from ordosync.database import sqlite3
from ordosync.http import HttpClient, LocalRateLimit
from ordosync.secret import Secret
from tests.benchmarks.measuring import (
    ORDOSYNC,
    Result,
    Spent,
    always,
    at_least,
    in_turn,
    sizes,
    spent,
)
from tests.benchmarks.portals import configured, embedded, emptied, filled, idle, many, ordoro
from tests.benchmarks.serving import asked, serving

_ROUNDS = 3


def measure_creates(folder: Path, scale: float) -> Sequence[Result]:
    """Create the same orders with 20 ms a call, one at a time and eight."""
    rounds = _ROUNDS if scale >= 1 else 1
    counts = sizes(500, scale, least=40)
    return [_measure_creates(folder / str(count), count, rounds) for count in counts]


def _measure_creates(folder: Path, count: int, rounds: int) -> Result:
    with serving(0, latency_ms=20) as url:
        ways: dict[str, Callable[[], Spent]] = {}
        for at_once in (1, 8):
            name = str(at_once)
            supplier = ordoro(url, concurrency=at_once)
            place = configured(folder / name, merchant=embedded("shop"), supplier=supplier)
            filled(place / "shop.db", count)
            ways[name] = partial(_create_all, place)
            ways[f"{name} idle"] = partial(spent, ORDOSYNC, "import-orders", cwd=place)
        medians = in_turn(ways, rounds=rounds)
    return at_least(
        f"{count:,} creates at 20 ms a call, `concurrency: 8` against 1, less start-up",
        medians.ratio_without("1", "8", idle=("1 idle", "8 idle")),
        7,
    )


def _create_all(folder: Path) -> Spent:
    emptied(folder / "ordosync.db")
    return spent(ORDOSYNC, "import-orders", cwd=folder)


def measure_jobs(folder: Path, scale: float) -> Sequence[Result]:
    """Run many portals that are due at once, each of which has one call of 50 ms."""
    return [
        _measure_jobs(folder / str(count), count, rounds=2 if scale >= 1 else 1)
        for count in sizes(500, scale, least=32)
    ]


def _measure_jobs(folder: Path, count: int, *, rounds: int) -> Result:
    with serving(0, latency_ms=50) as url:
        more = ", tasks: {import-orders: daily}"
        place = idle(many(folder, count, merchant=ordoro(url), more=more))
        ways: dict[str, Callable[[], Spent]] = {
            jobs: partial(_tick, place, jobs) for jobs in ("1", "16")
        }
        medians = in_turn(ways, rounds=rounds)
    return at_least(
        f"{count:,} portals due at once, 50 ms a call, `--jobs 16` against 1",
        medians.ratio("1", "16"),
        12.5,
        note=medians.note("1", "16"),
    )


def _tick(folder: Path, jobs: str) -> Spent:
    with closing(sqlite3.connect(folder / "ordosync.db")) as db, db:
        db.execute(
            "update schedule set next_at = '2020-01-01T00:00:00.000Z',"
            " done_at = '2020-01-01T00:00:00.000Z' where task = 'import-orders'"
        )
    return spent(ORDOSYNC, "run-due", "--jobs", jobs, cwd=folder)


def measure_rate(folder: Path, scale: float) -> Sequence[Result]:  # noqa: ARG001
    """Call a strict server as often as its limit of 300 calls in 3 s allows."""
    calls, per_s, periods = 300, 3, 4
    with serving(1, rate=f"{calls}/{per_s}") as url:
        clock = Clock()
        http = HttpClient(
            "account shop",
            url,
            clock=clock,
            auth=("k", Secret("benchmark")),
            rate=LocalRateLimit(calls, per_s, clock),
            allow_http=True,
            concurrency=8,
        )
        with closing(http), ThreadPoolExecutor(8) as pool:
            began = time.monotonic()
            list(pool.map(lambda _: _ask(http), range(calls * periods + 1)))
            # The last call began the next period.
            used = calls * periods / ((time.monotonic() - began) / per_s * calls)
        stats = asked(f"{url}/_stats")
    return [
        at_least(
            f"a known limit of {calls} calls in {per_s} s, share used",
            100 * used,
            97,
            unit=" %",
        ),
        always("the same, answers of 429", float(stats["refused"]), 0),
    ]


def _ask(http: HttpClient) -> None:
    http.get("/v3/order", NoneType, action="ask")
