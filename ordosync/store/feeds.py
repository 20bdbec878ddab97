"""Feeds whose age is limited: when each was last read, and the time of its newest content.

A feed is one reading of a portal, such as `stock`. Only a feed with `max_age` has a row.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ordosync.clock import from_nullable, from_text, to_nullable, to_text

if TYPE_CHECKING:
    from ordosync.sql import Connection, Row


class FeedRow(Struct, frozen=True, kw_only=True):
    """One feed, as the runs have seen it."""

    reading: str
    """orders, products, stock or shipments."""
    since: datetime
    """The first run with `max_age`: the age of a feed that never comes counts from it."""
    tried_at: datetime
    """The last attempt to read it."""
    watched_since: datetime
    """The first of the attempts without an interruption on this side, such as a reboot."""
    newest_at: datetime | None = None
    """The time of its newest content so far; None if there was none."""
    ahead_at: datetime | None = None
    """The time of its newest content, if it was in the future."""
    failures: int = 0
    """Attempts in a row in which the account did not answer."""
    failing_since: datetime | None = None
    """The first of these attempts."""
    old: int = 0
    """Linked products with a quantity that was too old in the last attempt."""
    zeroed_at: datetime | None = None
    """When quantities that were too old were set to 0; None if they were not."""

    @property
    def counts_from(self) -> datetime:
        """The time from which its age counts."""
        return self.newest_at or self.since


class Feeds:
    """The table `feeds`."""

    def __init__(self, connection: "Connection") -> None:
        self._db = connection

    def of(self, portal: str) -> Mapping[str, FeedRow]:
        """Return the feeds of a portal, by reading."""
        rows = self._db.execute("select * from feeds where portal = ?", (portal,))
        return {row["reading"]: _feed(row) for row in rows}

    def save(self, portal: str, row: FeedRow) -> None:
        """Insert or replace the row of a feed. Call it inside a transaction."""
        self._db.execute(
            "insert into feeds (portal, reading, since, tried_at, watched_since,"
            " newest_at, ahead_at, failures, failing_since, old, zeroed_at)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (portal, reading) do update set"
            " since = excluded.since, tried_at = excluded.tried_at,"
            " watched_since = excluded.watched_since, newest_at = excluded.newest_at,"
            " ahead_at = excluded.ahead_at, failures = excluded.failures,"
            " failing_since = excluded.failing_since, old = excluded.old,"
            " zeroed_at = excluded.zeroed_at",
            (
                *(portal, row.reading, to_text(row.since), to_text(row.tried_at)),
                *(to_text(row.watched_since), to_nullable(row.newest_at)),
                *(to_nullable(row.ahead_at), row.failures, to_nullable(row.failing_since)),
                *(row.old, to_nullable(row.zeroed_at)),
            ),
        )


def _feed(row: "Row") -> FeedRow:
    return FeedRow(
        reading=row["reading"],
        since=from_text(row["since"]),
        tried_at=from_text(row["tried_at"]),
        watched_since=from_text(row["watched_since"]),
        newest_at=from_nullable(row["newest_at"]),
        ahead_at=from_nullable(row["ahead_at"]),
        failures=row["failures"],
        failing_since=from_nullable(row["failing_since"]),
        old=row["old"],
        zeroed_at=from_nullable(row["zeroed_at"]),
    )
