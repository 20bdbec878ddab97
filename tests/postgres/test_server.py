import os

import psycopg
import pytest
from psycopg.rows import TupleRow

from tests.support.postgres import ELSEWHERE, schema


def connect(url: str) -> psycopg.Connection[TupleRow]:
    return psycopg.connect(url, autocommit=True)


def test_each_test_has_tables_of_its_own(postgres_server: str) -> None:
    with schema(postgres_server) as one, schema(postgres_server) as other:
        with connect(one) as db:
            db.execute("create table things (name text)")
            db.execute("insert into things values ('one')")

        with connect(other) as db:
            db.execute("create table things (name text)")
            assert db.execute("select * from things").fetchall() == []


@pytest.mark.skipif(bool(os.environ.get(ELSEWHERE)), reason="the server is not of these tests")
def test_server_is_as_strict_as_that_of_a_user(postgres: str) -> None:
    with connect(postgres) as db:
        row = db.execute(
            "select 'a' < 'B', 'a' collate \"C\" < 'B', rolsuper from pg_roles"
            " where rolname = current_user"
        ).fetchone()

    assert row == (True, False, False)
