"""The file of an embedded account, opened for one piece of work at a time.

Nothing is kept open in between: the copies that `paired` makes then share nothing, and there is
nothing to close. Opening takes about a millisecond, once a batch.
"""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ordosync.clock import Clock, StoppedError
from ordosync.database import open_database, sqlite3, to_database_error
from ordosync.embedded.migrations import APPLICATION_ID, VERSION, migrations
from ordosync.errors import DatabaseError, RefusedError, StoppedCallError, UnavailableError

_PASSING = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL}


@contextmanager
def opened(
    path: Path, *, account: str, action: str, create: bool = False, clock: Clock | None = None
) -> Iterator[sqlite3.Connection]:
    """Open the file; what is wrong with it, now or later, is told as the account's error.

    Without `create` a file that is not there yet reads as an empty one and is not made. The file
    is never opened read-only: what a crash has left in its journal must be put right first.
    A locked file is not waited for once the `clock` is stopped.
    """
    try:
        with closing(_connect(path, create=create, clock=clock)) as connection:
            yield connection
    except StoppedError as stopped:
        raise StoppedCallError(account, action) from stopped
    except (DatabaseError, sqlite3.Error) as error:
        told = error if isinstance(error, DatabaseError) else to_database_error(path, error)
        kind = UnavailableError if _may_pass(error) else RefusedError
        raise kind(account, action, str(told)) from error


@contextmanager
def savepoint(connection: sqlite3.Connection) -> Iterator[None]:
    """Undo what one item wrote, and only that, where the file does not take it.

    Any other error is to end the whole transaction, or has ended it already.
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


def _may_pass(error: Exception) -> bool:
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    # The low byte is the kind of error, the rest its particulars; errors of Python have neither.
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _PASSING
