"""What real shops do with parcels: the numbered differences of parts-at-services.md 0."""

from typing import Any

import pytest

from tests.fakes.woo_client import WooApi
from tests.fakes.woocommerce import FakeWooCommerce

RIVAL = "/wc-ast/v3"


@pytest.fixture(name="order")
def _order(shop: FakeWooCommerce) -> int:
    shop.switches.fulfillments = True
    shop.add_product("MUG", stock=10)
    shop.add_product("VASE", stock=10)
    return shop.place_order({"MUG": 3, "VASE": 1})


@pytest.fixture(name="rival")
def _rival(shop: FakeWooCommerce, order: int) -> str:
    """Return the path of the numbers of an order in a shop with the rival extension."""
    shop.switches.fulfillments, shop.switches.advanced_shipment_tracking = False, True
    # The document does not have it.
    shop.on_exchange = None
    return f"/orders/{order}/shipment-trackings"


def body(shop: FakeWooCommerce, order: int, units: int, **fields: Any) -> dict[str, Any]:
    line = shop.order(order)["line_items"][0]["id"]
    meta = {"_items": [{"item_id": line, "qty": units}], "_tracking_number": "1Z1"}
    known = {"status", "is_fulfilled"} & fields.keys()
    more = {key: value for key, value in fields.items() if key not in known}
    return {
        "status": fields.get("status", "fulfilled"),
        **{key: fields[key] for key in known},
        "meta_data": [
            {"id": 0, "key": key, "value": value} for key, value in {**meta, **more}.items()
        ],
    }


def units(shop: FakeWooCommerce, order: int) -> list[list[int]]:
    """Return the units of each parcel that is not deleted."""
    fields = [it for made in shop.parcels(order) for it in made["meta_data"]]
    return [[item["qty"] for item in it["value"]] for it in fields if it["key"] == "_items"]


def word(shop: FakeWooCommerce, order: int) -> str | None:
    fields = shop.order(order)["meta_data"]
    return next((it["value"] for it in fields if it["key"] == "_fulfillment_status"), None)


def mails(shop: FakeWooCommerce, order: int) -> int:
    return len(shop.effects("customer mailed", str(order)))


def test_6_downloadable_lines_are_sent_by_the_shop_without_a_number(shop: FakeWooCommerce) -> None:
    shop.switches.fulfillments = True
    shop.add_product("MUG")
    shop.add_product("FILE", downloadable=True)

    order = shop.place_order({"MUG": 1, "FILE": 2})

    [made] = shop.parcels(order)
    assert (made["is_fulfilled"], units(shop, order)) == ("1", [[2]])
    assert "_tracking_number" not in [it["key"] for it in made["meta_data"]]
    assert word(shop, order) == "partially_fulfilled"


def test_7_status_stays_partial_when_the_open_units_are_refunded(
    shop: FakeWooCommerce, order: int
) -> None:
    shop.ship(order, "1Z1", way="fulfillment", quantities={"MUG": 3}, complete=False)

    shop.refund(order, {"VASE": 1})

    assert word(shop, order) == "partially_fulfilled"


def test_8_refunded_units_are_taken_out_of_planned_parcels_only(
    shop: FakeWooCommerce, order: int
) -> None:
    shop.ship(order, "1Z1", way="fulfillment", quantities={"MUG": 1}, complete=False)
    shop.plan(order, {"MUG": 2})
    shop.plan(order, {"VASE": 1})

    shop.refund(order, {"MUG": 1, "VASE": 1})

    assert units(shop, order) == [[1], [1]]


def test_9_change_of_a_deleted_parcel_is_confirmed_and_not_saved(
    shop: FakeWooCommerce, woo: WooApi, order: int
) -> None:
    path = f"/orders/{order}/fulfillments"
    made = woo.write("POST", path, body(shop, order, 1))
    woo.write("DELETE", f"{path}/{made['id']}")

    woo.write("PUT", f"{path}/{made['id']}", body(shop, order, 2))
    woo.write("DELETE", f"{path}/{made['id']}")

    assert woo.refused("GET", f"{path}/{made['id']}") == (400, 404)
    assert (shop.parcels(order), word(shop, order)) == ([], None)


