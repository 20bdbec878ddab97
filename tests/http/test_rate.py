"""A rate limit is used up, and never broken."""

import pytest

from ordosync.http.account_limits import LocalLimits
from ordosync.http.rate_limit import BusyError
from tests.http.limits import PERIODS, Limited, StrictService, use_up
from tests.support.clock import CrowdClock, VirtualClock


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("calls", "per_s"), [(500, 60), (40, 1)])
@pytest.mark.parametrize("threads", [1, 8])
def test_a_known_limit_is_used_and_never_broken(
    calls: int, per_s: float, threads: int, seed: int
) -> None:
    clock = CrowdClock(threads)
    service = StrictService(calls, per_s, clock)

    use_up(LocalLimits(clock).rate("shop", calls, per_s), service, clock, threads, seed)

    assert service.refused == 0
    assert service.answered >= 0.97 * calls * PERIODS


def test_slot_is_taken_until_a_period_after_the_answer(limited: Limited) -> None:
    clock = VirtualClock()
    limit = limited(clock).rate("shop", 1, 10)
    with limit.slot():
        clock.sleep(7)
    answered = clock.monotonic()

    with limit.slot():
        waited = clock.monotonic() - answered

    assert 10 < waited < 10.6


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


def test_pause_holds_slots_that_were_in_use_when_it_began(limited: Limited) -> None:
    clock = VirtualClock()
    limit = limited(clock).rate("shop", 1, 10)
    began = clock.monotonic()

    with limit.slot():
        limit.pause(30)
    with limit.slot():
        pass

    assert 30 <= clock.monotonic() - began <= 31


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
