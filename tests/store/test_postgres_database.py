"""A store on PostgreSQL: opened by several processes, with the tables of a SQLite store."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ordosync import __version__
from ordosync.clock import Clock
from ordosync.errors import DatabaseError
from ordosync.store import Store
from ordosync.store.checks import Check
from ordosync.store.copying import KEYS
from ordosync.store.links import Link
from ordosync.store.location import SqliteFile
from ordosync.store.postgres_database import PostgresDatabase


@pytest.fixture(name="place")
def _place(postgres: str, tmp_path: Path) -> PostgresDatabase:
    return PostgresDatabase(tmp_path / "ordosync.db", url=postgres)


def of_store(place: PostgresDatabase, statement: str) -> list[Any]:
    """Run a statement of PostgreSQL."""
    with closing(place._connect()) as db:
        cursor = db.run(statement)
        return cursor.fetchall() if statement.startswith("select") else []


def columns(rows: Any, name: str) -> set[str]:
    return {row[name] for row in rows}


def test_tables_and_columns_are_those_of_sqlite(place: PostgresDatabase, tmp_path: Path) -> None:
    with Store.open(place), Store.open(SqliteFile(tmp_path / "file.db")) as file:
        connection: Any = file._connection
        for table in KEYS:
            names = columns(connection.execute(f"pragma table_info({table})"), "name")
            found = of_store(
                place,
                "select column_name from information_schema.columns"  # noqa: S608 - constants
                f" where table_schema = current_schema() and table_name = '{table}'",
            )

            assert columns(found, "column_name") == names

    collations = of_store(
        place,
        "select distinct collation_name from information_schema.columns"
        " where table_schema = current_schema() and data_type = 'text' and table_name <> 'workers'",
    )
    assert columns(collations, "collation_name") == {"C"}


def test_every_table_of_the_store_is_copied(tmp_path: Path) -> None:
    with Store.open(tmp_path / "file.db") as file:
        connection: Any = file._connection
        tables = columns(
            connection.execute("select name from sqlite_master where type = 'table'"), "name"
        )

    assert {name for name in tables if not name.startswith(("sqlite_", "_"))} == set(KEYS)


def test_processes_that_begin_at_once_make_one_store(place: PostgresDatabase) -> None:
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(lambda _: Store.open(place), range(6)))

    with closing(stores[0]) as store, store.transaction():
        store.set_config_digest("7")
    assert {store.config_digest for store in stores[1:]} == {"7"}
    for store in stores:
        store.close()


def test_a_store_that_is_only_read_is_not_made(place: PostgresDatabase) -> None:
    with Store.open(place, readonly=True) as store:
        assert store.portals.all() == {}

    assert not place.exists()


def test_the_store_of_a_newer_version_is_refused(place: PostgresDatabase) -> None:
    Store.open(place).close()
    of_store(place, "update meta set value = '99' where key = 'version'")

    with pytest.raises(DatabaseError, match=r"is of a newer ordosync .*; upgrade ordosync on this"):
        Store.open(place)


def test_tables_of_another_program_are_left_alone(place: PostgresDatabase) -> None:
    of_store(place, "create table meta (key text, value text)")

    with pytest.raises(DatabaseError, match="that ordosync did not create; use another schema"):
        Store.open(place)


def test_all_hosts_have_the_same_key_and_the_time_of_the_server(place: PostgresDatabase) -> None:
    clock, other = Clock(), Clock()
    place.follow(clock)
    place.follow(other)
    with Store.open(place) as store, Store.open(place) as same:
        assert store.digest_key.value == same.digest_key.value
        assert len(store.digest_key.value) == 16

    assert abs(clock.now() - place.now()).total_seconds() < 1
    assert abs(clock.boot_s() - other.now().timestamp()) < 1


def test_a_role_without_psycopg_reads_what_to_install(
    place: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ordosync.postgres.connection", None)

    with pytest.raises(DatabaseError, match=r"needs psycopg: `pip install 'ordosync\[postgres\]'`"):
        Store.open(place)


def test_the_server_knows_the_tables_before_they_are_read_again(place: PostgresDatabase) -> None:
    links = [
        Link(kind="order", merchant_id=f"{number:08}", supplier_id=f"S{number:08}")
        for number in range(1500)
    ]
    with Store.open(place) as store, store.transaction(portal="p"):
        store.links("p").add(links, now=Clock().now())
    before = of_store(place, TUPLES)

    Store.open(place).close()

    assert (before[0][0], of_store(place, TUPLES)[0][0]) == (-1, len(links))


TUPLES = (
    "select reltuples from pg_class where relname = 'links'"
    " and relnamespace = cast(current_schema() as regnamespace)"
)


def test_a_server_that_may_lose_commits_is_reported(place: PostgresDatabase) -> None:
    with Store.open(place) as store:
        checks = {check.name: check for check in store.checks()}
    fsync = of_store(place, "select current_setting('fsync')")[0][0]

    # The server of the tests keeps nothing on a disk.
    expected = "trouble" if fsync == "off" else "ok"
    assert (checks["postgresql"].state, "fsync=off" in checks["postgresql"].text) == (
        *(expected, fsync == "off"),
    )
    assert (checks["host clock"].state, checks["versions"].state) == ("ok", "ok")


@pytest.fixture(name="versions")
def _versions(place: PostgresDatabase) -> Callable[..., Check]:
    """Return the check of versions, after processes of hosts were seen: host, version, minutes."""

    def checked(*seen: tuple[str, str, int]) -> Check:
        with Store.open(place) as store:
            for host, version, minutes in seen:
                of_store(
                    place,
                    "insert into workers select gen_random_uuid()::text,"
                    f" '{host}', 7, '{version}', 7, now(), now(), now() - interval '{minutes} min'",
                )
            [check] = [check for check in store.checks() if check.name == "versions"]
            return check

    return checked


def test_another_version_of_a_host_that_worked_in_the_last_hour_is_reported(
    versions: Callable[..., Check],
) -> None:
    check = versions(("w1", __version__, 0), ("w9", "0.0.1", 40), ("w8", "0.0.1", 50))

    assert check.state == "warning"
    at = r"at \d\d:\d\d UTC"
    expected = rf"this is {re.escape(__version__)}; host w9 had 0\.0\.1 {at}; upgrade all hosts"
    assert re.fullmatch(expected, check.text)


def test_a_host_counts_with_its_last_version_for_an_hour(versions: Callable[..., Check]) -> None:
    check = versions(("w1", "0.0.1", 2), ("w1", __version__, 1), ("w2", "0.0.1", 61))

    assert (check.state, check.text) == (
        "ok",
        "1 host has worked in the last hour, none with another version",
    )


def test_the_clock_of_the_host_decides_nothing(place: PostgresDatabase) -> None:
    hosts = Clock(), Clock()
    wrong = datetime.now(UTC) - timedelta(minutes=20)
    for clock in hosts:
        place.follow(clock)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ordosync.clock.datetime", Wrong)
        late = hosts[0].now()

    assert late - wrong > timedelta(minutes=19)
    assert abs(late - hosts[1].now()) < timedelta(seconds=5)


class Wrong(datetime):
    """The clock of a host that is 20 minutes late."""

    @classmethod
    def now(cls, tz: Any = None) -> "Wrong":
        return super().now(tz) - timedelta(minutes=20)
