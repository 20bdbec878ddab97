"""How many requests an account takes in a while.

Safe against any latency: the service counts a request at some moment between its sending and its
answer, so a slot is free again a whole period after the *answer*. Whatever two requests use the
same slot, the service sees them at least a period apart. What other processes ask of the same
account is not known here; when that is too much the service says so, and all stop for a while.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from threading import Lock

from ordosync.clock import Clock

# The service's clock and ours differ a little, and its window may include both of its ends.
_MARGIN = 1.005
# A little more than the minute that most services count in.
_PATIENCE_S = 75
# Where no slot has an end yet, because all are in use.
_LOOK_AGAIN_S = 0.05


class BusyError(Exception):
    """There will be no slot for longer than is worth waiting."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"no request for {wait_s:.0f} s")
        self.wait_s = wait_s


class RateLimit:
    """`calls` requests in `per_s` seconds, by all threads and all portals of an account."""

    def __init__(self, calls: int, per_s: float, clock: Clock) -> None:
        if calls < 1 or per_s <= 0:
            raise ValueError("a rate limit must allow at least one request in some time")
        self.calls, self.per_s = calls, per_s
        self._clock = clock
        self._lock = Lock()
        self._in_use = 0
        self._free_at: deque[float] = deque()
        self._paused_until = clock.monotonic()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a slot and hold it for one request and its answer; may raise `BusyError`."""
        patient_until = self._clock.monotonic() + _PATIENCE_S
        while wait_s := self._take():
            if self._clock.monotonic() + wait_s > patient_until:
                raise BusyError(wait_s)
            self._clock.sleep(wait_s)
        try:
            yield
        finally:
            self._give_back()

    def pause(self, seconds: float) -> None:
        """Let nobody ask for so long, because the service said that it is too much."""
        with self._lock:
            self._paused_until = max(self._paused_until, self._clock.monotonic() + seconds)

    def period_s(self, random: Random) -> float:
        """Return how long to leave a service alone that says "too much" and not for how long.

        Its count starts anew within a period. Others who share the account wait as well, so it is
        drawn by lot.
        """
        return random.uniform(0.5, 1) * self.per_s

    def _take(self) -> float:
        """Take a slot and return 0, or return how long there is none."""
        with self._lock:
            now = self._clock.monotonic()
            while self._free_at and self._free_at[0] <= now:
                self._free_at.popleft()
            if now < self._paused_until:
                return self._paused_until - now
            if self._in_use + len(self._free_at) < self.calls:
                self._in_use += 1
                return 0
            return self._free_at[0] - now if self._free_at else _LOOK_AGAIN_S

    def _give_back(self) -> None:
        with self._lock:
            self._in_use -= 1
            self._free_at.append(self._clock.monotonic() + self.per_s * _MARGIN)
