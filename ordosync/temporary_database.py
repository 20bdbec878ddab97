"""Databases of one run: private files without a name, so that memory stays flat.

Some builds of SQLite keep an unnamed database, `connect("")`, in memory, however large it is.
"""

import os
from pathlib import Path

from ordosync.database import sqlite3

_PRAGMAS = (
    "locking_mode = exclusive",
    "journal_mode = off",
    "synchronous = off",
    # In KiB, half of the default: it is one of three files that are open at once.
    "cache_size = -1000",
)


def temporary_database() -> "sqlite3.Connection":
    """Return a new database that is gone when it is closed, or when the process ends.

    It has no journal: a `rollback` would leave it in pieces.
    """
    from tempfile import mkstemp  # noqa: PLC0415 - slow to import, and idle runs read nothing

    descriptor, path = mkstemp(prefix="ordosync-", suffix=".db")
    os.close(descriptor)
    try:
        db = sqlite3.connect(path, isolation_level=None)
        for pragma in _PRAGMAS:
            db.execute(f"pragma {pragma}")
        # SQLite has the file open now.
        db.execute("create table opened (id integer)")
        db.execute("drop table opened")
    finally:
        Path(path).unlink()
    return db
