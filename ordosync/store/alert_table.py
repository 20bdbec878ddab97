"""Alerts: the problems of each recipient, and what the last message about each of them said."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ordosync.clock import from_nullable, from_text, to_nullable, to_text
from ordosync.idle import ALERTS_KEY
from ordosync.store.meta import set_value, value_of

if TYPE_CHECKING:
    from ordosync.sql import Connection, Row


_FIRST = datetime(1999, 1, 1, tzinfo=UTC)
"""The time of the first look."""
_NOW = datetime(2000, 1, 1, tzinfo=UTC)


class AlertRow(Struct, frozen=True, kw_only=True):
    """A problem, as one recipient knows it."""

    target: str
    key: str
    portal: str
    task: str
    event: str
    severity: str
    subject: str
    first_at: datetime
    changed_at: datetime
    ended_at: datetime | None = None
    """None while it lasts."""
    reported_at: datetime | None = None
    """When the last message about it was sent; None if there was none."""
    is_reported: bool = False
    """True if the recipient believes that it lasts."""
    messages: tuple[datetime, ...] = ()
    """Times of the messages within the last hour."""


class TargetRow(Struct, frozen=True, kw_only=True):
    """The state of a recipient."""

    target: str
    tries: int = 0
    """Attempts in a row that failed."""
    next_try_at: datetime | None = None
    error: str | None = None
    warned_at: datetime | None = None
    """When the error was last written for cron's mail."""
    digest_at: datetime | None = None
    """When the last digest was sent."""


class AlertTable:
    """The tables `alerts` and `alert_targets`. Call methods that change them in a transaction."""

    def __init__(self, connection: "Connection") -> None:
        self._db = connection

    def all(self) -> list[AlertRow]:
        """Return all rows, the oldest problem first."""
        rows = self._db.execute("select * from alerts order by first_at, target, key")
        return [_alert(row) for row in rows]

    def targets(self) -> Mapping[str, TargetRow]:
        """Return the recipients that were notified before, by name."""
        rows = self._db.execute("select * from alert_targets")
        return {row["target"]: _target(row) for row in rows}

    def save(self, rows: Iterable[AlertRow]) -> None:
        """Insert or replace rows."""
        self._db.executemany(
            "insert into alerts (target, key, portal, task, event, severity, subject,"
            " first_at, changed_at, ended_at, reported_at, is_reported, messages)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (target, key) do update"
            " set portal = excluded.portal, task = excluded.task, event = excluded.event,"
            " severity = excluded.severity, subject = excluded.subject,"
            " first_at = excluded.first_at, changed_at = excluded.changed_at,"
            " ended_at = excluded.ended_at, reported_at = excluded.reported_at,"
            " is_reported = excluded.is_reported, messages = excluded.messages",
            [
                (
                    *(row.target, row.key, row.portal, row.task, row.event),
                    *(row.severity, row.subject, to_text(row.first_at), to_text(row.changed_at)),
                    *(to_nullable(row.ended_at), to_nullable(row.reported_at), row.is_reported),
                    json.dumps([to_text(at) for at in row.messages]),
                )
                for row in rows
            ],
        )

    def delete(self, rows: Iterable[AlertRow]) -> None:
        """Delete rows."""
        self._db.executemany(
            "delete from alerts where target = ? and key = ?",
            [(row.target, row.key) for row in rows],
        )

    def save_target(self, row: TargetRow) -> None:
        """Insert or replace the state of a recipient."""
        self._db.execute(
            "insert into alert_targets"
            " (target, tries, next_try_at, error, warned_at, digest_at) values (?, ?, ?, ?, ?, ?)"
            " on conflict (target) do update set tries = excluded.tries,"
            " next_try_at = excluded.next_try_at, error = excluded.error,"
            " warned_at = excluded.warned_at, digest_at = excluded.digest_at",
            (
                *(row.target, row.tries, to_nullable(row.next_try_at), row.error),
                *(to_nullable(row.warned_at), to_nullable(row.digest_at)),
            ),
        )

    @property
    def due_at(self) -> datetime | None:
        """Time of the next look; None if no alert was ever due in this store."""
        return from_nullable(value_of(self._db, ALERTS_KEY))

    def set_due_at(self, at: datetime) -> None:
        """Set when to look next. The idle call by cron reads it."""
        set_value(self._db, ALERTS_KEY, to_text(at))

    @property
    def is_first(self) -> bool:
        """True if no look has ended yet since alerts were configured, or the store restored."""
        due_at = self.due_at
        return due_at is None or due_at == _FIRST

    def wake(self) -> None:
        """Make alerts due now."""
        self.set_due_at(_FIRST if self.is_first else _NOW)

    def set_reached(self, target: str) -> None:
        """Record that a recipient can be reached, and make alerts due if it was not."""
        row = self.targets().get(target)
        if row is not None and row.error:
            self.save_target(TargetRow(target=target, digest_at=row.digest_at))
            self.wake()

    def forget(self) -> None:
        """Delete everything. The next look reports all open problems in one message."""
        self._db.execute("delete from alerts")
        self._db.execute("delete from alert_targets")
        self._db.execute("delete from meta where key = ?", (ALERTS_KEY,))

    def rename(self, old: str, new: str) -> None:
        """Rename a portal in the rows."""
        self._db.execute(
            # The key of an outage does not begin with the portal.
            "update alerts set portal = :new, key = case"
            " when substr(key, 1, length(:old) + 1) = :old || ':'"
            " then :new || substr(key, length(:old) + 1) else key end where portal = :old",
            {"old": old, "new": new},
        )


def _alert(row: "Row") -> AlertRow:
    return AlertRow(
        target=row["target"],
        key=row["key"],
        portal=row["portal"],
        task=row["task"],
        event=row["event"],
        severity=row["severity"],
        subject=row["subject"],
        first_at=from_text(row["first_at"]),
        changed_at=from_text(row["changed_at"]),
        ended_at=from_nullable(row["ended_at"]),
        reported_at=from_nullable(row["reported_at"]),
        is_reported=bool(row["is_reported"]),
        messages=tuple(from_text(at) for at in json.loads(row["messages"])),
    )


def _target(row: "Row") -> TargetRow:
    return TargetRow(
        target=row["target"],
        tries=row["tries"],
        next_try_at=from_nullable(row["next_try_at"]),
        error=row["error"],
        warned_at=from_nullable(row["warned_at"]),
        digest_at=from_nullable(row["digest_at"]),
    )
