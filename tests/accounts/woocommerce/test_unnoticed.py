"""W2: tracking numbers that are added without changing the order's modification time."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.people import numbers
from tests.accounts.shopify.people import ShopifyMerchantPeople
from tests.accounts.sqlite.people import SqliteMerchantPeople
from tests.accounts.woocommerce.people import ShopSupplierPeople
from tests.fakes.woocommerce import Switches
from tests.fakes.woocommerce.people_parcels import Way
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock

TASK = "update-tracking"
LIST = "GET /wc/v3/orders"
WAYS: dict[str, tuple[Way, Switches]] = {
    "fulfillments": ("fulfillment", Switches(fulfillments=True, orders_as_posts=True)),
    "extension": ("tracking", Switches(version="7.8.2", advanced_shipment_tracking=True)),
}


class ByDesk(Pair):
    """A Merchant at the desk, and a shop that ships."""

    supplier: ShopSupplierPeople
    way: Way

    def calls(self, task: str = TASK) -> int:
        """Run a task; return how often it has read orders of the shop."""
        before = self.supplier.fake.requests[LIST]
        self.run(task)
        return self.supplier.fake.requests[LIST] - before

    def add_number(self, order_id: str, number: str) -> None:
        """Add the number of a parcel with all units, without a change of the status."""
        units = {line.sku: line.quantity for line in self.supplier.order(order_id).lines}
        self.supplier.fake.ship(
            int(order_id), number, way=self.way, quantities=units, complete=False
        )

    def reported_numbers(self, merchant_id: str) -> list[str]:
        return numbers(self.merchant.tracking(merchant_id))


@pytest.fixture(name="pair", params=list(WAYS))
def _pair(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[ByDesk]:
    way, switches = WAYS[request.param]

    class Shippers(ShopSupplierPeople):
        def switches(self) -> Switches:
            return switches

    clock = VirtualClock()
    with (
        closing(SqliteMerchantPeople(tmp_path, clock)) as selling,
        closing(Shippers(tmp_path, clock)) as shipping,
    ):
        pair = ByDesk(tmp_path, selling, shipping)
        pair.way = way
        yield pair


def after_other_changes(pair: ByDesk) -> None:
    """Change other orders and let time pass, so that the next read starts after them."""
    pair.run(TASK)
    pair.supplier.clock.at += timedelta(minutes=10)
    pair.supplier.sell("OWN", 1)
    pair.supplier.clock.at += timedelta(minutes=10)
    pair.run(TASK)


def imported(pair: ByDesk, count: int) -> list[str]:
    """Import orders; return their ids at the Merchant."""
    ids = pair.merchant.request_all([sold(str(number)) for number in range(count)])
    assert pair.run("import-orders").count("done") == count
    return list(ids)


def test_number_that_does_not_change_its_order_is_reported(pair: ByDesk) -> None:
    pair.supplier.fake.add_product("OWN")
    merchant_id, order_id = pair.imported("1001")
    after_other_changes(pair)
    pair.add_number(order_id, "1Z1")

    ran = pair.run(TASK)

    assert ran.counts == {"done": 1}
    assert pair.reported_numbers(merchant_id) == ["1Z1"]
    pair.stays_quiet(TASK)


def test_number_that_comes_after_its_order_was_completed_is_reported(pair: ByDesk) -> None:
    pair.supplier.fake.add_product("OWN")
    merchant_id, order_id = pair.imported("1001")
    pair.supplier.fake.set_status(int(order_id), "completed")
    first = pair.run(TASK)
    after_other_changes(pair)
    pair.add_number(order_id, "1Z1")

    pair.run(TASK)

    assert first.step.code == "no-tracking"
    assert pair.reported_numbers(merchant_id) == ["1Z1"]


def test_label_that_replaced_a_void_one_is_reported(pair: ByDesk) -> None:
    pair.supplier.fake.add_product("OWN")
    merchant_id, order_id = pair.imported("1001")
    pair.supplier.ship(order_id, parcel(number="1Z1"))
    pair.run(TASK)
    pair.supplier.void(order_id)
    pair.run(TASK)
    after_other_changes(pair)
    pair.add_number(order_id, "1Z2")

    pair.run(TASK)

    assert pair.reported_numbers(merchant_id) == ["1Z2"]


def test_hundred_orders_without_a_number_are_one_call_in_each_run(pair: ByDesk) -> None:
    imported(pair, 100)
    pair.run(TASK)
    pair.supplier.clock.at += timedelta(days=1)
    pair.supplier.sell("MUG", 1)
    pair.run(TASK)
    pair.supplier.clock.at += timedelta(minutes=20)
    pair.run(TASK)

    # One call for the list, one for the orders by id.
    assert [pair.calls() for _ in range(3)] == [2, 2, 2]


def test_more_orders_without_a_number_are_read_once_an_hour(pair: ByDesk) -> None:
    imported(pair, 101)
    pair.run(TASK)
    pair.supplier.clock.at += timedelta(days=1)
    pair.supplier.sell("MUG", 1)
    now = pair.supplier.clock.at
    pair.supplier.clock.at = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
    pair.run(TASK)

    within = [pair.calls() for _ in range(3)]
    pair.supplier.clock.at += timedelta(hours=1)
    after = [pair.calls() for _ in range(2)]

    assert within == [1, 1, 1]
    assert after == [1 + 2, 1]


def test_orders_with_a_number_are_not_read(pair: ByDesk) -> None:
    merchant_id, order_id = pair.imported("1001")
    pair.supplier.ship(order_id, parcel(number="1Z1"))
    pair.run(TASK)
    pair.supplier.clock.at += timedelta(days=1)

    assert pair.reported_numbers(merchant_id) == ["1Z1"]
    assert pair.calls() == 1


@pytest.mark.parametrize(("days", "calls"), [(89, 2), (91, 1)])
def test_order_that_was_shipped_long_ago_without_a_number_is_not_read(
    pair: ByDesk, days: int, calls: int
) -> None:
    pair.supplier.fake.add_product("OWN")
    _, order_id = pair.imported("1001")
    pair.supplier.fake.set_status(int(order_id), "completed")
    pair.run(TASK)
    pair.supplier.clock.at += timedelta(days=days)
    pair.supplier.sell("OWN", 1)  # the list goes on from there
    pair.run(TASK)
    pair.supplier.clock.at += timedelta(minutes=20)

    assert pair.calls() == calls


def test_order_whose_number_was_refused_is_not_read_by_each_run(pair: ByDesk) -> None:
    """Otherwise each run would be kept in the log, although it changed nothing."""
    pair.supplier.fake.add_product("OWN")
    merchant_id, order_id = pair.imported("1001")
    after_other_changes(pair)
    pair.merchant.cancel(merchant_id)
    pair.add_number(order_id, "1Z1")
    first = pair.run(TASK)

    assert first.counts == {"failed": 1}
    assert pair.calls() == 1
    pair.stays_quiet(TASK)


def test_f2_second_parcel_that_does_not_change_its_order_is_reported(tmp_path: Path) -> None:
    """An order of which units are open is read until the last one is sent."""

    class Shippers(ShopSupplierPeople):
        def switches(self) -> Switches:
            return WAYS["fulfillments"][1]

    clock = VirtualClock()
    with (
        closing(ShopifyMerchantPeople(tmp_path, clock)) as selling,
        closing(Shippers(tmp_path, clock)) as shipping,
    ):
        pair = ByDesk(tmp_path, selling, shipping)
        shipping.fake.add_product("OWN")
        merchant_id, order_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
        told = []
        for number, *units in (("1Z1", 1, 0), ("1Z2", 1, 1)):
            after_other_changes(pair)
            shipping.ship_part(order_id, parcel(number=number), *units)
            pair.run(TASK)
            told.append(pair.merchant.sent_units(merchant_id))
        after_other_changes(pair)

        assert told == [{"CUP": 1}, {"CUP": 2, "MUG": 1}]
        assert pair.calls() == 1
