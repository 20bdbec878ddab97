"""The file of a local account, opened for one operation at a time.

The file is closed in between, so that its users share nothing and have nothing to close. A command
that reads it several times keeps it open. So does a run: to open and to close the file for each
batch would take as long as a tenth of the work, and SQLite copies its log at each close.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import TypeVar

from ordosync.clock import Clock, StoppedError
from ordosync.database import open_database, sqlite3, to_database_error, write_transaction
from ordosync.embedded.migrations import APPLICATION_ID, VERSION, migrations
from ordosync.errors import DatabaseError, RefusedError, StoppedCallError, UnavailableError
from ordosync.failpoints import fault
from ordosync.models import Outcome

Item = TypeVar("Item")
_Identity = tuple[int, int]

_TEMPORARY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL}


class EmbeddedFile:
    """The file of one account. Errors of the file are raised as errors of the account."""

    def __init__(self, *, name: str, path: Path, clock: Clock | None = None) -> None:
        self.name = name
        self.path = path
        self._clock = clock
        """After this clock is stopped, an operation does not wait for a locked file."""
        self._kept: sqlite3.Connection | None = None
        """The connection of all that is read; None: each operation has its own."""
        self._shared: sqlite3.Connection | None = None
        """The connection of a transaction that takes in all writes."""
        self._is_kept = False
        self.before_write: Callable[[], None] = lambda: None
        """Called in each transaction that writes, before it writes. It can refuse that."""
        self._idle: list[tuple[_Identity, sqlite3.Connection]] = []
        """The connections that wait for the next operation, with the files that they are of."""

    @property
    def exists(self) -> bool:
        """True if the file exists: the desk or a task has written to it."""
        return os.path.lexists(self.path)

    def reading(self, action: str) -> AbstractContextManager[sqlite3.Connection]:
        """Open the file for one operation. A file that does not exist yet reads as empty."""
        return nullcontext(self._kept) if self._kept else self._opened(action, create=False)

    def keep(self) -> None:
        """Keep the file open after each operation, by one thread, until `close`."""
        self._is_kept = True

    def close(self) -> None:
        """Close what was kept open. Idempotent."""
        while self._idle:
            self._idle.pop()[1].close()

    @contextmanager
    def kept_open(self, action: str) -> Iterator[None]:
        """Open the file once for all that is read within this context, by one thread."""
        with self.reading(action) as db:
            before, self._kept = self._kept, db
            try:
                yield
            finally:
                self._kept = before

    @contextmanager
    def in_one_transaction(self, action: str) -> Iterator[None]:
        """Read and write all within this context in one transaction, by one thread.

        Otherwise a command that changes thousands of orders would wait for the disk each time.
        """
        with self.writing(action) as db:
            before, self._kept, self._shared = self._kept, db, db
            try:
                yield
            finally:
                self._kept, self._shared = before, None

    @contextmanager
    def writing(self, action: str) -> Iterator[sqlite3.Connection]:
        """Open the file for one transaction; create it if necessary."""
        if self._shared:
            yield self._shared
            return
        with self._opened(action, create=True) as db:
            with write_transaction(db, self.path):
                self.before_write()
                yield db
                fault("account-before-commit")
            fault("account-after-commit")

    def write_each(
        self,
        action: str,
        items: Sequence[Item],
        write: Callable[[sqlite3.Connection, Item], Outcome],
    ) -> list[Outcome]:
        """Write a batch in one transaction and return one outcome per item."""
        with self.writing(action) as db:
            return [write_one(db, item, write) for item in items]

    @contextmanager
    def _opened(self, action: str, *, create: bool) -> Iterator[sqlite3.Connection]:
        """Open the file; without `create`, a missing file is an empty database in memory.

        The file is never opened read-only: the journal of a crashed write must be rolled back.
        """
        account = f"account {self.name}"
        try:
            identity = _identity(self.path)
            connection = self._take(identity)
            connection = connection or _connect(self.path, create=create, clock=self._clock)
            with ExitStack() as stack:
                stack.callback(connection.close)
                yield connection
                # A file that was created or replaced meanwhile is opened again.
                if self._is_kept and identity and identity == _identity(self.path):
                    stack.pop_all()
                    self._idle.append((identity, connection))
        except StoppedError as stopped:
            raise StoppedCallError(account, action) from stopped
        except (DatabaseError, sqlite3.Error) as error:
            is_converted = isinstance(error, DatabaseError)
            cause = error if is_converted else to_database_error(self.path, error)
            kind = UnavailableError if _is_temporary(error) else RefusedError
            raise kind(account, action, str(cause)) from error

    def _take(self, identity: _Identity | None) -> sqlite3.Connection | None:
        """Return a connection of this file that was kept; close those of others."""
        while self._idle:
            before, connection = self._idle.pop()
            if before == identity:
                return connection
            connection.close()
        return None


def write_one(
    db: sqlite3.Connection, item: Item, write: Callable[[sqlite3.Connection, Item], Outcome]
) -> Outcome:
    """Write one item of a batch; return `refused` if the file does not accept it."""
    try:
        with savepoint(db):
            return write(db, item)
    except (sqlite3.IntegrityError, sqlite3.DataError) as error:
        return Outcome(state="refused", code="invalid", reason=str(error))


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Read all within this context as it is at one moment."""
    connection.execute("savepoint reading")
    try:
        yield
    finally:
        connection.execute("release reading")


@contextmanager
def savepoint(connection: sqlite3.Connection) -> Iterator[None]:
    """Roll back the writes of one item, and only those, if the file does not accept it.

    Any other error ends the whole transaction.
    """
    connection.execute("savepoint item")
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.DataError):
        connection.execute("rollback to item")
        connection.execute("release item")
        raise
    connection.execute("release item")


def _connect(path: Path, *, create: bool, clock: Clock | None) -> sqlite3.Connection:
    if create or os.path.lexists(path):
        return open_database(
            path,
            application_id=APPLICATION_ID,
            migrations=migrations,
            version=VERSION,
            create=create,
            clock=clock,
        )
    from sqlite_utils import Database  # noqa: PLC0415 - a third of a command's start-up

    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    migrations().apply(Database(connection))
    return connection


def _identity(path: Path) -> _Identity | None:
    """Return what tells a file from another one of the same name; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _is_temporary(error: Exception) -> bool:
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    # The low byte is the kind of the error; other bytes are details. Python errors have no code.
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _TEMPORARY
