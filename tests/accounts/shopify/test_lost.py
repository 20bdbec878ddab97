"""Whatever was written is not written again when its answer was lost."""

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


def test_tracking(seller: ShopifyMerchantPeople) -> None:
    order_id = seller.request(sold("1001"))
    account = opened(seller)
    seller.fake.faults.add(Fault(kind="lost-reset", path="#AddTracking$"))

    states = [account.tracking.add([parcel(order_id)])[0].state for _ in range(2)]

    assert states == ["unknown", "unchanged"]
    assert numbers(seller.tracking(order_id)) == ["1Z1"]


def test_cancellation(shipper: ShopifySupplierPeople) -> None:
    account = opened(shipper)
    [made] = account.orders.create([order("1001")])
    shipper.fake.faults.add(Fault(kind="lost-500", path="#CancelOrder$"))

    states = [account.cancellations.cancel([made.id])[0].state for _ in range(2)]

    assert states == ["unknown", "unchanged"]
    assert shipper.status(made.id) == "cancelled"


@pytest.mark.parametrize("question", ["CancelJob", "OrderStatuses"])
def test_cancellation_of_which_it_is_unknown_whether_it_was_done_is_uncertain(
    shipper: ShopifySupplierPeople, question: str
) -> None:
    account = opened(shipper)
    [made] = account.orders.create([order("1001")])
    shipper.fake.faults.add(
        Fault(kind="reset", path=f"#{question}$", times=9, after=question == "OrderStatuses")
    )

    [outcome] = account.cancellations.cancel([made.id])

    assert outcome.state == "unknown"


def test_quantity_goes_under_the_same_key_and_so_once(seller: ShopifyMerchantPeople) -> None:
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


def test_remark_is_made_once(seller: ShopifyMerchantPeople) -> None:
    order_id = seller.request(sold("1001"))
    account = opened(seller)
    account.tracking.add([parcel(order_id)])
    seller.fake.faults.add(Fault(kind="lost-reset", path="#Remark$"))

    [outcome] = account.tracking.void([parcel(order_id, voided=True)])

    assert outcome.state == "done"
    assert len(seller.timeline(order_id)) == 1


@pytest.mark.parametrize("kind", ["maintenance", "garbage", "cut", "empty", "html"])
def test_page_that_is_not_one_is_acted_upon_in_no_part(
    seller: ShopifyMerchantPeople, kind: str
) -> None:
    seller.request_all([sold("1001"), sold("1002")])
    seller.fake.faults.add(Fault(kind=kind, path="#RequestedOrders$", times=9))  # type: ignore[arg-type]

    with pytest.raises(UnavailableError):
        read(opened(seller).orders.changed(ReadRequest(cursor=None, now=seller.settle())))
