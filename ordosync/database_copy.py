"""Copies of databases, while other processes may write."""

import os
from pathlib import Path

from ordosync.database import connect, sqlite3, to_database_error
from ordosync.errors import DatabaseError


def copy_database(source: "sqlite3.Connection", path: Path) -> None:
    """Copy a consistent snapshot of `source` to a new file, while other processes may write.

    The copy is a single file that only its owner can read. Raises `DatabaseError`; an incomplete
    copy then stays.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        target = connect(path, readonly=False)
        try:
            source.backup(target)
            # In WAL mode, even a reader would write files next to the copy.
            target.execute("pragma journal_mode = delete")
        finally:
            target.close()
    except OSError as error:
        raise DatabaseError(path, f"{error}; check the folder and its permissions") from error
    except sqlite3.Error as error:
        raise to_database_error(path, error) from error
