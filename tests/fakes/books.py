"""What the state of every fake has: one lock, one clock, and a ledger of what the API changed."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple


class Effect(NamedTuple):
    """One write over the API that changed something."""

    kind: str
    about: str
    """What it is called in this account, such as a number or a SKU."""
    detail: Any = None


class Books:
    """The base of what an account holds; all of it is read and written under `lock` only."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.lock = threading.RLock()
        self.now = now
        self.ledger: list[Effect] = []

    def note(self, kind: str, about: str, detail: object = None) -> None:
        """Write down that a call changed something."""
        self.ledger.append(Effect(kind, about, detail))

    def later(self, seconds: float) -> datetime:
        """Return the time that many seconds from now."""
        return self.now() + timedelta(seconds=seconds)
