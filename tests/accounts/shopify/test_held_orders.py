"""Holds of a Supplier's shop, and requests that a service gives back, through the tasks."""

from pathlib import Path

import pytest

from ordosync.accounts.shopify.ids import fulfillment_order, gid
from tests.accounts.contract.examples import line, parcel
from tests.accounts.shopify.people import ShopifyServicePeople, ShopifySupplierPeople
from tests.accounts.sqlite.people import SqliteMerchantPeople, SqliteSupplierPeople
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


def test_s26_request_that_was_given_back_and_repeated_is_not_sent(
    tmp_path: Path, asking: ShopifyServicePeople
) -> None:
    pair = Pair(tmp_path, asking, SqliteSupplierPeople(tmp_path, asking.clock))
    pair.configure(shortages={"hold": "true"})
    order_id, supplier_id = pair.imported("1001", line("CUP", 2))
    pair.supplier.cancel(supplier_id)
    pair.run(TASK)
    given_back = asking.request_status(order_id)
    asking.fake.ask_again(fulfillment_order(order_id))

    ran = pair.run("import-orders")
    pair.run(TASK)

    assert given_back == "CLOSED"
    assert ran.count("done") == 0
    assert len(pair.supplier.orders()) == 0
    assert pair.link(order_id).state == "cancelled_by_supplier"


def test_s26_request_that_cancel_orders_ended_and_repeated_is_sent_again(
    tmp_path: Path, asking: ShopifyServicePeople
) -> None:
    pair = Pair(tmp_path, asking, SqliteSupplierPeople(tmp_path, asking.clock))
    order_id, supplier_id = pair.imported("1001", line("CUP", 2))
    asking.ask_back(order_id)
    pair.run("cancel-orders")
    bought = asking.part(fulfillment_order(order_id)).order_id
    [new] = [part for part in asking.fake.fulfillment_orders(bought) if part.status == "OPEN"]
    asking.fake.ask_again(new.id)

    ran = [pair.run(task) for task in ("import-orders", TASK)]

    assert ran[0].count("done") == 1
    assert pair.supplier.status(supplier_id) == "cancelled"
    assert len(pair.supplier.orders()) == 1
    assert ran[1].steps == ()
