"""When a request is made again within a run, and after how long. Later is the engine's business."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random
from threading import Lock

ATTEMPTS = 3
LONGEST_WAIT_S = 30
_BASE_S = 1
_SHARE = 0.1
_ALWAYS = 5
_A_DAY_S = 86_400


def parse_retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return how long a service asks to be left alone, at most a day; None if it does not say.

    Zero, a moment that has passed and what cannot be read say nothing.
    """
    text = headers.get("Retry-After", "").strip()
    seconds = float(text) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) else _until(text, now)
    return min(seconds, _A_DAY_S) if seconds > 0 else None


def _until(text: str, now: datetime) -> float:
    try:
        at = parsedate_to_datetime(text)
        return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    except (ValueError, OverflowError):
        return 0


def backoff_s(attempt: int, random: Random) -> float:
    """Return the wait after an attempt (from 1), drawn by lot so that many do not come at once."""
    return random.uniform(0, min(LONGEST_WAIT_S, _BASE_S * 2 ** (attempt - 1)))


@dataclass
class CallState:
    """How a call has gone so far."""

    left_s: float
    attempt: int = 0
    may_have_arrived: bool = False


class RetryBudget:
    """The requests of one portal, and how many of them were repetitions.

    An outage must not be answered with three times the load: after one repetition in ten
    requests, failures are final at once.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self.requests = 0
        self.cost = 0
        self._retries = 0

    def count(self) -> None:
        """Take note of a request."""
        with self._lock:
            self.requests += 1

    def charge(self, cost: int) -> None:
        """Take note of what a service that counts in points has charged."""
        with self._lock:
            self.cost += cost

    def take_retry(self) -> bool:
        """Take one repetition out of the budget, if it has one left."""
        with self._lock:
            if self._retries >= max(_ALWAYS, self.requests * _SHARE):
                return False
            self._retries += 1
            return True
