"""The change feed: the changes of all objects, numbered in the order in which they happened.

A row is written in the transaction of the change itself, and SQLite has one writer at a time.
So no lower number can appear after a number was read, and the last number read is a cursor.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import sqlite3

Kind = Literal["order", "product", "shipment", "split"]
_PAGE = 500


def add(db: "sqlite3.Connection", kind: Kind, object_id: str, change: str) -> None:
    """Record a change, in the transaction that makes it."""
    db.execute(
        "insert into changes (kind, object_id, what) values (?, ?, ?)", (kind, object_id, change)
    )


def add_all(db: "sqlite3.Connection", kind: Kind, object_ids: Sequence[str], change: str) -> None:
    """Record the same change of many objects."""
    db.executemany(
        "insert into changes (kind, object_id, what) values (?, ?, ?)",
        [(kind, object_id, change) for object_id in object_ids],
    )


def latest(db: "sqlite3.Connection") -> int:
    """Return the number of the last change; 0 before the first one."""
    row = db.execute("select coalesce(max(sequence), 0) as latest from changes").fetchone()
    return int(row["latest"])


def last_of(db: "sqlite3.Connection", kind: Kind, object_id: str) -> str:
    """Return the last change of an object; empty if there is none."""
    row = db.execute(
        "select what from changes where kind = ? and object_id = ? order by sequence desc limit 1",
        (kind, object_id),
    ).fetchone()
    return row["what"] if row else ""


def cancelled_or_restored(
    db: "sqlite3.Connection", cursor: str | None
) -> Iterator[tuple[str, bool, str]]:
    """Yield the orders without a valid label that were cancelled or restored since the cursor.

    Yields the number, True if the order is cancelled now, and the time of the last such change.
    """
    rows = db.execute(
        "select object_id, max(changes.at) as at, status from changes"
        " join orders on number = object_id"
        " where kind = 'order' and what in ('cancelled', 'restored') and changes.sequence > ?"
        " and status in ('cancelled', 'awaiting_fulfillment') and not exists"
        " (select 1 from shipments where order_number = object_id and voided_at is null)"
        " group by object_id order by max(changes.sequence)",
        (int(cursor or 0),),
    )
    for row in rows.fetchall():
        yield row["object_id"], row["status"] == "cancelled", row["at"]


def since(
    db: "sqlite3.Connection", kind: Kind, cursor: str | None
) -> Iterator[tuple[list[str], str]]:
    """Yield pages of ids that changed since the cursor, oldest change first, each id once.

    Each page comes with the next cursor; the last page, which may be empty, moves it past the
    changes of other kinds. An object that changes meanwhile is read again later.
    """
    last, end = int(cursor or 0), latest(db)
    while True:
        rows = db.execute(
            "select sequence, object_id from changes as this"
            " where kind = :kind and sequence > :last and sequence <= :end and not exists"
            " (select 1 from changes where kind = :kind and object_id = this.object_id"
            " and sequence > this.sequence and sequence <= :end)"
            " order by sequence limit :page",
            {"kind": kind, "last": last, "end": end, "page": _PAGE},
        ).fetchall()
        last = rows[-1]["sequence"] if len(rows) == _PAGE else end
        yield [row["object_id"] for row in rows], str(last)
        if len(rows) < _PAGE:
            return
