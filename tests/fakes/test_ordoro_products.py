"""Products of the fake Ordoro: stock, kits, and suppliers' terms."""

from datetime import timedelta
from typing import Any

from tests.fakes.client import Api
from tests.fakes.ordoro import FakeOrdoro
from tests.support.clock import START, VirtualClock

MINUTE = timedelta(minutes=1)


def test_product_list_has_either_envelope_key(fake: FakeOrdoro, api: Api) -> None:
    fake.add_product("MUG")
    assert fake.switches.product_list_key in ("product", "products")

    fake.switches.product_list_key = "products"

    assert [product["sku"] for product in api.get("/product/")["products"]] == ["MUG"]


def test_open_orders_commit_stock_and_shipping_takes_it(fake: FakeOrdoro) -> None:
    def levels() -> tuple[int, int, int]:
        stock = fake.product("MUG")["warehouses"][0]
        return stock["on_hand"], stock["committed"], stock["available"]

    fake.add_product("MUG", on_hand=10)
    number = fake.place_order("1001", {"MUG": 3})
    committed = levels()
    fake.ship(number, "1Z999")
    shipped = levels()
    fake.void(number)
    voided = levels()
    fake.cancel(number)

    assert (committed, shipped, voided) == ((10, 3, 7), (7, 0, 7), (10, 3, 7))
    assert levels() == (10, 0, 10)


def test_dropshipment_never_takes_stock(fake: FakeOrdoro) -> None:
    supplier = fake.add_supplier("Northwind")
    fake.add_product("MUG", on_hand=10, supplier=supplier)
    number = fake.place_order("1001", {"MUG": 3}, supplier=supplier)

    fake.ship(number, "1Z999")

    assert fake.product("MUG")["total_on_hand"] == 10


def test_quantity_of_a_kit_follows_from_its_components_in_each_warehouse(
    fake: FakeOrdoro, api: Api
) -> None:
    annex = fake.add_warehouse("Annex")
    fake.add_product("MUG", on_hand=5)
    fake.add_product("SPOON", on_hand=9)
    fake.add_product("SET", components={"MUG": 1, "SPOON": 2})
    fake.set_stock("MUG", 10, warehouse=annex)
    fake.set_stock("SPOON", 3, warehouse=annex)

    fake.place_order("1001", {"SET": 1})

    kit = api.get("/product/SET/")
    assert [stock["available"] for stock in kit["warehouses"]] == [3, 1]
    assert kit["is_kit_parent"] is True
    assert fake.product("SPOON")["total_committed"] == 2
    path = f"/product/SET/warehouse/{fake.warehouse_id}/"
    assert api.refused("PUT", path, {"on_hand": 4}) == 400


def test_stock_is_set_or_adjusted(fake: FakeOrdoro, api: Api) -> None:
    fake.add_product("MUG/BLUE 1")
    path = f"/product/MUG%2FBLUE%201/warehouse/{fake.warehouse_id}/"

    api.write("PUT", path, {"on_hand": 10})
    adjusted = api.write("PUT", path, {"adjustment": -3})

    assert adjusted["warehouses"][0]["on_hand"] == 7
    assert api.refused("PUT", path, {"on_hand": 1, "adjustment": 1}) == 400
    assert api.refused("PUT", "/product/MUG%2FBLUE%201/warehouse/77/", {"on_hand": 1}) == 404
    assert [effect.detail for effect in fake.effects("stock set", "MUG/BLUE 1")] == [10, -3]
    assert fake.requests["PUT /product/{sku}/warehouse/{id}/"] == 4


def test_product_that_was_never_counted_has_either_shape(fake: FakeOrdoro) -> None:
    fake.add_product("MUG")

    absent = fake.product("MUG")["warehouses"]
    fake.switches.uncounted = "zero"
    zero = fake.product("MUG")["warehouses"]

    assert absent == []
    assert [stock["on_hand"] for stock in zero] == [0]


def test_shape_follows_the_document_or_what_was_recorded(fake: FakeOrdoro) -> None:
    fake.add_product("MUG", supplier=fake.add_supplier("Northwind"), supplier_sku="N-77")
    recorded = fake.product("MUG")

    fake.switches.supplier_terms, fake.switches.string_nulls = False, True

    product = fake.product("MUG")
    assert (recorded["category"], product["category"]) == ("", None)
    assert recorded["suppliers"][0]["supplier_sku"] == "N-77"
    assert "supplier_sku" not in product["suppliers"][0]


def test_sale_updates_the_product_only_if_that_is_switched_on(
    fake: FakeOrdoro, api: Api, clock: VirtualClock
) -> None:
    def updated() -> int:
        count: int = api.get("/product/", updated_after=START.isoformat())["count"]
        return count

    fake.add_product("MUG", on_hand=10)
    clock.at += MINUTE
    fake.place_order("1001", {"MUG": 1})
    before = updated()
    fake.switches.sold_stock_updates_product = True
    fake.place_order("1002", {"MUG": 1})

    assert (before, updated()) == (0, 1)


def test_product_is_made_once_and_edited(fake: FakeOrdoro, api: Api) -> None:
    supplier = fake.add_supplier("Northwind")
    new = {"sku": "MUG", "name": "Mug", "price": 9.9, "physical_on_hand": 4}
    terms = {"supplier_price": 5.5, "is_default": True, "supplier_sku": "N-77"}

    api.write("POST", "/product/", new)
    again = api.refused("POST", "/product/", new)
    edited = api.write("PUT", "/product/MUG/", {"name": "Enamel mug"})
    supplied = api.write("PUT", f"/product/MUG/supplier/{supplier}/", terms)

    assert (again, edited["name"], edited["total_on_hand"]) == (400, "Enamel mug", 4)
    assert supplied["suppliers"][0]["supplier_sku"] == "N-77"
    assert api.refused("GET", "/product/mug/") == 404


def test_products_are_filtered(fake: FakeOrdoro, api: Api) -> None:
    def skus(**query: Any) -> list[str]:
        products = api.get("/product/", **query)
        return [product["sku"] for product in products.get("product", products.get("products"))]

    supplier = fake.add_supplier("Northwind")
    fake.add_product("MUG", supplier=supplier, category="Kitchen")
    fake.add_product("OLD", archived=True)
    fake.add_product("SET", components={"MUG": 2})

    assert skus(sort="-sku") == ["SET", "OLD", "MUG"]
    assert skus(active="true") == ["MUG", "SET"]
    assert skus(kit="true") == ["SET"]
    assert skus(supplier=supplier) == skus(category="Kitchen") == skus(search="mu") == ["MUG"]
