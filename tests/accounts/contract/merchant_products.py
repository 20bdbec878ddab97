"""Promises about the products that a Merchant sells from this portal's Supplier."""

from decimal import Decimal

from ordosync.accounts.account import ReadRequest
from tests.accounts.contract.account import AsMerchant, read, usable
from tests.accounts.contract.examples import product
from tests.accounts.contract.opening import OpenMerchant
from tests.accounts.contract.people import MerchantPeople, needs


@needs("import-products")
class OfferedProducts(AsMerchant):
    """Reading of the products that the Merchant offers."""

    def test_product_is_read_with_its_fields(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        product_id = people.add_product(product("MUG", name="A blue mug", price=Decimal("9.99")))

        [offered] = usable(
            read(account.products.changed(ReadRequest(cursor=None, now=people.settle())))[0]
        )

        assert (offered.id, offered.sku, offered.name) == (product_id, "MUG", "A blue mug")
        assert offered.price == Decimal("9.99")
        assert offered.content
        assert (offered.is_kit, offered.archived) == (False, False)

    def test_each_of_many_products_is_in_one_page(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        sold = [people.add_product(product(f"MUG-{number}")) for number in range(self.many)]

        products = usable(
            read(account.products.changed(ReadRequest(cursor=None, now=people.settle())))[0]
        )

        assert sorted(product.id for product in products) == sorted(sold)

    def test_next_read_continues_at_the_cursor(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        people.add_product(product("MUG"))
        before, cursor = read(
            account.products.changed(ReadRequest(cursor=None, now=people.settle()))
        )
        newer = people.add_product(product("CUP"))

        after, _ = read(
            account.products.changed(ReadRequest(cursor=cursor, now=people.settle())), since=cursor
        )

        assert newer in {product.id for product in after}
        again = {product.id: product.content for product in after if product.id != newer}
        assert again.items() <= {product.id: product.content for product in before}.items()

    @needs("archiving")
    def test_archived_product_is_not_read(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        archived = people.add_product(product("MUG"))
        kept = people.add_product(product("CUP"))
        people.archive("MUG")

        products = usable(
            read(account.products.changed(ReadRequest(cursor=None, now=people.settle())))[0]
        )
        again = usable(read(account.products.by_id([archived, kept]))[0])

        assert [product.id for product in products] == [kept]
        assert [product.id for product in again] == [kept]

    @needs("assigned-products")
    def test_product_of_another_supplier_is_not_read(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        unrelated = people.add_product(product("MUG"), other=True)
        ours = people.add_product(product("CUP"))

        products = usable(
            read(account.products.changed(ReadRequest(cursor=None, now=people.settle())))[0]
        )
        again = usable(read(account.products.by_id([unrelated, ours]))[0])

        assert [product.id for product in products] == [ours]
        assert [product.id for product in again] == [ours]

    @needs("kits")
    def test_kit_is_read_as_one(self, account: OpenMerchant, people: MerchantPeople) -> None:
        people.add_product(product("SET", is_kit=True))

        [offered] = usable(
            read(account.products.changed(ReadRequest(cursor=None, now=people.settle())))[0]
        )

        assert offered.is_kit

    def test_products_are_read_by_id_as_they_are_now(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        for sku in ("MUG", "CUP", "JAR"):
            people.add_product(product(sku))
        products = usable(
            read(account.products.changed(ReadRequest(cursor=None, now=people.settle())))[0]
        )
        mug, cup = (product for product in products if product.sku != "JAR")

        by_id = usable(read(account.products.by_id([cup.id, people.unknown_id, mug.id]))[0])

        assert {product.id: product for product in by_id} == {mug.id: mug, cup.id: cup}
        assert read(account.products.by_id([]))[0] == []
