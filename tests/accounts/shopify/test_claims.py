"""Lines of two fulfillment orders that are the same goods: only one Supplier ships them."""

from ordosync.accounts.account import ReadRequest
from tests.accounts.contract.account import read, usable
from tests.accounts.contract.examples import line, sold
from tests.accounts.contract.opening import opened
from tests.accounts.shopify.people import ShopifyMerchantPeople


def test_line_is_claimed_by_its_line_item_whatever_fulfillment_order_it_is_moved_to(
    seller: ShopifyMerchantPeople,
) -> None:
    order_id = seller.request(sold("1001", line("MUG", 3)))
    account = opened(seller)
    [order] = usable(
        read(account.orders.changed(ReadRequest(cursor=None, now=seller.clock.now())))[0]
    )
    seller.split(order_id, [1], [2])
    seller.settle()
    pieces = usable(
        read(account.orders.changed(ReadRequest(cursor=None, now=seller.clock.now())))[0]
    )

    assert len({order.id for order in pieces}) == 2
    assert {*account.orders.line_claims(order)} == {
        name for piece in pieces for name in account.orders.line_claims(piece)
    }


def test_units_that_another_location_sends_are_beside_those_of_this_one(
    seller: ShopifyMerchantPeople,
) -> None:
    order_id = seller.request(sold("1001", line("MUG", 3)))
    _, second = seller.split(order_id, [1], [2])
    seller.reassign(second)
    account = opened(seller)

    assert account.orders.is_beside(order_id, second)


def test_order_that_was_moved_as_a_whole_is_not_beside_itself(
    seller: ShopifyMerchantPeople,
) -> None:
    order_id = seller.request(sold("1001", line("MUG", 3)))
    account = opened(seller)

    assert not account.orders.is_beside(order_id, order_id)


def test_units_that_are_nowhere_any_more_are_not_beside(seller: ShopifyMerchantPeople) -> None:
    order_id = seller.request(sold("1001", line("MUG", 3)))
    _, second = seller.split(order_id, [1], [2])
    account = opened(seller)

    # The second one is at the same location.
    assert not account.orders.is_beside(order_id, second)
