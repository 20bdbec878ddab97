"""Steps and runs that are made older."""

import sqlite3
from contextlib import closing
from pathlib import Path


def age(folder: Path, statement: str) -> None:
    """Let something have been long ago, as nothing but time does."""
    with closing(sqlite3.connect(folder / "ordosync.db")) as db, db:
        db.execute(statement)
