"""Many processes that claim, log and finish runs in one store, as cron may start them.

python -m tests.benchmarks.claiming FILE PORTAL SECONDS PAUSE_MS
"""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from ordosync.clock import Clock
from ordosync.errors import DatabaseError
from ordosync.store import Store
from ordosync.store.leases import Lease
from ordosync.store.runs import Counts
from tests.benchmarks.measuring import PYTHON, Result, always, at_least, at_most

_PROCESSES = 32


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


def _at_once(
    path: Path, count: int, seconds: float, *, pause_ms: int = 0
) -> tuple[float, int, float]:
    """Return claims a second of all, errors of all, and the longest wait of any."""
    begin = time.time() + 0.5 + 0.1 * count
    words = [str(path), str(begin), str(seconds), str(pause_ms)]
    running = [
        subprocess.Popen(
            [PYTHON, "-m", "tests.benchmarks.claiming", f"p-{i}", *words], stdout=subprocess.PIPE
        )
        for i in range(count)
    ]
    reports = [json.loads(process.communicate()[0]) for process in running]
    return (
        sum(report["claims"] for report in reports) / seconds,
        sum(report["locked"] for report in reports),
        max(report["worst_s"] for report in reports),
    )


def main(portal: str, path: Path, begin: float, seconds: float, pause_ms: float) -> None:
    """Claim, log and finish until the time is over."""
    clock = Clock()
    claims = locked = 0
    worst_s = 0.0
    with closing(Store.open(path)) as store:
        time.sleep(max(begin - time.time(), 0))
        while time.time() < begin + seconds:
            began = time.perf_counter()
            try:
                _claim(store, portal, clock)
                claims += 1
            except DatabaseError:
                locked += 1
            worst_s = max(worst_s, time.perf_counter() - began)
            time.sleep(pause_ms / 1000)
    sys.stdout.write(json.dumps({"claims": claims, "locked": locked, "worst_s": worst_s}))


def _claim(store: Store, portal: str, clock: Clock) -> None:
    """Do what the engine does in the store for a run that finds nothing."""
    now = clock.now()
    with store.transaction(durable=False):
        lease = store.leases.claim(portal, "orders", clock=clock)
        assert isinstance(lease, Lease)
        run = store.runs.start(portal, "import-orders", "schedule", now=now)
    with store.transaction(durable=False):
        store.leases.release(lease)
        store.runs.update(run.id, Counts(), calls=0, cost=0, note="")
        store.runs.finish(run.id, "ok", now=now)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *map(float, sys.argv[3:]))
