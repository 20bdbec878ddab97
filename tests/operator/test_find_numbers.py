"""Orders of a shop are known by the numbers that its users see, not only by their ids."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.accounts.contract.examples import line, sold
from tests.accounts.woocommerce.people import ShopMerchantPeople, ShopSupplierPeople
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock
from tests.support.command import Done, ordosync

NUMBER = "SO-90055"


class Shops(Pair):
    """Two shops. A plug-in gives the orders of the Merchant other numbers."""

    merchant: ShopMerchantPeople
    supplier: ShopSupplierPeople

    def command(self, *words: str) -> Done:
        return ordosync(self.path.parent, *words, "--config", str(self.path))


@pytest.fixture(name="shops")
def _shops(tmp_path: Path) -> Iterator[Shops]:
    clock = VirtualClock()
    with (
        closing(ShopMerchantPeople(tmp_path, clock)) as selling,
        closing(ShopSupplierPeople(tmp_path, clock)) as shipping,
    ):
        shops = Shops(tmp_path, selling, shipping)
        shops.configure(supplier={"account": "northwind", "prefix": "M-", **shipping.pair})
        yield shops


def test_w8_the_number_of_a_plug_in_finds_the_order(shops: Shops) -> None:
    merchant_id, supplier_id = shops.imported(NUMBER)

    for word in (NUMBER, NUMBER.lower(), f"M-{NUMBER}", merchant_id):
        done = shops.command("why", word, "--json")
        assert done.code == 0, done
        stories = {story["merchant"]: story for story in done.json["why"]}
        assert stories[merchant_id]["supplier"] == supplier_id
        assert stories[merchant_id]["merchant_number"] == NUMBER
    shown = shops.command("why", NUMBER).out
    assert shown.startswith(f"{NUMBER} (id {merchant_id}) at ")


def test_w8_find_knows_the_number_and_the_other_side(shops: Shops) -> None:
    merchant_id, supplier_id = shops.imported(NUMBER)

    [row] = shops.command("find", NUMBER.lower(), "--json").json["found"]

    assert (row["number"], row["value"], row["exact"]) == (merchant_id, NUMBER, True)
    assert row["other_number"] == supplier_id


def test_w8_attention_shows_the_number_of_a_failed_order(shops: Shops) -> None:
    merchant_id = shops.merchant.request(sold(NUMBER, line("MUG,2")))
    shops.merchant.settle()
    assert shops.run("import-orders").run.counts.failed == 1

    listed = shops.command("attention")

    assert f"{NUMBER} (id {merchant_id})" in listed.out
    [entry] = shops.command("attention", "--json").json["attention"]
    assert (entry["merchant"], entry["merchant_number"]) == (merchant_id, NUMBER)


def test_w8_the_number_of_an_order_that_was_changed_is_learnt(shops: Shops) -> None:
    merchant_id, _ = shops.imported(NUMBER)
    shops.merchant.fake.shop.orders[int(merchant_id)].number = "SO-NEW"

    shops.run("import-orders")

    assert shops.command("why", "SO-NEW").code == 0
    assert shops.command("why", NUMBER).code == 2


def test_w8_show_has_the_number_of_a_failed_order(shops: Shops) -> None:
    merchant_id = shops.merchant.request(sold(NUMBER, line("MUG,2")))
    shops.merchant.settle()
    run = shops.run("import-orders").run.id

    [step] = shops.command("show", str(run), "--json").run["steps"]

    assert (step["merchant"], step["merchant_number"]) == (merchant_id, NUMBER)
    assert NUMBER in shops.command("show", str(run)).out
