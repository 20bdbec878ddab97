"""Pruning: old settled steps are deleted in batches; open steps, links and newest runs stay."""

import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from ordosync.clock import to_text
from ordosync.config import load_config
from ordosync.database import sqlite3
from ordosync.engine import Stop
from ordosync.engine.scheduling.retention import prune
from ordosync.store import Store
from ordosync.store.pruning import BATCH
from tests.support.clock import START, Cron, VirtualClock
from tests.support.command import AT_ONCE, HEADER, numbers, ordosync, row, shop
from tests.support.stores import is_switched, opened

TASK = "import-orders"
OLD = START - timedelta(days=401)
YOUNG = START - timedelta(days=399)


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Path:
    shop(tmp_path, HEADER, config=AT_ONCE)
    path = tmp_path / "ordosync.db"
    Store.open(path).close()
    return path


def add(path: Path, count: int, at: datetime, *, state: str = "done", task: str = TASK) -> None:
    """Add runs at this time, each with one step in this state."""
    text = to_text(at)
    with closing(opened(path)) as db, db:
        (last,) = db.execute("select coalesce(max(id), 0) from runs").fetchone()
        ids = range(last + 1, last + 1 + count)
        db.executemany(
            "insert into runs (id, portal, task, trigger, status, started_at)"
            " values (?, 'shop-warehouse', ?, 'schedule', 'ok', ?)",
            ((id_, task, text) for id_ in ids),
        )
        db.executemany(
            "insert into steps (portal, task, key, state, content, created_at, updated_at, run_id,"
            " last_run_id) values ('shop-warehouse', ?, ?, ?, '', ?, ?, ?, ?)",
            ((task, f"{id_}#1", state, text, text, id_, id_) for id_ in ids),
        )
        if is_switched():
            db.execute("select setval(pg_get_serial_sequence('runs', 'id'), max(id)) from runs")


def left(path: Path) -> tuple[int, int]:
    """Count the runs and the steps."""
    with closing(opened(path)) as db:
        counts: tuple[int, int] = db.execute(
            "select (select count(*) from runs), (select count(*) from steps)"
        ).fetchone()
    return counts


def pruned(path: Path, clock: VirtualClock | None = None) -> tuple[int, int]:
    """Prune, and return how many runs and steps were deleted."""
    clock = clock or VirtualClock()
    with Store.open(path) as store:
        deleted = prune(load_config(path.with_name("config.yaml")), store, clock, Stop(clock))
    assert deleted
    return deleted.runs, deleted.steps


def test_runs_older_than_the_retention_are_deleted(store: Path) -> None:
    add(store, 3, OLD)
    add(store, 2, YOUNG)

    assert pruned(store) == (3, 3)
    assert left(store) == (2, 2)


@pytest.mark.parametrize("state", ["unknown", "sending", "waiting", "failed"])
def test_an_open_step_stays_with_its_run(store: Path, state: str) -> None:
    add(store, 2, OLD, state=state)
    add(store, 1, YOUNG)

    assert pruned(store) == (0, 0)
    assert left(store) == (3, 3)


def test_the_newest_run_of_each_task_stays(store: Path) -> None:
    add(store, 2, OLD)
    add(store, 2, OLD, task="import-products")

    assert pruned(store) == (2, 4)
    assert left(store) == (2, 0)


def test_a_step_that_was_settled_by_hand_lately_stays(store: Path) -> None:
    add(store, 1, OLD)
    add(store, 1, YOUNG)
    with closing(opened(store)) as db, db:
        db.execute("update steps set updated_at = ?", (to_text(YOUNG),))

    assert pruned(store) == (0, 0)


def test_a_run_from_the_future_keeps_no_other_run(store: Path) -> None:
    add(store, 1, START + timedelta(days=3650))
    add(store, 2, OLD)
    add(store, 1, YOUNG)

    assert pruned(store) == (2, 2)
    assert left(store) == (2, 2)


def test_pruning_can_be_stopped_between_two_batches(store: Path) -> None:
    add(store, 3 * BATCH, OLD)
    clock = VirtualClock()
    stop = Stop(clock)
    stop.on_signal(15)

    with Store.open(store) as opened:
        deleted = prune(load_config(store.with_name("config.yaml")), opened, clock, stop)

    assert deleted
    assert (deleted.ended, deleted.runs, deleted.steps) == (False, 0, BATCH)


