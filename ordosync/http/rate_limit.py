"""Rate limit of an account: the number of requests in a period, over all threads and portals.

Latency does not matter: the service counts a request at some time between its sending and its
response, so a slot is free again one period after the *response*. The service therefore sees two
requests of the same slot at least one period apart. Requests of other processes are not counted
here; if there are too many, the service responds with 429 and all requests pause.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from random import Random
from threading import Lock
from typing import Protocol

from ordosync.clock import Clock

# The clocks differ a little, and the period of the service may include both of its ends.
MARGIN = 1.005
# A little more than the period of most services, one minute.
MAX_WAIT_S = 75
# Poll interval while all slots are in use: no slot has a known end.
POLL_S = 0.05


class BusyError(Exception):
    """No slot becomes free within the longest wait."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"no request for {wait_s:.0f} s")
        self.wait_s = wait_s


class RateLimit(Protocol):
    """The number of requests that an account takes in a period."""

    per_s: float

    def slot(self) -> AbstractContextManager[None]:
        """Wait for a slot and hold it for one request and its response. Raises `BusyError`."""
        ...

    def pause(self, seconds: float) -> None:
        """Pause all requests, because the service responded with 429."""
        ...


def rest_of_period_s(limit: RateLimit, random: Random) -> float:
    """Return a random wait after a 429 without a Retry-After header.

    The count of the service restarts within one period. The wait is random, since other processes
    that share the account wait as well.
    """
    return random.uniform(0.5, 1) * limit.per_s


class LocalRateLimit:
    """At most `calls` requests in `per_s` seconds, by all threads and portals of one process."""

    def __init__(self, calls: int, per_s: float, clock: Clock) -> None:
        if calls < 1 or per_s <= 0:
            raise ValueError("a rate limit must allow at least one request in a positive time")
        self.per_s = per_s
        self._calls = calls
        self._clock = clock
        self._lock = Lock()
        self._in_use = 0
        self._free_at: deque[float] = deque()
        self._paused_until = clock.monotonic()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a slot and hold it for one request and its response. Raises `BusyError`."""
        deadline = self._clock.monotonic() + MAX_WAIT_S
        while wait_s := self._take():
            if self._clock.monotonic() + wait_s > deadline:
                raise BusyError(wait_s)
            self._clock.sleep(wait_s)
        try:
            yield
        finally:
            self._release()

    def pause(self, seconds: float) -> None:
        """Pause all requests, because the service responded with 429."""
        with self._lock:
            self._paused_until = max(self._paused_until, self._clock.monotonic() + seconds)

    def _take(self) -> float:
        """Take a slot and return 0, or return the seconds until one may be free."""
        with self._lock:
            now = self._clock.monotonic()
            while self._free_at and self._free_at[0] <= now:
                self._free_at.popleft()
            if now < self._paused_until:
                return self._paused_until - now
            if self._in_use + len(self._free_at) < self._calls:
                self._in_use += 1
                return 0
            return self._free_at[0] - now if self._free_at else POLL_S

    def _release(self) -> None:
        with self._lock:
            self._in_use -= 1
            self._free_at.append(self._clock.monotonic() + self.per_s * MARGIN)