def test_9_change_of_a_deleted_parcel_is_refused_by_earlier_shops(
    shop: FakeWooCommerce, woo: WooApi, order: int
) -> None:
    """Seen with 10.5.0: "Cannot update meta for a deleted fulfillment."."""
    shop.switches.version = "10.5.0"
    path = f"/orders/{order}/fulfillments"
    made = woo.write("POST", path, body(shop, order, 1))
    woo.write("DELETE", f"{path}/{made['id']}")

    assert woo.refused("PUT", f"{path}/{made['id']}", body(shop, order, 2)) == (400, 0)
    woo.write("DELETE", f"{path}/{made['id']}")


def test_earlier_shops_ignore_a_field_of_a_new_parcel_without_an_id(
    shop: FakeWooCommerce, woo: WooApi, order: int
) -> None:
    """Seen with 10.5.0: "The fulfillment should contain at least one item."."""
    shop.switches.version = "10.5.0"
    made = body(shop, order, 1)
    bare = [{"key": it["key"], "value": it["value"]} for it in made["meta_data"]]

    assert woo.refused("POST", f"/orders/{order}/fulfillments", {**made, "meta_data": bare}) == (
        400,
        0,
    )


def test_10_change_and_deletion_of_a_parcel_mail_the_buyer(
    shop: FakeWooCommerce, woo: WooApi, order: int
) -> None:
    path = f"/orders/{order}/fulfillments"
    made = woo.write("POST", path, body(shop, order, 1), notify_customer="true")
    counts = [mails(shop, order)]
    for method, sent in (("PUT", body(shop, order, 2)), ("PUT", body(shop, order, 1))):
        woo.write(method, f"{path}/{made['id']}", sent, notify_customer="true")
        counts.append(mails(shop, order))
    woo.write("DELETE", f"{path}/{made['id']}", notify_customer="true")

    assert [*counts, mails(shop, order)] == [1, 2, 3, 4]


def test_11_status_alone_decides_if_a_parcel_is_sent(
    shop: FakeWooCommerce, woo: WooApi, order: int
) -> None:
    path = f"/orders/{order}/fulfillments"
    planned = body(shop, order, 1, status="unfulfilled", is_fulfilled=True)
    without = {"meta_data": planned["meta_data"], "is_fulfilled": True}

    made = woo.write("POST", path, planned)

    assert (made["status"], made["is_fulfilled"]) == ("unfulfilled", False)
    assert woo.refused("POST", path, without) == (400, 0)


@pytest.mark.parametrize("early", [True, False])
def test_12_time_without_an_offset_is_local_time_of_the_shop(
    shop: FakeWooCommerce, woo: WooApi, order: int, early: bool
) -> None:
    """The zone is eight hours behind. 10.5.0 replaces the text by its own time."""
    shop.on_exchange = None
    shop.switches.version = "10.5.0" if early else "11.0.1"
    path, sent = f"/orders/{order}/fulfillments", "2026-11-20 10:00:00"
    made = woo.write("POST", path, body(shop, order, 1))

    woo.write("PUT", f"{path}/{made['id']}", body(shop, order, 1, _date_fulfilled=sent))

    fields = {it["key"]: it["value"] for it in shop.parcels(order)[0]["meta_data"]}
    local_time = f"{shop.shop.now().astimezone(shop.switches.zone):%Y-%m-%d %H:%M:%S}"
    assert fields["_date_fulfilled"] == (local_time if early else "2026-11-20T18:00:00Z")


