"""Writes whose response was lost: no write is repeated."""

import pytest
from msgspec.structs import replace

from ordosync.accounts.account import ReadRequest
from ordosync.errors import UnavailableError
from tests.accounts.contract.account import read
from tests.accounts.contract.examples import order, parcel, product, sold
from tests.accounts.contract.opening import opened
from tests.accounts.contract.people import numbers
from tests.accounts.shopify.people import ShopifyMerchantPeople, ShopifySupplierPeople
from tests.fakes.shopify import Fault


def test_tracking_whose_answer_was_lost_is_written_once(seller: ShopifyMerchantPeople) -> None:
    order_id = seller.request(sold("1001"))
    account = opened(seller)
    seller.fake.faults.add(Fault(kind="lost-reset", path="#AddTracking$"))

    states = [account.tracking.add([parcel(order_id)])[0].state for _ in range(2)]

    assert states == ["unknown", "unchanged"]
    assert numbers(seller.tracking(order_id)) == ["1Z1"]


def test_cancellation_whose_answer_was_lost_is_done_once(shipper: ShopifySupplierPeople) -> None:
    account = opened(shipper)
    [made] = account.orders.create([order("1001")])
    shipper.fake.faults.add(Fault(kind="lost-500", path="#CancelOrder$"))

    states = [account.cancellations.cancel([made.id])[0].state for _ in range(2)]

    assert states == ["unknown", "unchanged"]
    assert shipper.status(made.id) == "cancelled"


@pytest.mark.parametrize("question", ["CancelJob", "OrderStatuses"])
def test_cancellation_with_an_unknown_result_is_uncertain(
    shipper: ShopifySupplierPeople, question: str
) -> None:
    account = opened(shipper)
    [made] = account.orders.create([order("1001")])
    shipper.fake.faults.add(
        Fault(kind="reset", path=f"#{question}$", times=9, after=question == "OrderStatuses")
    )

    [outcome] = account.cancellations.cancel([made.id])

    assert outcome.state == "unknown"


def test_quantity_is_retried_with_the_same_key(seller: ShopifyMerchantPeople) -> None:
    mug = seller.add_product(product("MUG"))
    seller.count("MUG", 5)
    account = opened(seller)
    level = account.stock.current([mug])[mug]
    seller.fake.faults.add(Fault(kind="lost-reset", path="#SetStock$"))

    [outcome] = account.stock.write([replace(level, quantity=7)])

    assert outcome.state == "done"
    assert seller.physical("MUG") == 7
    keys = {
        operation.variables["key"]
        for operation in seller.fake.operations
        if operation.name == "SetStock"
    }
    assert len(keys) == 1


def test_comment_is_created_once(seller: ShopifyMerchantPeople) -> None:
    order_id = seller.request(sold("1001"))
    account = opened(seller)
    account.tracking.add([parcel(order_id)])
    seller.fake.faults.add(Fault(kind="lost-reset", path="#Remark$"))

    [outcome] = account.tracking.void([parcel(order_id, voided=True)])

    assert outcome.state == "done"
    assert len(seller.timeline(order_id)) == 1


@pytest.mark.parametrize("kind", ["maintenance", "garbage", "cut", "empty", "html"])
def test_invalid_page_is_not_used_in_part(seller: ShopifyMerchantPeople, kind: str) -> None:
    seller.request_all([sold("1001"), sold("1002")])
    seller.fake.faults.add(Fault(kind=kind, path="#RequestedOrders$", times=9))  # type: ignore[arg-type]

    with pytest.raises(UnavailableError):
        read(opened(seller).orders.changed(ReadRequest(cursor=None, now=seller.settle())))
