"""Rate limit by points: fully used, never exceeded, and shared by all threads."""

from threading import Thread

import msgspec
import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.shopify.cost_limit import Cost, CostLimit, ThrottleStatus
from ordosync.errors import UnavailableError
from ordosync.http.bucket import LocalBucket
from tests.accounts.contract.account import read, usable
from tests.accounts.contract.examples import order, sold
from tests.accounts.contract.opening import PORTAL, opened, write_config
from tests.accounts.shopify.people import ShopifyMerchantPeople, ShopifySupplierPeople
from tests.fakes.shopify.bucket import Bucket as ShopBucket
from tests.fakes.shopify.switches import Switches
from tests.support.clock import CrowdClock, VirtualClock
from tests.support.runs import run_once


def cost_of(requested: float, available: float) -> Cost:
    level = ThrottleStatus(maximum_available=2000, currently_available=available, restore_rate=100)
    return Cost(requested_query_cost=requested, actual_query_cost=1, throttle_status=level)


def learn(bucket: CostLimit, question: str, cost: Cost) -> None:
    with bucket.reserve(question) as reservation:
        bucket.learn(question, cost, reservation)


def waited(bucket: CostLimit, clock: VirtualClock, question: str) -> float:
    before = clock.monotonic()
    with bucket.reserve(question):
        return clock.monotonic() - before


def test_first_query_does_not_wait(clock: VirtualClock) -> None:
    assert waited(CostLimit(LocalBucket(clock)), clock, "Orders") == 0


def test_query_waits_until_there_are_enough_points(clock: VirtualClock) -> None:
    bucket = CostLimit(LocalBucket(clock))
    learn(bucket, "Orders", cost_of(500, available=100))

    assert waited(bucket, clock, "Orders") == pytest.approx(4, abs=0.1)
    assert waited(bucket, clock, "Cheap") == 0


def test_reserved_points_are_not_available(clock: VirtualClock) -> None:
    bucket = CostLimit(LocalBucket(clock))
    learn(bucket, "Orders", cost_of(500, available=700))

    with bucket.reserve("Orders"):
        assert waited(bucket, clock, "Orders") == pytest.approx(3, abs=0.1)


def test_query_that_costs_more_than_the_bucket_waits_until_it_is_full(clock: VirtualClock) -> None:
    bucket = CostLimit(LocalBucket(clock))
    learn(bucket, "Orders", cost_of(9000, available=1500))

    assert waited(bucket, clock, "Orders") == pytest.approx(5, abs=0.1)


@pytest.mark.parametrize("threads", [1, 8])
def test_whole_bucket_is_used_by_all_threads_together(threads: int) -> None:
    clock = CrowdClock(threads)
    bucket, service = CostLimit(LocalBucket(clock)), ShopBucket(Switches())
    at_most, in_fact, queries = 100, 40, 400 // threads
    turned_away: list[str] = []
    service.drain(0, clock.now())

    def ask() -> None:
        for _ in range(queries):
            with bucket.reserve("Orders") as reservation:
                clock.sleep(0.1)
                paid = service.pay(at_most, clock.now())
                if paid:
                    service.pay(in_fact - at_most, clock.now())
                else:
                    turned_away.append("Orders")
                status = msgspec.convert(service.status(clock.now()), ThrottleStatus)
                cost = Cost(requested_query_cost=at_most, throttle_status=status)
                bucket.learn("Orders", cost, reservation)
        clock.leave()

    workers = [Thread(target=ask) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    # The number of available points is unknown at first.
    assert len(turned_away) <= threads
    least_s = (400 * in_fact - at_most * len(turned_away)) / 100
    assert clock.monotonic() <= 1.15 * least_s


def test_throttled_write_is_retried_and_done_once(
    shipper: ShopifySupplierPeople, clock: VirtualClock
) -> None:
    account = opened(shipper)
    account.orders.create([order("1000")])
    shipper.fake.drain()
    before = clock.at

    [outcome] = account.orders.create([order("1001")])

    assert outcome.state == "done"
    assert len(shipper.orders()) == 2
    assert clock.at > before


def test_throttled_with_429_is_waited_out_too(
    shipper: ShopifySupplierPeople,
) -> None:
    account = opened(shipper)
    shipper.fake.switches.throttled_status = 429
    shipper.fake.drain()

    [outcome] = account.orders.create([order("1001")])

    assert outcome.state == "done"


def test_shop_without_points_is_unavailable(
    seller: ShopifyMerchantPeople,
) -> None:
    account = opened(seller)
    seller.fake.switches.points_per_s = 0.01
    seller.fake.drain()

    with pytest.raises(UnavailableError, match="use up the shop's query limit"):
        read(account.orders.changed(ReadRequest(cursor=None, now=seller.settle())))


def test_backlog_is_read_as_fast_as_the_points_allow(
    seller: ShopifyMerchantPeople, clock: VirtualClock
) -> None:
    placed = seller.request_all([sold(str(number)) for number in range(200)])
    account = opened(seller)
    began = clock.at

    orders = usable(read(account.orders.changed(ReadRequest(cursor=None, now=seller.settle())))[0])

    seconds = (clock.at - began).total_seconds() - 120
    assert len(orders) == len(placed)
    assert account.client.cost / (2000 + 100 * seconds) <= 1
    assert seller.fake.requests["RequestedOrders"] == account.client.calls
    assert account.client.calls <= 20


def test_order_is_read_once_however_many_are_put_together(
    seller: ShopifyMerchantPeople,
) -> None:
    seller.request_all([sold(str(number)) for number in range(200)])
    path = write_config(seller.folder, seller, None)
    seller.settle()

    ran = run_once(path, "import-orders", PORTAL, seller.clock)

    assert ran.counts == {"done": 200}
    assert {*seller.fake.requests} == {"RequestedOrders", "Keep"}
    assert ran.run.calls == seller.fake.requests.total() <= 3 + 200 / 25


def test_page_that_would_cost_too_much_is_made_smaller(seller: ShopifyMerchantPeople) -> None:
    seller.request_all([sold(str(number)) for number in range(20)])
    seller.fake.switches.most_points = 300
    account = opened(seller)

    orders = usable(read(account.orders.changed(ReadRequest(cursor=None, now=seller.settle())))[0])

    assert len(orders) == 20


def test_orders_that_would_cost_too_much_together_are_read_in_parts(
    seller: ShopifyMerchantPeople,
) -> None:
    placed = seller.request_all([sold(str(number)) for number in range(130)])
    account = opened(seller)

    orders = usable(read(account.orders.by_id(placed))[0])
    calls = account.client.calls
    again = usable(read(account.orders.by_id(placed))[0])

    assert sorted(order.id for order in orders) == sorted(placed)
    assert again == orders
    # By now the account knows how many orders fit into one query.
    assert account.client.calls - calls < calls