@pytest.mark.parametrize("early", [True, False])
def test_13_shop_notes_each_parcel_and_each_change_of_the_status(
    shop: FakeWooCommerce, order: int, early: bool
) -> None:
    shop.switches.fulfillments_wrapped = early

    shop.ship(order, "1Z1", way="fulfillment", quantities={"MUG": 1}, complete=False)
    shop.unship(order, "1Z1")

    about = [note for note in shop.notes(order) if "ulfillment" in note]
    assert len(about) == (0 if early else 4)
    assert len([note for note in about if "1Z1" in note]) == (0 if early else 2)


def test_14_rival_has_the_content_of_a_parcel(
    shop: FakeWooCommerce, woo: WooApi, rival: str, order: int
) -> None:
    woo.write(
        "POST", rival, {"tracking_number": "1Z1", "sku": "MUG,VASE", "qty": "2,1"}, base=RIVAL
    )

    [made] = next(
        it["value"]
        for it in shop.order(order)["meta_data"]
        if it["key"] == "_wc_shipment_tracking_items"
    )
    lines = [line["id"] for line in shop.order(order)["line_items"]]
    contents = [(item["item_id"], item["qty"]) for item in made["products_list"]]
    assert contents == [(lines[0], "2"), (lines[1], "1")]


@pytest.mark.parametrize(
    ("form", "dates"),
    [
        ("%d-%m-%Y", {"02-10-2026": "2026-10-02", "2026-10-02": "2026-10-02"}),
        ("%m-%d-%Y", {"10-02-2026": "2026-10-02", "2026-10-02": "2026-02-10"}),
    ],
    ids=["day first", "month first"],
)
def test_14_rival_reads_dates_as_its_settings_say(
    shop: FakeWooCommerce, woo: WooApi, rival: str, form: Any, dates: dict[str, str]
) -> None:
    shop.switches.ast_dates = form

    made = [
        woo.write("POST", rival, {"tracking_number": "1Z1", "date_shipped": sent}, base=RIVAL)
        for sent in dates
    ]

    assert [it["date_shipped"] for it in made] == [*dates.values()]


def test_14_rival_refuses_other_characters_and_perhaps_a_number_that_is_there(
    shop: FakeWooCommerce, woo: WooApi, rival: str, order: int
) -> None:
    assert woo.refused("POST", rival, {"tracking_number": "1Z/1"}, base=RIVAL)[0] == 404
    woo.write("POST", rival, {"tracking_number": "1Z1"}, base=RIVAL)
    woo.write("POST", rival, {"tracking_number": "1Z1"}, base=RIVAL)
    shop.switches.ast_refuses_repeats = True

    refused = woo.refused("POST", rival, {"tracking_number": "1Z1"}, base=RIVAL)

    assert refused[0] == 400
    assert len(shop.trackings(order)) == 2


def test_14_rival_replaces_all_other_numbers_and_sets_the_status(
    shop: FakeWooCommerce, woo: WooApi, rival: str, order: int
) -> None:
    shop.switches.statuses = ("partial-shipped",)
    statuses = []
    for number, fields in (("1Z1", {"status_shipped": 0}), ("1Z2", {"status_shipped": 2})):
        woo.write("POST", rival, {"tracking_number": number, **fields}, base=RIVAL)
        statuses.append(shop.order(order)["status"])

    woo.write("POST", rival, {"tracking_number": "1Z3", "replace_tracking": 1}, base=RIVAL)

    assert statuses == ["processing", "partial-shipped"]
    assert [made["tracking_number"] for made in shop.trackings(order)] == ["1Z3"]


@pytest.mark.parametrize(("version", "left"), [("7.8.2", 7), ("11.0.1", 9)])
def test_15_old_shop_moves_no_stock_with_a_line(
    shop: FakeWooCommerce, woo: WooApi, order: int, version: Any, left: int
) -> None:
    shop.on_exchange = None
    shop.switches.version = version
    line = shop.order(order)["line_items"][0]["id"]

    woo.write("PUT", f"/orders/{order}", {"line_items": [{"id": line, "quantity": 1}]})

    assert shop.stock("MUG") == left
