"""Import Products, against domain 2.2."""

from decimal import Decimal

from ordosync.embedded.desk import Desk
from ordosync.models import Product
from tests.tasks.portal import CONFIG, SUPPLIER, Pair, available, physical, succeeded

TASK = "import-products"
_BY_SUPPLIER_SKU = CONFIG.replace(
    "    manage_inventory: true\n", "    manage_inventory: true\n    send: [supplier_sku]\n", 1
)


def _product(sku: str = "MUG", **fields: object) -> Product:
    known: dict[str, object] = {
        "name": f"A {sku}",
        "price": Decimal("9.50"),
        "weight_g": Decimal(320),
    }
    return Product(id="", sku=sku, **{**known, **fields})  # type: ignore[arg-type]


def _offer(pair: Pair, sku: str = "MUG", **fields: object) -> None:
    """Add a product of this Supplier at the Merchant."""
    succeeded(pair.shop.add_product(_product(sku, **fields), supplier=SUPPLIER))


def _products(desk: Desk) -> dict[str, Product]:
    return {product.sku: product for product in desk.list_products()}


def test_new_product_is_created_with_its_fields(pair: Pair) -> None:
    # domain 2.2: Fields
    _offer(pair, "MUG")

    ran = pair.run(TASK)

    mug = _products(pair.northwind)["MUG"]
    assert ran.counts == {"done": 1}
    assert (mug.name, mug.price, mug.weight_g) == ("A MUG", Decimal("9.50"), Decimal(320))
    assert pair.link("MUG", "product").supplier_id == "MUG"


def test_retail_price_is_not_imported_where_the_supplier_gets_its_cost(pair: Pair) -> None:
    pair.path.write_text(_BY_SUPPLIER_SKU.replace("supplier_sku", "supplier_unit_cost"))
    _offer(pair, "MUG")

    pair.run(TASK)

    assert _products(pair.northwind)["MUG"].price is None


def test_stock_of_a_new_product_is_unset(pair: Pair) -> None:
    # domain 2.2: Quantity for new SKUs
    _offer(pair, "MUG")
    succeeded(pair.shop.set_stock("MUG", "main", 40))

    pair.run(TASK)

    assert available(pair.northwind, "MUG") is None


def test_quantity_of_the_merchant_is_never_echoed_back(pair: Pair) -> None:
    # domain 2.2: Quantity for new SKUs: Write Inventory Back skips unset SKUs
    _offer(pair, "MUG")
    succeeded(pair.shop.set_stock("MUG", "main", 40))
    pair.run(TASK)

    pair.run("write-inventory-back")

    assert physical(pair.shop, "MUG") == 40


def test_second_run_writes_nothing(pair: Pair) -> None:
    # domain 2.2: Idempotency
    _offer(pair, "MUG")
    pair.run(TASK)
    before = pair.everything()

    ran = pair.run(TASK)

    assert ran.steps == ()
    assert pair.everything() == before


def test_known_product_stays_as_it_is_and_is_linked(pair: Pair) -> None:
    # domain 2.2: SKU known; Must not overwrite
    theirs = _product("MUG", name="Our mug", price=Decimal(3), weight_g=None)
    succeeded(pair.northwind.add_product(theirs))
    succeeded(pair.northwind.set_stock("MUG", "main", 12))
    before = _products(pair.northwind)
    _offer(pair, "MUG")

    ran = pair.run(TASK)

    assert ran.counts == {"done": 1}
    assert _products(pair.northwind) == before
    assert physical(pair.northwind, "MUG") == 12
    assert pair.link("MUG", "product").supplier_id == "MUG"


def test_later_changes_at_the_merchant_do_not_travel(pair: Pair) -> None:
    # domain 2.2: Fields: afterwards changes in the source are ignored
    _offer(pair, "MUG")
    pair.run(TASK)
    pair.sql("shop", "update products set name = 'New name'")
    # This change makes the next run read it again.
    succeeded(pair.shop.set_stock("MUG", "main", 1))

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("skipped", "edited")
    assert _products(pair.northwind)["MUG"].name == "A MUG"


def test_merchant_and_orders_are_left_alone(pair: Pair) -> None:
    # domain 2.2: Must not
    _offer(pair, "MUG")
    before = pair.everything("shop")

    pair.run(TASK)

    assert pair.everything("shop") == before
    assert list(pair.northwind.list_orders()) == []


def test_product_of_another_supplier_is_not_shown(pair: Pair) -> None:
    # domain 2.2: Scope
    succeeded(pair.shop.add_product(_product("SECRET"), supplier="southwind"))

    ran = pair.run(TASK)

    assert ran.steps == ()
    assert _products(pair.northwind) == {}


def test_archived_product_is_not_imported(pair: Pair) -> None:
    # domain 2.2: Edge: Merchant archives a product; no command does
    _offer(pair, "MUG")
    pair.sql("shop", "update products set archived = 1")

    assert pair.run(TASK).steps == ()


