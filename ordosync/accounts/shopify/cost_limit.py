"""How much Shopify lets an app ask: a bucket of points that fills up again by the second.

What a question would cost at most must be in the bucket when it comes; what it did not cost goes
back. Nobody knows either before the first answer, which says how large the bucket is, how much is
in it and how fast it fills. From then on each question waits until there is enough for it, by
what it was said to cost at most before. Shared by all threads and portals of an account; what
other processes of the same app take out shows in the next answer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from msgspec import Struct

from ordosync.clock import Clock
from ordosync.errors import RefusedError

_LOOK_AGAIN_S = 1.0
_SHORTEST_S = 0.05


class TooCostlyError(RefusedError):
    """Asks for more at once than any question may cost."""


class Level(Struct, frozen=True, rename="camel"):
    """What is in the bucket, as an answer says it."""

    maximum_available: float
    currently_available: float
    restore_rate: float


class Cost(Struct, frozen=True, rename="camel"):
    """What a question cost, at most and in fact; one that was turned away cost nothing."""

    requested_query_cost: float | None = None
    actual_query_cost: float | None = None
    throttle_status: Level | None = None


class Bucket:
    """The points of one app in one shop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._level: Level | None = None
        self._known_at = 0.0
        self._asked = 0.0
        self._most: dict[str, float] = {}

    @contextmanager
    def share(self, question: str) -> Iterator[None]:
        """Wait until there is enough for a question of this name, and hold it meanwhile."""
        while True:
            cost, wait_s = self._take(question)
            if not wait_s:
                break
            # What others hold may come back before the bucket has filled up.
            self._clock.sleep(min(max(wait_s, _SHORTEST_S), _LOOK_AGAIN_S))
        try:
            yield
        finally:
            with self._lock:
                self._asked -= cost

    def learn(self, question: str, cost: Cost | None) -> None:
        """Take note of what an answer says of the question and of the bucket."""
        if cost is None:
            return
        with self._lock:
            if cost.requested_query_cost is not None:
                self._most[question] = cost.requested_query_cost
            if cost.throttle_status is not None:
                self._level = cost.throttle_status
                self._known_at = self._clock.monotonic()

    def most(self, question: str) -> float:
        """Return what a question was said to cost at most; 0 where nobody knows yet."""
        with self._lock:
            return self._most.get(question, 0.0)

    def wait_s(self, question: str) -> float:
        """Return how long it takes until there is enough for a question that was turned away."""
        with self._lock:
            return max(self._missing_s(self._most.get(question, 0.0)), _SHORTEST_S)

    def _take(self, question: str) -> tuple[float, float]:
        """Take what a question costs at most and return it, or how long it is not there."""
        with self._lock:
            cost = self._most.get(question, 0.0)
            missing_s = self._missing_s(cost)
            if missing_s <= 0:
                self._asked += cost
            return cost, max(missing_s, 0.0)

    def _missing_s(self, cost: float) -> float:
        level = self._level
        if level is None or level.restore_rate <= 0:
            return 0.0
        filled = level.restore_rate * (self._clock.monotonic() - self._known_at)
        there = min(level.currently_available + filled, level.maximum_available) - self._asked
        return (min(cost, level.maximum_available) - there) / level.restore_rate
