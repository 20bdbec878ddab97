"""Opens the SQLite files of ordosync: the store and each local account.

A new file is created under a temporary name and then linked to its path, so that no process sees
an incomplete file. An empty file is an error, not a new database: a store that was emptied by
accident would import every order again. Each problem with a file is a `DatabaseError`.

WAL is used only if the SQLite library does not have the WAL-reset bug
(https://sqlite.org/wal.html#walresetbug). Otherwise the rollback journal is used, which is safe
everywhere but slower.
"""

import os
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ordosync.clock import SLICE_S, Clock, StoppedError
from ordosync.database_file import check_file, check_folder
from ordosync.errors import DamagedError, DatabaseError

if TYPE_CHECKING:
    import sqlite3

    from sqlite_utils import Migrations

    from ordosync.sql import Connection, Cursor
else:
    try:
        import pysqlite3.dbapi2 as sqlite3
    except ImportError:
        import sqlite3

# Otherwise, pysqlite3 would look for an adapter of each NULL, the most frequent value.
sqlite3.register_adapter(type(None), lambda null: null)
BUSY_TIMEOUT_S = 30
SIDE_FILES = ("-wal", "-shm", "-journal")
"""Suffixes of the files that SQLite keeps with a database. They must move together with it."""
__all__ = [
    "SIDE_FILES",
    "connect",
    "execute_write",
    "open_database",
    "sqlite3",
    "to_database_error",
    "transaction",
    "wal_is_safe",
    "write_transaction",
]


def wal_is_safe(library: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """True if this version of SQLite has the fix of the WAL-reset bug, perhaps back-ported."""
    return library >= (3, 51, 3) or any(
        fixed <= library < (3, fixed[1] + 1, 0) for fixed in ((3, 44, 6), (3, 50, 7))
    )


def open_database(
    path: Path,
    *,
    application_id: int,
    migrations: "Callable[[], Migrations]",
    version: int,
    create: bool = True,
    readonly: bool = False,
    as_it_is: bool = False,
    clock: Clock | None = None,
) -> "sqlite3.Connection":
    """Open the file at `path`; create or migrate it if needed. Rows are `sqlite3.Row` objects.

    `version` is the `user_version` that the last of `migrations` sets. Without `create`, a missing
    file is an error. `readonly` creates nothing and changes only an older file: that is
    migrated, since it cannot be read otherwise. `as_it_is` leaves it older.
    The connection is in autocommit mode; changes belong into `transaction`. After `clock.stop` a
    locked file raises `StoppedError`.
    """
    try:
        if create and not readonly and not os.path.lexists(path):
            _make(path, application_id, migrations)
        is_wal = check_file(path)
        if path.with_name(f"{path.name}-journal").exists():
            _recover(path, clock)
            is_wal = False
        connection = connect(path, readonly=readonly, clock=clock, slices=not is_wal)
    except OSError as error:
        raise DatabaseError(path, f"{error}; check the folder and its permissions") from error
    except sqlite3.Error as error:
        raise to_database_error(path, error) from error
    try:
        _check_owner(connection, path, application_id)
        if _is_older(connection, path, version) and not as_it_is:
            _migrate(connection, path, migrations, readonly=readonly)
    except sqlite3.Error as error:
        connection.close()
        raise to_database_error(path, error) from error
    except (DatabaseError, StoppedError):
        connection.close()
        raise
    return connection


_writer_locks: dict[Path, threading.Lock] = {}
_writer_locks_lock = threading.Lock()


def _writer_lock(path: Path) -> threading.Lock:
    """Return the lock that threads of this process hold while they write to this file.

    SQLite polls a locked file with growing delays, so a thread could wait much too long.
    """
    with _writer_locks_lock:
        return _writer_locks.setdefault(path, threading.Lock())


@contextmanager
def transaction(connection: "Connection") -> Iterator[None]:
    """Run a write transaction under `BEGIN IMMEDIATE`; roll back on any exception.

    Without `IMMEDIATE`, a transaction that reads before it writes would fail at once, despite the
    busy timeout, if another process wrote in between.
    """
    execute_write(connection, "begin immediate")
    try:
        yield
        # Under a rollback journal, the commit waits while another process reads.
        connection.execute("commit")
    except BaseException:
        # When the disk is full, SQLite has rolled back by itself.
        if connection.in_transaction:
            connection.execute("rollback")
        raise


@contextmanager
def write_transaction(
    connection: "Connection", path: Path, *, durable: bool = True
) -> Iterator[None]:
    """Run a write transaction, one thread at a time. Raises `DatabaseError`.

    Unless it is `durable`, a power cut may undo it, and then all later ones, too.
    """
    # In other journal modes, the file itself could be damaged.
    is_relaxed = not durable and type(connection) is _FileConnection
    try:
        if is_relaxed:
            connection.execute("pragma synchronous = normal")
        with _writer_lock(path), transaction(connection):
            yield
    except sqlite3.Error as error:
        raise to_database_error(path, error) from error
    finally:
        if is_relaxed:
            connection.execute("pragma synchronous = full")


def to_database_error(path: object, error: Exception) -> DatabaseError:
    """Return an error whose message explains the SQLite error and the next action."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return DatabaseError(path, f"locked by another program for {BUSY_TIMEOUT_S} s; try again")
    if "full" in text:
        return DatabaseError(path, "the disk is full; free some space; no data is lost")
    if "readonly" in text or "read-only" in text:
        return DatabaseError(path, "is read-only; check its owner and permissions")
    if "unable to open" in text:
        return DatabaseError(path, f"{text}; check the folder and its permissions")
    if isinstance(error, sqlite3.OperationalError) and "no such" not in text:
        return DatabaseError(path, text)
    return DamagedError(path, f"damaged ({text}); restore it from a backup")


class _FileConnection(sqlite3.Connection):
    """A connection in WAL mode, where only `execute_write` waits for other writers.

    A read may wait for another process that recovers the file, and has the whole limit for it.
    """

    clock: Clock | None = None
    """Ends a wait for a locked file when it is stopped."""


class _JournalConnection(_FileConnection):
    """A connection under a rollback journal: a read waits for writers, too, in `execute`."""

    def execute(self, *args: Any) -> "sqlite3.Cursor":
        return _in_slices(partial(super().execute, *args), self.clock)


def execute_write(connection: "Connection", statement: str) -> "Cursor":
    """Execute a statement that takes the write lock; a stopped clock ends its wait."""
    # A rollback journal waits in `execute`; a database in memory is never locked.
    if isinstance(connection, _JournalConnection) or not isinstance(connection, _FileConnection):
        return connection.execute(statement)
    connection.execute(f"pragma busy_timeout = {SLICE_S * 1000:.0f}")
    try:
        return _in_slices(partial(connection.execute, statement), connection.clock)
    finally:
        connection.execute(f"pragma busy_timeout = {BUSY_TIMEOUT_S * 1000}")


def _in_slices(execute: "Callable[[], sqlite3.Cursor]", clock: Clock | None) -> "sqlite3.Cursor":
    """Wait for a locked file in slices, since no signal ends SQLite's own wait."""
    for left in reversed(range(max(int(BUSY_TIMEOUT_S / SLICE_S), 1))):
        try:
            return execute()
        except sqlite3.OperationalError as error:
            if not left or "database is locked" not in str(error):
                raise
        if clock:
            clock.check()
    raise AssertionError


def connect(
    path: Path, *, readonly: bool, clock: Clock | None = None, slices: bool = False
) -> "sqlite3.Connection":
    """Open a file. With `slices`, each statement that waits can be stopped, not only a begin."""
    connection: _FileConnection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={'ro' if readonly else 'rw'}",
        uri=True,
        timeout=SLICE_S if slices else BUSY_TIMEOUT_S,
        isolation_level=None,
        factory=_JournalConnection if slices else _FileConnection,
    )
    connection.clock = clock
    connection.row_factory = sqlite3.Row
    connection.execute("pragma synchronous = full")
    connection.execute("pragma foreign_keys = on")
    # Deleted personal data must not remain in the file.
    connection.execute("pragma secure_delete = on")
    return connection


