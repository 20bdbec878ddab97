"""Complete runs between two shops: their number of calls, and no duplicates."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.accounts.contract.examples import line, parcel, product, sold
from tests.accounts.contract.opening import PORTAL
from tests.accounts.contract.people import numbers
from tests.accounts.woocommerce.people import ShopMerchantPeople, ShopSupplierPeople
from tests.fakes.woocommerce import Fault
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock
from tests.support.runs import run_once


class Shops(Pair):
    """Two shops, and the calls to both."""

    merchant: ShopMerchantPeople
    supplier: ShopSupplierPeople

    def calls(self) -> int:
        return self.merchant.fake.requests.total() + self.supplier.fake.requests.total()

    def calls_of(self, task: str) -> int:
        """Run a task; return its number of calls, which must equal the number in the log."""
        before = self.calls()
        ran = self.run(task)
        made = self.calls() - before
        assert ran.run.calls == made
        return made


@pytest.fixture(name="shops")
def _shops(tmp_path: Path) -> Iterator[Shops]:
    clock = VirtualClock()
    with (
        closing(ShopMerchantPeople(tmp_path, clock)) as selling,
        closing(ShopSupplierPeople(tmp_path, clock)) as shipping,
    ):
        yield Shops(tmp_path, selling, shipping)


def test_calls_of_a_day_of_100_orders(shops: Shops) -> None:
    ids = [shops.merchant.request(sold(str(n), line("MUG", 2), line("CUP"))) for n in range(100)]

    imported = shops.calls_of("import-orders")
    idle = shops.calls_of("import-orders")
    for number, order in enumerate(shops.supplier.orders()):
        shops.supplier.ship(order.id, parcel(number=f"1Z{number}"))
    reporting = shops.calls_of("update-tracking")
    nothing = shops.calls_of("update-tracking")

    # Merchant: site, orders, products by number and by SKU. Supplier: newest orders, products, two
    # new ones, 100 orders.
    assert imported == 4 + 1 + 1 + 2 + 100
    assert idle == 4
    # A page, each order's parcels, the plug-ins of both shops, products; for each order: the order,
    # its parcels and two writes.
    assert reporting == 1 + 100 + 2 + 1 + 100 * 4
    assert nothing <= 2 + 100
    assert {shops.merchant.status(id_) for id_ in ids} == {"shipped"}


@pytest.mark.parametrize("lost", ["lost-reset", "lost-500", "cut"])
def test_order_whose_answer_was_lost_is_created_once(shops: Shops, lost: Any) -> None:
    shops.merchant.request(sold("1001"))
    shops.supplier.fake.faults.add(Fault(kind=lost, method="POST", path="/orders$"))

    first = shops.run("import-orders")
    second = shops.run("import-orders")

    assert first.counts == {"waiting": 1}
    assert second.counts == {"unchanged": 1}
    assert len(shops.supplier.orders()) == 1
    shops.stays_quiet("import-orders")


def test_every_order_is_found_again_after_the_store_was_lost(shops: Shops) -> None:
    for number in range(5):
        shops.merchant.request(sold(str(number)))
    shops.run("import-orders")
    for path in shops.folder.glob("ordosync.db*"):
        path.unlink()

    ran = shops.run("import-orders")

    assert ran.counts == {"unchanged": 5}
    assert len(shops.supplier.orders()) == 5


def test_lines_with_the_same_sku_stay_separate(shops: Shops) -> None:
    """Two lines with the same SKU keep their own details from end to end."""
    lines = (line("MUG", 1, id="a", details="Red"), line("MUG", 2, id="b", details="Blue"))
    _, supplier_id = shops.imported("1001", *lines)

    imported = shops.supplier.order(supplier_id).lines

    assert [(line.quantity, line.details) for line in imported] == [(1, "Red"), (2, "Blue")]


def test_sku_of_two_products_fails_once_and_can_be_retried(shops: Shops) -> None:
    shops.merchant.fake.switches.sku_unique = False
    # Plug-ins for languages create a product for each language.
    for name in ("Mug", "Tasse"):
        shops.merchant.add_product(product("MUG", name=name))

    first = shops.run("import-products")
    second = shops.run("import-products")
    again = run_once(shops.path, "import-products", PORTAL, shops.merchant.clock, only=first.steps)

    assert (first.counts, first.step.code) == ({"failed": 1}, "sku-claimed")
    assert (second.counts, second.steps) == ({"unchanged": 1}, ())
    assert (again.counts, again.step.code) == ({"failed": 1}, "sku-claimed")


@pytest.mark.parametrize("extension", [False, True])
def test_same_number_is_reported_again_after_it_was_voided(shops: Shops, extension: bool) -> None:
    """A user may remove a number to correct its carrier, and then add it again."""
    shops.supplier.fake.switches.shipment_tracking = extension
    shops.supplier.fake.switches.fulfillments = not extension
    merchant_id, supplier_id = shops.imported("1001")
    numbers_seen = []
    for _ in range(2):
        shops.supplier.ship(supplier_id, parcel(number="1Z1"))
        shops.run("update-tracking")
        numbers_seen.append(numbers(shops.merchant.tracking(merchant_id)))
        shops.supplier.void(supplier_id)
        shops.run("update-tracking")
        numbers_seen.append(numbers(shops.merchant.tracking(merchant_id)))

    assert numbers_seen == [["1Z1"], [], ["1Z1"], []]
    shops.stays_quiet("update-tracking")


def test_w1_first_of_two_parcels_does_not_complete_the_order_and_is_not_voided(
    shops: Shops,
) -> None:
    """W1: the buyer got a mail that all was sent, and then that the first number was void."""
    merchant_id, supplier_id = shops.imported("1001", line("MUG", 2), line("CUP", 3))
    order = int(merchant_id)
    shops.supplier.ship_part(supplier_id, parcel(number="F-1"), 2, 0)
    shops.run("update-tracking")
    between = shops.merchant.fake.order(order)["status"]
    shops.supplier.ship_part(supplier_id, parcel(number="F-2"), 0, 3)

    shops.run("update-tracking")

    shown = [*numbers(shops.merchant.tracking(merchant_id)), *shops.merchant.fake.notes(order)]
    assert between == "processing"
    assert shops.merchant.fake.order(order)["status"] == "completed"
    assert not any("void" in note for note in shops.merchant.fake.notes(order))
    assert all(any(number in text for text in shown) for number in ("F-1", "F-2"))


def test_corrected_number_replaces_the_wrong_one(shops: Shops) -> None:
    """W1: the fulfillment is the same, so no parcel has the earlier number any more."""
    merchant_id, supplier_id = shops.imported("1001", line("MUG", 2))
    shops.supplier.ship_part(supplier_id, parcel(number="F-1"), 2)
    shops.run("update-tracking")
    shops.supplier.fake.correct(int(supplier_id), "F-1", "F-2")

    ran = shops.run("update-tracking")

    assert ran.counts == {"done": 1}
    assert numbers(shops.merchant.tracking(merchant_id)) == ["F-2"]
    shops.stays_quiet("update-tracking")
