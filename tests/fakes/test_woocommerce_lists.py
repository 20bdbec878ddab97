"""Lists of the fake of WooCommerce: filters, times in two zones, pages."""

from datetime import timedelta

import pytest

from tests.fakes.woo_client import WooApi
from tests.fakes.woocommerce import FakeWooCommerce
from tests.support.clock import VirtualClock

MINUTE = timedelta(minutes=1)
# The clock starts at midnight in UTC, which is four in the afternoon of the day before in the shop.
GMT, SITE = "2026-11-02T00:00:00", "2026-11-01T16:00:00"


def place(shop: FakeWooCommerce, clock: VirtualClock, count: int = 3) -> list[int]:
    """Place orders a minute apart, the first at the start."""
    placed = []
    for _ in range(count):
        placed.append(shop.place_order([]))
        clock.at += MINUTE
    return placed


def test_times_are_reported_in_that_of_the_shop_and_in_utc(shop: FakeWooCommerce) -> None:
    order = shop.order(shop.place_order([]))

    assert (order["date_created"], order["date_created_gmt"]) == (SITE, GMT)
    assert (order["date_paid_gmt"], order["date_completed_gmt"]) == (GMT, None)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"modified_after": SITE}, 2),
        ({"modified_after": GMT}, 0),
        ({"modified_after": GMT, "dates_are_gmt": "true"}, 2),
        ({"modified_after": f"{GMT}Z"}, 2),
        ({"modified_after": f"{GMT}+00:00"}, 2),
        ({"modified_after": f"{GMT}Z", "dates_are_gmt": "true"}, 3),
        ({"after": GMT, "dates_are_gmt": "true"}, 2),
        ({"modified_before": "2026-11-02T00:01:00", "dates_are_gmt": "true"}, 1),
        ({"modified_after": "2026-11-01T23:59:59", "dates_are_gmt": "true"}, 3),
        ({"modifed_after": "2099-01-01T00:00:00"}, 3),
    ],
    ids=lambda it: (
        "&".join(f"{name}={value}" for name, value in it.items())
        if isinstance(it, dict)
        else str(it)
    ),
)
def test_times_of_a_query_are_those_of_the_shop_unless_stated_otherwise(
    shop: FakeWooCommerce, woo: WooApi, clock: VirtualClock, query: dict[str, str], count: int
) -> None:
    place(shop, clock)

    assert len(woo.ids(**query)) == count


def test_offset_is_respected_if_that_is_switched_on(
    shop: FakeWooCommerce, woo: WooApi, clock: VirtualClock
) -> None:
    place(shop, clock)

    shop.switches.offset_shifts_gmt = False

    assert len(woo.ids(modified_after=f"{GMT}Z", dates_are_gmt="true")) == 2


def test_old_shop_answers_everything(
    shop: FakeWooCommerce, woo: WooApi, clock: VirtualClock
) -> None:
    place(shop, clock)

    shop.switches.knows_modified = False

    assert len(woo.ids(modified_after="2099-01-01T00:00:00")) == 3


def test_orders_are_sorted_by_their_modification(
    shop: FakeWooCommerce, woo: WooApi, clock: VirtualClock
) -> None:
    first, second, third = place(shop, clock)
    shop.open(first)

    assert woo.ids(orderby="modified", order="asc") == [second, third, first]
    assert woo.ids() == [third, second, first]
    assert woo.ids(include=f"{second},{first}", orderby="include") == [second, first]
    assert woo.ids(exclude=second) == [third, first]


def test_orders_of_one_second_are_sorted_by_id_only_in_new_shops(
    shop: FakeWooCommerce, woo: WooApi
) -> None:
    first, second = shop.place_order([]), shop.place_order([])

    new = woo.ids(orderby="modified")
    shop.switches.version = "7.8.2"
    old = woo.ids(orderby="modified")

    assert (new, old) == ([second, first], [first, second])


