"""Helpers that make steps and runs older."""

import sqlite3
from contextlib import closing
from pathlib import Path


def age(folder: Path, statement: str) -> None:
    """Move timestamps into the past, which no command does."""
    with closing(sqlite3.connect(folder / "ordosync.db")) as db, db:
        db.execute(statement)
