"""Many processes that claim, log and finish runs in one store, as cron may start them.

python -m tests.benchmarks.claiming PORTAL PLACE BEGIN SECONDS PAUSE_MS

PLACE is a file of SQLite, or the URL of a PostgreSQL database.
"""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any

from ordosync.clock import Clock
from ordosync.config.database import location_of
from ordosync.errors import DatabaseError
from ordosync.store import Store
from ordosync.store.leases import Lease
from ordosync.store.runs import Counts
from tests.benchmarks.measuring import (
    ORDOSYNC,
    PYTHON,
    Result,
    always,
    at_least,
    at_most,
    in_turn,
    percentile,
    scaled,
    spent,
)
from tests.benchmarks.portals import hosted, idle
from tests.support import postgres

_PROCESSES = 32
_WORKERS = 8
"""Processes that claim in PostgreSQL."""
_FEW, _MANY = 500, 5000
"""Portals."""
_ROUNDS = 15
_SERVICE = "http://127.0.0.1:9"
"""Is never called."""


def measure(folder: Path, scale: float) -> Sequence[Result]:
    """Compare the rate of all processes with that of one, and measure the longest wait."""
    seconds = max(5 * scale, 0.3)
    processes = _PROCESSES if scale >= 0.1 else 3
    path = folder / "store.db"
    Store.open(path).close()
    alone: list[float] = []
    all_: list[float] = []
    locked = 0
    for _ in range(3 if scale >= 1 else 1):
        single, many = _at_once(path, 1, seconds), _at_once(path, processes, seconds)
        alone.append(single[0])
        all_.append(many[0])
        locked += single[1] + many[1]
    apart = _at_once(path, processes, seconds, pause_ms=20)
    return [
        always(f"{processes} processes claiming, locked errors", locked + apart[1], 0),
        at_least(
            f"{processes} processes claiming without a pause, rate against one",
            100 * sorted(all_)[len(all_) // 2] / sorted(alone)[len(alone) // 2],
            75,
            unit=" %",
        ),
        at_most(f"{processes} processes, 20 ms apart, worst wait", apart[2], 1, unit=" s"),
    ]


def measure_postgres(folder: Path, scale: float) -> Sequence[Result]:
    """Measure runs of several workers in PostgreSQL, with few and with many portals."""
    seconds = max(5 * scale, 0.3)
    counts = (_FEW, _MANY) if scale >= 0.1 else (3, 30)
    try:
        with postgres.server(folder) as server:
            few, many = [_in_postgres(server, count, seconds) for count in counts]
            ticks = _idle_ticks(folder, server, counts[1], rounds=scaled(_ROUNDS, scale, least=2))
    except postgres.MissingError as error:
        return [at_most("runs in PostgreSQL", None, 0, note=str(error))]
    name = f"{_WORKERS} workers, {counts[1]:,} portals in PostgreSQL"
    return [
        at_least(f"{name}: runs/s without any call", len(many) / seconds, 4.2, unit=""),
        at_most(f"{name}: claim and end, p50", 1000 * percentile(many, 50), 500, unit=" ms"),
        at_most(f"{name}: claim and end, p99", 1000 * percentile(many, 99), 2000, unit=" ms"),
        at_most(f"{name}: cost of a run against {counts[0]:,}", len(few) / len(many), 1.2),
        ticks,
    ]


def _idle_ticks(folder: Path, server: str, count: int, *, rounds: int) -> Result:
    """Compare `run-due` with nothing due among many portals and among three."""
    with ExitStack() as stack:
        few, many = [
            idle(
                hosted(
                    folder / str(each), stack.enter_context(postgres.schema(server)), _SERVICE, each
                )
            )
            for each in (3, count)
        ]
        medians = in_turn(
            {
                "few": partial(spent, ORDOSYNC, "run-due", cwd=few),
                "many": partial(spent, ORDOSYNC, "run-due", cwd=many),
            },
            rounds=rounds,
        )
    return at_most(
        f"idle `run-due`, {count:,} portals in PostgreSQL against 3",
        medians.ratio("many", "few"),
        1.2,
        note=medians.note("many", "few"),
    )


def _in_postgres(server: str, portals: int, seconds: float) -> Sequence[float]:
    """Return the times of all claims, sorted."""
    with postgres.schema(server) as url:
        with closing(Store.open(location_of(url, folder=Path()))) as store, store.transaction():
            store._connection.executemany(
                "insert into schedule (portal, task, interval_s, next_at)"
                " values (?, ?, 3600, '2099-01-01T00:00:00.000Z')",
                [(f"portal-{i}", task) for i in range(portals) for task in ("a", "b", "c")],
            )
        reports = _reports(url, _WORKERS, seconds, start_s=0.5)
    return sorted(each for report in reports for each in report["times_s"])


def _at_once(
    path: Path, count: int, seconds: float, *, pause_ms: int = 0
) -> tuple[float, int, float]:
    """Return claims a second of all, errors of all, and the longest wait of any."""
    reports = _reports(str(path), count, seconds, pause_ms=pause_ms)
    times = [report["times_s"] for report in reports]
    return (
        sum(map(len, times)) / seconds,
        sum(report["locked"] for report in reports),
        max(max(of_one, default=seconds) for of_one in times),
    )


def _reports(
    place: str, count: int, seconds: float, *, pause_ms: int = 0, start_s: float = 0.1
) -> Sequence[dict[str, Any]]:
    """Return what the processes report, each of which takes `start_s` to start."""
    begin = time.time() + 0.5 + start_s * count
    words = [place, str(begin), str(seconds), str(pause_ms)]
    running = [
        subprocess.Popen(
            [PYTHON, "-m", "tests.benchmarks.claiming", f"p-{i}", *words], stdout=subprocess.PIPE
        )
        for i in range(count)
    ]
    return [json.loads(process.communicate()[0]) for process in running]


def main(portal: str, place: str, begin: float, seconds: float, pause_ms: float) -> None:
    """Claim, log and finish until the time is over."""
    clock = Clock()
    times: list[float] = []
    locked = 0
    location = location_of(place, folder=Path()) if "://" in place else Path(place)
    with closing(Store.open(location)) as store:
        time.sleep(max(begin - time.time(), 0))
        while time.time() < begin + seconds:
            began = time.perf_counter()
            try:
                _claim(store, portal, clock)
                times.append(time.perf_counter() - began)
            except DatabaseError:
                locked += 1
            time.sleep(pause_ms / 1000)
    sys.stdout.write(json.dumps({"times_s": times, "locked": locked}))


def _claim(store: Store, portal: str, clock: Clock) -> None:
    """Do what the engine does in the store for a run that finds nothing."""
    now = clock.now()
    with store.transaction(portal=portal, durable=False):
        lease = store.leases.claim(portal, "orders", clock=clock)
        assert isinstance(lease, Lease)
        run = store.runs.start(portal, "import-orders", "schedule", now=now)
    with store.transaction(portal=portal, durable=False):
        store.leases.release(lease)
        store.runs.update(run.id, Counts(), calls=0, cost=0, note="")
        store.runs.finish(run.id, "ok", now=now)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(float, sys.argv[3:]))
