"""When each task of a portal ran, and where its next reading starts."""

from datetime import datetime
from typing import TYPE_CHECKING

from ordosync.store.times import to_text

if TYPE_CHECKING:
    import sqlite3


class Schedule:
    """The table `schedule`."""

    def __init__(self, connection: "sqlite3.Connection") -> None:
        self._db = connection

    def cursor(self, portal: str, task: str) -> str | None:
        """Return where the next reading starts; None: from the beginning."""
        row = self._db.execute(
            "select cursor from schedule where portal = ? and task = ?", (portal, task)
        ).fetchone()
        return row["cursor"] if row else None

    def started(self, portal: str, task: str, *, now: datetime) -> None:
        """Note that a run has begun."""
        self._db.execute(
            "insert into schedule (portal, task, last_started_at) values (?, ?, ?)"
            " on conflict (portal, task) do update set last_started_at = excluded.last_started_at",
            (portal, task, to_text(now)),
        )

    def succeeded(self, portal: str, task: str, *, now: datetime) -> None:
        """Note that a run ended ok or partial."""
        self._db.execute(
            "update schedule set last_ok_at = ? where portal = ? and task = ?",
            (to_text(now), portal, task),
        )

    def move(self, portal: str, task: str, cursor: str) -> None:
        """Let the next reading start at `cursor`."""
        self._db.execute(
            "update schedule set cursor = ? where portal = ? and task = ?", (cursor, portal, task)
        )
