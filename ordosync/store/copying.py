"""Copies all rows of a store to another one, of either database, and compares both.

Ids stay the same. The digests of all rows, table by table in the order of their keys, must be equal
at the end. What belongs to one database only is left out, such as the machine of a SQLite file.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from msgspec import Struct

from ordosync.errors import DatabaseError

KEYS: Mapping[str, str] = {
    "meta": "key",
    "schedule": "portal, task",
    "leases": "portal, resource",
    "runs": "id",
    "steps": "id",
    "past_writes": "run_id, key",
    "links": "portal, kind, merchant_id, generation",
    "claims": "account, line_id",
    "concerns": "key",
    "order_numbers": "portal, merchant_id",
    "alerts": "target, key",
    "alert_targets": "target",
    "stock_stops": "portal, key",
    "sent_units": "account, key",
    "feeds": "portal, reading",
    "sku_map": "portal, merchant_sku",
    "sku_map_files": "portal",
    "quotas": "account, key, portal, merchant_id",
    "pool_imports": "id",
}
"""The columns by which the rows of each table are ordered; each row has other values."""
MOVED_KEY = "moved_to"
"""Row of the table `meta` with the place that the store was moved to, and the time."""
_OWN = ("machine", "version", "digest-key", MOVED_KEY)
_PAGE = 1000
_NUMBERED = ("runs", "steps", "pool_imports")


class Rows(Struct, frozen=True, kw_only=True):
    """The rows of one table: their number, and a digest of all of them."""

    count: int
    digest: str


def copy_rows(source: Any, target: Any) -> Mapping[str, Rows]:
    """Copy all rows to an empty store; return what was copied. Both have a transaction open.

    Raises `DatabaseError` if the target has other rows afterwards.
    """
    copied = {table: _copy_table(source, target, table) for table in KEYS}
    for table, rows in copied.items():
        found = _digest(_read(target, table))
        if found != rows:
            raise DatabaseError(table, f"has {found.count} rows after the copy of {rows.count}")
    for table in _NUMBERED:
        _set_last_id(target, table, _last_id(source, table))
    if hasattr(target, "analyze"):
        target.analyze(KEYS)
    return copied


def _copy_table(source: Any, target: Any, table: str) -> Rows:
    digest, count = hashlib.sha256(), 0
    target.execute(f"delete from {table}{_condition(table)}")  # noqa: S608 - constants
    rows = _read(source, table)
    while page := list(islice(rows, _PAGE)):
        _insert(target, table, list(page[0].keys()), page)
        count += len(page)
        for row in page:
            digest.update(_bytes(row))
    return Rows(count=count, digest=digest.hexdigest())


def _digest(rows: Iterable[Any]) -> Rows:
    digest, count = hashlib.sha256(), 0
    for row in rows:
        digest.update(_bytes(row))
        count += 1
    return Rows(count=count, digest=digest.hexdigest())


def _bytes(row: Any) -> bytes:
    """Return the values of a row, in the order of the names of their columns."""
    return repr([(name, row[name]) for name in sorted(row.keys())]).encode()


def _condition(table: str) -> str:
    names = ", ".join(f"'{name}'" for name in _OWN)
    return f" where key not in ({names})" if table == "meta" else ""


def _read(db: Any, table: str) -> Iterator[Any]:
    statement = f"select * from {table}{_condition(table)} order by {KEYS[table]}"  # noqa: S608
    if hasattr(db, "stream"):
        return iter(db.stream(statement))
    return iter(db.execute(statement))


def _insert(db: Any, table: str, names: Sequence[str], rows: Sequence[Any]) -> None:
    if hasattr(db, "copy_in"):
        db.copy_in(table, names, rows)
        return
    marks = ", ".join("?" for _ in names)
    statement = f"insert into {table} ({', '.join(names)}) values ({marks})"  # noqa: S608
    db.executemany(statement, [tuple(row) for row in rows])


def _last_id(db: Any, table: str) -> int:
    """Return the highest id that was ever given."""
    highest = int(db.execute(f"select coalesce(max(id), 0) from {table}").fetchone()[0])  # noqa: S608
    if hasattr(db, "last_id"):
        return max(highest, int(db.last_id(table)))
    row = db.execute("select seq from sqlite_sequence where name = ?", (table,)).fetchone()
    return max(highest, int(row[0]) if row else 0)


def _set_last_id(db: Any, table: str, number: int) -> None:
    if hasattr(db, "set_last_id"):
        db.set_last_id(table, number)
    else:
        # A table whose ids are not counted has no row here.
        db.execute("update sqlite_sequence set seq = ? where name = ?", (number, table))
