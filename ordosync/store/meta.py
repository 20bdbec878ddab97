"""The table `meta`: single values of the store, each with its key."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ordosync.sql import Connection


def value_of(db: "Connection", key: str) -> str | None:
    """Return the value with a key; None if there is none."""
    row = db.execute("select value from meta where key = ?", (key,)).fetchone()
    return row["value"] if row else None


def set_value(db: "Connection", key: str, value: str) -> None:
    """Add the value with a key, or replace it."""
    db.execute(
        "insert into meta (key, value) values (?, ?)"
        " on conflict (key) do update set value = excluded.value",
        (key, value),
    )