def _recover(path: Path, clock: Clock | None) -> None:
    """Let SQLite roll back the journal of a crash. A read-only connection could not."""
    with closing(connect(path, readonly=False, clock=clock, slices=True)) as connection:
        connection.execute("select count(*) from sqlite_master")


def _make(path: Path, application_id: int, migrations: "Callable[[], Migrations]") -> None:
    check_folder(path)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        connection = connect(temporary, readonly=False)
        try:
            connection.execute(f"pragma application_id = {application_id:d}")
            _apply(connection, migrations)
            if wal_is_safe():
                connection.execute("pragma journal_mode = wal")
        finally:
            connection.close()
        # Another process may have created the file meanwhile, which is equivalent.
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _pragma(connection: "Connection", name: str) -> Any:
    return connection.execute(f"pragma {name}").fetchone()[0]


def _check_owner(connection: "sqlite3.Connection", path: Path, application_id: int) -> None:
    if _pragma(connection, "application_id") != application_id:
        raise DatabaseError(path, "was not created by ordosync for this purpose; use another file")


def _is_older(connection: "sqlite3.Connection", path: Path, version: int) -> bool:
    found: int = _pragma(connection, "user_version")
    if found > version:
        raise DatabaseError(path, f"is of a newer ordosync (version {found}); upgrade ordosync")
    return found < version


def _migrate(
    connection: "sqlite3.Connection",
    path: Path,
    migrations: "Callable[[], Migrations]",
    *,
    readonly: bool,
) -> None:
    """Migrate through a connection that may write."""
    if not readonly:
        _apply(connection, migrations)
        return
    with closing(connect(path, readonly=False)) as writing:
        _apply(writing, migrations)


def _apply(connection: "sqlite3.Connection", migrations: "Callable[[], Migrations]") -> None:
    """Migrate in one immediate transaction, since several processes may start at once."""
    from sqlite_utils import Database  # noqa: PLC0415 - slow to import

    with transaction(connection):
        migrations().apply(Database(connection))
