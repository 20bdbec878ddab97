"""Limits of the accounts: how often and how many at once their services are called."""

from typing import Protocol

from ordosync.clock import Clock
from ordosync.http.bucket import Bucket, LocalBucket
from ordosync.http.concurrency import ConcurrencyLimit, LocalConcurrencyLimit
from ordosync.http.rate_limit import LocalRateLimit, RateLimit


class AccountLimits(Protocol):
    """Makes the limits of each account. They hold for all of its portals."""

    def rate(self, account: str, calls: int, per_s: float) -> RateLimit:
        """Return the limit of requests in a period."""
        ...

    def concurrency(self, account: str, calls: int) -> ConcurrencyLimit:
        """Return the limit of requests at the same time."""
        ...

    def bucket(self, account: str) -> Bucket:
        """Return the account's points, which queries cost."""
        ...

    def close(self) -> None:
        """Close what the limits have opened."""
        ...


class LocalLimits:
    """Limits that count the requests of this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def rate(self, account: str, calls: int, per_s: float) -> RateLimit:  # noqa: ARG002
        """Return the limit of requests in a period."""
        return LocalRateLimit(calls, per_s, self._clock)

    def concurrency(self, account: str, calls: int) -> ConcurrencyLimit:  # noqa: ARG002
        """Return the limit of requests at the same time."""
        return LocalConcurrencyLimit(calls)

    def bucket(self, account: str) -> Bucket:  # noqa: ARG002
        """Return the account's points, which queries cost."""
        return LocalBucket(self._clock)

    def close(self) -> None:
        """Do nothing: nothing was opened."""
