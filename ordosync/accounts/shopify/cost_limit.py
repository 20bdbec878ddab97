"""Query cost limit of Shopify: a bucket of points that is refilled every second.

The bucket must contain the maximum cost of a query when it arrives; points that the query did not
use are returned. The first response reports the size of the bucket, its points and its refill rate.
After that, a query waits until the bucket contains the maximum cost that Shopify reported for it
before. All threads and portals of an account share the limit. The next response includes the points
that other processes of the same app have used.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from msgspec import Struct

from ordosync.clock import Clock
from ordosync.errors import RefusedError

_MAX_WAIT_S = 1.0
_MIN_WAIT_S = 0.05


class TooCostlyError(RefusedError):
    """The query would cost more than Shopify's maximum for one query."""


class ThrottleStatus(Struct, frozen=True, rename="camel"):
    """The points in the bucket, as a response reports them."""

    maximum_available: float
    currently_available: float
    restore_rate: float


class Cost(Struct, frozen=True, rename="camel"):
    """The maximum and the actual cost of a query; a throttled query costs nothing."""

    requested_query_cost: float | None = None
    actual_query_cost: float | None = None
    throttle_status: ThrottleStatus | None = None


class CostLimit:
    """The points of one app in one shop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._status: ThrottleStatus | None = None
        self._known_at = 0.0
        self._reserved = 0.0
        self._max_costs: dict[str, float] = {}

    @contextmanager
    def reserve(self, query: str) -> Iterator[None]:
        """Wait until there are enough points for this query, and reserve them while it runs."""
        while True:
            cost, wait_s = self._take(query)
            if not wait_s:
                break
            # Points that other threads have reserved may be returned earlier.
            self._clock.sleep(min(max(wait_s, _MIN_WAIT_S), _MAX_WAIT_S))
        try:
            yield
        finally:
            with self._lock:
                self._reserved -= cost

    def learn(self, query: str, cost: Cost | None) -> None:
        """Record the cost of a query and the state of the bucket, as a response reports them."""
        if cost is None:
            return
        with self._lock:
            if cost.requested_query_cost is not None:
                self._max_costs[query] = cost.requested_query_cost
            if cost.throttle_status is not None:
                self._status = cost.throttle_status
                self._known_at = self._clock.monotonic()

    def max_cost(self, query: str) -> float:
        """Return the maximum cost that was reported for a query; 0 if it is unknown."""
        with self._lock:
            return self._max_costs.get(query, 0.0)

    def wait_s(self, query: str) -> float:
        """Return the time until there are enough points for a throttled query."""
        with self._lock:
            return max(self._missing_s(self._max_costs.get(query, 0.0)), _MIN_WAIT_S)

    def _take(self, query: str) -> tuple[float, float]:
        """Reserve the maximum cost of a query if possible; return it and the time to wait."""
        with self._lock:
            cost = self._max_costs.get(query, 0.0)
            missing_s = self._missing_s(cost)
            if missing_s <= 0:
                self._reserved += cost
            return cost, max(missing_s, 0.0)

    def _missing_s(self, cost: float) -> float:
        status = self._status
        if status is None or status.restore_rate <= 0:
            return 0.0
        filled = status.restore_rate * (self._clock.monotonic() - self._known_at)
        available = (
            min(status.currently_available + filled, status.maximum_available) - self._reserved
        )
        return (min(cost, status.maximum_available) - available) / status.restore_rate
