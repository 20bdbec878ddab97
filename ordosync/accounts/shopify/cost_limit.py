"""Query cost limit of Shopify: a bucket of points, and the maximum cost of each query.

The first response to a query reports its maximum cost. Before that, the query waits for no points.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

from ordosync.errors import RefusedError
from ordosync.http.bucket import Bucket, BucketStatus, Reservation


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

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._max_costs: dict[str, float] = {}

    @contextmanager
    def reserve(self, query: str) -> Iterator[Reservation]:
        """Wait until there are enough points for this query, and reserve them while it runs."""
        with self._bucket.reserve(self.max_cost(query)) as reservation:
            yield reservation

    def learn(self, query: str, cost: Cost | None, reservation: Reservation) -> None:
        """Record the cost of a query and the state of the bucket, as a response reports them."""
        if cost is None:
            return
        if cost.requested_query_cost is not None:
            self._max_costs[query] = cost.requested_query_cost
        if status := cost.throttle_status:
            reservation.status = BucketStatus(
                maximum=status.maximum_available,
                available=status.currently_available,
                restore_rate=status.restore_rate,
            )

    def max_cost(self, query: str) -> float:
        """Return the maximum cost that was reported for a query; 0 if it is unknown."""
        return self._max_costs.get(query, 0.0)

    def wait_s(self, query: str) -> float:
        """Return the time until there are enough points for a throttled query."""
        return self._bucket.wait_s(self.max_cost(query))
