"""The place of the store, and the files of this machine that belong to it.

A `StoreLocation` opens the store and begins its transactions. Nothing else knows which database it
is.
"""

import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ordosync.clock import Clock
from ordosync.database import open_database, sqlite3, wal_is_safe, write_transaction
from ordosync.database_copy import copy_database
from ordosync.database_file import check_folder
from ordosync.sql import Connection
from ordosync.store.machine import check_machine
from ordosync.store.version import APPLICATION_ID, VERSION, migrations_of

if TYPE_CHECKING:
    from ordosync.digest_key import DigestKey
    from ordosync.http.account_limits import AccountLimits
    from ordosync.store.checks import Check
    from ordosync.store.leases import Processes


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

    is_shared: ClassVar[bool] = False
    """True if several hosts can have the store in common."""

    @property
    def host(self) -> str | None:
        """The name of this host for the log; None if the store is on this machine."""
        return None

    def follow(self, clock: Clock) -> None:  # noqa: B027 - most clocks need nothing
        """Let a clock show the time by which the processes of all hosts work."""

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

    def write_guard(self) -> Callable[[], None]:
        """Return a check right before each write to an account, for a run that begins now.

        It raises `LeaseLostError` if another host may have taken over.
        """
        return lambda: None

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
        self,
        connection: Connection,
        *,
        portals: Collection[str],
        accounts: Collection[str],
        durable: bool,
    ) -> AbstractContextManager[None]:
        """Return a write transaction about these portals; about all if there are none.

        It changes what the portals of these accounts share.
        """

    @abstractmethod
    def processes(self, connection: Connection) -> "Processes":
        """Return the processes that may hold leases."""

    @abstractmethod
    def digest_key(self, connection: Connection) -> "DigestKey":
        """Return the key of the digests by which edits are noticed."""

    @abstractmethod
    def checks(self, connection: Connection) -> "Iterator[Check]":
        """Check the database, for `health -v` and `config check --online`."""

    def warnings(self) -> Sequence[str]:
        """Return warnings about the place, without a connection."""
        return ()

    @abstractmethod
    def keep_key(self, key: bytes, connection: Connection) -> None:
        """Use this key of the digests from now on."""

    @abstractmethod
    def copy_to(self, connection: Any, path: Path) -> None:
        """Copy a snapshot of the store and its key to new files. Raises `DatabaseError`."""


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
            return empty_store(path)
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
        accounts: Collection[str],  # noqa: ARG002 - see above
        durable: bool,
    ) -> AbstractContextManager[None]:
        """Return a write transaction; see `write_transaction`."""
        return write_transaction(connection, self.path, durable=durable)

    def processes(self, connection: Connection) -> "Processes":  # noqa: ARG002
        """Return the processes of this machine."""
        from ordosync.store.leases import LocalProcesses  # noqa: PLC0415

        return LocalProcesses()

    def digest_key(self, connection: Connection) -> "DigestKey":  # noqa: ARG002
        """Return the key in the file beside the store."""
        from ordosync.digest_key import DigestKey  # noqa: PLC0415

        return DigestKey(self.key_file)

    def checks(self, connection: Connection) -> "Iterator[Check]":
        """Check that this SQLite cannot damage the file."""
        from ordosync.store.checks import Check  # noqa: PLC0415

        journal = connection.execute("pragma journal_mode").fetchone()[0]
        text = f"SQLite {sqlite3.sqlite_version}, journal {journal}"
        if journal == "wal" and not wal_is_safe():
            text += ": this SQLite can damage a WAL file; install pysqlite3"
            yield Check(name="sqlite", state="trouble", text=text)
            return
        if not wal_is_safe():
            text += ", since this SQLite can damage a WAL file"
        yield Check(name="sqlite", state="ok", text=text)

    def keep_key(self, key: bytes, connection: Connection) -> None:  # noqa: ARG002
        """Write the key to the file beside the store."""
        from ordosync.atomic_write import replace_file  # noqa: PLC0415

        replace_file(self.key_file, key, mode=0o600)

    def copy_to(self, connection: "sqlite3.Connection", path: Path) -> None:
        """Copy a snapshot of the file, and the key beside it; see `copy_database`."""
        copy_database(connection, path)
        if self.key_file.is_file():
            shutil.copy(self.key_file, SqliteFile(path).key_file)


def empty_store(path: Path) -> "sqlite3.Connection":
    """Return an empty store in memory, for reading where there is no store."""
    from sqlite_utils import Database  # noqa: PLC0415 - a third of a command's start-up

    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    migrations_of(path).apply(Database(connection))
    return connection
