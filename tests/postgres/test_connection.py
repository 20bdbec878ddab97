"""Connections: the face of sqlite3, errors without values, and servers that cannot be used."""

from collections.abc import Iterator
from contextlib import closing
from typing import cast

import psycopg
import pytest

from ordosync.errors import DatabaseError, LeaseLostError
from ordosync.postgres import connection as module
from ordosync.postgres.connection import PostgresConnection, connect
from ordosync.postgres.locks import write_transaction

PERSONAL = "jane.doe@example.org"


@pytest.fixture(name="db")
def _db(postgres: str) -> Iterator[PostgresConnection]:
    with closing(connect(postgres, "here")) as connection:
        connection.run("create table things (name text primary key, count bigint)")
        yield connection


def test_rows_are_read_by_name_and_by_position(db: PostgresConnection) -> None:
    db.executemany("insert into things values (?, ?)", [("a", 1), ("b", 2)])

    rows = db.execute("select name, count from things order by name").fetchall()
    total = db.execute("select sum(count) as total from things where count > :least", {"least": 0})

    assert [(row["name"], row[1]) for row in rows] == [("a", 1), ("b", 2)]
    assert [name for name, _ in rows] == ["a", "b"]
    assert (total.fetchone()["total"], rows[0].keys()) == (3, ["name", "count"])


def test_a_change_says_how_many_rows_it_concerned(db: PostgresConnection) -> None:
    db.executemany("insert into things values (?, ?)", [("a", True), ("b", 0)])

    assert db.execute("update things set count = 7").rowcount == 2
    assert db.executemany("insert into things values (?, ?)", []) is not None


def test_transaction_is_rolled_back_by_any_error(db: PostgresConnection) -> None:
    def fail() -> None:
        with write_transaction(db, portals=["p"]):
            db.execute("insert into things values ('a', 1)")
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    assert not db.in_transaction
    assert db.execute("select * from things").fetchall() == []


@pytest.mark.parametrize(
    ("sql", "state"),
    [
        ("insert into things values (?, 1), (?, 2)", "23505"),
        ("select cast(? as bigint), ?", "22P02"),
        ("select nothing from things where name in (?, ?)", "42703"),
    ],
)
def test_an_error_has_its_sqlstate_and_no_value(
    db: PostgresConnection, sql: str, state: str
) -> None:
    with pytest.raises(DatabaseError, match=f"SQLSTATE {state}") as caught:
        db.execute(sql, (PERSONAL, PERSONAL))

    assert "jane" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_session_that_the_server_has_ended_loses_the_lease(
    db: PostgresConnection, postgres: str
) -> None:
    with psycopg.connect(postgres, autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s)", (db.backend_pid,))

    with pytest.raises(LeaseLostError, match="the connection was lost"):
        db.execute("select 1")


def test_a_session_that_is_frozen_in_a_transaction_is_ended_by_the_server(postgres: str) -> None:
    quick = f"{postgres}%20-cidle_in_transaction_session_timeout%3D20ms"
    with closing(connect(quick, "here")) as frozen, closing(connect(postgres, "here")) as other:
        frozen.run("create table things (name text)")
        transaction = write_transaction(frozen)
        transaction.__enter__()
        frozen.execute("insert into things values ('lost')")

        # It waits for the lock that the frozen session holds.
        with write_transaction(other):
            found = other.execute("select * from things").fetchall()

        with pytest.raises(LeaseLostError):
            frozen.execute("insert into things values ('late')")
        assert found == []


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("default_transaction_read_only%3Don", "is a replica; give the address of the primary"),
        ("search_path%3Dnowhere", "has no schema that this role may use"),
    ],
)
def test_a_server_that_cannot_be_written_is_refused(
    postgres_server: str, option: str, message: str
) -> None:
    with pytest.raises(DatabaseError, match=message):
        connect(f"{postgres_server}?options=-c{option}", "here")


def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    with pytest.raises(DatabaseError) as caught:
        connect(
            f"postgresql://u:{PERSONAL}x@127.0.0.1:1/none".replace("@example", "%40example"), "u"
        )

    assert str(caught.value).startswith("database u: cannot connect: connection to server at")
    assert "jane" not in str(caught.value)


def test_an_old_server_is_refused(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ordosync.postgres.connection.OLDEST", 99)

    with pytest.raises(DatabaseError, match="version 99 is the oldest"):
        connect(postgres, "here")


class Pooled:
    """A connection behind a pooler, with the sessions that its statements get."""

    def __init__(self, *pids: int) -> None:
        self._pids = list(pids)

    def run(self, _sql: str) -> "Pooled":
        return self

    def fetchone(self) -> tuple[int]:
        return (self._pids.pop(0),)

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("other", "again", "expected"),
    [(7, 7, True), (8, 8, True), (8, 7, False)],
    ids=["same session", "changed session", "session pooling"],
)
def test_a_pooler_that_shares_sessions_between_transactions_is_noticed(
    other: int, again: int, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_connect", lambda *_: Pooled(other))

    shares = module._shares_sessions(cast("PostgresConnection", Pooled(again)), 7, "url", "here")

    assert shares == expected


@pytest.mark.slow
def test_a_frozen_process_loses_its_session_after_any_statement_in_a_transaction(
    postgres: str,
) -> None:
    with closing(connect(postgres, "here")) as frozen, closing(connect(postgres, "here")) as other:
        frozen.run("create table t (x bigint)")
        frozen.run("begin")
        frozen.executemany("insert into t values (?)", [(1,), (2,)])

        # Waits for the lock of the frozen session, which the server ends.
        other.run("begin; lock table t; commit")
