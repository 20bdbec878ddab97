"""A store in a PostgreSQL database, which the processes of several hosts share.

Nothing of psycopg is imported before the store is opened.
"""

import secrets
import socket
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ordosync.atomic_write import replace_file
from ordosync.clock import Clock
from ordosync.database import transaction
from ordosync.digest_key import DigestKey, StoredKey
from ordosync.errors import DatabaseError
from ordosync.postgres_url import is_unencrypted, without_password
from ordosync.sql import Connection
from ordosync.store.checks import Check
from ordosync.store.leases import Processes
from ordosync.store.location import SqliteFile, StoreLocation, empty_store
from ordosync.store.version import VERSION

if TYPE_CHECKING:
    from ordosync.http.account_limits import AccountLimits
    from ordosync.postgres.connection import PostgresConnection

_GROWN_BYTES = 64 * 1024
VERSION_KEY = "version"
"""Row of the table `meta` with the version of the store."""
DIGEST_KEY = "digest-key"
"""Row of the table `meta` with the key of the digests, which all hosts must share."""


@dataclass(frozen=True)
class PostgresDatabase(StoreLocation):
    """A store in the schema of a database that its URL leads to."""

    url: str = field(repr=False)
    name: str | None = field(default=None, compare=False)
    """The name of this process's worker; None for the name of the host."""
    is_shared: ClassVar[bool] = True

    def __str__(self) -> str:
        return without_password(self.url)

    @property
    def host(self) -> str:
        """The name of this host or of its worker, for the log and for `host:`."""
        return self.name or socket.gethostname()

    def exists(self) -> bool:
        """True if the schema has a store."""
        with self._connected() as connection:
            return _has_store(connection)

    def problem(self) -> str | None:
        """Return None: the role's rights are checked when they are used."""
        return None

    def copy_to(self, connection: Any, path: Path) -> None:
        """Copy a snapshot of the tables to a new SQLite file, and the key beside it."""
        from ordosync.store.copying import copy_rows  # noqa: PLC0415 - few commands copy

        file = SqliteFile(path)
        connection.run("begin isolation level repeatable read, read only")
        try:
            with closing(file.open(readonly=False, clock=None)) as copy, transaction(copy):
                copy_rows(connection, copy)
            if key := _digest_key(connection):
                replace_file(file.key_file, key, mode=0o600)
        finally:
            connection.roll_back()

    def open(self, *, readonly: bool, clock: Clock | None) -> Connection:  # noqa: ARG002
        """Open the store; without tables, a read-only store is empty and in memory."""
        connection = self._connect()
        try:
            if readonly and not _has_store(connection):
                connection.close()
                return empty_store(self.path)
            if self._is_older(connection):
                _migrate(connection)
            if not readonly and (tables := _without_statistics(connection)):
                connection.analyze(tables)
        except BaseException:
            connection.close()
            raise
        return connection

    def transaction(
        self,
        connection: Any,
        *,
        portals: Collection[str],
        accounts: Collection[str],
        durable: bool,
    ) -> AbstractContextManager[None]:
        """Return a write transaction; see `postgres.locks`."""
        from ordosync.postgres.locks import write_transaction  # noqa: PLC0415

        return write_transaction(connection, portals=portals, accounts=accounts, durable=durable)

    def processes(self, connection: Any) -> Processes:
        """Return the workers of this store."""
        from ordosync.postgres.workers import Workers  # noqa: PLC0415

        return Workers(connection, self.url, str(self), connection.schema)

    def account_limits(self, clock: Clock, shared: Collection[str]) -> "AccountLimits | None":
        """Return the limits that all hosts keep together."""
        if not shared:
            return None
        from ordosync.postgres.rates import SharedLimits  # noqa: PLC0415

        return SharedLimits(self._connect, clock, shared=shared)

    def write_guard(self) -> Callable[[], None]:
        """Return a check that this process has counted as alive all the time; see `write_guard`."""
        from ordosync.postgres.workers import write_guard  # noqa: PLC0415

        return write_guard(self.url)

    def digest_key(self, connection: Connection) -> DigestKey:
        """Return the key in the store; the first process that needs it makes it."""

        def read() -> bytes:
            if key := _digest_key(connection):
                return key
            connection.execute(
                "insert into meta (key, value) values (?, ?) on conflict (key) do nothing",
                (DIGEST_KEY, secrets.token_hex(16)),
            )
            return _digest_key(connection) or b""

        return StoredKey(read)

    def checks(self, connection: Connection) -> Iterator[Check]:  # noqa: ARG002 - may be in memory
        """Check the server, and the other hosts that use the store."""
        from ordosync.store.postgres_checks import callers, server_checks, versions  # noqa: PLC0415

        with self._connected() as server:
            yield from server_checks(server)
            if _has_store(server):
                yield versions(server)
                yield callers(server)

    def warnings(self) -> Sequence[str]:
        """Warn if the network may read what is stored."""
        if not is_unencrypted(self.url):
            return ()
        return [f"database {self}: may be unencrypted; add `?sslmode=verify-full` to the URL"]

    def keep_key(self, key: bytes, connection: Connection) -> None:
        """Keep the key in the store."""
        connection.execute(
            "insert into meta (key, value) values (?, ?)"
            " on conflict (key) do update set value = excluded.value",
            (DIGEST_KEY, key.hex()),
        )

    def follow(self, clock: Clock) -> None:
        """Let the clock show the time of the server, since those of hosts differ."""
        clock.follow(self.now)

    def now(self) -> datetime:
        """Return the time of the server."""
        with self._connected() as connection:
            at: datetime = connection.run("select clock_timestamp()").fetchone()[0]
            return at

    def _is_older(self, connection: Connection) -> bool:
        found = _version(connection, str(self)) if _has_store(connection) else 0
        if found > VERSION:
            why = f"is of a newer ordosync (version {found}); upgrade ordosync on this host"
            raise DatabaseError(self, why)
        return found < VERSION

    def _connect(self) -> "PostgresConnection":
        try:
            from ordosync.postgres.connection import connect  # noqa: PLC0415
        except ImportError as error:
            why = "needs psycopg: `pip install 'ordosync[postgres]'`"
            raise DatabaseError(self, why) from error
        return connect(self.url, str(self))

    @contextmanager
    def _connected(self) -> "Iterator[PostgresConnection]":
        with closing(self._connect()) as connection:
            yield connection


