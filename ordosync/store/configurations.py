"""Configurations that hosts have used, so that a host with an older one is noticed.

Each call by cron follows the file that it reads. Two hosts with different files would otherwise
undo each other's changes for as long as both run.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from ordosync.sql import Connection

_KEY = "configs"
"""Row of the table `meta`."""
_MOST = 20


class UsedConfiguration(Struct, frozen=True, kw_only=True):
    """A configuration, and its first use."""

    content: str
    """Digest of the file and of the CSV files that it names, without the version of ordosync."""
    host: str
    at: datetime


class Configurations:
    """The row `configs` of the table `meta`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def used(self) -> Sequence[UsedConfiguration]:
        """Return the last ones, the current one last."""
        row = self._db.execute("select value from meta where key = ?", (_KEY,)).fetchone()
        return msgspec.json.decode(row["value"], type=list[UsedConfiguration]) if row else []

    def use(self, configuration: UsedConfiguration) -> None:
        """Make this the current one, in a transaction."""
        others = [used for used in self.used() if used.content != configuration.content]
        value = msgspec.json.encode([*others[1 - _MOST :], configuration]).decode()
        self._db.execute(
            "insert into meta (key, value) values (?, ?)"
            " on conflict (key) do update set value = excluded.value",
            (_KEY, value),
        )
