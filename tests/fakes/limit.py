"""Rate limit of an account: a number of requests in any period, by the account's clock."""

from collections import deque
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Protocol


class Limits(Protocol):
    """The number of requests, and the period."""

    @property
    def rate_limit(self) -> float:
        """Return the number of requests."""

    @property
    def rate_window_s(self) -> float:
        """Return the period in seconds."""


class Limit:
    """Stores the times of requests; refused requests do not count."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._came: deque[datetime] = deque()

    def wait_s(self, now: datetime) -> float:
        """Count a request and return 0, or return the seconds until the next one is accepted."""
        window = timedelta(seconds=self._limits.rate_window_s)
        while self._came and self._came[0] <= now - window:
            self._came.popleft()
        if len(self._came) < self._limits.rate_limit:
            self._came.append(now)
            return 0
        oldest = self._came[0] if self._came else now
        return (oldest + window - now).total_seconds()


def retry_after(how: str, wait_s: float, now: datetime) -> dict[str, str]:
    """Return the header in one of its forms, as given, or no header."""
    if how == "none":
        return {}
    if how == "seconds":
        return {"Retry-After": str(max(1, round(wait_s)))}
    if how == "date":
        return {"Retry-After": format_datetime(now + timedelta(seconds=wait_s), usegmt=True)}
    return {"Retry-After": how}
