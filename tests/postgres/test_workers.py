"""Workers: alive while their session and their heartbeat are, and dead at once after a kill."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from ordosync.clock import Clock
from ordosync.errors import LeaseLostError
from ordosync.postgres import workers
from ordosync.postgres.connection import PostgresConnection, connect
from ordosync.postgres.workers import Workers, write_guard
from ordosync.store import Store
from ordosync.store.leases import Lease
from ordosync.store.postgres_database import PostgresDatabase

OTHER = """
import sys
from pathlib import Path
from ordosync.clock import Clock
from ordosync.store import Store
from ordosync.store.postgres_database import PostgresDatabase
place, clock = PostgresDatabase(Path("x"), url=sys.argv[1]), Clock()
place.follow(clock)
store = Store.open(place, clock=clock)
with store.transaction(portal="p"):
    lease = store.leases.claim("p", "orders", clock=clock)
print(lease.fence, flush=True)
sys.stdin.read()
"""
"""A process that holds a lease until it is killed."""


@pytest.fixture(name="place")
def _place(postgres: str, tmp_path: Path) -> PostgresDatabase:
    return PostgresDatabase(tmp_path / "ordosync.db", url=postgres)


@pytest.fixture(name="db")
def _db(postgres: str, place: PostgresDatabase) -> Iterator[PostgresConnection]:
    Store.open(place).close()
    with closing(connect(postgres, "here")) as connection:
        yield connection


def of(connection: PostgresConnection, url: str) -> Workers:
    return Workers(connection, url, "here", connection.schema)


def test_this_process_is_alive_and_one_that_was_never_seen_is_not(
    db: PostgresConnection, postgres: str
) -> None:
    known = of(db, postgres)

    assert known.is_alive(known.this())
    assert known.this() == of(db, postgres).this()
    assert not known.is_alive("another")


def test_a_worker_whose_heartbeat_is_old_is_dead_although_its_session_is_there(
    db: PostgresConnection, postgres: str
) -> None:
    known = of(db, postgres)
    owner = known.this()

    db.execute(
        "update workers set seen_at = clock_timestamp() - make_interval(secs => ?)",
        (workers.FRESH_S + 1,),
    )

    assert not known.is_alive(owner)


def test_a_worker_whose_session_has_ended_is_dead_although_its_heartbeat_is_fresh(
    db: PostgresConnection, postgres: str
) -> None:
    known = of(db, postgres)
    owner = known.this()

    db.execute("update workers set backend_start = backend_start - interval '1 second'")

    assert not known.is_alive(owner)


class Thawed(Clock):
    """A clock of a process that was frozen for some time."""

    frozen_s = 0.0

    def boot_s(self) -> float:
        return super().boot_s() + self.frozen_s


@pytest.fixture(name="thawed")
def _thawed(monkeypatch: pytest.MonkeyPatch) -> Thawed:
    clock = Thawed()
    monkeypatch.setattr(workers, "_clock", clock)
    return clock


def beat(known: Workers) -> None:
    workers._heartbeats[known._address]._beat()


def test_a_process_that_was_frozen_for_long_writes_nothing_more_for_the_runs_of_before(
    db: PostgresConnection, postgres: str, thawed: Thawed
) -> None:
    known = of(db, postgres)
    before = write_guard(postgres)
    known.this()
    before()

    thawed.frozen_s = workers.FRESH_S
    with pytest.raises(LeaseLostError, match="was frozen, or cut off"):
        before()
    while_it_is_late = write_guard(postgres)
    beat(known)

    for of_a_lost_run in (before, while_it_is_late):
        with pytest.raises(LeaseLostError):
            of_a_lost_run()
    write_guard(postgres)()


def test_a_process_whose_session_was_ended_writes_nothing_more_for_the_runs_of_before(
    db: PostgresConnection, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "BEAT_S", 0.01)
    known = of(db, postgres)
    owner = known.this()
    before = write_guard(postgres)
    heartbeat = workers._heartbeats[known._address]

    db.execute(
        "select pg_terminate_backend(cast(backend_pid as integer)) from workers where id = ?",
        (owner,),
    )
    while not heartbeat.pulse.lapses:
        db.execute("select 1")

    with pytest.raises(LeaseLostError):
        before()
    write_guard(postgres)()
    assert known.is_alive(owner)


def test_the_heartbeat_of_another_store_prevents_no_write(
    db: PostgresConnection, postgres: str, thawed: Thawed
) -> None:
    of(db, postgres).this()
    other = write_guard(f"{postgres}&application_name=other")

    thawed.frozen_s = workers.FRESH_S

    other()


def test_the_lease_of_a_killed_process_is_free_at_once(place: PostgresDatabase) -> None:
    clock = Clock()
    place.follow(clock)
    words = [sys.executable, "-c", OTHER, place.url]
    with (
        subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other,
        Store.open(place, clock=clock) as store,
    ):
        assert other.stdout
        fence = int(other.stdout.readline())
        with store.transaction(portal="p"):
            held = store.leases.claim("p", "orders", clock=clock)
        other.kill()
        other.wait()
        # The server may need a moment to see the end of the connection.
        while store.leases.is_held("p", "orders", clock=clock):
            place.now()
        with store.transaction(portal="p"):
            taken = store.leases.claim("p", "orders", clock=clock)

    assert not isinstance(held, Lease)
    assert isinstance(taken, Lease)
    assert taken.fence == fence + 1


def test_the_lease_of_a_live_process_that_hangs_ends_by_time(place: PostgresDatabase) -> None:
    class Later(Clock):
        def boot_s(self) -> float:
            return super().boot_s() + timedelta(minutes=11).total_seconds()

    clock, later = Clock(), Later()
    place.follow(clock)
    place.follow(later)
    with Store.open(place, clock=clock) as store:
        with store.transaction(portal="p"):
            store.leases.claim("p", "orders", clock=clock)

        assert store.leases.is_held("p", "orders", clock=clock)
        assert not store.leases.is_held("p", "orders", clock=later)
