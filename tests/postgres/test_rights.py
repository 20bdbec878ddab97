"""Roles that lack a right in the database of the store, and hosts with different roles."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from ordosync.postgres.connection import connect
from ordosync.postgres.resident import ResidentWorkers
from ordosync.postgres.workers import Workers
from tests.support.command import CONFIG, HEADER, Done, ordosync, row, shop
from tests.support.postgres import ELSEWHERE
from tests.support.stores import configured

pytestmark = pytest.mark.skipif(
    bool(os.environ.get(ELSEWHERE)), reason="the server is not of these tests"
)


class Role:
    """A role that has no right in the schema of a test, and one that has all."""

    def __init__(self, folder: Path, owner: str, admin: psycopg.Connection[Any]) -> None:
        self.name = f"role_{uuid4().hex}"
        self.owner = owner
        self.url = owner.replace("ordosync@", f"{self.name}@")
        self.schema = owner.rpartition("%3D")[2]
        self._folder = folder
        self._admin = admin
        admin.execute(f"create role {self.name} login")

    def grant(self, rights: str) -> None:
        self._admin.execute(f"grant {rights} {self.schema} to {self.name}")

    def run(self, *words: str, url: str = "") -> Done:
        shop(self._folder, HEADER + row("1"), config=configured(CONFIG, url or self.url))
        return ordosync(self._folder, *words)

    def drop(self) -> None:
        self._admin.execute(f"drop owned by {self.name}")
        self._admin.execute(f"drop role {self.name}")


@pytest.fixture(name="role")
def _role(tmp_path: Path, postgres: str) -> Iterator[Role]:
    with psycopg.connect(postgres.replace("ordosync@", "postgres@"), autocommit=True) as admin:
        role = Role(tmp_path, postgres, admin)
        yield role
        role.drop()


def rights(role: Role) -> list[str]:
    """Return what the checks say about rights."""
    verbose, online = role.run("health", "-v"), role.run("config", "check", "--online")
    lines = [line for line in verbose.out.splitlines() if ": rights: " in line]
    for line in lines:
        state, _, text = line.partition(": rights: ")
        assert f"{state}: database {role.url.partition('?')[0]}" in online.out
        assert text in online.out
    return lines


def test_role_that_cannot_create_the_tables_is_one_line(role: Role) -> None:
    role.grant("usage on schema")

    first, second = role.run("run-due"), role.run("run-due")

    assert (first.code, second.code) == (4, 4)
    denied = f"permission denied for schema {role.schema}"
    assert f"the role lacks a right (refused a statement: {denied}); it must own" in first.err
    assert first.err.endswith("what this names (SQLSTATE 42501)\n")
    assert (first.err.count("\n"), second.err) == (1, "")
    problem = f"role {role.name} cannot create the tables; let it own schema {role.schema}"
    assert rights(role) == [f"trouble: rights: {problem}"]


def test_role_that_can_only_read_the_tables_is_one_line(role: Role) -> None:
    assert role.run("import-orders", url=role.owner).code == 0
    role.grant("usage on schema")
    role.grant("select on all tables in schema")

    refused = role.run("import-orders")

    assert refused.code == 4
    denied = "permission denied for table meta"
    assert f"the role lacks a right (refused a statement: {denied}); it must own" in refused.err
    assert refused.err.count("\n") == 1
    [line] = rights(role)
    assert line.startswith(f"trouble: rights: role {role.name} cannot read and write table alert")
    assert line.endswith(f" more; let it own all tables in schema {role.schema}")


def test_role_that_does_not_own_the_tables_works_until_an_upgrade(role: Role) -> None:
    assert role.run("import-orders", url=role.owner).code == 0
    role.grant("usage on schema")
    role.grant("all on all tables in schema")

    assert role.run("import-orders").code == 0
    [line] = rights(role)
    assert line.startswith(
        f"warning: rights: role {role.name} cannot change the tables, as upgrade"
    )
    assert line.endswith(f"; let it own all tables, and create others, in schema {role.schema}")


def test_resident_worker_whose_role_cannot_create_the_queue_is_one_line(role: Role) -> None:
    assert role.run("import-orders", url=role.owner).code == 0
    role.grant("all on schema")
    role.grant("all on all tables in schema")

    refused = role.run("work")

    assert (refused.code, refused.out) == (4, "")
    assert "permission denied for database ordosync); it must own what this names" in refused.err
    assert refused.err.count("\n") == 1


def test_worker_of_another_role_is_seen_as_alive(role: Role) -> None:
    assert role.run("import-orders", url=role.owner).code == 0
    role.grant("usage on schema")
    with closing(connect(role.owner, "here")) as db, closing(connect(role.url, "here")) as other:
        worker = Workers(db, role.owner, "here", role.schema).this()
        ResidentWorkers(db).join(worker, name="w1", jobs=1)
        role.grant("select on all tables in schema")

        known = Workers(other, role.url, "here", role.schema)

        assert known.is_alive(worker)
        assert [each.state for each in ResidentWorkers(other).all()] == ["working"]
        assert not known.is_alive("never seen")
