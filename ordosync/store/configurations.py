"""Configurations that hosts have used, so that a host with an older one is noticed.

Each call by cron follows the file that it reads. Two hosts with different files would otherwise
undo each other's changes for as long as both run.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from ordosync.sql import Connection
from ordosync.store.meta import set_value, value_of

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
        value = value_of(self._db, _KEY)
        return msgspec.json.decode(value, type=list[UsedConfiguration]) if value else []

    def use(self, configuration: UsedConfiguration) -> None:
        """Make this the current one, in a transaction."""
        others = [used for used in self.used() if used.content != configuration.content]
        value = msgspec.json.encode([*others[1 - _MOST :], configuration]).decode()
        set_value(self._db, _KEY, value)
