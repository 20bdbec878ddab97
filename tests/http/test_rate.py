"""A rate limit is used up, and never broken."""

import threading
from collections import deque
from random import Random

import pytest

from ordosync.clock import Clock
from ordosync.http import RateLimit
from ordosync.http.rate_limit import BusyError
from tests.http.limits import Limited
from tests.support.clock import CrowdClock, VirtualClock


class StrictService:
    """Counts the requests of the last `per_s` seconds, both ends included, and allows no excess."""

    def __init__(self, calls: int, per_s: float, clock: Clock) -> None:
        self._calls, self._per_s, self._clock = calls, per_s, clock
        self._came: deque[float] = deque()
        self.answered = 0
        self.refused = 0

    def ask(self) -> None:
        now = self._clock.monotonic()
        while self._came and self._came[0] < now - self._per_s:
            self._came.popleft()
        if len(self._came) >= self._calls:
            self.refused += 1
            return
        self._came.append(now)
        self.answered += 1


def ask(
    limit: RateLimit, service: StrictService, clock: Clock, dice: Random, delay_s: float
) -> None:
    """Make one request with random delays in both directions."""
    with limit.slot():
        clock.sleep(dice.uniform(0, delay_s))
        service.ask()
        clock.sleep(dice.uniform(0, delay_s))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("calls", "per_s"), [(500, 60), (40, 1)])
@pytest.mark.parametrize("threads", [1, 8])
def test_a_known_limit_is_used_and_never_broken(
    limited: Limited, calls: int, per_s: float, threads: int, seed: int
) -> None:
    clock = CrowdClock(threads)
    limit = limited(clock).rate("shop", calls, per_s)
    service = StrictService(calls, per_s, clock)
    periods = 4
    # Just slow enough to send one period's requests within the period, or a little slower.
    delay_s = per_s / 100 if threads > 1 else per_s / calls / 2

    def work(number: int) -> None:
        dice = Random(f"{seed}-{number}")  # noqa: S311
        while clock.monotonic() < periods * per_s:
            ask(limit, service, clock, dice, delay_s)
        clock.leave()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert service.refused == 0
    assert service.answered >= 0.97 * calls * periods


def test_slot_is_taken_until_a_period_after_the_answer(limited: Limited) -> None:
    clock = VirtualClock()
    limit = limited(clock).rate("shop", 1, 10)
    with limit.slot():
        clock.sleep(7)
    answered = clock.monotonic()

    with limit.slot():
        waited = clock.monotonic() - answered

    assert 10 < waited < 10.1


def test_slot_is_given_back_when_the_request_fails(limited: Limited) -> None:
    clock = VirtualClock()
    limit = limited(clock).rate("shop", 1, 1)

    with pytest.raises(OSError, match="broken"), limit.slot():
        raise OSError("broken")

    with limit.slot():
        pass


def test_pause_holds_all_requests(limited: Limited) -> None:
    clock = VirtualClock()
    limit = limited(clock).rate("shop", 100, 60)
    began = clock.monotonic()

    limit.pause(20)
    limit.pause(5)
    with limit.slot():
        pass

    assert 20 <= clock.monotonic() - began <= 21


def test_wait_for_a_slot_is_bounded(limited: Limited) -> None:
    clock = VirtualClock()
    limit = limited(clock).rate("shop", 100, 60)
    began = clock.monotonic()
    limit.pause(3600)

    with pytest.raises(BusyError) as raised, limit.slot():
        pass

    assert raised.value.wait_s == pytest.approx(3600)
    assert clock.monotonic() == began


@pytest.mark.parametrize(("calls", "per_s"), [(0, 60), (1, 0)])
def test_limit_that_allows_nothing_is_a_configuration_problem(
    limited: Limited, calls: int, per_s: float
) -> None:
    with pytest.raises(ValueError, match="at least one request"):
        limited(VirtualClock()).rate("shop", calls, per_s)
