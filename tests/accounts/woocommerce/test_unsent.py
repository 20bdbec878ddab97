"""Units of orders that the Supplier does not have yet: the quantity never exceeds the stock."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from tests.accounts.contract.examples import line as one_line
from tests.accounts.contract.examples import product, sold
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.accounts.woocommerce.people import TAG, ShopMerchantPeople
from tests.fakes.woocommerce import Fault
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.rebuilding import lose, rebuilt
from tests.support.clock import VirtualClock
from tests.support.command import Done, ordosync

TASK = "write-inventory-back"


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Iterator[Pair]:
    clock = VirtualClock()
    with (
        closing(ShopMerchantPeople(tmp_path, clock)) as selling,
        closing(SqliteSupplierPeople(tmp_path, clock)) as shipping,
    ):
        pair = Pair(tmp_path, selling, shipping)
        selling.add_product(product("MUG"))
        pair.run("import-products")
        shipping.count("MUG", 10)
        pair.run(TASK)
        assert selling.physical("MUG") == 10
        yield pair


def at(pair: Pair, *words: str) -> Done:
    """Run a command at the time of the pair's clock."""
    with patch("ordosync.cli.context.Clock", lambda: pair.merchant.clock):
        return ordosync(pair.folder, *words)


def sell(pair: Pair, number: str, quantity: int = 2) -> int:
    return int(pair.merchant.request(sold(number, one_line("MUG", quantity))))


def test_units_of_an_order_that_is_not_sent_yet_are_subtracted(pair: Pair) -> None:
    sell(pair, "1001")

    pair.stays_quiet(TASK)

    assert pair.merchant.physical("MUG") == 8


def test_unsent_packs_come_off_in_units(pair: Pair) -> None:
    (pair.folder / "map.csv").write_text("merchant_sku,supplier_sku,units\nMUG,MUG,3\n")
    pair.configure(sku_map="map.csv")
    pair.supplier.count("MUG", 13)
    sell(pair, "1001", 1)

    pair.run(TASK)

    assert pair.merchant.physical("MUG") == 3


def test_units_of_a_sent_order_are_subtracted_by_the_supplier(pair: Pair) -> None:
    sell(pair, "1001")
    pair.run("import-orders")

    pair.stays_quiet(TASK, "import-orders")

    assert pair.merchant.physical("MUG") == 8


def test_supplier_counts_again_while_orders_wait(pair: Pair) -> None:
    sell(pair, "1001")
    pair.run("import-orders")
    sell(pair, "1002", 3)
    pair.supplier.count("MUG", 20)

    ran = pair.run(TASK)

    assert ran.counts == {"done": 1}
    assert pair.merchant.physical("MUG") == 20 - 2 - 3
    pair.run("import-orders")
    pair.stays_quiet(TASK)


def test_order_on_hold_has_reduced_the_stock_as_well(pair: Pair) -> None:
    assert isinstance(pair.merchant, ShopMerchantPeople)
    order_id = sell(pair, "1001")
    pair.merchant.fake.set_status(order_id, "on-hold")
    pair.supplier.count("MUG", 20)

    pair.run(TASK)

    assert pair.merchant.physical("MUG") == 18


def test_l11_units_that_are_cancelled_before_the_import_are_shown_again(pair: Pair) -> None:
    order_id = sell(pair, "1001")
    pair.run(TASK)
    before = pair.merchant.physical("MUG")
    pair.merchant.cancel(str(order_id))

    pair.run(TASK)

    assert (before, pair.merchant.physical("MUG")) == (8, 10)


def test_oversold_quantity_is_0_and_never_less(pair: Pair) -> None:
    sell(pair, "1001", 12)

    ran = pair.run(TASK)

    assert ran.counts == {"done": 1}
    assert pair.merchant.physical("MUG") == 0
    pair.stays_quiet(TASK)


def test_deducted_units_are_reported_with_the_quantity(pair: Pair) -> None:
    """Otherwise the quantity would look as if someone had set a buffer."""
    sell(pair, "1001")
    pair.supplier.count("MUG", 20)

    ran = pair.run(TASK)

    assert pair.merchant.physical("MUG") == 18
    assert ran.step.reason == "20 at the Supplier minus 2 sold but not imported yet"