def test_pages_report_the_totals(shop: FakeWooCommerce, woo: WooApi, clock: VirtualClock) -> None:
    placed = place(shop, clock, 5)

    pages = [woo.ask("GET", "/orders", per_page=2, page=page, order="asc") for page in (1, 2, 3, 4)]

    assert [[it["id"] for it in page.json()] for page in pages] == [
        placed[:2],
        placed[2:4],
        placed[4:],
        [],
    ]
    assert {page.headers["X-WP-Total"] for page in pages} == {"5"}
    assert {page.headers["X-WP-TotalPages"] for page in pages} == {"3"}
    assert [sorted(page.links) for page in pages] == [
        ["next"],
        ["next", "prev"],
        ["prev"],
        ["prev"],
    ]
    assert "page=2" in pages[0].links["next"]["url"]
    assert pages[0].links["next"]["url"].startswith(f"{shop.url}/wp-json/wc/v3/orders?")
    assert woo.ids(offset=4, order="asc") == placed[4:]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("per_page", "0"),
        ("per_page", "101"),
        ("page", "0"),
        ("page", "one"),
        ("order", "up"),
        ("orderby", "modified_date"),
        ("status", "nonsense"),
        ("modified_after", "yesterday"),
        ("modified_after", "2026-02-30T00:00:00"),
        ("dates_are_gmt", "maybe"),
        ("include", "1,x"),
    ],
)
def test_parameter_that_is_wrong_is_refused(woo: WooApi, name: str, value: str) -> None:
    answer = woo.ask("GET", "/orders", **{name: value})

    assert answer.status_code == 400
    assert answer.json()["code"] == "rest_invalid_param"
    assert list(answer.json()["data"]["params"]) == [name]


def test_answer_is_trimmed_to_some_fields(shop: FakeWooCommerce, woo: WooApi) -> None:
    shop.add_product("MUG")
    shop.place_order({"MUG": 2})

    orders = woo.get("/orders", _fields="status,billing.email,line_items.sku,line_items.quantity")

    lines = [{"sku": "MUG", "quantity": 2}]
    billing = {"email": "ann@example.org"}
    assert orders == [{"status": "processing", "billing": billing, "line_items": lines}]


def test_search_finds_a_transaction_only_in_new_shops(shop: FakeWooCommerce, woo: WooApi) -> None:
    order = shop.place_order([], transaction_id="shop:1001", email="zoe@example.org")
    shop.edit_order(order, meta_data=[{"key": "_ordosync_origin", "value": "shop:1002"}])

    new = woo.ids(search="shop:1001")
    shop.switches.version = "7.8.2"

    assert (new, woo.ids(search="shop:1001")) == ([order], [])
    assert (woo.ids(search="shop:1002"), woo.ids(search="ZOE@")) == ([], [order])


def test_changes_appear_late_in_lists(
    shop: FakeWooCommerce, woo: WooApi, clock: VirtualClock
) -> None:
    shop.switches.arrival_lag_s = 30
    order = shop.place_order([])

    early = woo.ids()
    stored_id = woo.get(f"/orders/{order}")["id"]
    clock.sleep(30)

    assert (early, stored_id, woo.ids()) == ([], order, [order])


def test_products_are_found_by_tag_category_and_brand(shop: FakeWooCommerce, woo: WooApi) -> None:
    mug = shop.add_product("MUG", tags=["Northwind"], categories=["Kitchen"])
    vase = shop.add_product("VASE", brands=["Northwind"])
    shop.add_product("TRAY")

    by_tag = woo.ids("/products", tag=shop.add_term("tags", "Northwind"))
    by_category = woo.ids("/products", category=shop.add_term("categories", "Kitchen"))
    by_brand = woo.ids("/products", brand=shop.add_term("brands", "Northwind"))

    assert (by_tag, by_category, by_brand) == ([mug], [mug], [vase])
    assert shop.product("MUG")["tags"][0]["slug"] == "northwind"
    assert [it["name"] for it in woo.get("/products/tags")] == ["Northwind"]
    assert woo.get("/products/tags", search="south") == []


def test_variations_are_read_with_their_parent_or_all_at_once(
    shop: FakeWooCommerce, woo: WooApi
) -> None:
    shirt, shoe = shop.add_product("SHIRT"), shop.add_product("SHOE")
    small, large = shop.add_variation("SHIRT", "SHIRT-S"), shop.add_variation("SHOE", "SHOE-L")

    assert woo.ids("/products", type="variable", order="asc") == [shirt, shoe]
    assert woo.ids(f"/products/{shirt}/variations") == [small]
    assert woo.get(f"/products/{shirt}")["variations"] == [small]
    assert [it["parent_id"] for it in woo.get("/variations", order="asc")] == [shirt, shoe]
    assert woo.ids("/products", sku="SHOE-L,none") == [large]
    shop.switches.version = "7.8.2"
    assert woo.refused("GET", "/variations") == (404, "rest_no_route")
    assert "parent_id" not in woo.get(f"/products/{shirt}/variations")[0]
