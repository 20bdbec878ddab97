"""Holds in a Supplier's shop as shortages of the Merchant's order, through the tasks."""

from pathlib import Path

import pytest

from ordosync.accounts.shopify.ids import gid
from tests.accounts.contract.examples import line, parcel
from tests.accounts.shopify.people import ShopifySupplierPeople
from tests.accounts.sqlite.people import SqliteMerchantPeople
from tests.scenarios.pairs.pair import Pair

TASK = "report-shortages"


@pytest.fixture(name="pair")
def _pair(shipper: ShopifySupplierPeople, tmp_path: Path) -> Pair:
    return Pair(tmp_path, SqliteMerchantPeople(tmp_path, shipper.clock), shipper)


def hold(shipper: ShopifySupplierPeople, order_id: str, **units: int) -> str:
    """Hold units of an order, by SKU, or all of it; return the id of its fulfillment order."""
    part = shipper.fake.fulfillment_orders(gid("Order", order_id))[0].id
    shipper.fake.hold(part, "INVENTORY_OUT_OF_STOCK", lines=units or None)
    return part


def test_s11_held_order_comes_later_and_is_sent_once_it_is_released(
    pair: Pair, shipper: ShopifySupplierPeople
) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2))
    part = hold(shipper, supplier_id)

    first, again = pair.run(TASK), pair.run(TASK)
    shipper.fake.release(part)
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    for task in ("update-tracking", TASK):
        pair.run(task)

    assert first.step.code == "backordered"
    assert again.steps == ()
    texts = "\n".join(pair.merchant.timeline(merchant_id))
    assert texts.count("sends 2 of CUP later: out of stock") == 1
    assert pair.merchant.status(merchant_id) == "shipped"


@pytest.mark.parametrize("split", [False, True])
def test_held_part_is_reported_once(
    pair: Pair, shipper: ShopifySupplierPeople, *, split: bool
) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
    hold(shipper, supplier_id, CUP=1)
    if split:
        pair.run("split-order")

    first, again = pair.run(TASK), pair.run(TASK)

    assert [step.code for step in first.steps] == ["backordered"]
    assert again.steps == ()
    ids = [merchant_id, *(pair.merchant.pieces(merchant_id) if split else ())]
    texts = [text for id_ in ids for text in pair.merchant.timeline(id_)]
    assert sum("sends 1 of CUP later: out of stock" in text for text in texts) == 1
