"""Products that a shop sells although it has none."""

from tests.accounts.contract.examples import product
from tests.accounts.contract.opening import opened
from tests.accounts.shopify.people import ShopifyMerchantPeople


def test_q6_products_that_allow_back_orders_are_named(seller: ShopifyMerchantPeople) -> None:
    ids = [seller.add_product(product(sku)) for sku in ("MUG", "CUP", "JAR", "POT", "PAN")]
    account = opened(seller)

    before = list(account.side.check_stock(ids))
    with seller.fake.shop.lock:
        for sku in ("CUP", "JAR", "POT", "PAN"):
            seller.fake._variant(sku).inventory_policy = "CONTINUE"
    [result] = account.side.check_stock(ids)

    assert before == []
    assert not result.is_problem
    assert result.text == (
        "sells below 0: 4 of 5 linked products allow back-orders (CUP, JAR, POT, ...); quantities"
        " are written, and this setting is not"
    )
