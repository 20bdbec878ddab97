"""Hosts with one store: whatever happens to a host, each order arrives once."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.faults import Fleet
from tests.fleet.world import Host, World
from tests.support import postgres

pytestmark = pytest.mark.slow
SLOWEST_S = 30
"""Time within which the portals of a dead worker begin elsewhere on a machine that is busy.

A quiet one needs less than 10 s, as `python -m tests.fleet` shows.
"""
RUN_DUE = ("run-due", "--jobs", "4")


@pytest.fixture(name="world")
def _world(tmp_path: Path, postgres: str) -> Iterator[World]:
    world = World(tmp_path, postgres, portals=3)
    yield world
    world.close()


def test_workers_that_are_killed_frozen_or_cut_off_lose_and_double_nothing(
    tmp_path: Path, postgres: str
) -> None:
    fleet = Fleet(tmp_path, postgres, portals=60, jobs=8, delay_s=0.1)
    try:
        times = {
            name: fault(15)
            for name, fault in (
                ("killed", fleet.killed),
                ("frozen", fleet.frozen),
                ("cut off", fleet.cut_off),
            )
        }

        assert fleet.world.count() == fleet.world.expected
        slow = {
            (fault, portal): seconds
            for fault, portals in times.items()
            for portal, seconds in portals.items()
            if seconds > SLOWEST_S
        }
        assert slow == {}
        assert {*fleet.stop()} <= {128 + signal.SIGTERM}
        assert "Traceback" not in fleet.logs()
    finally:
        fleet.end()


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
def test_calls_by_cron_alone_go_on_with_the_portals_of_another_host(
    world: World, fault: signal.Signals
) -> None:
    world.sell(15)
    first = Host(world, RUN_DUE, name="w1", delay_s=0.1)
    world.wait(lambda: len(world.running(first)) == 3)
    first.send(fault)

    # As cron on another host, but not only once a minute.
    def call() -> bool:
        second = Host(world, RUN_DUE, name="w2", delay_s=0)
        assert second.wait() in (0, 1)
        return world.is_done()

    world.wait(call)
    first.send(signal.SIGCONT)

    assert first.wait() in (1, -signal.SIGKILL)
    assert world.count() == world.expected


def test_hosts_whose_clocks_differ_run_each_slot_once(world: World) -> None:
    world.sell(1)
    for name, skew_s in (("w1", 0), ("w2", 1200), ("w1", 0)):
        assert Host(world, RUN_DUE, name=name, delay_s=0, skew_s=skew_s).wait() == 0

    runs = world.db.execute(
        "select portal, count(*) from runs where task = 'import-orders' group by 1"
    ).fetchall()
    assert runs == [(name, 1) for name in world.names]
    assert world.count() == world.expected


def test_a_restart_of_the_server_doubles_nothing(tmp_path: Path) -> None:
    # Other tests use the server of the session.
    with postgres.server(tmp_path) as server, postgres.schema(server) as url:
        world = World(tmp_path, url, portals=3)
        world.sell(15)
        first = Host(world, RUN_DUE, name="w1", delay_s=0.1)
        world.wait(lambda: len(world.running(first)) == 3)
        world.close()
        postgres.crash(tmp_path)
        assert first.wait() == 1

        world.connect()
        world.wait(lambda: Host(world, RUN_DUE, name="w2", delay_s=0).wait() == 0)

        assert world.count() == world.expected
        assert "Traceback" not in first.log.read_text("utf-8")
        world.close()
