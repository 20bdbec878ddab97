"""Does once in a process what each command repeats with the same result.

A user starts a process for each command, but those of the tests share one. The commands that a test
starts as processes do all of it, and so does everything with `pytest --sockets`.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache, lru_cache, partial
from threading import Lock
from typing import Any
from unittest.mock import patch

from ordosync import database
from ordosync.cli import commands
from ordosync.config.yaml_file import compose
from ordosync.database import sqlite3

_migrate = database._apply


@contextmanager
def repeated_work_once() -> Iterator[None]:
    """Build each command once, parse each configuration once, and migrate one new file."""
    with (
        _NewDatabases() as databases,
        patch.object(commands, "load", cache(commands.load)),
        patch("ordosync.config.compose", lru_cache(100)(compose)),
        patch.object(database, "_apply", databases.apply),
    ):
        yield


class _NewDatabases(ExitStack):
    """Keeps the content of a new database, and copies it to those that are created later."""

    def __init__(self) -> None:
        super().__init__()
        self._contents: dict[Callable[[], Any], sqlite3.Connection] = {}
        self._lock = Lock()

    def apply(self, db: sqlite3.Connection, migrations: Callable[[], Any]) -> None:
        """Migrate a database; this replaces the function of `ordosync.database`."""
        if db.execute("select count(*) from sqlite_master").fetchone()[0]:
            _migrate(db, migrations)
            return
        # Those of the store also have its path, which a new file does not need.
        kind = migrations.func if isinstance(migrations, partial) else migrations
        with self._lock:
            if kind in self._contents:
                self._contents[kind].backup(db)
                return
            _migrate(db, migrations)
            content = sqlite3.connect(":memory:", check_same_thread=False)
            self._contents[kind] = self.enter_context(closing(content))
            db.backup(content)
