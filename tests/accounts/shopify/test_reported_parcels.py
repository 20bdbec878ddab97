"""Parcels of a Supplier's shop in odd order, as they reach a Merchant.

P and F are rules of lifecycle.md, numbers are the differences of parts-at-services.md part 0.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from ordosync.accounts.shopify.ids import fulfillment_order, gid
from ordosync.config import load_config
from ordosync.store import Store
from ordosync.store.step_rows import StepRow
from tests.accounts.contract.examples import line, parcel
from tests.accounts.contract.opening import PORTAL
from tests.accounts.contract.people import numbers
from tests.accounts.shopify.people import ShopifyMerchantPeople, ShopifySupplierPeople
from tests.fakes.shopify import Fault
from tests.scenarios.pairs.comparing import compared
from tests.scenarios.pairs.pair import Pair

TASK = "update-tracking"


@pytest.fixture(name="pair")
def _pair(seller: ShopifyMerchantPeople, shipper: ShopifySupplierPeople, tmp_path: Path) -> Pair:
    return Pair(tmp_path, seller, shipper)


def open_steps(pair: Pair) -> Sequence[StepRow]:
    with Store.open(load_config(pair.path).database) as store:
        return [step for step in store.steps.open() if step.portal == PORTAL]


def fulfillments(pair: Pair, merchant_id: str) -> Sequence[tuple[str, int]]:
    """Return number and units of each parcel of the Merchant's sale."""
    seller = pair.merchant
    assert isinstance(seller, ShopifyMerchantPeople)
    sale = seller.part(fulfillment_order(merchant_id)).order_id
    return [
        (it.tracking[0]["number"], sum(part.quantity for part in it.lines))
        for it in seller.fake.fulfillments(sale)
    ]


@pytest.mark.parametrize(("units", "is_reported"), [(2, True), (2, False), (3, True), (3, False)])
def test_p8_parcel_that_replaces_a_recalled_one_may_have_its_number(
    pair: Pair, shipper: ShopifySupplierPeople, units: int, *, is_reported: bool
) -> None:
    """It is packed again under the same label: its number is valid, and not void."""
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 3))
    shipper.ship_part(supplier_id, parcel(number="1Z1"), 2)
    pair.run(TASK)
    shipper.recall(supplier_id, "1Z1")
    if is_reported:
        pair.run(TASK)
    shipper.ship_part(supplier_id, parcel(number="1Z1"), units)

    pair.run(TASK)

    assert {*pair.merchant.all_numbers(merchant_id)} == {"1Z1"}
    assert pair.merchant.sent_units(merchant_id) == {"MUG": units}
    assert open_steps(pair) == []
    pair.stays_quiet(TASK)


def test_1_number_of_pieces_that_were_merged_again_reaches_each_open_piece(
    pair: Pair, shipper: ShopifySupplierPeople
) -> None:
    """A hold of a part makes two fulfillment orders; its release merges them."""
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 3))
    first, second = shipper.split(supplier_id, (2,), (1,))
    pair.run("split-order")
    parts = [gid("FulfillmentOrder", it.partition("/")[2]) for it in (second, first)]
    shipper.fake.merge(*parts)
    shipper.ship(supplier_id, parcel(number="1Z1"))

    pair.run(TASK)

    pieces = pair.merchant.pieces(merchant_id)
    assert [numbers(pair.merchant.tracking(piece)) for piece in pieces] == [["1Z1"], ["1Z1"]]
    assert open_steps(pair) == []
    pair.stays_quiet(TASK)


@pytest.mark.parametrize("is_reported", [True, False])
def test_18_rest_is_split_after_a_parcel(
    pair: Pair, shipper: ShopifySupplierPeople, *, is_reported: bool
) -> None:
    """A partially sent fulfillment order can be split: its parcel stays one of the order."""
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 3))
    shipper.ship_part(supplier_id, parcel(number="1Z1"), 1)
    if is_reported:
        pair.run(TASK)
    first, second = shipper.split(supplier_id, (1,), (1,))
    pair.run("split-order")
    shipper.ship(second, parcel(number="1Z2"))
    pair.run(TASK)
    shipper.ship(first, parcel(number="1Z3"))

    pair.run(TASK)

    assert open_steps(pair) == []
    assert sorted(fulfillments(pair, merchant_id)) == [("1Z1", 1), ("1Z2", 1), ("1Z3", 1)]
    pair.stays_quiet(TASK, "split-order", "import-orders")


@pytest.mark.parametrize("units", [1, 2])
def test_part_that_a_second_delivery_of_a_request_sends_again_is_found_by_reconcile(
    pair: Pair, seller: ShopifyMerchantPeople, shipper: ShopifySupplierPeople, units: int
) -> None:
    """No document says that fulfillmentCreate recognizes the second delivery of a request."""
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 4))
    shipper.ship_part(supplier_id, parcel(number="1Z1"), units)
    seller.fake.faults.add(Fault(kind="twice", path="#AddTracking$"))

    pair.run(TASK)

    assert fulfillments(pair, merchant_id) == [("1Z1", units), ("1Z1", units)]
    [difference] = [it for it in compared(pair) if it.kind == "units-differ"]
    assert difference.description == (
        f"MUG: {2 * units} of 4 sent at the Merchant, {units} at the Supplier"
    )
    assert difference.fix == ""
