"""Parcels in the fake of WooCommerce: the feature, the extension and its rival, notes."""

from typing import Any

import pytest

from tests.fakes.woo_client import WooApi
from tests.fakes.woocommerce import FakeWooCommerce

EXTENSION = "/wc-shipment-tracking/v3"


@pytest.fixture(name="order")
def _order(shop: FakeWooCommerce) -> int:
    shop.switches.fulfillments = shop.switches.shipment_tracking = True
    shop.add_product("MUG", stock=10)
    shop.add_product("VASE", stock=10)
    return shop.place_order({"MUG": 2, "VASE": 1})


def parcel(shop: FakeWooCommerce, order: int, units: int, **fields: object) -> dict[str, Any]:
    line = shop.order(order)["line_items"][0]["id"]
    meta = {"_items": [{"item_id": line, "qty": units}], "_tracking_number": "1Z999", **fields}
    return {
        "status": "fulfilled",
        "is_fulfilled": True,
        "meta_data": [{"id": 0, "key": key, "value": value} for key, value in meta.items()],
    }


def fulfillment_status(shop: FakeWooCommerce, order: int) -> list[str]:
    meta = shop.order(order)["meta_data"]
    return [it["value"] for it in meta if it["key"] == "_fulfillment_status"]


def test_partial_parcel_does_not_change_the_status_of_the_order(
    shop: FakeWooCommerce, woo: WooApi, order: int
) -> None:
    made = woo.write("POST", f"/orders/{order}/fulfillments", parcel(shop, order, 1))

    parcels = woo.get(f"/orders/{order}/fulfillments")
    assert (made["is_fulfilled"], parcels[0]["is_fulfilled"]) == (True, "1")
    assert (shop.order(order)["status"], fulfillment_status(shop, order)) == (
        "processing",
        ["partially_fulfilled"],
    )
    assert [it.detail for it in shop.effects("fulfillment created", str(order))] == ["1Z999"]


def test_parcel_is_added_again_and_may_hold_too_much(
    shop: FakeWooCommerce, woo: WooApi, order: int
) -> None:
    for units in (1, 1, 99):
        woo.write("POST", f"/orders/{order}/fulfillments", parcel(shop, order, units))

    assert len(shop.parcels(order)) == 3


@pytest.mark.parametrize("units", [0, -1])
def test_empty_parcel_is_refused(
    shop: FakeWooCommerce, woo: WooApi, order: int, units: int
) -> None:
    path = f"/orders/{order}/fulfillments"

    assert woo.refused("POST", path, parcel(shop, order, units)) == (400, 0)
    assert woo.refused("POST", path, {"meta_data": []}) == (400, 0)
    assert woo.refused("POST", path, {"status": "fulfilled"}) == (
        400,
        "rest_missing_callback_param",
    )
    assert shop.ledger == []


def test_change_of_a_parcel_drops_the_fields_that_are_not_sent(
    shop: FakeWooCommerce, woo: WooApi, order: int
) -> None:
    made = woo.write(
        "POST", f"/orders/{order}/fulfillments", parcel(shop, order, 1, _shipment_provider="ups")
    )

    path = f"/orders/{order}/fulfillments/{made['id']}"
    changed = woo.write("PUT", path, parcel(shop, order, 2))

    assert "_shipment_provider" not in [it["key"] for it in changed["meta_data"]]
    assert changed["meta_data"][0]["value"][0]["qty"] == 2


def test_deleted_parcel_is_not_listed(shop: FakeWooCommerce, woo: WooApi, order: int) -> None:
    shop.ship(order, "1Z999", way="fulfillment", complete=False)
    path = f"/orders/{order}/fulfillments/{shop.parcels(order)[0]['id']}"
    before = fulfillment_status(shop, order)

    woo.write("DELETE", path)

    assert (before, fulfillment_status(shop, order)) == (["fulfilled"], [])
    assert shop.parcels(order) == []
    assert woo.refused("GET", path) == (400, 404)
    assert woo.refused("GET", f"/orders/{order}/fulfillments/99") == (400, 0)
    assert woo.refused("GET", "/orders/99/fulfillments") == (
        404,
        "woocommerce_rest_order_invalid_id",
    )


