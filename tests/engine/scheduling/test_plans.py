"""The plan of resident workers: which portals wait in the queue, and how many."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ordosync.clock import Clock
from ordosync.config import load_config
from ordosync.config.settings import Config
from ordosync.engine import Stop
from ordosync.engine.portals import connect
from ordosync.engine.scheduling.resident import Resident
from ordosync.engine.scheduling.tick import Tick
from ordosync.store import Store
from ordosync.store.postgres_database import PostgresDatabase

PORTALS = 40
THREADS = 3
ACCOUNT = (
    "{{kind: ordoro, base_url: 'http://127.0.0.1:9', allow_http: true, currency: USD,"
    " key: {key}, secret: test}}"
)


@pytest.fixture(name="path")
def _path(tmp_path: Path, postgres: str) -> Path:
    """Return a configuration with many portals, all of which are due."""
    accounts = [
        f"  {side}{i}: {ACCOUNT.format(key=f'{side}{i}')}\n"
        for i in range(PORTALS)
        for side in "ms"
    ]
    portals = [
        f"  p{i}: {{merchant: {{account: m{i}, supplier: 7}},"
        f" supplier: {{account: s{i}, sales_channel: 3}}}}\n"
        for i in range(PORTALS)
    ]
    path = tmp_path / "config.yaml"
    path.write_text(
        "".join([f"database: {postgres}\naccounts:\n", *accounts, "portals:\n", *portals])
    )
    path.chmod(0o600)
    return path


@pytest.fixture(name="resident")
def _resident(path: Path) -> Iterator[Resident]:
    def load() -> Config:
        return load_config(path)

    config, clock = load(), Clock()
    assert isinstance(config.database, PostgresDatabase)
    tick = Tick(
        config=config,
        connections=connect(config, clock),
        clock=clock,
        stop=Stop(clock),
        deliver_alerts=False,
        ping=lambda _portal, _event: None,
    )
    with Store.open(config.database, clock=clock) as store:
        with store.transaction():
            worker = config.database.processes(store._connection).this()
            store.residents.join(worker, name="w1", jobs=THREADS)
        resident = Resident(
            tick=tick,
            location=config.database,
            load=load,
            report=lambda _reports: None,
            send_alerts=lambda _config: None,
        )
        yield resident
    resident._upkeep.shutdown()
    tick.connections.close()


def test_threads_with_short_runs_have_enough_to_do_until_the_next_plan(resident: Resident) -> None:
    jobs = resident.plan({})

    assert len(jobs) >= 4 * THREADS
    assert len(jobs) < PORTALS


def test_jobs_that_wait_leave_less_room(resident: Resident) -> None:
    first = resident.plan({})

    second = resident.plan({job.portal: job.queue for job in first[1:]})

    assert len(second) == 1
