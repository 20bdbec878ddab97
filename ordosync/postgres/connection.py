"""Connections to PostgreSQL with the face of sqlite3: the store's code is the same for both.

A process that is frozen in a transaction would hold its locks forever, so the server ends such a
session. A pooler that gives each transaction another session cannot be used: locks, liveness and
settings belong to a session.
"""

import os
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg.sql import SQL, Identifier
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrBinaryDumper

from ordosync.errors import DatabaseError
from ordosync.postgres.dialect import translated
from ordosync.postgres.errors import to_connection_error, to_ordosync_error
from ordosync.sql import Cursor, Values

OLDEST = 15
"""The oldest version of the server."""
_TIMEOUTS = {
    "idle_in_transaction_session_timeout": "4s",
    "lock_timeout": "15s",
    "statement_timeout": "30s",
}
_NETWORK: dict[str, str | int] = {
    "connect_timeout": 10,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


class _IntegerLoader(Loader):
    """Loads a sum of integers, for which the server has a type of any size."""

    def load(self, data: Any) -> int:
        return int(bytes(data))


class Row(tuple[Any, ...]):
    """A row of a result, by the names or the positions of its columns."""

    __slots__ = ()
    positions: dict[str, int]

    def __getitem__(self, key: Any) -> Any:
        return tuple.__getitem__(self, self.positions[key] if isinstance(key, str) else key)

    def keys(self) -> list[str]:
        """Return the names of the columns."""
        return list(self.positions)


@lru_cache(maxsize=1000)
def _row_type(names: Sequence[str]) -> type[Row]:
    positions = {name: position for position, name in enumerate(names)}
    return type("Row", (Row,), {"__slots__": (), "positions": positions})


def _rows(cursor: "psycopg.Cursor[Any]") -> Callable[[Sequence[Any]], Row]:
    return _row_type(tuple(column.name for column in cursor.description or ()))


class PostgresConnection:
    """A connection in autocommit mode. Its errors are those of ordosync."""

    def __init__(self, db: "psycopg.Connection[Any]", location: str) -> None:
        self._db = db
        self._location = location
        self.backend_pid = db.info.backend_pid
        self.schema: str = ""

    @property
    def in_transaction(self) -> bool:
        """True if a transaction is open."""
        return self._db.info.transaction_status != TransactionStatus.IDLE

    @property
    def is_closed(self) -> bool:
        """True if the connection was closed, or lost."""
        return self._db.closed

    def execute(self, sql: str, parameters: Values = (), /) -> Cursor:
        """Execute a statement of the store."""
        try:
            return self._db.execute(translated(sql), parameters)
        except psycopg.Error as error:
            raise self._error(error) from None

    def executemany(self, sql: str, parameters: Iterable[Values], /) -> Cursor:
        """Execute a statement of the store for each of these values."""
        cursor, rows = self._db.cursor(), list(parameters)
        try:
            # After psycopg's `executemany`, a pipeline, PostgreSQL 15 ends no session that is idle
            # in a transaction. A frozen host would keep its locks.
            for row in rows:
                cursor.execute(translated(sql), row)
        except psycopg.Error as error:
            raise self._error(error) from None
        return cursor

    def run(self, sql: str) -> Cursor:
        """Run SQL of PostgreSQL, also several statements, in one round trip."""
        try:
            return self._db.execute(sql.encode())
        except psycopg.Error as error:
            raise self._error(error) from None

    def stream(self, sql: str) -> Iterator[Row]:
        """Yield the rows of a large result, in the open transaction."""
        try:
            with self._db.cursor(name="stream") as cursor:
                yield from cursor.execute(translated(sql).encode(), ())
        except psycopg.Error as error:
            raise self._error(error) from None

    def copy_in(self, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows."""
        columns = SQL(", ").join(map(Identifier, names))
        statement = SQL("copy {} ({}) from stdin").format(Identifier(table), columns)
        try:
            with self._db.cursor() as cursor, cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(tuple(row))
        except psycopg.Error as error:
            raise self._error(error) from None

    def analyze(self, tables: Iterable[str]) -> None:
        """Collect the statistics of new rows, without which the server chooses slow plans."""
        self.run(f"analyze {', '.join(tables)}")

    def last_id(self, table: str) -> int:
        """Return the last id of a table that was given by itself."""
        row = self.execute(
            "select coalesce(pg_sequence_last_value(cast("
            "pg_get_serial_sequence(?, 'id') as regclass)), 0)",
            (table,),
        ).fetchone()
        return int(row[0])

    def set_last_id(self, table: str, number: int) -> None:
        """Let the next id of a table be higher than this."""
        if number:
            self.execute("select setval(pg_get_serial_sequence(?, 'id'), ?)", (table, number))

    def roll_back(self) -> None:
        """End the transaction, unless the session has ended."""
        with suppress(psycopg.Error):
            if not self._db.closed and self.in_transaction:
                self._db.execute("rollback")

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def _error(self, error: psycopg.Error) -> Exception:
        return to_ordosync_error(self._location, error, is_lost=self._db.closed)


def connect(url: str, location: str) -> PostgresConnection:
    """Connect to a server that can hold a store. Raises `DatabaseError`.

    `location` is the address as messages name it, without the password.
    """
    connection = _connect(url, location)
    try:
        _check(connection, url, location)
    except BaseException:
        connection.close()
        raise
    return connection


def _session(url: str, location: str) -> "psycopg.Connection[Any]":
    """Connect, with the timeouts of all sessions of ordosync. Raises `DatabaseError`."""
    try:
        return psycopg.connect(**connection_options(url), autocommit=True)
    except psycopg.Error as error:
        raise to_connection_error(location, error) from None


def _connect(url: str, location: str) -> PostgresConnection:
    db = _session(url, location)
    db.row_factory = _rows
    for kind in (int, bool):
        db.adapters.register_dumper(kind, Int8Dumper)
    db.adapters.register_dumper(str, StrBinaryDumper)
    db.adapters.register_loader("numeric", _IntegerLoader)
    return PostgresConnection(db, location)


def connection_options(url: str, *more: str) -> dict[str, Any]:
    """Return the options of a connection; `more` are settings of its session, such as `-c x=y`."""
    given = conninfo_to_dict(url)
    settings = [f"-c {name}={value}" for name, value in _TIMEOUTS.items()]
    # A setting of the URL wins over those above, since it comes later.
    settings += [str(given.get("options") or ""), *more]
    return {
        **_NETWORK,
        "target_session_attrs": "read-write",
        **given,
        "client_encoding": "utf8",
        "options": " ".join(settings),
        "application_name": _application_name(),
    }


def _application_name() -> str:
    """Return the command and the host, as `pg_stat_activity` shows them."""
    return " ".join(("ordosync", *sys.argv[1:2], socket.gethostname(), str(os.getpid())))[:63]


def _check(connection: PostgresConnection, url: str, location: str) -> None:
    """Raise `DatabaseError` if the server cannot be used."""
    info = connection._db.info  # noqa: SLF001 - of this module
    if info.server_version < OLDEST * 10_000:
        found = info.server_version // 10_000
        raise DatabaseError(location, f"is PostgreSQL {found}; version {OLDEST} is the oldest")
    if (encoding := info.parameter_status("server_encoding")) != "UTF8":
        raise DatabaseError(location, f"has the encoding {encoding}; create it with UTF8")
    row = connection.run("select pg_backend_pid(), current_schema()").fetchone()
    if row[1] is None:
        raise DatabaseError(location, "has no schema that this role may use; see `search_path`")
    connection.schema = row[1]
    # Behind a pooler, the session has another number than the connection.
    if row[0] == info.backend_pid:
        return
    if _shares_sessions(connection, row[0], url, location):
        raise DatabaseError(
            location,
            "is behind a pooler that shares sessions between transactions; use a direct connection"
            " or session pooling",
        )
    # It may have ignored the options.
    for name, value in _TIMEOUTS.items():
        connection.run(f"set {name} = '{value}'")


def _shares_sessions(connection: PostgresConnection, pid: int, url: str, location: str) -> bool:
    """True if a transaction of another connection gets the session of this one, or it changes."""
    other = _connect(url, location)
    try:
        other.run("begin")
        of_other = other.run("select pg_backend_pid()").fetchone()[0]
        again = connection.run("select pg_backend_pid()").fetchone()[0]
        return bool(of_other == pid or again != pid)
    finally:
        other.close()