def test_archived_product_keeps_its_link(pair: Pair) -> None:
    # domain 2.2: Edge: Merchant archives a product: bridge stays
    _offer(pair, "MUG")
    pair.run(TASK)
    pair.sql("shop", "update products set archived = 1")

    pair.run(TASK)

    assert pair.link("MUG", "product").supplier_id == "MUG"


def test_kit_is_imported_as_a_plain_product(pair: Pair) -> None:
    # domain 2.2: Kits
    succeeded(pair.shop.add_product(_product("SET", is_kit=True), supplier=SUPPLIER, components={}))

    pair.run(TASK)

    assert not _products(pair.northwind)["SET"].is_kit


def test_components_do_not_travel(pair: Pair) -> None:
    # domain 2.2: Kits: import the parent
    succeeded(pair.shop.add_product(_product("LID"), supplier="southwind"))
    succeeded(
        pair.shop.add_product(
            _product("SET", is_kit=True), supplier=SUPPLIER, components={"LID": Decimal(1)}
        )
    )

    pair.run(TASK)

    assert list(_products(pair.northwind)) == ["SET"]


def test_kit_of_the_supplier_under_the_same_sku_stays_one(pair: Pair) -> None:
    # domain 2.2: Kits: the Supplier may define its own kit under the same SKU
    succeeded(pair.northwind.add_product(_product("MUG")))
    succeeded(
        pair.northwind.add_product(_product("SET", is_kit=True), components={"MUG": Decimal(2)})
    )
    _offer(pair, "SET")

    pair.run(TASK)

    assert _products(pair.northwind)["SET"].is_kit
    assert pair.northwind.components("SET") == {"MUG": Decimal(2)}


def test_two_merchants_share_one_product_with_a_link_each(pair: Pair) -> None:
    # domain 2.2: Idempotency: Two Merchants with the same SKU
    _offer(pair, "MUG")
    succeeded(pair.outlet.add_product(_product("MUG", name="Other"), supplier=SUPPLIER))
    pair.run(TASK)

    ran = pair.run(TASK, "outlet-northwind")

    assert ran.counts == {"done": 1}
    assert list(_products(pair.northwind)) == ["MUG"]
    assert ran.step.supplier_id == "MUG"


def test_product_that_an_order_made_is_linked(pair: Pair) -> None:
    # domain 2.2: Required before any inventory can be written back
    _offer(pair, "MUG")
    pair.imported("1001")

    pair.run(TASK)

    assert pair.link("MUG", "product").supplier_id == "MUG"


def test_supplier_sku_is_matched_where_it_is_sent(pair: Pair) -> None:
    # domain 2.2: Edge: with Supplier SKU enabled
    pair.path.write_text(_BY_SUPPLIER_SKU)
    succeeded(pair.northwind.add_product(_product("NW-7")))
    _offer(pair, "MUG", supplier_sku="NW-7")

    pair.run(TASK)

    assert list(_products(pair.northwind)) == ["NW-7"]
    assert pair.link("MUG", "product").supplier_id == "NW-7"


def test_merchant_sku_is_matched_where_there_is_no_supplier_sku(pair: Pair) -> None:
    # domain 2.2: Edge: with Supplier SKU enabled: then the Merchant SKU
    pair.path.write_text(_BY_SUPPLIER_SKU)
    _offer(pair, "MUG")

    pair.run(TASK)

    assert pair.link("MUG", "product").supplier_id == "MUG"


def test_supplier_sku_that_two_products_claim_is_reported(pair: Pair) -> None:
    # domain 2.2: Edge: one Supplier SKU claimed by several Merchant SKUs
    pair.path.write_text(_BY_SUPPLIER_SKU)
    _offer(pair, "MUG", supplier_sku="NW-7")
    _offer(pair, "CUP", supplier_sku="NW-7")

    ran = pair.run(TASK)

    assert ran.counts == {"failed": 2}
    assert {step.code for step in ran.steps} == {"sku-claimed"}
    assert _products(pair.northwind) == {}


def test_supplier_sku_that_is_claimed_later_is_reported(pair: Pair) -> None:
    # domain 2.2: Edge: one Supplier SKU claimed by several Merchant SKUs
    pair.path.write_text(_BY_SUPPLIER_SKU)
    _offer(pair, "MUG", supplier_sku="NW-7")
    pair.run(TASK)
    _offer(pair, "CUP", supplier_sku="NW-7")

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "sku-claimed")
    assert pair.link("MUG", "product").supplier_id == "NW-7"


def test_claim_that_was_fixed_is_imported(pair: Pair) -> None:
    # domain 2.2: Edge: one Supplier SKU claimed by several Merchant SKUs; no command edits one
    pair.path.write_text(_BY_SUPPLIER_SKU)
    _offer(pair, "MUG", supplier_sku="NW-7")
    _offer(pair, "CUP", supplier_sku="NW-7")
    pair.run(TASK)
    pair.sql("shop", "update products set supplier_sku = 'NW-8' where sku = 'CUP'")
    # This change makes the next run read it again.
    succeeded(pair.shop.set_stock("CUP", "main", 1))

    ran = pair.run(TASK)

    assert ran.step.state == "done"
    assert pair.link("CUP", "product").supplier_id == "NW-8"
