"""Lines and orders that no Supplier ships: gift cards, tips and tests."""

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.shopify.ids import fulfillment_order
from ordosync.models import InvalidRecord, Order
from tests.accounts.contract.account import read
from tests.accounts.contract.examples import line, product, sold
from tests.accounts.contract.opening import OpenMerchant, opened
from tests.accounts.shopify.people import ShopifyMerchantPeople


def bought(seller: ShopifyMerchantPeople, order_id: str) -> str:
    return seller.part(fulfillment_order(order_id)).order_id


def _read(account: OpenMerchant, seller: ShopifyMerchantPeople) -> list[Order | InvalidRecord]:
    pages = account.orders.changed(ReadRequest(cursor=None, now=seller.settle()))
    return [*read(pages)[0]]


def test_p18_gift_card_needs_no_shipping(seller: ShopifyMerchantPeople) -> None:
    order_id = seller.request(sold("1001", line("MUG"), line("CARD")))
    _, card = seller.fake.order(bought(seller, order_id)).lines
    before = _read(opened(seller), seller)
    card.is_gift_card = True

    [order] = _read(opened(seller), seller)

    assert isinstance(order, Order)
    assert [line.sku for line in order.lines if line.id in order.not_shipped] == ["CARD"]
    # Earlier versions did not read it, and the order must not count as edited.
    assert [each.content for each in before] == [order.content]


def test_p18_tip_is_in_no_fulfillment_order(seller: ShopifyMerchantPeople) -> None:
    seller.fake.place_order(
        [{"sku": "MUG", "quantity": 1}, {"sku": "TIP", "is_tip": True, "requires_shipping": False}],
        location=seller.place,
    )

    [order] = _read(opened(seller), seller)

    assert isinstance(order, Order)
    assert [line.sku for line in order.lines] == ["MUG"]


def test_order_of_a_test_is_skipped_and_is_no_sale(seller: ShopifyMerchantPeople) -> None:
    item = seller.add_product(product("MUG"))
    seller.count("MUG", 10)
    order_id = seller.request(sold("1001", line("MUG", 2)))
    account = opened(seller)
    sold_before = _sold(account, item)
    seller.fake.order(bought(seller, order_id)).test = True
    account.close()

    [order] = _read(account, seller)

    assert isinstance(order, InvalidRecord)
    assert (order.code, order.is_skipped) == ("test-order", True)
    assert (sold_before, _sold(account, item)) == (2, 0)


def test_order_of_a_test_that_was_imported_is_read_on(seller: ShopifyMerchantPeople) -> None:
    """An earlier version sent it, so its edits and cancellations still count."""
    order_id = seller.request(sold("1001", line("MUG", 2)))
    account = opened(seller)
    _read(account, seller)
    account.orders.acknowledge([order_id])
    seller.fake.order(bought(seller, order_id)).test = True

    [order] = _read(account, seller)

    assert isinstance(order, Order)


def _sold(account: OpenMerchant, item: str) -> int:
    """Return the units that are sold and not imported."""
    [stock] = account.stock.current([item]).values()
    return stock.unsent
