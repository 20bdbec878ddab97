"""Stores on PostgreSQL in place of files: with `ORDOSYNC_TEST_STORE=postgres`, in any test.

A store whose file would be named as by default gets a separate schema in the tests' server, which
is dropped after the test. If a test has copied a file, the schema gets its rows. Copies, such as
those of dry runs, stay files.
"""

import json
import os
import re
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from ordosync.database import sqlite3
from ordosync.idle import DATABASE
from ordosync.postgres.locks import write_transaction
from ordosync.store.copying import copy_rows
from ordosync.store.location import SqliteFile
from ordosync.store.postgres_database import PostgresDatabase

SWITCH = "ORDOSYNC_TEST_STORE"
_SERVER = "ORDOSYNC_TEST_STORE_URL"
_PREFIX = "ORDOSYNC_TEST_STORE_PREFIX"
_WORDS = (
    *("exists", "open", "transaction", "processes", "digest_key", "copy_to", "checks"),
    "keep_key",
)
"""The methods of a place by which the store is used."""
_OF_FILES = {name: getattr(SqliteFile, name) for name in _WORDS}


def configured(config: str, url: str, host: str | None = None) -> str:
    """Return a configuration with this database, and with the host of its local accounts."""
    host = host or socket.gethostname()
    blocks = re.sub(r"( +)kind: (files|sqlite)\n", rf"\1kind: \2\n\1host: {host}\n", config)
    return f"database: {url}\n{blocks.replace('{kind: sqlite', f'{{kind: sqlite, host: {host}')}"


def keep_on_postgres(folder: Path, url: str) -> None:
    """Change the configuration of a portal, which is JSON: its store is on PostgreSQL."""
    path = folder / "config.yaml"
    config = json.loads(path.read_text())
    config["database"] = url
    for account in config["accounts"].values():
        if account["kind"] == "sqlite":
            account["host"] = socket.gethostname()
    path.write_text(json.dumps(config))


def is_switched() -> bool:
    """True if the stores of all tests are to be on PostgreSQL."""
    return os.environ.get(SWITCH) == "postgres"


@contextmanager
def on_postgres(url: str) -> Iterator[None]:
    """Let the stores of a test be on this server, also in processes that it starts."""
    prefix = f"t{uuid4().hex[:12]}"
    environment = {_SERVER: url, _PREFIX: prefix}
    try:
        with patch.dict(os.environ, environment), elsewhere():
            yield
    finally:
        _drop(url, prefix)


@contextmanager
def elsewhere() -> Iterator[None]:
    """Redirect the files that stores would be, if the environment has a server."""
    if _SERVER not in os.environ:
        yield
        return
    methods = {name: _redirected(name) for name in _WORDS}
    with patch.multiple(SqliteFile, **methods, host="test"):
        yield


def store_of(path: Path) -> PostgresDatabase:
    """Return the place that a file is redirected to."""
    schema = f"{os.environ[_PREFIX]}_{sha256(str(path.absolute()).encode()).hexdigest()[:12]}"
    url = os.environ[_SERVER]
    joint = "&" if "?" in url else "?"
    return PostgresDatabase(path, url=f"{url}{joint}options=-csearch_path%3D{schema}")


def opened(path: Path) -> Any:
    """Open a store as it is, for a change or a question that no command has."""
    if _SERVER not in os.environ or path.name != DATABASE:
        return sqlite3.connect(path)
    return _Plain(_with_schema(path)._connect())


class _NoRows:
    def fetchall(self) -> list[Any]:
        return []


class _Plain:
    """A connection of PostgreSQL that is used as one of sqlite3."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.close = connection.close

    def execute(self, statement: str, values: Any = ()) -> Any:
        """Return a cursor, which has no rows after a change."""
        cursor = self._connection.execute(statement, values)
        return cursor if cursor.description else _NoRows()

    def executemany(self, statement: str, values: Any) -> None:
        """Execute a statement for each of these values."""
        self._connection.executemany(statement, values)

    def __enter__(self) -> "_Plain":
        return self

    def __exit__(self, *_: object) -> None:
        """Leave it open, as sqlite3 does; each statement is its own transaction."""


def _with_schema(path: Path) -> PostgresDatabase:
    import psycopg  # noqa: PLC0415 - most tests do without

    place = store_of(path)
    schema = place.url.rpartition("%3D")[2]
    with psycopg.connect(os.environ[_SERVER], autocommit=True) as db, suppress(psycopg.Error):
        db.execute(f"create schema if not exists {schema}")
    if path.is_file() and not place.exists():
        _take_over(path, place)
    return place


def _take_over(path: Path, place: PostgresDatabase) -> None:
    """Copy the rows of a file that a test has copied."""
    file = SqliteFile(path)
    source = _OF_FILES["open"](file, readonly=True, clock=None)
    target: Any = place.open(readonly=False, clock=None)
    with closing(source), closing(target), write_transaction(target):
        copy_rows(source, target)
        if file.key_file.exists():
            place.keep_key(file.key_file.read_bytes(), target)
    path.unlink()


def _redirected(name: str) -> Any:
    original = _OF_FILES[name]

    def call(self: SqliteFile, *args: Any, **options: Any) -> Any:
        if self.path.name != DATABASE:
            return original(self, *args, **options)
        place = _with_schema(self.path) if name in ("open", "exists") else store_of(self.path)
        return getattr(place, name)(*args, **options)

    return call


def _drop(url: str, prefix: str) -> None:
    import psycopg  # noqa: PLC0415 - most tests do without

    with psycopg.connect(url, autocommit=True) as db:
        names = db.execute(
            "select nspname from pg_namespace where starts_with(nspname, %s)", (prefix,)
        ).fetchall()
        for (name,) in names:
            db.execute(f"drop schema {name} cascade")
