"""What is promised of a Supplier's products, and of how many of them can be sold."""

from collections.abc import Mapping

from ordosync.accounts.account import ReadRequest
from tests.accounts.contract.account import AsSupplier, read, usable
from tests.accounts.contract.examples import line, order, product
from tests.accounts.contract.opening import OpenSupplier
from tests.accounts.contract.people import SupplierPeople, needs
from tests.virtual import START


def sellable(account: OpenSupplier) -> Mapping[str, int | None]:
    """Return what the account says can be sold, by SKU."""
    return {
        one.sku: one.quantity
        for one in usable(read(account.stock.all(ReadRequest(cursor=None, now=START)))[0])
    }


@needs("write-inventory-back")
class SellableStock(AsSupplier):
    """How many can be sold: what was counted, less what is sold."""

    def test_what_was_counted_can_be_sold(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        people.count("MUG", 5)
        people.count("CUP", 0)

        assert sellable(account) == {"MUG": 5, "CUP": 0}

    def test_what_is_sold_cannot_be_sold_again(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        people.count("MUG", 5)

        people.sell("MUG", 2)

        assert sellable(account) == {"MUG": 3}

    @needs("oversold")
    def test_what_is_oversold_is_below_0(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        people.count("MUG", 1)

        people.sell("MUG", 3)

        assert sellable(account) == {"MUG": -2}

    @needs("commitments")
    def test_order_that_is_created_takes_its_quantity(
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

        found = usable(read(account.stock.all(ReadRequest(cursor=None, now=START)))[0])

        assert sorted((one.sku, one.quantity) for one in found) == sorted(
            (f"MUG-{number}", number) for number in range(self.many)
        )

    def test_stock_of_some_products_is_the_same(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        for sku in ("MUG", "CUP", "JAR"):
            people.count(sku, 5)
        mug, cup = (
            one
            for one in usable(read(account.stock.all(ReadRequest(cursor=None, now=START)))[0])
            if one.sku != "JAR"
        )

        found = account.stock.of([cup.product_id, people.unknown_id, mug.product_id])

        assert found == {mug.product_id: mug, cup.product_id: cup}
        assert account.stock.of([]) == {}


@needs("import-products", "made-products")
class CreatedProducts(AsSupplier):
    """New SKUs become products that nobody has counted; known ones stay as they are."""

    def test_product_is_made_once(self, account: OpenSupplier, people: SupplierPeople) -> None:
        outcomes = [account.products.create([product("MUG")])[0] for _ in range(2)]

        assert [one.state for one in outcomes] == ["done", "unchanged"]
        assert outcomes[0].id == outcomes[1].id != ""
        assert [(one.sku, one.name) for one in people.products()] == [("MUG", "A MUG")]

    @needs("write-inventory-back", "uncounted")
    def test_stock_of_a_new_product_is_unset(self, account: OpenSupplier) -> None:
        [outcome] = account.products.create([product("MUG")])

        assert sellable(account) == {"MUG": None}
        assert account.stock.of([outcome.id])[outcome.id].quantity is None

    @needs("write-inventory-back")
    def test_product_has_the_id_that_its_stock_goes_by(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        [outcome] = account.products.create([product("MUG")])
        people.count("MUG", 4)

        assert account.stock.of([outcome.id])[outcome.id].quantity == 4

    @needs("write-inventory-back")
    def test_known_product_stays_as_it_is(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        people.count("MUG", 5)
        before = people.products()

        [outcome] = account.products.create([product("MUG", name="Another name")])

        assert outcome.state == "unchanged"
        assert people.products() == before
        assert sellable(account) == {"MUG": 5}

    def test_outcomes_answer_in_order(self, account: OpenSupplier, people: SupplierPeople) -> None:
        account.products.create([product("CUP")])

        outcomes = account.products.create([product(sku) for sku in ("MUG", "CUP", "JAR")])

        assert [one.state for one in outcomes] == ["done", "unchanged", "done"]
        by_id = {one.id: one.sku for one in people.products()}
        assert [by_id[one.id] for one in outcomes] == ["MUG", "CUP", "JAR"]

    def test_no_products_are_no_outcomes(self, account: OpenSupplier) -> None:
        assert account.products.create([]) == []

    def test_unknown_sku_of_an_order_becomes_a_product(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        account.orders.create([order("1001", line("MUG", 2))])

        assert [(one.sku, one.name) for one in people.products()] == [("MUG", "A MUG")]

    @needs("write-inventory-back", "uncounted")
    def test_stock_of_such_a_product_is_unset(self, account: OpenSupplier) -> None:
        account.orders.create([order("1001", line("MUG", 2))])

        assert sellable(account) == {"MUG": None}
