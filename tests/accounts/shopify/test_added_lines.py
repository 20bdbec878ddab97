"""Lines that a Supplier adds to an order after its import, by Shopify's order editing.

The shop puts them into a new fulfillment order, as recorded: parts-at-services.md 1.4. The order
then has two pieces, and the Merchant's order cannot be split into them. Nothing is guessed: which
piece is an addition is only known to the Supplier.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.accounts.shopify.ids import gid
from tests.accounts.contract.examples import line, parcel
from tests.accounts.contract.people import MerchantPeople
from tests.accounts.ordoro.people import OrdoroMerchantPeople
from tests.accounts.shopify.people import ShopifySupplierPeople
from tests.accounts.sqlite.people import SqliteMerchantPeople
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.parcels import open_steps


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


def test_added_line_is_a_failed_split_that_names_the_next_action(
    pair: Pair, shipper: ShopifySupplierPeople
) -> None:
    merchant_id, _ = with_added_line(pair, shipper)

    ran = pair.run("split-order")

    assert (ran.step.state, ran.step.code) == ("failed", "does-not-fit")
    assert "add the tracking numbers" in (ran.step.reason or "")
    assert pair.merchant.status(merchant_id) == "dropshipment_requested"
    assert len(shipper.fake.orders()) == 1


def test_parcels_beside_an_added_line_are_reported_to_the_operator_only(
    pair: Pair, shipper: ShopifySupplierPeople
) -> None:
    merchant_id, supplier_id = with_added_line(pair, shipper)
    pair.run("split-order")
    shipper.ship(supplier_id, parcel(number="1Z1"))

    for task in ("update-tracking", "import-orders", "cancel-orders", "split-order"):
        pair.run(task)

    failed = [step for step in open_steps(pair) if step.code == "split-refused"]
    assert failed
    assert all(step.key.endswith(":1Z1") for step in failed)
    assert pair.merchant.all_numbers(merchant_id) == []
    assert len(shipper.fake.orders()) == 1
    before = pair.everything()
    for task in ("update-tracking", "import-orders", "cancel-orders", "split-order"):
        pair.run(task)
    assert pair.everything() == before