@pytest.mark.parametrize(("name", "code"), [("TERM", 143), ("INT", 130)])
@pytest.mark.parametrize("command", ["run-due", "prune"])
def test_signal_while_it_prunes_ends_the_command_without_a_traceback(
    store: Path, command: str, name: str, code: int
) -> None:
    add(store, 3 * BATCH, OLD)

    stopped = ordosync(store.parent, command, fault=f"pruning:1:{name}")

    assert (stopped.code, stopped.err) == (code, "")
    assert left(store)[1] == 2 * BATCH


def test_no_transaction_deletes_more_than_a_batch(store: Path) -> None:
    count = 5 * BATCH
    add(store, count, OLD)
    add(store, 1, YOUNG)
    seen: list[tuple[int, int]] = []

    class Counting(VirtualClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            seen.append(left(store))

    assert pruned(store, Counting()) == (count, count)
    totals = [2 * count + 2, *(runs + steps for runs, steps in seen)]
    assert max(a - b for a, b in pairwise(totals)) == BATCH


def test_nothing_is_imported_or_reported_again(tmp_path: Path) -> None:
    feed = HEADER + row("1") + row("2")
    shop(tmp_path, feed, config=AT_ONCE)
    cron = Cron(tmp_path, VirtualClock())
    cron.tick()
    # This is an edit, which is reported once.
    shop(tmp_path, HEADER + row("1") + row("2", "3"), config=AT_ONCE)
    cron.tick(START + timedelta(hours=2))

    cron.tick(START + timedelta(days=500))
    cron.tick(START + timedelta(days=502))
    remaining = left(tmp_path / "ordosync.db")
    shop(tmp_path, HEADER + row("1") + row("2", "3") + row("3"), config=AT_ONCE)
    cron.tick(START + timedelta(days=503))

    # The edit remains, since it is open.
    assert remaining[1] == 1
    assert (cron.runs[-1].counts.done, cron.runs[-1].counts.skipped) == (1, 0)
    assert numbers(tmp_path) == ["1", "2", "3"]


def test_a_tick_prunes_once_a_day(store: Path) -> None:
    cron = Cron(store.parent, VirtualClock())
    add(store, 2, OLD)
    add(store, 3, OLD + timedelta(days=1, hours=6))

    cron.tick()
    first = left(store)[1]
    cron.tick(START + timedelta(hours=12))
    same_day = left(store)[1]
    cron.tick(START + timedelta(hours=25))

    assert (first, same_day, left(store)[1]) == (3, 3, 0)


def test_the_command_shows_how_many_were_deleted(store: Path) -> None:
    add(store, 2, OLD - timedelta(days=9999))

    result = ordosync(store.parent, "prune")
    as_json = ordosync(store.parent, "prune", "--json")

    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("deleted 1 run and 2 steps from before ")
    assert [(pruning["runs"], pruning["steps"]) for pruning in as_json.json["pruned"]] == [(0, 0)]


def test_retention_can_be_off(store: Path) -> None:
    shop(store.parent, HEADER, config=AT_ONCE + "retention: off\n")
    add(store, 2, OLD)

    result = ordosync(store.parent, "prune")

    assert result.code == 0
    assert "retention: off" in result.err
    assert left(store) == (2, 2)


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "ever", "36501", "9" * 30, "no"])
def test_a_retention_that_is_invalid_is_a_problem(tmp_path: Path, days: str) -> None:
    shop(tmp_path, HEADER, config=AT_ONCE + f"retention: {days}\n")

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert "retention" in result.err
    assert "is not a number of days, nor off" in result.err


@pytest.mark.slow
@pytest.mark.of_files
def test_two_hundred_thousand_rows_are_deleted_while_others_write(store: Path) -> None:
    add(store, 100_000, OLD)
    add(store, 10, OLD, state="failed")
    # The command uses the machine's clock.
    add(store, 10, datetime.now(UTC))
    pruning = subprocess.Popen(
        [sys.executable, "-m", "ordosync", "prune"], cwd=store.parent, stdout=subprocess.PIPE
    )
    waits = []
    with closing(sqlite3.connect(store, timeout=30, isolation_level=None)) as db:
        while pruning.poll() is None:
            before = time.perf_counter()
            db.execute("begin immediate")
            db.execute("update schedule set tries = 0")
            db.execute("commit")
            waits.append(time.perf_counter() - before)
    pruning.communicate()

    assert pruning.returncode == 0
    assert left(store) == (20, 20)
    assert max(waits) < 5
