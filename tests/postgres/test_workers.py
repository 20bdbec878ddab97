"""Workers: alive while their session and their heartbeat are, and dead at once after a kill."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from ordosync.clock import Clock
from ordosync.postgres import workers
from ordosync.postgres.connection import PostgresConnection, connect
from ordosync.postgres.workers import Workers
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
