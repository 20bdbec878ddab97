"""Binds a store to one machine, since leases check which processes of that machine are alive."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from ordosync.database import sqlite3, to_database_error
from ordosync.errors import DatabaseError
from ordosync.store.meta import value_of

if TYPE_CHECKING:
    from collections.abc import Sequence

MACHINE_KEY = "machine"
NAMELESS = "nameless"
"""Id of all machines and containers that have none."""
_ID_FILES: "Sequence[str]" = ("/etc/machine-id", "/var/lib/dbus/machine-id")


def this_machine() -> str:
    """Return a digest of the id of this machine; the id itself is confidential."""
    for path in _ID_FILES:
        try:
            machine_id = Path(path).read_text("ascii").strip()
        except (OSError, ValueError):
            continue
        if machine_id and machine_id != "uninitialized":
            return hashlib.sha256(f"ordosync:{machine_id}".encode()).hexdigest()[:32]
    return NAMELESS


def machine_of(connection: "sqlite3.Connection") -> str | None:
    """Return the machine that uses a store; None if it was not noted yet."""
    return value_of(connection, MACHINE_KEY)


def check_machine(connection: "sqlite3.Connection", path: Path, *, readonly: bool) -> None:
    """Raise `DatabaseError` for the store of another machine; bind a new store to this one."""
    try:
        machine = machine_of(connection)
        if machine is None and not readonly:
            connection.execute(
                "insert into meta (key, value) values (?, ?) on conflict do nothing",
                (MACHINE_KEY, this_machine()),
            )
            machine = machine_of(connection)
    except sqlite3.Error as error:
        raise to_database_error(path, error) from error
    if machine not in (None, this_machine()):
        raise DatabaseError(
            path,
            "is in use on another machine; if it was moved to this one and nothing runs on the old"
            " one any more, run `ordosync restore --moved`",
        )
