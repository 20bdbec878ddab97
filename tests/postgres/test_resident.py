"""Resident workers: listed with their state, and drained by name."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.postgres.connection import PostgresConnection, connect
from ordosync.postgres.resident import ResidentWorkers
from ordosync.postgres.workers import Workers
from ordosync.store import Store
from ordosync.store.postgres_database import PostgresDatabase


@pytest.fixture(name="db")
def _db(postgres: str, tmp_path: Path) -> Iterator[PostgresConnection]:
    Store.open(PostgresDatabase(tmp_path / "ordosync.db", url=postgres)).close()
    with closing(connect(postgres, "here")) as connection:
        yield connection


def test_a_store_without_workers_lists_none(db: PostgresConnection) -> None:
    assert ResidentWorkers(db).all() == []


def test_a_worker_is_listed_until_it_leaves_and_drains_by_its_name(
    db: PostgresConnection, postgres: str
) -> None:
    workers, this = ResidentWorkers(db), Workers(db, postgres, "here", db.schema).this()
    workers.join(this, name="w1", jobs=4)

    (worker,) = workers.all()
    assert (worker.name, worker.jobs, worker.state, worker.is_alive) == ("w1", 4, "working", True)
    assert (workers.drain("w2"), workers.drain("w1")) == (0, 1)
    assert [worker.state for worker in workers.all()] == ["draining"]

    workers.leave(this)
    assert workers.all() == []


def test_a_worker_without_a_fresh_heartbeat_is_dead_and_cannot_be_drained(
    db: PostgresConnection,
) -> None:
    workers = ResidentWorkers(db)
    db.run(
        "insert into workers (id, host, pid, version, backend_pid, backend_start, started_at,"
        " seen_at) select 'w', 'h', 1, '1', pid, backend_start, backend_start,"
        " clock_timestamp() - interval '6 s' from pg_stat_activity where pid = pg_backend_pid()"
    )
    workers.join("w", name="w1", jobs=4)

    assert [worker.state for worker in workers.all()] == ["dead"]
    assert workers.drain("w1") == 0
