"""The promises about products that are created at a Supplier."""

from contextlib import closing

import pytest

from ordosync.errors import LeaseLostError
from tests.accounts.contract.account import AsSupplier
from tests.accounts.contract.examples import line, order, product
from tests.accounts.contract.opening import OpenSupplier, lose_lease, opened
from tests.accounts.contract.people import SupplierPeople, needs
from tests.accounts.contract.supplier_stock import sellable


@needs("import-products", "made-products")
class CreatedProducts(AsSupplier):
    """Creation of products: new SKUs without a quantity; existing ones do not change."""

    def test_product_is_created_once(self, account: OpenSupplier, people: SupplierPeople) -> None:
        outcomes = [account.products.create([product("MUG")])[0] for _ in range(2)]

        assert [outcome.state for outcome in outcomes] == ["done", "unchanged"]
        assert outcomes[0].id == outcomes[1].id != ""
        assert [(product.sku, product.name) for product in people.products()] == [("MUG", "A MUG")]

    def test_process_that_may_have_lost_its_lease_creates_no_product(
        self, people: SupplierPeople
    ) -> None:
        lose_lease(people)

        with closing(opened(people)) as account, pytest.raises(LeaseLostError):
            account.products.create([product("MUG")])

        assert [*people.products()] == []

    @needs("write-inventory-back", "uncounted")
    def test_stock_of_a_new_product_is_unset(self, account: OpenSupplier) -> None:
        [outcome] = account.products.create([product("MUG")])

        assert sellable(account) == {"MUG": None}
        assert account.stock.of([outcome.id])[outcome.id].quantity is None

    @needs("write-inventory-back")
    def test_product_has_the_id_of_its_stock(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        [outcome] = account.products.create([product("MUG")])
        people.count("MUG", 4)

        assert account.stock.of([outcome.id])[outcome.id].quantity == 4

    @needs("write-inventory-back")
    def test_existing_product_does_not_change(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        people.count("MUG", 5)
        before = people.products()

        [outcome] = account.products.create([product("MUG", name="Another name")])

        assert outcome.state == "unchanged"
        assert people.products() == before
        assert sellable(account) == {"MUG": 5}

    def test_outcomes_are_in_the_sequence_of_the_products(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        account.products.create([product("CUP")])

        outcomes = account.products.create([product(sku) for sku in ("MUG", "CUP", "JAR")])

        assert [outcome.state for outcome in outcomes] == ["done", "unchanged", "done"]
        by_id = {product.id: product.sku for product in people.products()}
        assert [by_id[outcome.id] for outcome in outcomes] == ["MUG", "CUP", "JAR"]

    def test_empty_list_returns_no_outcomes(self, account: OpenSupplier) -> None:
        assert account.products.create([]) == []

    def test_unknown_sku_of_an_order_becomes_a_product(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        account.orders.create([order("1001", line("MUG", 2))])

        assert [(product.sku, product.name) for product in people.products()] == [("MUG", "A MUG")]

    @needs("write-inventory-back", "uncounted")
    def test_stock_of_a_product_from_an_order_is_unset(self, account: OpenSupplier) -> None:
        account.orders.create([order("1001", line("MUG", 2))])

        assert sellable(account) == {"MUG": None}

    def test_m3_a_sku_that_nearly_exists_is_found_and_named_as_it_is(
        self, account: OpenSupplier
    ) -> None:
        account.products.create([product("MUG BLUE"), product("CUP")])

        found = account.products.similar(["mug blue", "MUG  BLUE", "CUP", "MUG", "BLUE"])

        assert {sku: [*similar] for sku, similar in found.items()} == {
            "mug blue": ["MUG BLUE"],
            "MUG  BLUE": ["MUG BLUE"],
            "CUP": ["CUP"],
        }

    def test_m3_full_width_characters_are_nearly_the_same(self, account: OpenSupplier) -> None:
        wide = "\uff2d\uff35\uff27-1"
        account.products.create([product("MUG-1")])

        assert account.products.similar([wide]) == {wide: ["MUG-1"]}
