"""Products of the fake WooCommerce: SKUs, stock, and writes that are silently ignored."""

from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.books import Effect
from tests.fakes.woo_client import WooApi
from tests.fakes.woocommerce import FakeWooCommerce
from tests.support.clock import VirtualClock


def put(shop: FakeWooCommerce, woo: WooApi, sku: str, **body: object) -> Any:
    return woo.write("PUT", f"/products/{shop.product(sku)['id']}", body)


def test_product_is_made_with_its_count(shop: FakeWooCommerce, woo: WooApi) -> None:
    body = {"name": "Enamel mug", "sku": " MUG ", "manage_stock": True, "stock_quantity": 7}

    made = woo.write("POST", "/products", body)

    assert (made["sku"], made["stock_quantity"], made["stock_status"]) == ("MUG", 7, "instock")
    assert (made["type"], made["status"], made["price"]) == ("simple", "publish", "")
    assert shop.ledger == [Effect("product created", "MUG")]


def test_quantity_is_ignored_if_the_stock_is_not_managed(
    shop: FakeWooCommerce, woo: WooApi
) -> None:
    shop.add_product("MUG")

    answer = put(shop, woo, "MUG", stock_quantity=7)

    assert (answer["manage_stock"], answer["stock_quantity"]) == (False, None)
    assert shop.stock("MUG") is None
    assert shop.ledger == [Effect("stock written", "MUG", None)]


def test_quantity_of_a_variation_is_ignored_if_its_parent_manages_the_stock(
    shop: FakeWooCommerce, woo: WooApi
) -> None:
    shirt = shop.add_product("SHIRT", stock=5)
    small = shop.add_variation("SHIRT", "SHIRT-S")

    answer = woo.write("PUT", f"/products/{shirt}/variations/{small}", {"stock_quantity": 9})

    assert (answer["manage_stock"], answer["stock_quantity"]) == ("parent", 5)
    assert shop.stock("SHIRT") == 5


def test_counts_are_set_many_at_once(shop: FakeWooCommerce, woo: WooApi) -> None:
    mug, vase = shop.add_product("MUG", stock=1), shop.add_product("VASE", stock=1)
    items = [
        {"id": mug, "stock_quantity": "7 or so"},
        {"id": vase, "stock_quantity": None},
        {"id": 9999, "stock_quantity": 1},
    ]

    answer = woo.write("POST", "/products/batch", {"update": items})

    assert [it.get("stock_quantity") for it in answer["update"]] == [7, 1, None]
    assert answer["update"][2]["id"] == 9999
    assert answer["update"][2]["error"]["code"] == "woocommerce_rest_product_invalid_id"
    assert shop.effects("stock set") == [Effect("stock set", "MUG", 7)]


def test_variations_are_set_many_at_once_under_their_parent(
    shop: FakeWooCommerce, woo: WooApi
) -> None:
    shirt, shoe = shop.add_product("SHIRT"), shop.add_product("SHOE")
    small = shop.add_variation("SHIRT", "SHIRT-S", stock=1)
    body = {"update": [{"id": small, "stock_quantity": 7}]}

    wrong = woo.write("POST", f"/products/{shoe}/variations/batch", body)
    right = woo.write("POST", f"/products/{shirt}/variations/batch", body)
    many = woo.refused("POST", f"/products/{shirt}/variations/batch", {"update": [{}] * 101})

    assert wrong["update"][0]["error"]["data"]["status"] == 400
    assert right["update"][0]["stock_quantity"] == 7
    assert many == (413, "woocommerce_rest_request_entity_too_large")


@pytest.mark.parametrize(
    ("units", "backorders", "status"),
    [
        (1, "no", "instock"),
        (0, "no", "outofstock"),
        (-1, "notify", "onbackorder"),
    ],
)
def test_stock_status_follows_the_count(
    shop: FakeWooCommerce, woo: WooApi, units: int, backorders: str, status: str
) -> None:
    shop.add_product("MUG", stock=5)

    assert (
        put(shop, woo, "MUG", stock_quantity=units, backorders=backorders)["stock_status"] == status
    )


def test_sku_is_unique_unless_that_is_switched_off(shop: FakeWooCommerce, woo: WooApi) -> None:
    shop.add_product("MUG")

    refused = woo.refused("POST", "/products", {"name": "Mug", "sku": "mug"})
    shop.switches.sku_unique = False
    woo.write("POST", "/products", {"name": "Mug", "sku": "MUG"})

    assert refused == (400, "product_invalid_sku")
    assert len(woo.ids("/products", sku="MUG")) == 2


def test_money_must_be_a_string(woo: WooApi) -> None:
    answer = woo.ask("POST", "/products", {"name": "Mug", "regular_price": 9.9})

    assert answer.json()["data"]["params"] == {
        "regular_price": "regular_price is not of type string."
    }


def test_sale_modifies_a_product_only_if_that_is_switched_on(
    shop: FakeWooCommerce, clock: VirtualClock
) -> None:
    shop.add_product("MUG", stock=5)
    made = shop.product("MUG")["date_modified"]
    clock.at += timedelta(minutes=1)

    shop.sell("MUG")
    silent = shop.product("MUG")["date_modified"]
    shop.switches.sale_updates_product = True
    shop.sell("MUG")

    assert silent == made
    assert shop.product("MUG")["date_modified"] > made
    assert shop.stock("MUG") == 3


def test_people_count_and_stop_counting(shop: FakeWooCommerce) -> None:
    shop.add_product("MUG")

    shop.set_stock("MUG", 4)
    counted = shop.stock("MUG")
    shop.stop_counting("MUG")

    assert (counted, shop.stock("MUG")) == (4, None)
    assert shop.ledger == []


def test_product_in_the_trash_releases_its_sku(shop: FakeWooCommerce, woo: WooApi) -> None:
    mug = shop.add_product("MUG")

    woo.write("DELETE", f"/products/{mug}")
    again = shop.add_product("MUG")

    assert woo.ids("/products") == [again]
    assert woo.get(f"/products/{mug}")["status"] == "trash"


def test_term_is_created_once(shop: FakeWooCommerce, woo: WooApi) -> None:
    made = woo.write("POST", "/products/tags", {"name": "Northwind"})

    assert woo.refused("POST", "/products/tags", {"name": "northwind"}) == (400, "term_exists")
    assert woo.get(f"/products/tags/{made['id']}")["name"] == "Northwind"
    assert shop.effects("tags created") == [Effect("tags created", "Northwind")]
