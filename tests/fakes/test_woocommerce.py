"""Orders in the fake WooCommerce: their lines, stock, refunds and the trash."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.fakes.books import Effect
from tests.fakes.woo_client import WooApi
from tests.fakes.woocommerce import FakeWooCommerce, Refused
from tests.support.clock import VirtualClock

MINUTE = timedelta(minutes=1)
ANN = {"first_name": "Ann", "last_name": "Smith", "email": "ann@example.org"}


def line(sku: str = "MUG", quantity: int = 2, **more: object) -> dict[str, object]:
    return {"sku": sku, "quantity": quantity, **more}


def test_order_is_read_as_it_was_written(shop: FakeWooCommerce, woo: WooApi) -> None:
    mug = shop.add_product("MUG", "Enamel mug", price="9.90")
    body = {
        "billing": ANN,
        "line_items": [line(meta_data=[{"key": "Colour", "value": "red"}])],
        "shipping_lines": [{"method_id": "flat", "method_title": "Post", "total": "4.5"}],
        "meta_data": [{"key": "_ordosync_origin", "value": "shop:1001"}],
    }

    made = woo.write("POST", "/orders", body)

    bought = made["line_items"][0]
    assert (made["status"], made["total"], made["number"]) == ("pending", "24.30", str(made["id"]))
    assert (bought["product_id"], bought["name"], bought["price"]) == (mug, "Enamel mug", 9.9)
    assert (bought["sku"], bought["total"], bought["subtotal"]) == ("MUG", "19.80", "19.80")
    assert bought["meta_data"][0]["display_key"] == "Colour"
    assert made["shipping_lines"][0]["method_title"] == "Post"
    assert made["billing"]["company"] == ""
    assert made["meta_data"][0]["value"] == "shop:1001"
    assert woo.get(f"/orders/{made['id']}") == made
    assert shop.ledger == [Effect("order created", str(made["id"]), "pending")]


def test_price_of_a_unit_is_a_float_that_has_lost_its_digits(
    shop: FakeWooCommerce, woo: WooApi
) -> None:
    shop.add_product("MUG", price="10.00")

    made = woo.write("POST", "/orders", {"line_items": [line(quantity=3, total="10.00")]})

    bought = made["line_items"][0]
    assert Decimal(str(bought["price"])) * 3 != Decimal(bought["total"])
    assert (bought["subtotal"], made["discount_total"]) == ("30.00", "20.00")


def test_sku_of_a_line_is_the_present_sku_of_the_product(
    shop: FakeWooCommerce, woo: WooApi
) -> None:
    shop.add_product("MUG")
    order = shop.place_order({"MUG": 1})

    shop.edit_product("MUG", sku="CUP")
    renamed = woo.get(f"/orders/{order}")["line_items"][0]["sku"]
    shop.delete_product("CUP", force=True)
    deleted = woo.get(f"/orders/{order}")["line_items"][0]["sku"]

    assert (renamed, deleted) == ("CUP", None)


def test_variation_is_sold_under_its_own_id(shop: FakeWooCommerce, woo: WooApi) -> None:
    shirt = shop.add_product("SHIRT", "Shirt", stock=10)
    small = shop.add_variation("SHIRT", "SHIRT-S", stock=3)
    medium = shop.add_variation("SHIRT", "SHIRT-M")

    order = woo.get(f"/orders/{shop.place_order({'SHIRT-S': 1, 'SHIRT-M': 2})}")

    ids = [(it["product_id"], it["variation_id"]) for it in order["line_items"]]
    assert ids == [(shirt, small), (shirt, medium)]
    assert (shop.stock("SHIRT-S"), shop.stock("SHIRT-M"), shop.stock("SHIRT")) == (2, 8, 8)
    assert woo.get(f"/products/{shirt}/variations/{medium}")["manage_stock"] == "parent"


def test_stock_follows_the_status(shop: FakeWooCommerce, woo: WooApi) -> None:
    shop.add_product("MUG", stock=10)
    order = shop.place_order({"MUG": 3}, status="pending")

    stock = []
    for status in ("on-hold", "processing", "failed", "cancelled", "cancelled", "completed"):
        woo.write("PUT", f"/orders/{order}", {"status": status})
        stock.append(shop.stock("MUG"))

    assert stock == [7, 7, 7, 10, 10, 7]
    kinds = [it.detail for it in shop.effects("order status")]
    assert kinds == ["on-hold", "processing", "failed", "cancelled", "completed"]


def test_refunded_units_are_put_back_once(shop: FakeWooCommerce) -> None:
    shop.add_product("MUG", stock=10)
    order = shop.place_order({"MUG": 3})

    shop.refund(order, {"MUG": 1})
    after_refund = shop.stock("MUG")
    shop.cancel(order)

    assert (after_refund, shop.stock("MUG")) == (8, 10)
    assert shop.order(order)["line_items"][0]["quantity"] == 3
    assert shop.order(order)["refunds"][0]["total"] == "-10.00"


def test_order_is_refunded_when_its_whole_amount_is(shop: FakeWooCommerce) -> None:
    shop.add_product("MUG", price="0.10", stock=10)
    order = shop.place_order({"MUG": 3}, taxes="0.06")

    shop.refund(order, {"MUG": 3})
    some = shop.order(order)["status"]
    shop.refund(order)

    assert (some, shop.order(order)["status"]) == ("processing", "refunded")
    with pytest.raises(Refused):
        shop.refund(order)


def test_trashed_order_is_listed_on_request_only(shop: FakeWooCommerce, woo: WooApi) -> None:
    order = shop.place_order([])

    shop.trash(order)
    hidden = woo.ids(include=order)
    shown = woo.ids(status="trash")
    again = woo.refused("DELETE", f"/orders/{order}")
    shop.restore(order)

    assert (hidden, shown) == ([], [order])
    assert again == (410, "woocommerce_rest_already_trashed")
    assert shop.order(order)["status"] == "processing"


def test_deleted_order_is_not_found(shop: FakeWooCommerce, woo: WooApi) -> None:
    order = shop.place_order([])

    shop.delete(order)

    read = woo.refused("GET", f"/orders/{order}")
    changed = woo.refused("PUT", f"/orders/{order}", {"status": "completed"})
    noted = woo.refused("POST", f"/orders/{order}/notes", {"note": "x"})
    assert read == (404, "woocommerce_rest_shop_order_invalid_id")
    assert changed == (400, "woocommerce_rest_shop_order_invalid_id")
    assert noted == (404, "woocommerce_rest_order_invalid_id")


def test_lines_are_changed_by_id(shop: FakeWooCommerce, woo: WooApi) -> None:
    shop.add_product("MUG", stock=10)
    shop.add_product("VASE", stock=10)
    order = shop.place_order({"MUG": 2})

    shop.edit_lines(order, {"MUG": 5, "VASE": 1})
    more = shop.stock("MUG")
    shop.edit_lines(order, {"MUG": 0})

    assert (more, shop.stock("MUG"), shop.stock("VASE")) == (5, 10, 9)
    assert [it["sku"] for it in woo.get(f"/orders/{order}")["line_items"]] == ["VASE"]
    unknown = [{"id": 9999, "quantity": 1}]
    refused = woo.refused("PUT", f"/orders/{order}", {"line_items": unknown})
    assert refused == (400, "woocommerce_rest_invalid_item_id")


def test_line_that_is_added_takes_from_the_stock_in_new_shops(
    shop: FakeWooCommerce, woo: WooApi
) -> None:
    shop.add_product("MUG", stock=10)
    order = shop.place_order([])

    new = woo.write("PUT", f"/orders/{order}", {"line_items": [line()]})["line_items"][0]
    after_new = shop.stock("MUG")
    shop.switches.version = "7.8.2"
    old = woo.write("PUT", f"/orders/{order}", {"line_items": [line()]})["line_items"][1]

    assert (after_new, shop.stock("MUG")) == (8, 8)
    assert [it["key"] for it in new["meta_data"]] == ["_reduced_stock"]
    assert old["meta_data"] == []


def test_read_only_fields_are_refused_in_a_write(shop: FakeWooCommerce, woo: WooApi) -> None:
    shop.add_product("MUG")
    meta = [{"key": "Sizes", "value": [1, 2], "display_key": "Sizes", "display_value": [1, 2]}]

    refused = woo.refused("POST", "/orders", {"line_items": [line(meta_data=meta)]})

    assert refused == (400, "rest_invalid_param")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"shipping_lines": [{"method_title": "Post"}]}, "invalid_shipping_item"),
        ({"fee_lines": [{"total": "1.00"}]}, "invalid_fee_item"),
        ({"line_items": [{"name": "Mug", "total": "1.00"}]}, "required_product_reference"),
        ({"customer_id": 7}, "invalid_customer_id"),
    ],
)
def test_order_that_lacks_something_is_refused(
    shop: FakeWooCommerce, woo: WooApi, body: dict[str, object], code: str
) -> None:
    assert woo.refused("POST", "/orders", body) == (400, f"woocommerce_rest_{code}")
    assert shop.order_ids() == []


def test_null_does_not_leave_a_field_alone(shop: FakeWooCommerce, woo: WooApi) -> None:
    order = shop.place_order([], customer_note="fragile")

    woo.write("PUT", f"/orders/{order}", {"customer_note": None})

    assert shop.order(order)["customer_note"] == ""


def test_post_without_json_creates_an_empty_order(shop: FakeWooCommerce, woo: WooApi) -> None:
    url = f"{shop.url}/wp-json/wc/v3/orders"
    params = woo.signed("POST", url, {})

    answer = woo.session.post(url, params=params, data=b"{}", timeout=5)

    assert answer.status_code == 201
    assert answer.json()["line_items"] == []


def test_statuses_of_a_plugin_exist_where_it_is_active(shop: FakeWooCommerce, woo: WooApi) -> None:
    order = shop.place_order([])

    before = woo.refused("PUT", f"/orders/{order}", {"status": "shipped"})
    shop.switches.statuses = ("shipped",)
    woo.write("PUT", f"/orders/{order}", {"status": "shipped"})

    assert before == (400, "rest_invalid_param")
    assert woo.ids(status="shipped") == woo.ids() == [order]


def test_orders_are_changed_many_at_once(shop: FakeWooCommerce, woo: WooApi) -> None:
    shop.add_product("MUG", stock=10)
    kept, deleted = shop.place_order({"MUG": 1}), shop.place_order({"MUG": 1})
    body = {
        "create": [{"status": "processing", "line_items": [line()]}, {"line_items": [{}]}],
        "update": [{"id": kept, "status": "nonsense"}, {"id": 9999, "status": "completed"}],
        "delete": [deleted],
    }

    answer = woo.write("POST", "/orders/batch", body)

    made, refused = answer["create"]
    assert (made["status"], refused["error"]["data"]["status"]) == ("processing", 400)
    assert [it.get("error", {}).get("code") for it in answer["update"]] == [
        None,
        "woocommerce_rest_shop_order_invalid_id",
    ]
    # An unknown status becomes pending.
    assert shop.order(kept)["status"] == "pending"
    assert shop.order_ids() == [kept, made["id"]]
    assert shop.stock("MUG") == 7


def test_notes_are_read_newest_first_and_modify_nothing(
    shop: FakeWooCommerce, woo: WooApi, clock: VirtualClock
) -> None:
    order = shop.place_order([], status="pending")
    clock.at += MINUTE

    shop.comment(order, "we have it here")
    woo.write("POST", f"/orders/{order}/notes", {"note": "sent", "customer_note": True})

    assert [it["note"] for it in woo.get(f"/orders/{order}/notes")] == ["sent", "we have it here"]
    assert [it["note"] for it in woo.get(f"/orders/{order}/notes", type="customer")] == ["sent"]
    assert shop.order(order)["date_modified"] == shop.order(order)["date_created"]
    assert woo.refused("POST", f"/orders/{order}/notes", {})[1] == "rest_missing_callback_param"


def test_number_is_not_the_id_where_a_plugin_sets_it(shop: FakeWooCommerce) -> None:
    shop.switches.number_prefix = "AC-"

    order = shop.place_order([])

    assert shop.order(order)["number"] == f"AC-{order}"


def test_opening_an_order_modifies_it(shop: FakeWooCommerce, clock: VirtualClock) -> None:
    order = shop.place_order([])
    before = shop.order(order)
    clock.at += MINUTE

    shop.open(order)

    after = shop.order(order)
    assert after.pop("date_modified") != before.pop("date_modified")
    assert after.pop("date_modified_gmt") != before.pop("date_modified_gmt")
    assert after == before
