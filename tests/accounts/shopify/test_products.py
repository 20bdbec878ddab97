"""Selection of the Supplier's products in a shop, also of later ones."""

from ordosync.accounts.account import ReadRequest
from tests.accounts.contract.account import read, usable
from tests.accounts.contract.examples import product
from tests.accounts.contract.opening import opened
from tests.accounts.shopify.people import ShopifyMerchantPeople


def test_product_that_comes_to_the_suppliers_location_later_is_read_then(
    seller: ShopifyMerchantPeople,
) -> None:
    mug = seller.add_product(product("MUG"), other=True)
    seller.clock.sleep(86_400)
    seller.add_product(product("CUP"), other=True)
    account = opened(seller)
    before, cursor = read(account.products.changed(ReadRequest(cursor=None, now=seller.settle())))
    seller.count("MUG", 3)

    after, _ = read(
        account.products.changed(ReadRequest(cursor=cursor, now=seller.settle())), since=cursor
    )

    assert before == []
    assert [product.id for product in usable(after)] == [mug]


def test_product_that_gets_the_suppliers_name_later_is_read_then(
    seller: ShopifyMerchantPeople,
) -> None:
    seller.pair = {**seller.pair, "vendor": "Northwind"}
    mug = seller.add_product(product("MUG"))
    seller.clock.sleep(86_400)
    seller.fake.add_product("CUP", vendor="Northwind")
    account = opened(seller)
    before, cursor = read(account.products.changed(ReadRequest(cursor=None, now=seller.settle())))
    sold = seller.fake.product(seller.fake.variant("MUG").product_id)
    sold.vendor = "Northwind"
    seller.fake.shop.touch(sold)

    after, _ = read(
        account.products.changed(ReadRequest(cursor=cursor, now=seller.settle())), since=cursor
    )

    assert mug not in {product.id for product in usable(before)}
    assert mug in {product.id for product in usable(after)}


def test_each_of_many_variants_is_a_product(seller: ShopifyMerchantPeople) -> None:
    seller.add_product(product("MUG-0"))
    made = seller.fake.variant("MUG-0").product_id
    for number in range(1, 30):
        seller.fake.add_variant(made, f"MUG-{number}", Size=str(number))
        seller.count(f"MUG-{number}", 1)

    products = usable(
        read(opened(seller).products.changed(ReadRequest(cursor=None, now=seller.settle())))[0]
    )

    assert {product.sku for product in products} == {f"MUG-{number}" for number in range(30)}
    assert len(products) == 30