def _digest_key(connection: Connection) -> bytes | None:
    row = connection.execute("select value from meta where key = ?", (DIGEST_KEY,)).fetchone()
    return bytes.fromhex(row["value"]) if row else None


def _has_store(connection: Connection) -> bool:
    """True if the schema has the tables. A look-up by name could miss those of a moment ago."""
    row = connection.execute(
        "select 1 from pg_catalog.pg_tables"
        " where schemaname = current_schema() and tablename = 'meta'"
    ).fetchone()
    return row is not None


def _without_statistics(connection: Connection) -> Sequence[str]:
    """Return the tables that have grown and that the server knows nothing of.

    Without statistics it would choose an index that finds all rows of a portal. Its own process
    for that comes once a minute, which can be too late for a first import.
    """
    rows = connection.execute(
        "select relname from pg_class where relnamespace = cast(current_schema() as regnamespace)"
        " and relname in ('links', 'steps', 'runs') and reltuples < 0"
        " and pg_relation_size(oid) > ?",
        (_GROWN_BYTES,),
    )
    return [row[0] for row in rows]


def _version(connection: Connection, location: str) -> int:
    row = connection.execute("select value from meta where key = ?", (VERSION_KEY,)).fetchone()
    if row is None:
        why = "has a table `meta` that ordosync did not create; use another schema"
        raise DatabaseError(location, why)
    return int(row["value"])


def _migrate(connection: "PostgresConnection") -> None:
    """Create or migrate the tables, while no other process uses the store."""
    from ordosync.postgres.locks import write_transaction  # noqa: PLC0415
    from ordosync.store.postgres_schema import apply  # noqa: PLC0415

    with write_transaction(connection):
        found = _version(connection, "") if _has_store(connection) else 0
        if found < VERSION:
            apply(connection, after=found)
            connection.execute(
                "insert into meta (key, value) values (?, ?)"
                " on conflict (key) do update set value = excluded.value",
                (VERSION_KEY, str(VERSION)),
            )
