"""Binds a store to one machine, since leases check which processes of that machine are alive."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from ordosync.database import sqlite3, to_database_error
from ordosync.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Sequence

MACHINE_KEY = "machine"
NAMELESS = "nameless"
"""Id of all machines and containers that have none."""
_PLACES: "Sequence[str]" = ("/etc/machine-id", "/var/lib/dbus/machine-id")


def this_machine() -> str:
    """Return a digest of the id of this machine; the id itself is confidential."""
    for place in _PLACES:
        try:
            found = Path(place).read_text("ascii").strip()
        except (OSError, ValueError):
            continue
        if found and found != "uninitialized":
            return hashlib.sha256(f"ordosync:{found}".encode()).hexdigest()[:32]
    return NAMELESS


def machine_of(connection: "sqlite3.Connection") -> str | None:
    """Return the machine that uses a store; None if it was not noted yet."""
    row = connection.execute("select value from meta where key = ?", (MACHINE_KEY,)).fetchone()
    return row["value"] if row else None


def check_machine(connection: "sqlite3.Connection", path: Path, *, readonly: bool) -> None:
    """Raise `DatabaseError` for the store of another machine; bind a new store to this one."""
    try:
        found = machine_of(connection)
        if found is None and not readonly:
            connection.execute(
                "insert into meta (key, value) values (?, ?) on conflict do nothing",
                (MACHINE_KEY, this_machine()),
            )
            found = machine_of(connection)
    except sqlite3.Error as error:
        raise to_database_error(path, error) from error
    if found not in (None, this_machine()):
        raise DatabaseError(
            path,
            "is in use on another machine; if it was moved here for good, and nothing runs there"
            " any more: `ordosync restore --moved`",
        )
