"""The place of the store, and the files of this machine that belong to it.

A `StoreLocation` opens the store and begins its transactions. Nothing else knows which database it
is.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ordosync.clock import Clock
from ordosync.database import open_database, sqlite3, write_transaction
from ordosync.database_copy import copy_database
from ordosync.database_file import check_folder
from ordosync.sql import Connection
from ordosync.store.machine import check_machine
from ordosync.store.version import APPLICATION_ID, VERSION, migrations_of

if TYPE_CHECKING:
    from ordosync.http.account_limits import AccountLimits


@dataclass(frozen=True)
class StoreLocation(ABC):
    """The place of one store."""

    path: Path
    """The SQLite file. Files of this machine have its name and a suffix, in its folder."""

    @property
    def folder(self) -> Path:
        """The folder with the files of this machine."""
        return self.path.parent

    @property
    def spool(self) -> Path:
        """The folder with copies of records that open steps need."""
        return self._beside(".spool")

    @property
    def places(self) -> Path:
        """The folder with mirrors and outboxes of remote places."""
        return self._beside(".places")

    @property
    def key_file(self) -> Path:
        """The file with the key of the digests."""
        return self._beside(".key")

    @property
    def reported_problems(self) -> Path:
        """The file with the problems of the store that were reported today."""
        return self._beside(".told")

    def account_limits(
        self,
        clock: Clock,  # noqa: ARG002
        shared: Collection[str],  # noqa: ARG002
    ) -> "AccountLimits | None":
        """Return the limits of `shared` accounts that hosts have in common.

        None if all processes are on this machine: then each counts its own requests.
        """
        return None

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(f"{self.path.name}{suffix}")

    @abstractmethod
    def exists(self) -> bool:
        """True if there is a store."""

    @abstractmethod
    def problem(self) -> str | None:
        """Return the reason why this user cannot write the store; None if there is none."""

    @abstractmethod
    def open(self, *, readonly: bool, clock: Clock | None) -> Connection:
        """Open the store; create or migrate it if needed. Raises `DatabaseError`."""

    @abstractmethod
    def transaction(
        self, connection: Connection, *, portals: Collection[str], durable: bool
    ) -> AbstractContextManager[None]:
        """Return a write transaction about these portals; about all if there are none."""

    @abstractmethod
    def copy_to(self, connection: Any, path: Path) -> None:
        """Copy a snapshot of the store to a new SQLite file. Raises `DatabaseError`."""


@dataclass(frozen=True)
class SqliteFile(StoreLocation):
    """A store in one SQLite file, which all processes of one machine share."""

    def __str__(self) -> str:
        return str(self.path)

    def exists(self) -> bool:
        """True if the file exists."""
        return self.path.exists()

    def problem(self) -> str | None:
        """Return the reason why this user cannot write the file; None if there is none."""
        if self.exists() and not os.access(self.path, os.W_OK):
            return f"{self.path} cannot be written by this user"
        return None

    def open(self, *, readonly: bool, clock: Clock | None) -> "sqlite3.Connection":
        """Open the file; without a file, a read-only store is empty and in memory."""
        path = self.path
        if readonly and not path.exists() and not path.is_symlink():
            if not path.parent.is_dir():
                check_folder(path)
            return _in_memory(path)
        connection = open_database(
            path,
            application_id=APPLICATION_ID,
            migrations=partial(migrations_of, path),
            version=VERSION,
            readonly=readonly,
            clock=clock,
        )
        try:
            check_machine(connection, path, readonly=readonly)
        except BaseException:
            connection.close()
            raise
        return connection

    def transaction(
        self,
        connection: Connection,
        *,
        portals: Collection[str],  # noqa: ARG002 - SQLite locks the whole file in any case
        durable: bool,
    ) -> AbstractContextManager[None]:
        """Return a write transaction; see `write_transaction`."""
        return write_transaction(connection, self.path, durable=durable)

    def copy_to(self, connection: "sqlite3.Connection", path: Path) -> None:
        """Copy a snapshot of the file; see `copy_database`."""
        copy_database(connection, path)


def _in_memory(path: Path) -> "sqlite3.Connection":
    from sqlite_utils import Database  # noqa: PLC0415 - a third of a command's start-up

    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    migrations_of(path).apply(Database(connection))
    return connection
