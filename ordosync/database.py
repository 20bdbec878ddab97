"""One way to open a SQLite file of ours: the store, and each embedded account.

A file is made whole under another name and then linked into place, so that nobody ever sees it
half made, and an empty file is never taken for a new one: a store that was emptied by accident
would import every order again. Everything that makes a file unusable is one `DatabaseError`.

WAL is used only with a library that is free of the WAL-reset bug (https://sqlite.org/wal.html#walresetbug),
else the rollback journal, which is safe everywhere and slower.
"""

import os
import stat
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ordosync.clock import SLICE_S, Clock, StoppedError
from ordosync.errors import DamagedError, DatabaseError
from ordosync.trust import doubt

if TYPE_CHECKING:
    import sqlite3

    from sqlite_utils import Migrations
else:
    try:
        import pysqlite3.dbapi2 as sqlite3
    except ImportError:
        import sqlite3

BUSY_TIMEOUT_S = 30
SIDE_FILES = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file, and would take for that of another one of the same name."""
__all__ = [
    "SIDE_FILES",
    "check_folder",
    "copy_database",
    "open_database",
    "sqlite3",
    "to_database_error",
    "transaction",
    "wal_is_safe",
    "writer_lock",
]

_HEADER = b"SQLite format 3\x00"


def wal_is_safe(library: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether this version of SQLite has the fix of the WAL-reset bug, itself or back-ported."""
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
    """Open the file at `path`, made or migrated where needed; rows come as `sqlite3.Row`.

    `version` is the `user_version` that the last of `migrations` sets. Without `create` a missing
    file is an error. `readonly` neither makes nor migrates; an older file is then an error, unless
    it is wanted `as_it_is`.
    The connection is in autocommit mode: changes go through `transaction`. Whatever waits for a
    locked file raises `StoppedError` once the `clock` is stopped.
    """
    try:
        if create and not readonly and not os.path.lexists(path):
            _make(path, application_id, migrations)
        _check_file(path)
        if path.with_name(f"{path.name}-journal").exists():
            _recover(path, clock)
        connection = _connect(path, readonly=readonly, clock=clock)
    except OSError as error:
        raise DatabaseError(path, f"{error}; check the folder and its permissions") from error
    except sqlite3.Error as error:
        raise to_database_error(path, error) from error
    try:
        _check_owner(connection, path, application_id)
        _check_version(connection, path, version)
        if not as_it_is:
            _migrate(connection, path, migrations, version, readonly=readonly)
    except sqlite3.Error as error:
        connection.close()
        raise to_database_error(path, error) from error
    except (DatabaseError, StoppedError):
        connection.close()
        raise
    return connection


def copy_database(source: "sqlite3.Connection", path: Path) -> None:
    """Copy all that is in `source` at one moment to a new file, while others write to it.

    The copy is one file, to be read by its owner alone. Raises `DatabaseError`, and leaves then
    what there is of the copy.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        target = _connect(path, readonly=False)
        try:
            source.backup(target)
            target.execute("pragma journal_mode = delete")  # else it could not be read in peace
        finally:
            target.close()
    except OSError as error:
        raise DatabaseError(path, f"{error}; check the folder and its permissions") from error
    except sqlite3.Error as error:
        raise to_database_error(path, error) from error


def check_folder(path: Path) -> None:
    """Refuse a folder in which everybody may replace a file. Raises `DatabaseError`."""
    if not path.parent.is_dir():
        raise DatabaseError(path, f"the folder {path.parent} does not exist; make it first")
    if why := doubt(str(path.parent)):
        raise DatabaseError(path, why)


_writer_locks: dict[Path, threading.Lock] = {}
_writer_locks_lock = threading.Lock()


def writer_lock(path: Path) -> threading.Lock:
    """Return what threads of this process hold while they write to one file.

    SQLite alone lets whoever finds it locked sleep, ever longer, and perhaps miss its turn again.
    """
    with _writer_locks_lock:
        return _writer_locks.setdefault(path, threading.Lock())


@contextmanager
def transaction(connection: "sqlite3.Connection") -> Iterator["sqlite3.Connection"]:
    """Write under `BEGIN IMMEDIATE`: all of it or, on any exception, nothing.

    Immediate, because a transaction that reads before it writes would otherwise fail at once,
    whatever the busy timeout, when another process has written in between.
    """
    connection.execute("begin immediate")
    try:
        yield connection
        connection.execute("commit")  # fails, too, while somebody reads under a rollback journal
    except BaseException:
        if connection.in_transaction:  # SQLite has rolled back by itself when the disk is full
            connection.execute("rollback")
        raise


def to_database_error(path: object, error: Exception) -> DatabaseError:
    """Say in one line what SQLite's error means for whoever runs this, and what to do."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return DatabaseError(path, f"locked by another program for {BUSY_TIMEOUT_S} s; try again")
    if "full" in text:
        return DatabaseError(path, "the disk is full; nothing is lost, free some space")
    if "readonly" in text or "read-only" in text:
        return DatabaseError(path, "cannot be written; check owner and permissions")
    if "unable to open" in text:
        return DatabaseError(path, f"{text}; check the folder and its permissions")
    if isinstance(error, sqlite3.OperationalError) and "no such" not in text:
        return DatabaseError(path, text)
    return DamagedError(path, f"damaged ({text}); restore it from a backup")


