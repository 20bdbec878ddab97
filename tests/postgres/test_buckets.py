"""Points that several hosts share: what one has reserved is not there for the others."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from threading import Thread

import pytest

from ordosync.http.bucket import Bucket, BucketStatus
from ordosync.postgres.rates import CALL_S
from tests.fakes.shopify.bucket import Bucket as ShopBucket
from tests.fakes.shopify.switches import Switches
from tests.postgres.limits import ACCOUNT, shared_limits
from tests.support.clock import CrowdClock, VirtualClock

FULL = BucketStatus(maximum=2000, available=2000, restore_rate=100)


@pytest.fixture(name="stack")
def _stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def report(bucket: Bucket, status: BucketStatus) -> None:
    with bucket.reserve(0) as reservation:
        reservation.status = status


def waited(bucket: Bucket, clock: VirtualClock, cost: float) -> float:
    before = clock.monotonic()
    with bucket.reserve(cost):
        return clock.monotonic() - before


def test_points_that_another_process_has_reserved_are_not_available(
    postgres: str, stack: ExitStack
) -> None:
    clock = VirtualClock()
    one, other = (
        stack.enter_context(closing(shared_limits(postgres, clock))).bucket(ACCOUNT)
        for _ in range(2)
    )
    report(one, FULL)

    with one.reserve(1500):
        assert waited(other, clock, 1000) == pytest.approx(5, abs=0.1)


def test_late_report_does_not_return_what_others_have_used(postgres: str, stack: ExitStack) -> None:
    clock = VirtualClock()
    one, other = (
        stack.enter_context(closing(shared_limits(postgres, clock))).bucket(ACCOUNT)
        for _ in range(2)
    )
    report(one, FULL)

    with one.reserve(0) as late:
        late.status = FULL
        with other.reserve(2000) as used:
            used.status = BucketStatus(maximum=2000, available=0, restore_rate=100)

    assert one.wait_s(100) == pytest.approx(1, abs=0.1)


def test_reservation_of_a_killed_process_is_forgotten_after_the_longest_call(
    postgres: str, stack: ExitStack
) -> None:
    clock = VirtualClock()
    one, other = (
        stack.enter_context(closing(shared_limits(postgres, clock))).bucket(ACCOUNT)
        for _ in range(2)
    )
    report(one, FULL)
    one._take(2000)  # type: ignore[attr-defined]
    clock.sleep(CALL_S)

    report(other, FULL)

    assert waited(other, clock, 2000) == 0


def test_processes_use_the_whole_bucket_together(postgres: str, stack: ExitStack) -> None:
    processes, queries, most, actual = 4, 25, 100, 40
    clock = CrowdClock(processes)
    service = ShopBucket(Switches())
    service.drain(0, clock.now())
    throttled: list[float] = []

    def query(bucket: Bucket) -> None:
        try:
            query_until_end(bucket)
        finally:
            clock.leave()

    def query_until_end(bucket: Bucket) -> None:
        for _ in range(queries):
            with bucket.reserve(most) as reservation:
                clock.sleep(0.1)
                if service.pay(most, clock.now()):
                    service.pay(actual - most, clock.now())
                else:
                    throttled.append(clock.monotonic())
                left = service.status(clock.now())
                reservation.status = BucketStatus(
                    maximum=2000, available=left["currentlyAvailable"], restore_rate=100
                )

    threads = [
        Thread(
            target=query,
            args=(stack.enter_context(closing(shared_limits(postgres, clock))).bucket(ACCOUNT),),
        )
        for _ in range(processes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # The number of available points is unknown at first.
    assert len(throttled) <= processes
    least_s = (processes * queries * actual - most * len(throttled)) / 100
    assert clock.monotonic() <= 1.25 * least_s
