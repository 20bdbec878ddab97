"""Lines that a Supplier adds to an order after its import, by Shopify's order editing.

The shop puts them into a new fulfillment order, as recorded: parts-at-services.md 1.4. The order
then has two pieces, and none of the second one's lines is linked to a line of the Merchant. So the
Merchant's order stays whole, and gets the parcels of the first piece.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.accounts.shopify.ids import gid, number
from tests.accounts.contract.examples import line, parcel
from tests.accounts.contract.people import MerchantPeople
from tests.accounts.ordoro.people import OrdoroMerchantPeople
from tests.accounts.shopify.people import ShopifySupplierPeople
from tests.accounts.sqlite.people import SqliteMerchantPeople
from tests.scenarios.pairs.comparing import differing
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.parcels import ledger, numbers, open_steps

TASKS = ("split-order", "update-tracking", "import-orders", "cancel-orders", "report-shortages")


@pytest.fixture(name="pair", params=[SqliteMerchantPeople, OrdoroMerchantPeople])
def _pair(
    request: pytest.FixtureRequest, tmp_path: Path, shipper: ShopifySupplierPeople
) -> Iterator[Pair]:
    people: type[MerchantPeople] = request.param
    with closing(people(tmp_path, shipper.clock)) as selling:
        yield Pair(tmp_path, selling, shipper)


def with_added_line(pair: Pair, shipper: ShopifySupplierPeople) -> tuple[str, str]:
    """Import an order, to which the Supplier adds a line; return its ids."""
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
    shipper.count("GIFT", 5)
    shipper.fake.edit_lines(gid("Order", supplier_id), {"GIFT": 1})
    return merchant_id, supplier_id


def test_order_with_an_added_line_stays_whole(pair: Pair, shipper: ShopifySupplierPeople) -> None:
    merchant_id, _ = with_added_line(pair, shipper)

    ran = pair.run("split-order")

    assert (ran.step.state, ran.step.code) == ("skipped", "added-lines")
    assert pair.merchant.status(merchant_id) == "dropshipment_requested"
    assert len(shipper.fake.orders()) == 1
    pair.stays_quiet(*TASKS)


def test_parcels_beside_an_added_line_reach_the_merchant(
    pair: Pair, shipper: ShopifySupplierPeople
) -> None:
    merchant_id, supplier_id = with_added_line(pair, shipper)
    shipper.ship_part(supplier_id, parcel(number="1Z1"), 1, 0, 0)
    run_all(pair)
    reported = pair.merchant.all_numbers(merchant_id), ledger(pair, merchant_id)
    shipper.ship_part(supplier_id, parcel(number="1Z2"), 1, 1, 1)

    run_all(pair)

    assert reported == (["1Z1"], {"CUP": (1, 1, 0), "MUG": (1, 0, 0)})
    assert numbers(pair, merchant_id) == ["1Z1", "1Z2"]
    assert pair.merchant.status(merchant_id) == "shipped"
    assert ledger(pair, merchant_id) == {"CUP": (0, 2, 0), "MUG": (0, 1, 0)}
    [step] = open_steps(pair)
    assert (step.state, step.code) == ("failed", "other-lines")
    pair.stays_quiet(*TASKS)


def test_parcel_of_an_added_line_is_reported_to_the_operator_only(
    pair: Pair, shipper: ShopifySupplierPeople
) -> None:
    merchant_id, supplier_id = with_added_line(pair, shipper)
    shipper.ship_part(supplier_id, parcel(number="1Z1"), 0, 0, 1)

    run_all(pair)

    assert [step.code for step in open_steps(pair)] == ["other-lines"]
    assert pair.merchant.all_numbers(merchant_id) == []
    assert pair.merchant.status(merchant_id) == "dropshipment_requested"


def test_void_of_a_parcel_beside_an_added_line_reaches_the_merchant(
    pair: Pair, shipper: ShopifySupplierPeople
) -> None:
    merchant_id, supplier_id = with_added_line(pair, shipper)
    shipper.ship_part(supplier_id, parcel(number="1Z1"), 1, 0, 0)
    run_all(pair)
    shipper.recall(supplier_id, "1Z1")

    run_all(pair)

    assert pair.merchant.all_numbers(merchant_id) == []
    assert ledger(pair, merchant_id) == {"CUP": (2, 0, 0), "MUG": (1, 0, 0)}


def test_order_with_an_added_line_is_split_like_the_other_lines(
    pair: Pair, shipper: ShopifySupplierPeople
) -> None:
    merchant_id, supplier_id = with_added_line(pair, shipper)
    pair.run("split-order")
    first = shipper.fake.fulfillment_orders(gid("Order", supplier_id))[0]
    shipper.fake.split(first.id, {"MUG": 1})

    run_all(pair)

    assert [*pair.merchant.pieces(merchant_id).values()] == [[("CUP", 2)], [("MUG", 1)]]
    assert open_steps(pair) == []
    shipper.ship(f"{supplier_id}/{number(first.id)}", parcel(number="1Z1"))
    run_all(pair)
    assert pair.merchant.all_numbers(merchant_id) == ["1Z1"]
    pair.stays_quiet(*TASKS)


def test_parcel_from_before_an_added_line_is_not_reported_again(
    pair: Pair, shipper: ShopifySupplierPeople
) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
    shipper.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)
    run_all(pair)
    shipper.count("GIFT", 5)
    shipper.fake.edit_lines(gid("Order", supplier_id), {"GIFT": 1})
    before = pair.merchant.everything()
    run_all(pair)
    assert pair.merchant.everything() == before

    shipper.ship_part(supplier_id, parcel(number="1Z2"), 1, 1, 0)
    run_all(pair)

    assert numbers(pair, merchant_id) == ["1Z1", "1Z2"]
    assert pair.merchant.status(merchant_id) == "shipped"
    assert open_steps(pair) == []


def test_reconcile_shows_the_added_line_and_no_split(
    pair: Pair, shipper: ShopifySupplierPeople
) -> None:
    with_added_line(pair, shipper)
    pair.run("split-order")

    found = {kind for kind, _ in differing(pair)}

    assert "sum-broken" in found
    assert "split-on-one-side" not in found


def run_all(pair: Pair) -> None:
    for task in TASKS:
        pair.run(task)


def test_units_that_are_added_to_a_line_are_a_failed_split_that_names_the_next_action(
    pair: Pair, shipper: ShopifySupplierPeople
) -> None:
    """Their fulfillment order may as well be a piece of the line."""
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
    shipper.fake.switches.raised_quantity = "new"
    shipper.fake.edit_lines(gid("Order", supplier_id), {"CUP": 3})

    ran = pair.run("split-order")

    assert (ran.step.state, ran.step.code) == ("failed", "does-not-fit")
    assert pair.merchant.status(merchant_id) == "dropshipment_requested"