class _Connection(sqlite3.Connection):
    """Waits for a locked file in slices, since a signal does not end SQLite's own wait."""

    clock: Clock | None = None

    def execute(self, *words: Any) -> "sqlite3.Cursor":
        for _ in range(int(BUSY_TIMEOUT_S / SLICE_S) - 1):
            try:
                return super().execute(*words)
            except sqlite3.OperationalError as error:
                if "database is locked" not in str(error):
                    raise
                if self.clock:
                    self.clock.check()
        return super().execute(*words)


def _connect(path: Path, *, readonly: bool, clock: Clock | None = None) -> "sqlite3.Connection":
    connection: _Connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={'ro' if readonly else 'rw'}",
        uri=True,
        timeout=SLICE_S,
        isolation_level=None,
        factory=_Connection,
    )
    connection.clock = clock
    connection.row_factory = sqlite3.Row
    connection.execute("pragma foreign_keys = on")
    connection.execute("pragma synchronous = full")
    connection.execute("pragma secure_delete = on")  # what is deleted is not to be found again
    return connection


def _recover(path: Path, clock: Clock | None) -> None:
    """Let SQLite put right what a crash left half written, which a read-only opening cannot."""
    with closing(_connect(path, readonly=False, clock=clock)) as connection:
        connection.execute("select count(*) from sqlite_master")


def _make(path: Path, application_id: int, migrations: "Callable[[], Migrations]") -> None:
    check_folder(path)
    half_made = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        os.close(os.open(half_made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        connection = _connect(half_made, readonly=False)
        try:
            connection.execute(f"pragma application_id = {application_id:d}")
            _apply(connection, migrations)
            if wal_is_safe():
                connection.execute("pragma journal_mode = wal")
        finally:
            connection.close()
        with _ignored(FileExistsError):  # another process was faster, and its file is as good
            os.link(half_made, path)
    finally:
        half_made.unlink(missing_ok=True)


@contextmanager
def _ignored(error: type[Exception]) -> Iterator[None]:
    try:
        yield
    except error:
        return


def _check_file(path: Path) -> None:
    if path.is_symlink():
        raise DatabaseError(path, "is a symbolic link; name the file itself")
    if not path.exists():
        raise DatabaseError(path, "does not exist")
    if not path.is_file():
        raise DatabaseError(path, "is not a file")
    check_folder(path)
    if path.stat().st_mode & stat.S_IRWXO:
        raise DatabaseError(path, "others may read or write it; chmod o-rwx it first")
    with path.open("rb") as file:
        header = file.read(100)
    if not header:
        raise DamagedError(path, "is empty; restore it from a backup, or remove it to start anew")
    if not header.startswith(_HEADER):
        raise DamagedError(path, "is not a SQLite file; restore it from a backup")
    page_size = int.from_bytes(header[16:18]) if header[16:18] != b"\x00\x01" else 65536
    pages = int.from_bytes(header[28:32])
    wal = path.with_name(f"{path.name}-wal")
    if path.stat().st_size < page_size * pages and not wal.exists():
        raise DamagedError(path, "has been cut short; restore it from a backup")


def _pragma(connection: "sqlite3.Connection", name: str) -> Any:
    return connection.execute(f"pragma {name}").fetchone()[0]


def _check_owner(connection: "sqlite3.Connection", path: Path, application_id: int) -> None:
    if _pragma(connection, "application_id") != application_id:
        raise DatabaseError(path, "was not made by ordosync for this purpose; name another file")


def _check_version(connection: "sqlite3.Connection", path: Path, version: int) -> None:
    found = _pragma(connection, "user_version")
    if found > version:
        raise DatabaseError(path, f"is of a newer ordosync (version {found}); upgrade this one")


def _migrate(
    connection: "sqlite3.Connection",
    path: Path,
    migrations: "Callable[[], Migrations]",
    version: int,
    *,
    readonly: bool,
) -> None:
    if _pragma(connection, "user_version") < version:
        if readonly:
            raise DatabaseError(path, "is of an older ordosync; run any command that writes first")
        _apply(connection, migrations)


def _apply(connection: "sqlite3.Connection", migrations: "Callable[[], Migrations]") -> None:
    """Migrate under one immediate transaction: several processes may start at once."""
    from sqlite_utils import Database  # noqa: PLC0415 - a third of a command's start-up

    with transaction(connection):
        migrations().apply(Database(connection))
