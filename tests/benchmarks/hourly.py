"""Thousands of portals at their hourly load, on PostgreSQL: how late runs start, and what it costs.

    python -m tests.benchmarks.hourly --portals 5000 --minutes 10

Each portal is between two accounts at one service that takes 300 ms a call, and runs three tasks
each hour. Tasks that run at once are left out. Resident workers do the work. It takes real time, so
it is no part of `python -m tests.benchmarks`.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from ordosync.clock import Clock, to_text
from ordosync.config import load_config
from ordosync.engine import register
from ordosync.slots import Slots
from ordosync.store import Store
from tests.benchmarks.measuring import ORDOSYNC, percentile
from tests.benchmarks.portals import hosted
from tests.benchmarks.serving import serving
from tests.support import postgres

TASKS = ("import-orders", "import-products", "cancel-orders")
LATENCY_MS = 300
IN_TIME_S = 30
HOUR_S = 3600


@dataclass(frozen=True, kw_only=True)
class Lateness:
    """How late the runs of all slots started that began in a time."""

    seconds: Sequence[float]
    """Sorted."""
    missed: int
    """The number of slots without a run."""

    @property
    def share_in_time(self) -> float:
        """The share of slots that started in time."""
        in_time = sum(late <= IN_TIME_S for late in self.seconds)
        return in_time / max(len(self.seconds) + self.missed, 1)


def main() -> None:
    """Let workers work for some minutes, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--portals", type=int, default=5000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=8, help="of each worker")
    args = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        postgres.server(Path(name)) as server,
        postgres.schema(server) as url,
        serving(0, latency_ms=LATENCY_MS) as service,
    ):
        tasks = ", ".join(f"{task}: hourly" for task in TASKS)
        path = hosted(Path(name), url, service, args.portals, tasks) / "config.yaml"
        _register(path)
        with psycopg.connect(url, autocommit=True) as db:
            _let_all_slots_be_done(db)
            with _working(path, workers=args.workers, jobs=args.jobs):
                _wait_until_at_work(db, args.workers)
                since = datetime.now(UTC)
                time.sleep(60 * args.minutes)
                until = datetime.now(UTC)
            late = lateness(db, since, until - timedelta(seconds=IN_TIME_S))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    runs = len(late.seconds)
    if not runs:
        sys.exit(f"no run started, {late.missed} slots missed; take more portals, or more minutes")
    print(  # noqa: T201
        f"{args.portals:,} portals: {runs:,} slots, {late.missed} missed,"
        f" {100 * late.share_in_time:.1f} % within {IN_TIME_S} s; late by"
        f" {percentile(late.seconds, 50):.1f} s (p50), {percentile(late.seconds, 95):.1f} s (p95),"
        f" {late.seconds[-1]:.1f} s (p100);"
        f" {runs / (60 * args.minutes - IN_TIME_S):.2f} runs/s,"
        f" {1000 * (used.ru_utime + used.ru_stime) / runs:.0f} ms of CPU a run, with the service"
    )


def _register(path: Path) -> None:
    config, clock = load_config(path), Clock()
    with Store.open(config.database, clock=clock) as store:
        register(config, store, clock)


def _let_all_slots_be_done(db: psycopg.Connection) -> None:
    """Let each task wait for its next slot, as after an hour of work, and leave the others out."""
    db.execute("update schedule set next_at = null where task <> all(%s)", (list(TASKS),))
    now = datetime.now(UTC)
    rows = []
    for portal, task in db.execute(
        "select portal, task from schedule where task = any(%s)", (list(TASKS),)
    ):
        slots = Slots.of(portal, task, HOUR_S)
        current = slots.number(now)
        done_at, next_at = to_text(slots.start(current)), to_text(slots.start(current + 1))
        rows.append((done_at, done_at, next_at, portal, task))
    with db.cursor() as cursor:
        cursor.executemany(
            "update schedule set done_at = %s, last_started_at = %s, next_at = %s"
            " where portal = %s and task = %s",
            rows,
        )


@contextmanager
def _working(path: Path, *, workers: int, jobs: int) -> Iterator[None]:
    """Start resident workers; stop them afterwards, as systemd does."""
    words = [ORDOSYNC, "work", "--jobs", str(jobs), "--config", str(path)]
    running = [subprocess.Popen([*words, "--name", f"w{i}"]) for i in range(workers)]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


def _wait_until_at_work(db: psycopg.Connection, workers: int) -> None:
    """Wait until the workers have read the configuration."""
    while db.execute("select to_regclass('resident_workers')").fetchone() == (None,):
        time.sleep(0.5)
    while db.execute("select count(*) from resident_workers").fetchone() != (workers,):
        time.sleep(0.5)


def lateness(db: psycopg.Connection, since: datetime, until: datetime) -> Lateness:
    """Return how late the runs of the slots started that began in this time."""
    late, missed = [], 0
    rows = db.execute(
        "select portal, task, last_started_at from schedule where task = any(%s)", (list(TASKS),)
    )
    for portal, task, started_at in rows:
        slots = Slots.of(portal, task, HOUR_S)
        slot = slots.start(slots.number(until))
        if slot < since:
            continue
        started = datetime.fromisoformat(started_at)
        if started < slot:
            missed += 1
        else:
            late.append((started - slot).total_seconds())
    return Lateness(seconds=sorted(late), missed=missed)


if __name__ == "__main__":
    main()