def test_units_of_an_order_that_cannot_be_imported_are_deducted(pair: Pair) -> None:
    """W6: the owner of its other line is unknown, so it waits for the operator."""
    assert isinstance(pair.merchant, ShopMerchantPeople)
    fake = pair.merchant.fake
    fake.add_product("GONE", tags=[TAG])
    fake.place_order({"MUG": 3, "GONE": 1})
    fake.delete_product("GONE", force=True)
    pair.supplier.count("MUG", 20)

    imported = pair.run("import-orders")
    pair.run(TASK)

    assert (imported.counts, imported.step.code) == ({"failed": 1}, "product-gone")
    assert "remove the line from the order" in (imported.step.reason or "")
    assert pair.merchant.physical("MUG") == 17


def test_w6_order_that_cannot_be_imported_is_settled_without_a_retry(pair: Pair) -> None:
    assert isinstance(pair.merchant, ShopMerchantPeople)
    fake = pair.merchant.fake
    fake.add_product("GONE", tags=[TAG])
    order_id = fake.place_order({"MUG": 3, "GONE": 1})
    fake.delete_product("GONE", force=True)
    pair.supplier.count("MUG", 20)
    step = pair.run("import-orders").step

    [entry] = at(pair, "attention", "--json").json["attention"]
    why = at(pair, "why", str(order_id)).out
    assert at(pair, "dismiss", str(step.id)).code == 0
    pair.run(TASK)

    assert entry["settle"] == f"ordosync dismiss {step.id}"
    assert "remove the line" in entry["reason"]
    assert "remove the line at the shop, and the next import-orders sends the rest" in why
    # Its units left the shop's stock when they were sold.
    assert pair.merchant.physical("MUG") == 17
    assert "nothing needs attention" in at(pair, "attention").err


def test_w6_order_is_imported_once_its_line_was_removed(pair: Pair) -> None:
    assert isinstance(pair.merchant, ShopMerchantPeople)
    fake = pair.merchant.fake
    fake.add_product("GONE", tags=[TAG])
    order_id = fake.place_order({"MUG": 3, "GONE": 1})
    fake.delete_product("GONE", force=True)
    assert pair.run("import-orders").counts == {"failed": 1}

    fake.edit_lines(order_id, {"": 0})

    assert pair.run("import-orders").counts == {"done": 1}


def test_w6_units_of_orders_that_cannot_be_imported_stay_sold_after_a_rebuild(pair: Pair) -> None:
    assert isinstance(pair.merchant, ShopMerchantPeople)
    fake = pair.merchant.fake
    fake.add_product("GONE", tags=[TAG])
    fake.place_order({"MUG": 3, "GONE": 1})
    fake.delete_product("GONE", force=True)
    pair.supplier.count("MUG", 20)
    pair.run("import-orders")
    lose(pair)
    rebuilt(pair, add=True)

    pair.run(TASK)

    assert pair.merchant.physical("MUG") == 17


def test_fraction_of_a_sold_unit_is_rounded_up(pair: Pair) -> None:
    assert isinstance(pair.merchant, ShopMerchantPeople)
    fake = pair.merchant.fake
    fake.sell("MUG")

    def halve(body: Any) -> Any:
        for line in [line for order in body for line in order["line_items"]]:
            line["quantity"] = 2.5
        return body

    fake.faults.add(Fault(kind="edited", method="GET", path="/orders$", edit=halve, times=9))
    pair.supplier.count("MUG", 20)

    pair.run(TASK)

    assert pair.merchant.physical("MUG") == 17


def test_units_that_are_sold_after_the_plan_was_made_are_subtracted(pair: Pair) -> None:
    assert isinstance(pair.merchant, ShopMerchantPeople)

    def sell_meanwhile(body: Any) -> Any:
        sell(pair, "1001")
        return body

    fault = Fault(kind="edited", method="GET", path="/orders$", edit=sell_meanwhile, times=1)
    pair.merchant.fake.faults.add(fault)
    pair.supplier.count("MUG", 20)

    pair.run(TASK)

    assert pair.merchant.physical("MUG") == 18


def test_order_that_is_requested_again_is_on_hold_until_it_is_imported(
    pair: Pair,
) -> None:
    order = str(sell(pair, "1001"))
    pair.run("import-orders")
    pair.merchant.cancel(order)
    pair.run("cancel-orders")
    pair.merchant.request_again(order)

    pair.run(TASK)
    between = pair.merchant.physical("MUG")
    pair.run("import-orders")
    pair.run(TASK)

    assert between == pair.merchant.physical("MUG") == 8
