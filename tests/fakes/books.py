"""Base of the state of every fake: one lock, one clock, and a ledger of changes by the API."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple


class Effect(NamedTuple):
    """One write over the API that changed something."""

    kind: str
    about: str
    """Name of the object in this account, such as a number or a SKU."""
    detail: Any = None


class Books:
    """Base of an account's state; it is read and written under `lock` only."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.lock = threading.RLock()
        self.now = now
        self.ledger: list[Effect] = []

    def note(self, kind: str, about: str, detail: object = None) -> None:
        """Record a change in the ledger."""
        self.ledger.append(Effect(kind, about, detail))

    def later(self, seconds: float) -> datetime:
        """Return the time after this number of seconds."""
        return self.now() + timedelta(seconds=seconds)
