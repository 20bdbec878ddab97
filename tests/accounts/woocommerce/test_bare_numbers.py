"""Numbers of a Supplier's shop that does not say which units are in a parcel, until the end.

P is a rule of lifecycle.md. The shop has the extension Shipment Tracking (lifecycle 3.3).
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.accounts.contract.examples import line
from tests.accounts.contract.people import numbers
from tests.accounts.sqlite.people import SqliteMerchantPeople
from tests.accounts.woocommerce.people import ShopSupplierPeople
from tests.fakes.woocommerce import Switches
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock

TASK = "update-tracking"


class Extended(Pair):
    """A Merchant at the desk, and a shop with the extension."""

    supplier: ShopSupplierPeople

    def track(self, order_id: str, number: str) -> None:
        """Add a number, without a change of the status."""
        self.supplier.fake.ship(int(order_id), number, way="tracking", complete=False)

    def shown(self, merchant_id: str) -> tuple[list[str], bool]:
        """Return the Merchant's numbers, sorted, and whether its order is shipped."""
        found = sorted(numbers(self.merchant.tracking(merchant_id)))
        return found, self.merchant.status(merchant_id) == "shipped"


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Iterator[Extended]:
    class Shippers(ShopSupplierPeople):
        def switches(self) -> Switches:
            return Switches(shipment_tracking=True)

    clock = VirtualClock()
    with (
        closing(SqliteMerchantPeople(tmp_path, clock)) as selling,
        closing(Shippers(tmp_path, clock)) as shipping,
    ):
        yield Extended(tmp_path, selling, shipping)


def test_p3_number_is_told_and_the_order_stays_open_until_it_is_completed(pair: Extended) -> None:
    merchant_id, order_id = pair.imported("1001", line("MUG", 3))
    pair.track(order_id, "T-1")
    pair.run(TASK)
    first = pair.shown(merchant_id)
    pair.stays_quiet(TASK)
    pair.supplier.fake.set_status(int(order_id), "completed")

    pair.run(TASK)

    assert first == (["T-1"], False)
    assert pair.shown(merchant_id) == (["T-1"], True)
    pair.stays_quiet(TASK)


def test_p4_second_number_is_told_and_the_first_one_is_not_void(pair: Extended) -> None:
    merchant_id, order_id = pair.imported("1001", line("MUG", 3))
    pair.track(order_id, "T-1")
    pair.run(TASK)
    pair.track(order_id, "T-2")
    pair.run(TASK)
    both = pair.shown(merchant_id)
    pair.supplier.fake.set_status(int(order_id), "completed")

    ran = pair.run(TASK)

    assert both == (["T-1", "T-2"], False)
    assert ran.count("failed") == 0
    assert pair.shown(merchant_id) == (["T-1", "T-2"], True)
    pair.stays_quiet(TASK)


def test_p4_two_numbers_of_a_completed_order_are_both_told(pair: Extended) -> None:
    """F4."""
    merchant_id, order_id = pair.imported("1001", line("MUG", 3))
    pair.track(order_id, "T-1")
    pair.track(order_id, "T-2")
    pair.supplier.fake.set_status(int(order_id), "completed")

    ran = pair.run(TASK)

    assert ran.count("failed") == ran.count("waiting") == 0
    assert pair.shown(merchant_id) == (["T-1", "T-2"], True)
    pair.stays_quiet(TASK)


def test_p9_entry_that_is_deleted_is_void_and_the_other_is_not(pair: Extended) -> None:
    merchant_id, order_id = pair.imported("1001", line("MUG", 3))
    pair.track(order_id, "T-1")
    pair.track(order_id, "T-2")
    pair.run(TASK)
    pair.supplier.recall(order_id, "T-1")

    pair.run(TASK)

    assert pair.shown(merchant_id) == (["T-2"], False)
    pair.stays_quiet(TASK)


def test_order_with_a_number_is_not_cancelled_and_both_accounts_say_why(pair: Extended) -> None:
    """The sent units are unknown."""
    merchant_id, order_id = pair.imported("1001", line("MUG", 3))
    pair.track(order_id, "T-1")
    pair.merchant.cancel(merchant_id)

    ran = pair.run("cancel-orders")

    assert (ran.step.state, ran.step.code) == ("failed", "partially-shipped")
    assert pair.supplier.fake.order(int(order_id))["status"] == "processing"
    assert any("do not send the rest" in text for text in pair.supplier.timeline(order_id))
