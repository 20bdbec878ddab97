"""Makes the limits of accounts that a test is about, and uses one up against a strict service."""

import threading
from collections import deque
from random import Random
from typing import Protocol

from ordosync.clock import Clock
from ordosync.http import RateLimit
from ordosync.http.account_limits import AccountLimits
from tests.support.clock import CrowdClock

PERIODS = 4


class Limited(Protocol):
    """Returns limits whose time is that of a clock."""

    def __call__(self, clock: Clock) -> AccountLimits: ...


class StrictService:
    """Counts the requests of the last `per_s` seconds, both ends included, and allows no excess."""

    def __init__(self, calls: int, per_s: float, clock: Clock) -> None:
        self.calls, self._per_s, self._clock = calls, per_s, clock
        self._came: deque[float] = deque()
        self.answered = 0
        self.refused = 0

    def ask(self) -> None:
        now = self._clock.monotonic()
        while self._came and self._came[0] < now - self._per_s:
            self._came.popleft()
        if len(self._came) >= self.calls:
            self.refused += 1
            return
        self._came.append(now)
        self.answered += 1


def use_up(
    limit: RateLimit, service: StrictService, clock: CrowdClock, threads: int, seed: int = 0
) -> None:
    """Make as many requests as a limit allows in some periods, by some threads."""
    # Just slow enough to send one period's requests within the period, or a little slower.
    delay_s = limit.per_s / 100 if threads > 1 else limit.per_s / service.calls / 2

    def work(number: int) -> None:
        dice = Random(f"{seed}-{number}")  # noqa: S311
        try:
            while clock.monotonic() < PERIODS * limit.per_s:
                _ask(limit, service, clock, dice, delay_s)
        finally:
            clock.leave()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def _ask(
    limit: RateLimit, service: StrictService, clock: Clock, dice: Random, delay_s: float
) -> None:
    """Make one request with random delays in both directions."""
    with limit.slot():
        clock.sleep(dice.uniform(0, delay_s))
        service.ask()
        clock.sleep(dice.uniform(0, delay_s))
