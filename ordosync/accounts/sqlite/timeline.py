"""The timeline of an order: what happened to it, in words for people."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ordosync.models import Comment

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineEntry:
    """One thing that happened, and who did it."""

    at: datetime
    actor: str
    text: str


def add(db: "sqlite3.Connection", order_number: str, text: str, *, actor: str) -> None:
    """Note what happens, in the transaction in which it does."""
    db.execute(
        "insert into timeline (order_number, text, actor) values (?, ?, ?)",
        (order_number, text, actor),
    )


def add_once(db: "sqlite3.Connection", comment: Comment) -> None:
    """Make a remark that its key tells from others; an order that is not here is passed over."""
    added = db.execute(
        "insert into comments (order_number, key) select number, ? from orders where number = ?"
        " on conflict do nothing",
        (comment.key, comment.order_id),
    )
    if added.rowcount:
        add(db, comment.order_id, comment.text, actor="ordosync")


def read(db: "sqlite3.Connection", order_number: str) -> tuple[TimelineEntry, ...]:
    """Return the entries of an order, the newest last."""
    rows = db.execute("select * from timeline where order_number = ? order by id", (order_number,))
    return tuple(
        TimelineEntry(at=datetime.fromisoformat(row["at"]), actor=row["actor"], text=row["text"])
        for row in rows
    )
