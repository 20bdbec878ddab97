"""Bucket of points that a service refills every second: the limit of an account by query cost.

The bucket must contain the maximum cost of a query when it arrives; points that the query did not
use are returned. Responses report the size of the bucket, its points and its refill rate. Before
the first of them nothing is known, and no query waits. After that, a query waits until the bucket
contains its cost. All threads and portals of an account share the bucket. A response includes the
points that other users of the same app have used.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

from ordosync.clock import Clock

MAX_WAIT_S = 1.0
"""Points that others have reserved may be returned earlier than the refill takes."""
MIN_WAIT_S = 0.05


@dataclass(frozen=True, kw_only=True)
class BucketStatus:
    """The points in a bucket, as a response reports them."""

    maximum: float
    available: float
    restore_rate: float
    """Points that are added every second."""


@dataclass(kw_only=True)
class Reservation:
    """Points that a query has reserved while it runs."""

    cost: float
    status: BucketStatus | None = None
    """What the response to the query reports, if it does."""


class Bucket(Protocol):
    """The points of one account."""

    def reserve(self, cost: float) -> AbstractContextManager[Reservation]:
        """Wait until there are enough points for a query, and reserve them while it runs.

        A cost of 0 is not known, and is not waited for.
        """
        ...

    def wait_s(self, cost: float) -> float:
        """Return the time until there are enough points for a throttled query."""
        ...


class LocalBucket:
    """A bucket that all threads and portals of one process share."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._status: BucketStatus | None = None
        self._known_at = 0.0
        self._reserved = 0.0

    @contextmanager
    def reserve(self, cost: float) -> Iterator[Reservation]:
        """Wait until there are enough points for a query, and reserve them while it runs."""
        while wait_s := self._take(cost):
            self._clock.sleep(min(max(wait_s, MIN_WAIT_S), MAX_WAIT_S))
        reservation = Reservation(cost=cost)
        try:
            yield reservation
        finally:
            self._give(reservation)

    def wait_s(self, cost: float) -> float:
        """Return the time until there are enough points for a throttled query."""
        with self._lock:
            return max(self._missing_s(cost), MIN_WAIT_S)

    def _take(self, cost: float) -> float:
        """Reserve the points and return 0, or return the time to wait."""
        with self._lock:
            missing_s = self._missing_s(cost)
            if missing_s <= 0:
                self._reserved += cost
            return max(missing_s, 0.0)

    def _give(self, reservation: Reservation) -> None:
        with self._lock:
            self._reserved -= reservation.cost
            if reservation.status is not None:
                self._status = reservation.status
                self._known_at = self._clock.monotonic()

    def _missing_s(self, cost: float) -> float:
        status = self._status
        if status is None or status.restore_rate <= 0:
            return 0.0
        filled = status.restore_rate * (self._clock.monotonic() - self._known_at)
        available = min(status.available + filled, status.maximum) - self._reserved
        return (min(cost, status.maximum) - available) / status.restore_rate
