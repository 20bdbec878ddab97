"""Dismissed problems: when the operator dismissed each, and why. One row for each key.

`attention` computes the open problems from the other tables. A row here hides one key as long as
its content stays the same.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordosync.clock import from_text, to_text

if TYPE_CHECKING:
    from ordosync.sql import Connection, Row

Severity = Literal["low", "normal", "critical"]


class Concern(Struct, frozen=True, kw_only=True):
    """A problem that the operator has dismissed."""

    key: str
    portal: str
    task: str
    severity: Severity
    code: str
    content: str
    """Content when it was dismissed; with other content, the problem is open again."""
    since: datetime
    dismissed_at: datetime
    note: str = ""


class Concerns:
    """The table `concerns`."""

    def __init__(self, connection: "Connection") -> None:
        self._db = connection

    def dismissed(self) -> Mapping[str, Concern]:
        """Return all dismissed problems, by key."""
        rows = self._db.execute("select * from concerns where dismissed_at is not null")
        return {row["key"]: _concern(row) for row in rows}

    def of(self, keys: Iterable[str]) -> list[Concern]:
        """Return the dismissed problems with these keys, the oldest dismissal first."""
        rows = self._db.execute(
            "select * from concerns where dismissed_at is not null"
            " and key in (select value from json_each(?)) order by dismissed_at, key",
            (json.dumps(list(keys)),),
        )
        return [_concern(row) for row in rows]

    def dismissed_steps(self, portal: str, task: str) -> list[str]:
        """Return the keys of the dismissed steps of a task."""
        prefix = f"{portal}:{task}:"
        rows = self._db.execute(
            "select key from concerns where portal = ? and task = ? and dismissed_at is not null"
            " order by key",
            (portal, task),
        )
        return [row["key"].removeprefix(prefix) for row in rows if row["key"].startswith(prefix)]

    def dismiss(self, concerns: Iterable[Concern]) -> None:
        """Record these as dismissed."""
        self._db.executemany(
            "insert into concerns (key, portal, task, severity, code, content, since,"
            " dismissed_at, note) values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " on conflict (key) do update set severity = excluded.severity, code = excluded.code,"
            " content = excluded.content, since = excluded.since,"
            " dismissed_at = excluded.dismissed_at, note = excluded.note",
            [
                (
                    concern.key,
                    concern.portal,
                    concern.task,
                    concern.severity,
                    concern.code,
                    concern.content,
                    to_text(concern.since),
                    to_text(concern.dismissed_at),
                    concern.note or None,
                )
                for concern in concerns
            ],
        )

    def take_back(self, keys: Iterable[str]) -> None:
        """Make these problems open again."""
        self._db.execute(
            "delete from concerns where key in (select value from json_each(?))",
            (json.dumps(list(keys)),),
        )

    def noted(self, keys: Iterable[str]) -> list[str]:
        """Return the keys among these that have a note."""
        rows = self._db.execute(
            "select key from concerns where note is not null"
            " and key in (select value from json_each(?)) order by key",
            (json.dumps(list(keys)),),
        )
        return [row["key"] for row in rows]

    def delete_notes(self, keys: Iterable[str]) -> None:
        """Delete the notes of these problems, which stay dismissed."""
        self._db.execute(
            "update concerns set note = null where key in (select value from json_each(?))",
            (json.dumps(list(keys)),),
        )

    def rename(self, old: str, new: str) -> None:
        """Rename a portal in its rows."""
        self._db.execute(
            "update concerns set portal = :new, key = :new || substr(key, length(:old) + 1)"
            " where portal = :old",
            {"old": old, "new": new},
        )


def step_key(portal: str, task: str, key: str) -> str:
    """Return the key of the problem of a step."""
    return f"{portal}:{task}:{key}"


def unshipped_key(portal: str, merchant_id: str) -> str:
    """Return the key of the problem of an order that is not shipped for days."""
    return f"{portal}:unshipped:{merchant_id}"


def _concern(row: "Row") -> Concern:
    return Concern(
        key=row["key"],
        portal=row["portal"],
        task=row["task"],
        severity=row["severity"],
        code=row["code"],
        content=row["content"],
        since=from_text(row["since"]),
        dismissed_at=from_text(row["dismissed_at"]),
        note=row["note"] or "",
    )
