"""Retries of one request within a run: how often, and how long to wait.

Later retries belong to the engine.
"""

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
    """Return the wait that the Retry-After header requests, at most a day; None without a header.

    Zero, a time in the past and an invalid value count as no header.
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
    """Return a random wait after an attempt (1 is the first): clients must not retry together."""
    return random.uniform(0, min(LONGEST_WAIT_S, _BASE_S * 2 ** (attempt - 1)))


@dataclass
class CallState:
    """State of one call across its attempts."""

    left_s: float
    attempt: int = 0
    may_have_arrived: bool = False


class RetryBudget:
    """Counts the requests of one portal and limits how many of them are retries.

    Retries must not triple the load on a service that is down. At most one request in ten is a
    retry; without budget, a failure is final at once.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self.requests = 0
        self.cost = 0
        self._retries = 0

    def count(self) -> None:
        """Count a request."""
        with self._lock:
            self.requests += 1

    def charge(self, cost: int) -> None:
        """Add the query cost that the service charged."""
        with self._lock:
            self.cost += cost

    def take_retry(self) -> bool:
        """Return True and count a retry if the budget allows it."""
        with self._lock:
            if self._retries >= max(_ALWAYS, self.requests * _SHARE):
                return False
            self._retries += 1
            return True
