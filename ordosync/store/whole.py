"""A store as a whole: copies of it, its move to another database, and marks after a restore."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ordosync.clock import to_text
from ordosync.database import transaction
from ordosync.idle import CONFIG_KEY
from ordosync.sql import Connection
from ordosync.store.copying import MOVED_KEY, Rows, copy_rows
from ordosync.store.leases import MOVED, Leases
from ordosync.store.location import SqliteFile, StoreLocation

if TYPE_CHECKING:
    from ordosync.database import sqlite3

_MOST_FENCES = 1_000_000
"""A lease was not claimed more often than this since a backup."""


class WholeStore:
    """All tables of one store. Call methods that change it in a transaction."""

    def __init__(self, connection: Connection, location: StoreLocation, leases: Leases) -> None:
        self._db = connection
        self._location = location
        self._leases = leases

    @property
    def is_empty(self) -> bool:
        """True if nothing was ever recorded."""
        return all(
            self._db.execute(f"select 1 from {table} limit 1").fetchone() is None  # noqa: S608
            for table in ("runs", "steps", "links", "schedule")
        )

    def take_over(self, old: Self) -> Mapping[str, Rows]:
        """Copy all rows of another store; no process of that owns a lease or a step here."""
        copied = copy_rows(old._db, self._db)
        self._db.execute(
            "update leases set owner = null, until = null, until_boot_s = null, fence = fence + 1"
        )
        # The clocks of two databases do not count from the same time.
        self._db.execute("update steps set sent_boot_s = null where sent_boot_s is not null")
        return copied

    def keep_key(self, key: bytes) -> None:
        """Use this key of the digests from now on."""
        self._location.keep_key(key, self._db)

    def end_use(self, place: str, leases: Sequence[tuple[str, str]], *, now: datetime) -> None:
        """Note that the store was moved. These leases are held from now on."""
        self._leases.hold(leases)
        # No call by cron finds it idle any more.
        self._db.execute("delete from meta where key in (?, ?)", (CONFIG_KEY, MOVED_KEY))
        self._db.execute(
            "insert into meta (key, value) values (?, ?)", (MOVED_KEY, f"{place} at {to_text(now)}")
        )

    def use_again(self) -> None:
        """Note that the store is used again."""
        self._db.execute("delete from meta where key = ?", (MOVED_KEY,))
        self._db.execute(
            "update leases set owner = null, until = null, fence = fence + 1 where owner = ?",
            (MOVED,),
        )

    def mark_restored(self, *, now: datetime) -> None:
        """Mark it as restored, after another program has restored it."""
        from ordosync.store.restored import mark_restored  # noqa: PLC0415 - few commands need it

        mark_restored(self._db, now=now, fence=_MOST_FENCES)

    def copy_to(self, path: Path) -> None:
        """Copy the store and its key to new files, without the leases of running processes."""
        self._location.copy_to(self._db, path)
        copy: sqlite3.Connection = SqliteFile(path).open(readonly=False, clock=None)
        try:
            with transaction(copy):
                copy.execute("delete from leases")
        finally:
            copy.close()
