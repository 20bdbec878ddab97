"""Units that ordosync holds in a Merchant's shop, and that the Supplier sends after all; S: 2.5."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from ordosync.accounts.shopify.ids import fulfillment_order
from tests.accounts.contract.examples import line, parcel
from tests.accounts.shopify.people import ShopifyMerchantPeople, ShopifyServicePeople
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock
from tests.support.command import ordosync

DAY = date(2026, 12, 10)
Selling = tuple[Pair, ShopifyMerchantPeople, str, str]


@pytest.fixture(name="selling", params=[ShopifyMerchantPeople, ShopifyServicePeople])
def _selling(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Selling]:
    """A shop with an order of two CUP and one MUG, in which short units are held."""
    clock = VirtualClock()
    with closing(request.param(tmp_path, clock)) as people:
        pair = Pair(tmp_path, people, SqliteSupplierPeople(tmp_path, clock))
        ids = pair.imported("1001", line("CUP", 2), line("MUG", 1))
        pair.configure(shortages={"hold": "true"})
        yield pair, people, *ids


@pytest.mark.slow
@pytest.mark.parametrize("is_whole", [True, False])
def test_s11_backordered_units_that_are_sent_are_held_no_longer(
    selling: Selling, *, is_whole: bool
) -> None:
    pair, people, merchant_id, supplier_id = selling
    pair.supplier.backorder(supplier_id, DAY, 1, 0)
    pair.run("report-shortages")
    if is_whole:
        pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    else:
        pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 1)
        pair.run("update-tracking")
        pair.supplier.ship_part(supplier_id, parcel(number="1Z2"), 1, 0)

    ran = pair.run("update-tracking")

    assert ran.step.state == "done"
    assert people.sent_units(merchant_id) == {"CUP": 2, "MUG": 1}
    assert people.status(merchant_id) == "shipped"


def test_s2_restored_order_that_is_sent_is_held_no_longer(selling: Selling) -> None:
    pair, people, merchant_id, supplier_id = selling
    pair.supplier.cancel(supplier_id)
    pair.run("report-shortages")
    pair.supplier.restore(supplier_id)
    pair.run("report-shortages")
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))

    ran = pair.run("update-tracking")

    assert ran.step.state == "done"
    assert people.sent_units(merchant_id) == {"CUP": 2, "MUG": 1}


@pytest.mark.parametrize("selling", [ShopifyMerchantPeople], indirect=True)
def test_units_that_a_user_holds_stay_held_and_their_parcel_fails(selling: Selling) -> None:
    pair, people, merchant_id, supplier_id = selling
    part = fulfillment_order(merchant_id)
    people.fake.hold(part, lines={"CUP": 1})
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))

    ran = pair.run("update-tracking")
    people.fake.release(part)
    retried = ordosync(pair.folder, "retry", str(ran.step.id))

    assert (ran.step.state, ran.step.code) == ("failed", "on-hold")
    assert retried.code == 0, retried
    assert people.sent_units(merchant_id) == {"CUP": 2, "MUG": 1}
