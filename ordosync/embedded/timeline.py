"""The timeline of an order: entries that users read."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ordosync.models import Comment

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineEntry:
    """An event and its cause."""

    at: datetime
    actor: str
    text: str


def add(db: "sqlite3.Connection", order_number: str, text: str, *, actor: str) -> None:
    """Add an entry, in the transaction of the change."""
    db.execute(
        "insert into timeline (order_number, text, actor) values (?, ?, ?)",
        (order_number, text, actor),
    )


def add_all(db: "sqlite3.Connection", texts: Mapping[str, str], *, actor: str) -> None:
    """Add entries to many orders, by their numbers."""
    db.executemany(
        "insert into timeline (order_number, text, actor) values (?, ?, ?)",
        [(number, text, actor) for number, text in texts.items()],
    )


def add_each_once(db: "sqlite3.Connection", comments: Sequence[Comment]) -> None:
    """Add comments; an existing comment, or a comment on an unknown order, is skipped."""
    texts = {(comment.order_id, comment.key): comment.text for comment in comments}
    added = db.execute(
        "insert into comments (order_number, key)"
        " select number, value ->> 1 from json_each(?) join orders on number = value ->> 0"
        " where true on conflict do nothing returning order_number, key",
        (json.dumps(list(texts)),),
    ).fetchall()
    db.executemany(
        "insert into timeline (order_number, text, actor) values (?, ?, 'ordosync')",
        [(number, texts[number, key]) for number, key in added],
    )


def add_once(db: "sqlite3.Connection", comment: Comment, *, actor: str) -> bool:
    """Add a comment to an existing order. False if the order has one with this key."""
    cursor = db.execute(
        "insert into comments (order_number, key) values (?, ?) on conflict do nothing",
        (comment.order_id, comment.key),
    )
    if cursor.rowcount:
        add(db, comment.order_id, comment.text, actor=actor)
    return cursor.rowcount > 0


def has_comment(db: "sqlite3.Connection", order_number: str, key: str) -> bool:
    """True if an order has a comment with this key."""
    found = db.execute(
        "select 1 from comments where order_number = ? and key = ?", (order_number, key)
    )
    return found.fetchone() is not None


def read(db: "sqlite3.Connection", order_number: str) -> tuple[TimelineEntry, ...]:
    """Return the entries of an order, the newest last."""
    rows = db.execute("select * from timeline where order_number = ? order by id", (order_number,))
    return tuple(
        TimelineEntry(at=datetime.fromisoformat(row["at"]), actor=row["actor"], text=row["text"])
        for row in rows
    )
