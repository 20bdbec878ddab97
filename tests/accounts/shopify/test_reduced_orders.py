"""Units that a Merchant's shop removes or refunds; F and P are rules of lifecycle.md."""

from collections.abc import Mapping

import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.shopify.ids import fulfillment_order
from ordosync.models import Cancellation
from tests.accounts.contract.account import quantities, read, usable
from tests.accounts.contract.examples import parcel
from tests.accounts.contract.merchant_parcels import lines_of, part, placed
from tests.accounts.contract.opening import OpenMerchant, opened
from tests.accounts.shopify.people import ShopifyMerchantPeople


def imported(
    seller: ShopifyMerchantPeople,
) -> tuple[OpenMerchant, str, Mapping[str, str]]:
    """Place an order of two CUP and one MUG that the Supplier has."""
    account = opened(seller)
    order_id, ids = placed(account, seller)
    account.orders.acknowledge([order_id])
    return account, order_id, ids


def reduced(account: OpenMerchant, seller: ShopifyMerchantPeople) -> list[Cancellation]:
    request = ReadRequest(cursor=None, now=seller.settle())
    return read(account.cancellations.changed(request))[0]


def bought(seller: ShopifyMerchantPeople, order_id: str) -> str:
    return seller.part(fulfillment_order(order_id)).order_id


def opened_units(cancellation: Cancellation, ids: Mapping[str, str]) -> dict[str, int]:
    skus = {id_: sku for sku, id_ in ids.items()}
    return {skus[each.line_id]: each.quantity for each in cancellation.lines or ()}


def test_f5_rest_that_is_removed_after_a_parcel_leaves_no_open_unit(
    seller: ShopifyMerchantPeople,
) -> None:
    account, order_id, ids = imported(seller)
    account.tracking.add([part(order_id, ids, CUP=1)])
    seller.cancel_units(order_id, 1, 1)

    [cancellation] = reduced(account, seller)

    assert cancellation.order_id == order_id
    assert opened_units(cancellation, ids) == {"CUP": 0, "MUG": 0}
    # `cancel-orders` reads the order again by its id before it writes.
    now = lines_of(account, order_id)
    assert {sku: units for sku, (_, units) in now.items()} == {"CUP": 0, "MUG": 0}


def test_f9_units_that_are_removed_are_not_open(seller: ShopifyMerchantPeople) -> None:
    account, order_id, ids = imported(seller)
    seller.cancel_units(order_id, 1, 0)

    [cancellation] = reduced(account, seller)

    assert opened_units(cancellation, ids) == {"CUP": 1, "MUG": 1}
    assert {sku: units for sku, (_, units) in lines_of(account, order_id).items()} == {
        "CUP": 1,
        "MUG": 1,
    }


def test_refund_of_sent_units_leaves_the_open_ones(seller: ShopifyMerchantPeople) -> None:
    """Difference 2: a refund without restock takes the sent units first."""
    account, order_id, ids = imported(seller)
    account.tracking.add([part(order_id, ids, CUP=1)])
    seller.fake.refund(bought(seller, order_id), {"CUP": 1}, "NO_RESTOCK")

    [cancellation] = reduced(account, seller)

    assert opened_units(cancellation, ids) == {"CUP": 1, "MUG": 1}


def test_units_of_a_void_parcel_are_open(seller: ShopifyMerchantPeople) -> None:
    """P8: they are sent again, so a removed unit of another parcel does not reduce them."""
    account, order_id, ids = imported(seller)
    account.tracking.add([part(order_id, ids, CUP=1)])
    account.tracking.void([parcel(order_id, "1Z1", id="s-1Z1", voided=True)])
    seller.cancel_units(order_id, 0, 1)

    [cancellation] = reduced(account, seller)
    [order] = usable(read(account.orders.changed(ReadRequest(cursor=None, now=seller.settle())))[0])

    assert opened_units(cancellation, ids) == {"CUP": 2, "MUG": 0}
    assert quantities(order) == [("CUP", 2), ("MUG", 0)]