def test_some_versions_wrap_their_responses(shop: FakeWooCommerce, woo: WooApi, order: int) -> None:
    shop.switches.fulfillments_wrapped = True
    # The document differs here.
    shop.on_exchange = None

    made = woo.write("POST", f"/orders/{order}/fulfillments", parcel(shop, order, 1))

    parcels = woo.get(f"/orders/{order}/fulfillments")
    assert parcels["fulfillments"][0]["id"] == made["fulfillment"]["id"]


@pytest.mark.parametrize("version", ["7.8.2", "11.0.1"])
def test_feature_that_is_off_has_no_route(
    shop: FakeWooCommerce, woo: WooApi, order: int, version: Any
) -> None:
    shop.switches.version = version
    shop.switches.fulfillments = version == "7.8.2"

    refused = woo.refused("GET", f"/orders/{order}/fulfillments")

    assert refused == (404, "rest_no_route")


def test_extension_keeps_its_parcels_in_a_field_of_the_order(
    shop: FakeWooCommerce, woo: WooApi, order: int
) -> None:
    path = f"/orders/{order}/shipment-trackings"
    body = {"tracking_number": "1Z999", "tracking_provider": "UPS", "date_shipped": "2026-11-01"}

    made = [woo.write("POST", path, body, base=EXTENSION) for _ in range(2)]

    assert made[0]["tracking_id"] != made[1]["tracking_id"]
    assert shop.trackings(order) == made
    assert (made[0]["date_shipped"], made[0]["tracking_provider"]) == ("2026-11-01", "UPS")
    kept = [it for it in shop.order(order)["meta_data"] if "tracking_items" in it["key"]]
    assert [it["tracking_number"] for it in kept[0]["value"]] == ["1Z999", "1Z999"]
    woo.write("DELETE", f"{path}/{made[0]['tracking_id']}", base=EXTENSION)
    assert shop.trackings(order) == made[1:]
    assert woo.refused("POST", path, {}, base=EXTENSION)[1] == "rest_missing_callback_param"


def test_provider_that_the_extension_does_not_know_is_not_shown(woo: WooApi, order: int) -> None:
    path = f"/orders/{order}/shipment-trackings"
    unknown = {"tracking_number": "1Z1", "tracking_provider": "Parcel Pigeons"}
    custom = {"tracking_number": "1Z2", "custom_tracking_provider": "Parcel Pigeons"}

    made = [woo.write("POST", path, body, base=EXTENSION) for body in (unknown, custom)]

    assert [it["tracking_provider"] for it in made] == ["", "Parcel Pigeons"]


def test_rival_answers_under_both_names_and_completes_the_order_if_the_options_say_so(
    shop: FakeWooCommerce, woo: WooApi, order: int
) -> None:
    path, body = f"/orders/{order}/shipment-trackings", {"tracking_number": "1Z1"}
    before = woo.refused("POST", path, body, base="/wc-ast/v3")
    shop.switches.shipment_tracking, shop.switches.advanced_shipment_tracking = False, True

    woo.write("POST", path, body, base=EXTENSION)
    status = shop.order(order)["status"]
    woo.write("POST", path, {"tracking_number": "1Z2", "status_shipped": 1}, base="/wc-ast/v3")

    assert before == (404, "rest_no_route")
    assert [it["tracking_number"] for it in shop.trackings(order)] == ["1Z1", "1Z2"]
    assert (status, shop.order(order)["status"]) == ("processing", "completed")


def test_people_ship_in_three_ways(shop: FakeWooCommerce, order: int) -> None:
    shop.ship(order, "1Z1", way="fulfillment", quantities={"MUG": 1}, complete=False)
    shop.ship(order, "1Z2", way="tracking", complete=False)
    status = shop.order(order)["status"]
    shop.ship(order, "1Z3")
    shop.unship(order, "1Z1")
    shop.unship(order, "1Z2")

    assert (status, shop.order(order)["status"]) == ("processing", "completed")
    assert (shop.parcels(order), shop.trackings(order)) == ([], [])
    assert "Shipped: UPS 1Z3" in shop.notes(order)
    assert shop.ledger == []
