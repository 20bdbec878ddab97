"""Files of one machine, where several hosts share a store: local accounts, and the spool."""

import re
from dataclasses import replace
from pathlib import Path

from ordosync.accounts import is_local
from ordosync.config.converters import quoted
from ordosync.config.reader import Place, Reader
from ordosync.idle import DATABASE
from ordosync.store.location import StoreLocation

HOST = "host"
SPOOL = "spool"
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,253}")


def read_host(
    reader: Reader,
    kind: str,
    place: Place,
    entries: dict[str, Place],
    database: StoreLocation | None,
) -> str | None:
    """Remove the host of an account from `entries` and read it. None if it has none.

    A store of one machine needs no host. `database` is None if it has a problem.
    """
    if not is_local(kind):
        return None
    entry = entries.pop(HOST, None)
    if entry is not None:
        host: str | None = reader.scalar(entry, _to_host)
        return host
    if database and database.is_shared:
        why = f"a {kind} account consists of files of one machine; name it: `host: w1`"
        reader.problem(place, why)
    return None


def with_spool(
    reader: Reader, entries: dict[str, Place], database: StoreLocation | None
) -> StoreLocation | None:
    """Return the place of the store, with the folder that `spool` names for files of the host."""
    if SPOOL not in entries or database is None:
        return database
    if not database.is_shared:
        why = "is for a `database: postgresql://...`; without one, the spool is beside the store"
        reader.problem(entries[SPOOL], why)
        return database
    folder: Path | None = reader.value(Path, entries[SPOOL])
    return replace(database, path=folder / DATABASE) if folder else None


def _to_host(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not the name of a host, as `hostname` prints it")
    return text