def test_units_that_users_split_off_or_held_are_open(seller: ShopifyMerchantPeople) -> None:
    """S24: a hold of a part moves the others into a new fulfillment order."""
    account, order_id, ids = imported(seller)
    seller.split(order_id, (1, 1), (1, 0))
    seller.fake.hold(fulfillment_order(order_id))
    seller.cancel_units(order_id, 0, 1)

    cancellations = reduced(account, seller)

    assert [opened_units(each, ids) for each in cancellations] == [{"CUP": 2, "MUG": 0}]
    assert {sku: units for sku, (_, units) in lines_of(account, order_id).items()} == {
        "CUP": 2,
        "MUG": 0,
    }


def test_line_that_is_sent_completely_is_no_removed_line(seller: ShopifyMerchantPeople) -> None:
    """F1: units that the task itself sent are not an edit of the Merchant."""
    account, order_id, ids = imported(seller)
    account.tracking.add([part(order_id, ids, CUP=2)])

    [order] = usable(read(account.orders.changed(ReadRequest(cursor=None, now=seller.settle())))[0])

    assert quantities(order) == [("CUP", 0), ("MUG", 1)]


def test_order_that_may_be_merged_names_the_lines_that_may_have_its_units(
    seller: ShopifyMerchantPeople,
) -> None:
    """Difference 1: the units of a merged fulfillment order are a part of another one."""
    account = opened(seller)
    order_id, ids = placed(account, seller)
    first, second = seller.split(order_id, (1, 1), (1, 0))
    account.orders.acknowledge([first.partition("~")[0], second])
    seller.fake.merge(fulfillment_order(second), into=fulfillment_order(first))
    seller.cancel_units(order_id, 0, 1)

    found = {each.order_id: each for each in reduced(account, seller)}

    leaf = first.partition("~")[0]
    [cup] = found[second].lines or ()
    assert (cup.line_id, cup.quantity) == (second_line(second, ids), 0)
    assert [id_.partition(":")[0] for id_ in cup.other_lines] == [leaf]
    assert opened_units(found[leaf], ids) == {"CUP": 2, "MUG": 0}
    assert {each.order_id: each for each in account.side.merged([second])} == found


@pytest.mark.parametrize("is_merged", [False, True])
def test_f5_piece_whose_units_are_all_removed_has_no_open_unit(
    seller: ShopifyMerchantPeople, is_merged: bool
) -> None:
    """Nothing of its line is open in any fulfillment order, so it does not matter if it merged."""
    account = opened(seller)
    order_id, ids = placed(account, seller)
    first, second = seller.split(order_id, (1, 1), (1, 0))
    account.orders.acknowledge([first.partition("~")[0], second])
    if is_merged:
        seller.fake.merge(fulfillment_order(second), into=fulfillment_order(first))
        seller.cancel_units(order_id, 1, 0)
    account.tracking.add([part(first.partition("~")[0], ids, CUP=1)])
    if not is_merged:
        seller.cancel_units(order_id, 1, 0)

    cancellations = {each.order_id: each for each in reduced(account, seller)}

    assert opened_units(cancellations[second], {"CUP": second_line(second, ids)}) == {"CUP": 0}
    page = account.orders.by_id([second])
    [piece] = usable([item for read_page in page for item in read_page.items])
    assert quantities(piece) == [("CUP", 0)]


def second_line(piece: str, ids: Mapping[str, str]) -> str:
    """Return the id of the CUP line in a piece."""
    return f"{piece}:{ids['CUP'].rpartition(':')[2]}"


def test_whole_order_costs_no_further_call(seller: ShopifyMerchantPeople) -> None:
    """Issue 6: calls per order no higher than before for whole orders."""
    account, order_id, _ = imported(seller)
    before = account.client.calls

    account.tracking.add([parcel(order_id)])
    reduced(account, seller)

    assert account.client.calls - before == 3
