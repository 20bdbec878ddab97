"""Helpers that make steps and runs older."""

from contextlib import closing
from pathlib import Path

from tests.support.stores import opened


def age(folder: Path, statement: str) -> None:
    """Move timestamps into the past, which no command does."""
    with closing(opened(folder / "ordosync.db")) as db, db:
        db.execute(statement)
