"""Promises about the quantities that are written to a Merchant."""

from contextlib import closing

import pytest
from msgspec.structs import replace

from ordosync.errors import LeaseLostError
from ordosync.models import Stock
from tests.accounts.contract.account import AsMerchant
from tests.accounts.contract.examples import product
from tests.accounts.contract.opening import OpenMerchant, lose_lease, opened
from tests.accounts.contract.people import MerchantPeople, needs


def stocked(people: MerchantPeople, sku: str, quantity: int) -> str:
    """Offer a product with a quantity on hand; return its id."""
    product_id = people.add_product(product(sku))
    people.count(sku, quantity)
    return product_id


@needs("write-inventory-back")
class WrittenStock(AsMerchant):
    """Writes of absolute quantities, and products whose quantity is fixed."""

    def test_current_quantity_is_the_one_that_people_see(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        mug, cup = stocked(people, "MUG", 7), stocked(people, "CUP", 0)

        levels = account.stock.current([cup, people.unknown_id, mug])

        assert levels == {
            mug: Stock(product_id=mug, sku="MUG", quantity=7),
            cup: Stock(product_id=cup, sku="CUP", quantity=0),
        }
        assert account.stock.current([]) == {}

    def test_process_that_may_have_lost_its_lease_writes_no_quantity(
        self, people: MerchantPeople
    ) -> None:
        mug = stocked(people, "MUG", 7)
        lose_lease(people)

        with closing(opened(people)) as account, pytest.raises(LeaseLostError):
            self._write(account, {mug: 3})

        assert people.physical("MUG") == 7

    @pytest.mark.parametrize("quantity", [0, 1, 375])
    def test_quantity_is_set_and_not_added(
        self, account: OpenMerchant, people: MerchantPeople, quantity: int
    ) -> None:
        mug = stocked(people, "MUG", 7)

        first = self._write(account, {mug: quantity})
        second = self._write(account, {mug: quantity})

        assert (first, second) == (["done"], ["unchanged"])
        assert people.physical("MUG") == quantity
        assert account.stock.current([mug])[mug].quantity == quantity

    def test_quantity_that_was_never_written_is_written(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        mug = people.add_product(product("MUG"))

        assert self._write(account, {mug: 3}) == ["done"]
        assert people.physical("MUG") == 3

    @needs("known-ids")
    def test_unknown_product_is_refused_and_the_others_are_written(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        mug, cup = stocked(people, "MUG", 7), stocked(people, "CUP", 7)
        levels = account.stock.current([mug, cup])
        unknown = Stock(product_id=people.unknown_id, sku="NOBODY", quantity=1)

        outcomes = account.stock.write(
            [replace(levels[mug], quantity=1), unknown, replace(levels[cup], quantity=2)]
        )

        assert [outcome.state for outcome in outcomes] == ["done", "refused", "done"]
        assert outcomes[1].code == "not-found"
        assert outcomes[1].reason
        assert (people.physical("MUG"), people.physical("CUP")) == (1, 2)

    def test_outcomes_are_in_the_sequence_of_the_quantities(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        skus = ["MUG", "CUP", "JAR", "POT", "PAN"]
        ids = [stocked(people, sku, 5) for sku in skus]

        states = self._write(account, dict(zip(ids, (5, 6, 5, 7, 5), strict=True)))

        assert states == ["unchanged", "done", "unchanged", "done", "unchanged"]
        assert [people.physical(sku) for sku in skus] == [5, 6, 5, 7, 5]

    def test_empty_list_returns_no_outcomes(self, account: OpenMerchant) -> None:
        assert account.stock.write([]) == []

    @needs("kits")
    def test_quantity_of_a_kit_is_fixed(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        kit = people.add_product(product("SET", is_kit=True))

        level = account.stock.current([kit])[kit]
        [outcome] = account.stock.write([replace(level, quantity=3)])

        assert level.fixed == "kit"
        assert (outcome.state, outcome.code) == ("refused", "fixed")

    @needs("archiving")
    def test_quantity_of_an_archived_product_is_fixed(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        mug = stocked(people, "MUG", 7)
        people.archive("MUG")

        assert account.stock.current([mug])[mug].fixed == "archived"

    @needs("assigned-products")
    def test_quantity_of_another_suppliers_product_is_fixed(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        mug = people.add_product(product("MUG"), other=True)

        assert account.stock.current([mug])[mug].fixed == "unassigned"

    def _write(self, account: OpenMerchant, quantities: dict[str, int]) -> list[str]:
        levels = account.stock.current([*quantities])
        outcomes = account.stock.write(
            [replace(levels[key], quantity=quantity) for key, quantity in quantities.items()]
        )
        return [outcome.state for outcome in outcomes]
