"""The plan of resident workers: which portals wait in the queue, and how many."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ordosync.engine.scheduling.resident import Resident
from ordosync.store import Store
from tests.engine.scheduling.residents import resident_of

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
    resident = resident_of(path)
    with Store.open(resident.location) as store:
        with store.transaction():
            worker = resident.location.processes(store._connection).this()
            store.residents.join(worker, name="w1", jobs=THREADS)
        yield resident
    resident._upkeep.shutdown()
    resident.tick.connections.close()


def test_threads_with_short_runs_have_enough_to_do_until_the_next_plan(resident: Resident) -> None:
    jobs = resident.plan({})

    assert len(jobs) >= 4 * THREADS
    assert len(jobs) < PORTALS


def test_jobs_that_wait_leave_less_room(resident: Resident) -> None:
    first = resident.plan({})

    second = resident.plan({job.portal: job.queue for job in first[1:]})

    assert len(second) == 1
