"""The change feed: what happened to which object, numbered in the order in which it happened."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import sqlite3


def add(
    db: "sqlite3.Connection", kind: Literal["order", "product"], object_id: str, what: str
) -> None:
    """Tell of a change, in the transaction that makes it."""
    db.execute(
        "insert into changes (kind, object_id, what) values (?, ?, ?)", (kind, object_id, what)
    )
