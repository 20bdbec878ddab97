"""Orders that a shop moves to the trash, or without units; E and S: lifecycle.md 1.6 and 2.5."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.sqlite.people import SqliteMerchantPeople, SqliteSupplierPeople
from tests.accounts.woocommerce.people import ShopMerchantPeople, ShopSupplierPeople
from tests.fakes.woocommerce import refunds
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock
from tests.support.command import ordosync

TASK = "report-shortages"
IMPORT = "import-orders"
Selling = tuple[Pair, ShopMerchantPeople]


@pytest.fixture(name="selling")
def _selling(tmp_path: Path) -> Iterator[Selling]:
    """A shop as the Merchant of a local Supplier."""
    clock = VirtualClock()
    with closing(ShopMerchantPeople(tmp_path, clock)) as people:
        yield Pair(tmp_path, people, SqliteSupplierPeople(tmp_path, clock)), people


def attention(pair: Pair) -> list[tuple[str, str]]:
    """Return code and severity of each entry that needs an operator."""
    entries = ordosync(pair.folder, "attention", "--json").json["attention"]
    return [(it["code"], it["severity"]) for it in entries if it["severity"] != "low"]


def test_e24_order_that_the_merchant_deleted_is_reported_until_it_is_restored(
    selling: Selling,
) -> None:
    pair, people = selling
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2))
    people.fake.trash(int(merchant_id))

    first, again = pair.run(IMPORT), pair.run(IMPORT)
    listed = attention(pair)
    people.fake.restore(int(merchant_id))
    restored = pair.run(IMPORT)

    assert (first.step.state, first.step.code, again.steps) == ("failed", "deleted", ())
    assert listed == [("deleted", "critical")]
    assert "The Merchant deleted this order" in pair.supplier.timeline(supplier_id)[-1]
    assert pair.supplier.status(supplier_id) == "awaiting_fulfillment"
    assert (restored.step.code, attention(pair)) == ("given-back", [])


def test_e24_deleted_order_that_the_supplier_cancels_is_settled(selling: Selling) -> None:
    pair, people = selling
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2))
    people.fake.trash(int(merchant_id))
    pair.run(IMPORT)
    pair.supplier.cancel(supplier_id)

    pair.run(IMPORT)

    assert attention(pair) == []


def test_e24_order_that_is_deleted_after_it_was_sent_is_no_problem(selling: Selling) -> None:
    pair, people = selling
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2))
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    pair.run("update-tracking")
    people.fake.trash(int(merchant_id))

    ran = pair.run(IMPORT)

    assert (ran.steps, attention(pair)) == ((), [])


def test_e24_order_that_was_deleted_for_good_is_reported_when_it_is_sent(selling: Selling) -> None:
    """No list of the shop has it."""
    pair, people = selling
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2))
    people.fake.delete(int(merchant_id))
    ran = pair.run(IMPORT)
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    pair.run("update-tracking")

    assert ran.steps == ()
    assert attention(pair) == [("not-found", "normal")]


def test_e24_trash_that_counts_as_cancelled_is_left_to_cancel_orders(tmp_path: Path) -> None:
    class People(ShopMerchantPeople):
        @property
        def options(self) -> dict[str, object]:
            return {**super().options, "cancelled": ["cancelled", "trash"]}

    clock = VirtualClock()
    with closing(People(tmp_path, clock)) as people:
        pair = Pair(tmp_path, people, SqliteSupplierPeople(tmp_path, clock))
        merchant_id, supplier_id = pair.imported("1001", line("CUP", 2))
        people.fake.trash(int(merchant_id))

        ran = pair.run(IMPORT)
        pair.run("cancel-orders")

        assert (ran.steps, pair.supplier.status(supplier_id)) == ((), "cancelled")


def test_orders_of_other_suppliers_make_no_step_without_lines_or_in_the_trash(
    selling: Selling,
) -> None:
    pair, people = selling
    deleted = people.take(sold("1001", line("CUP", 2)))
    people.take(sold("1002", line("CUP", 2)))
    people.fake.trash(int(deleted))

    ran = pair.run(IMPORT)

    assert (ran.steps, ran.counts) == ((), {})


@pytest.mark.parametrize("is_carried", [True, False])
def test_e16_refund_of_all_units_is_an_edit_unless_cancel_orders_carries_it(
    selling: Selling, *, is_carried: bool
) -> None:
    """The shop keeps the status of an order while some of its money is not refunded."""
    pair, people = selling
    pair.configure(tasks={"cancel-orders": "hourly" if is_carried else "off"})
    ordosync(pair.folder, "autosync")
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2))
    _refund_units(people, int(merchant_id))

    imported = pair.run(IMPORT)
    if is_carried:
        pair.run("cancel-orders")

    codes = [step.code for step in imported.steps]
    assert codes == ([] if is_carried else ["edited"])
    assert (pair.supplier.status(supplier_id) == "cancelled") == is_carried


def _refund_units(people: ShopMerchantPeople, order_id: int) -> None:
    with people.fake.shop.lock:
        order = people.fake.shop.order(order_id)
        lines = [{"id": it.id, "quantity": it.quantity, "refund_total": 1} for it in order.lines]
        body = {"line_items": lines, "api_refund": False, "api_restock": True}
        refunds.refund(people.fake.shop, order, body)


def test_s17_order_in_the_trash_is_reported_until_it_is_restored(tmp_path: Path) -> None:
    clock = VirtualClock()
    with closing(ShopSupplierPeople(tmp_path, clock)) as shipping:
        pair = Pair(tmp_path, SqliteMerchantPeople(tmp_path, clock), shipping)
        merchant_id, supplier_id = pair.imported("1001", line("CUP", 2))
        shipping.fake.trash(int(supplier_id))

        first, again = pair.run(TASK), pair.run(TASK)
        state = pair.link(merchant_id).state
        shipping.fake.restore(int(supplier_id))
        pair.run(TASK)
        pair.supplier.ship(supplier_id, parcel(number="1Z1"))
        pair.run("update-tracking")

        assert (first.step.code, again.steps) == ("gone", ())
        assert state == "cancelled_by_supplier"
        assert "The Supplier deleted this order" in "".join(pair.merchant.timeline(merchant_id))
        assert pair.merchant.status(merchant_id) == "shipped"
