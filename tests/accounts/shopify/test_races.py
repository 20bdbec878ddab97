"""Two installations and a buyer at the same time: no quantity exceeds the Supplier's stock."""

import threading
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.clock import Clock
from tests.accounts.contract.examples import line, product, sold
from tests.accounts.contract.opening import PORTAL
from tests.accounts.shopify.people import ShopifyMerchantPeople
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.fakes.service import Exchange
from tests.fakes.shopify import Fault
from tests.scenarios.pairs.pair import Pair
from tests.support.command import finished, started
from tests.support.runs import run_once

TASK = "write-inventory-back"
THERE = 10
ROUNDS = 5


class InAnotherFolder(SqliteSupplierPeople):
    """The same Supplier, for a configuration in another folder."""

    @property
    def options(self) -> Mapping[str, object]:
        return {**super().options, "path": str(self.path)}


class Shop:
    """A shop with one product; two installations write its Supplier's quantity to it."""

    def __init__(self, folder: Path, seller: ShopifyMerchantPeople) -> None:
        self.seller = seller
        with closing(InAnotherFolder(folder, seller.clock)) as shipper:
            self.ours = [Pair(folder, seller, shipper), Pair(folder / "other", seller, shipper)]
        seller.add_product(product("MUG"))
        self.count(5)
        for pair in self.ours:
            pair.run("import-products")
        shipper.count("MUG", THERE)
        self.sold = 0
        self.highest = 0
        self._lock = threading.Lock()
        self.seller.fake.on_exchange = self._watch

    def count(self, quantity: int) -> None:
        """Change the quantity in the shop's own pages."""
        self.seller.count("MUG", quantity)

    def sell(self, quantity: int) -> None:
        """Sell units to a buyer at this moment."""
        with self.seller.fake.shop.lock:
            self.seller.request(sold(str(1000 + self.sold), line("MUG", quantity)))
            self.sold += quantity

    def _watch(self, exchange: Exchange) -> None:
        """Assert after each request that buyers and others see no excess quantity."""
        self.seller.contract.watch(exchange)
        self.highest = max(self.highest, (self.seller.physical("MUG") or 0) + self.sold)


@pytest.fixture(name="shop")
def _shop(tmp_path: Path, seller: ShopifyMerchantPeople) -> Shop:
    (tmp_path / "other").mkdir()
    return Shop(tmp_path, seller)


@pytest.mark.parametrize("question", ["ItemsStock", "Unsent", "SetStock"])
@pytest.mark.parametrize("first", ["the buyer", "the other"])
def test_sale_and_another_run_between_two_questions(shop: Shop, question: str, first: str) -> None:
    pair, second_pair = shop.ours
    shop.sell(1)

    def meanwhile() -> None:
        if first == "the buyer":
            shop.sell(2)
        run_once(second_pair.path, TASK, PORTAL, shop.seller.clock)
        if first == "the other":
            shop.sell(2)

    shop.seller.fake.faults.add(Fault(kind="callback", path=f"#{question}$", do=meanwhile))

    pair.run(TASK)
    shop.seller.clock.sleep(600)
    pair.run(TASK)

    assert shop.seller.fake.faults.remaining() == []
    assert shop.highest == THERE
    assert shop.seller.physical("MUG") == THERE - 3


@pytest.mark.slow
def test_two_processes_and_a_buyer_at_once(shop: Shop) -> None:
    shop.seller.clock.at = Clock().now()
    for round_ in range(ROUNDS):
        shop.count(round_)
        buyer = threading.Thread(target=shop.sell, args=(1,))
        processes = [started(pair.folder, TASK) for pair in shop.ours]
        buyer.start()
        results = [finished(process) for process in processes]
        buyer.join()

        assert {result.code for result in results} <= {0, 1}, results

    assert shop.highest <= THERE
