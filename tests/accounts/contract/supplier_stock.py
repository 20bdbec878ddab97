"""Promises about a Supplier's products and their sellable quantities."""

from collections.abc import Mapping

from ordosync.accounts.account import ReadRequest
from tests.accounts.contract.account import AsSupplier, read, usable
from tests.accounts.contract.examples import line, order
from tests.accounts.contract.opening import OpenSupplier
from tests.accounts.contract.people import SupplierPeople, needs
from tests.support.clock import START


def sellable(account: OpenSupplier) -> Mapping[str, int | None]:
    """Return the sellable quantity that the account reports, by SKU."""
    return {
        level.sku: level.quantity
        for level in usable(read(account.stock.all(ReadRequest(cursor=None, now=START)))[0])
    }


@needs("write-inventory-back")
class SellableStock(AsSupplier):
    """Sellable quantity: units on hand minus units sold."""

    def test_counted_units_can_be_sold(self, account: OpenSupplier, people: SupplierPeople) -> None:
        people.count("MUG", 5)
        people.count("CUP", 0)

        assert sellable(account) == {"MUG": 5, "CUP": 0}

    def test_sold_units_cannot_be_sold_again(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        people.count("MUG", 5)

        people.sell("MUG", 2)

        assert sellable(account) == {"MUG": 3}

    @needs("oversold")
    def test_oversold_quantity_is_below_0(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        people.count("MUG", 1)

        people.sell("MUG", 3)

        assert sellable(account) == {"MUG": -2}

    @needs("commitments")
    def test_created_order_reduces_the_sellable_quantity(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        people.count("MUG", 5)
        account.orders.create([order("1001", line("MUG", 2))])

        people.settle()

        assert sellable(account) == {"MUG": 3}

    def test_each_of_many_products_is_in_one_page(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        for number in range(self.many):
            people.count(f"MUG-{number}", number)

        levels = usable(read(account.stock.all(ReadRequest(cursor=None, now=START)))[0])

        assert sorted((level.sku, level.quantity) for level in levels) == sorted(
            (f"MUG-{number}", number) for number in range(self.many)
        )

    def test_stock_of_selected_products_equals_the_full_list(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        for sku in ("MUG", "CUP", "JAR"):
            people.count(sku, 5)
        mug, cup = (
            level
            for level in usable(read(account.stock.all(ReadRequest(cursor=None, now=START)))[0])
            if level.sku != "JAR"
        )

        levels = account.stock.of([cup.product_id, people.unknown_id, mug.product_id])

        assert levels == {mug.product_id: mug, cup.product_id: cup}
        assert account.stock.of([]) == {}
