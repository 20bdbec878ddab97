"""A worker that is killed or frozen at any point: another one goes on, and sends nothing twice."""

import signal
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from ordosync.clock import Clock
from ordosync.engine import register
from ordosync.store import Store
from tests.accounts.contract.examples import sold
from tests.engine.scheduling.residents import resident_of
from tests.scenarios.faults.conftest import foreign
from tests.support.combinations import some
from tests.support.command import (
    AT_ONCE,
    HEADER,
    Done,
    finished,
    numbers,
    ordosync,
    row,
    shop,
    started,
    wait_until_frozen,
)
from tests.support.kills import paused_at
from tests.support.postgres import end_sessions
from tests.support.stores import configured, keep_on_postgres

POINTS = [
    f"{name}-{when}-commit"
    for name in ("claim", "intent", "account", "result", "cursor", "finish")
    for when in ("before", "after")
]
_MOST_TRIES = 2000


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, postgres: str) -> Path:
    """Return the folder of a configuration whose store is on PostgreSQL, with two new orders."""
    shop(tmp_path, HEADER + row("1") + row("2"), config=configured(AT_ONCE, postgres))
    return tmp_path


def until_all_is_sent(folder: Path) -> Done:
    """Call another worker again and again, as cron does, until it has sent the orders."""
    for _ in range(_MOST_TRIES):
        done = ordosync(folder, "run-due")
        assert done.code == 0, done
        if numbers(folder) == ["1", "2"] and not is_running(folder):
            return done
    raise AssertionError


def is_running(folder: Path) -> bool:
    return "running" in ordosync(folder, "activity", "--all").out


@pytest.mark.parametrize("point", some(POINTS, "account-after-commit", "cursor-before-commit"))
def test_another_worker_goes_on_where_one_was_killed(folder: Path, point: str) -> None:
    killed = ordosync(folder, "run-due", fault=point)
    until_all_is_sent(folder)
    again = ordosync(folder, "run-due")

    assert killed.code == -signal.SIGKILL
    assert (again.code, again.out, again.err) == (0, "", "")
    assert numbers(folder) == ["1", "2"]


# One that is frozen inside the transaction of a local account keeps that file locked.
@pytest.mark.slow
@pytest.mark.parametrize("point", [point for point in POINTS if point != "account-before-commit"])
def test_another_worker_goes_on_where_one_is_frozen(folder: Path, point: str) -> None:
    frozen = started(folder, "run-due", fault=f"{point}:1:STOP")
    wait_until_frozen(frozen)
    until_all_is_sent(folder)

    frozen.send_signal(signal.SIGCONT)
    thawed = finished(frozen)
    again = ordosync(folder, "run-due")

    # Its run was taken over, or its connection is gone; if it had ended its work, all is well.
    assert thawed.code in (0, 1), thawed
    assert (again.code, again.out, again.err) == (0, "", "")
    assert numbers(folder) == ["1", "2"]


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_a_worker_whose_session_was_ended_by_the_server_stops_and_another_goes_on(
    folder: Path, postgres: str, point: str
) -> None:
    frozen = started(folder, "run-due", fault=f"{point}:1:STOP")
    wait_until_frozen(frozen)
    with psycopg.connect(postgres, autocommit=True) as db:
        ended_sessions = db.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            # Other tests use the same server.
            " where application_name like 'ordosync%%' and application_name like %s",
            (f"% {frozen.pid}",),
        ).fetchall()
    frozen.send_signal(signal.SIGCONT)
    ended = finished(frozen)
    until_all_is_sent(folder)

    assert ended_sessions
    assert ended.code in (0, 1), ended
    assert "Traceback" not in ended.err
    assert numbers(folder) == ["1", "2"]


@pytest.mark.parametrize("point", POINTS)
def test_a_resident_worker_goes_on_at_once_with_a_portal_whose_session_was_ended(
    folder: Path, postgres: str, point: str
) -> None:
    resident = resident_of(folder / "config.yaml")
    clock = resident.tick.clock

    with Store.open(resident.location) as store:
        register(resident.tick.config, store, clock)
    with paused_at(point, 1, lambda: end_sessions(postgres)):
        resident.work("shop-warehouse")
    resident.work("shop-warehouse")

    assert numbers(folder) == ["1", "2"]
    with Store.open(resident.location) as store:
        assert store.leases.held(clock=clock) == set()
        assert store.schedule.due(clock.now()) == []


@pytest.mark.slow
def test_a_worker_that_was_frozen_inside_a_batch_sends_none_of_the_rest(
    tmp_path: Path, postgres: str
) -> None:
    with foreign("supplier", "woocommerce", tmp_path, settle_s="0") as troubled:
        keep_on_postgres(tmp_path, postgres)
        # Its processes use the real time.
        troubled.clock.at = Clock().now() - timedelta(hours=1)
        for number in range(1001, 1007):
            troubled.merchant.request(sold(str(number)))
        troubled.clock.at = Clock().now()

        frozen = started(tmp_path, "import-orders", fault="http-before-send:2:STOP")
        wait_until_frozen(frozen)
        # Its heartbeat is fresh for some seconds.
        while troubled.open_steps() or troubled.foreign.effects("create-order") < 6:
            ordosync(tmp_path, "import-orders")
        frozen.send_signal(signal.SIGCONT)
        thawed = finished(frozen)

        assert troubled.foreign.effects("create-order") == 6
        assert thawed.code == 1
        assert "this process was frozen, or cut off from the database" in thawed.err
