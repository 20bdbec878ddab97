"""Points of an account: a query waits for its own, and for those that others have reserved."""

import pytest

from ordosync.http.bucket import Bucket, BucketStatus
from tests.http.limits import Limited
from tests.support.clock import VirtualClock


def learn(bucket: Bucket, available: float, *, cost: float = 0) -> None:
    """Send a query whose response reports these points."""
    with bucket.reserve(cost) as reservation:
        reservation.status = BucketStatus(maximum=2000, available=available, restore_rate=100)


def waited(bucket: Bucket, clock: VirtualClock, cost: float) -> float:
    before = clock.monotonic()
    with bucket.reserve(cost):
        return clock.monotonic() - before


def test_nothing_is_waited_for_before_the_first_response(limited: Limited) -> None:
    clock = VirtualClock()

    assert waited(limited(clock).bucket("shop"), clock, 500) == 0


def test_query_waits_until_the_bucket_has_its_cost(limited: Limited) -> None:
    clock = VirtualClock()
    bucket = limited(clock).bucket("shop")
    learn(bucket, 100)

    assert waited(bucket, clock, 500) == pytest.approx(4, abs=0.1)


def test_points_of_a_query_under_way_are_not_available(limited: Limited) -> None:
    clock = VirtualClock()
    bucket = limited(clock).bucket("shop")
    learn(bucket, 700)

    with bucket.reserve(500):
        assert waited(bucket, clock, 500) == pytest.approx(3, abs=0.1)


def test_report_does_not_include_points_that_are_still_reserved(limited: Limited) -> None:
    clock = VirtualClock()
    bucket = limited(clock).bucket("shop")
    learn(bucket, 700)

    with bucket.reserve(500):
        learn(bucket, 600, cost=100)
        assert waited(bucket, clock, 400) == pytest.approx(3, abs=0.1)


def test_unused_points_are_available_again(limited: Limited) -> None:
    clock = VirtualClock()
    bucket = limited(clock).bucket("shop")
    learn(bucket, 1000)
    learn(bucket, 990, cost=1000)

    assert waited(bucket, clock, 990) == 0


def test_bucket_holds_no_more_than_its_maximum(limited: Limited) -> None:
    clock = VirtualClock()
    bucket = limited(clock).bucket("shop")
    learn(bucket, 1500)
    clock.sleep(3600)

    assert waited(bucket, clock, 9000) == 0
    with bucket.reserve(2000):
        assert bucket.wait_s(100) == pytest.approx(1, abs=0.1)
