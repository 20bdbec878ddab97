"""Supplier accounts that do not store the references of created orders.

A look-up by reference proves nothing there: an order that it does not find may exist.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ordosync.clock import from_text, to_text
from ordosync.store.meta import set_value, value_of

if TYPE_CHECKING:
    from ordosync.sql import Connection

_KEY = "no-reference:"
_BELIEVED_AGAIN = timedelta(days=30)
"""Time after the last response without a reference until look-ups are trusted again."""


class References:
    """The rows `no-reference:ACCOUNT` of the table `meta`."""

    def __init__(self, connection: "Connection") -> None:
        self._db = connection

    def missed(self, account: str, *, now: datetime) -> None:
        """Note that a created order had no reference in its response."""
        since = self.missing_since(account, now=now) or now
        set_value(self._db, f"{_KEY}{account}", f"{to_text(since)} {to_text(now)}")

    def missing_since(self, account: str, *, now: datetime) -> datetime | None:
        """Return the time since which look-ups are unreliable; None if they can be trusted."""
        value = value_of(self._db, f"{_KEY}{account}")
        if value is None:
            return None
        first, _, last = value.partition(" ")
        return from_text(first) if now - from_text(last) < _BELIEVED_AGAIN else None
