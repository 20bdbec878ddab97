"""The host of the fake WooCommerce: its pages, caches, limits and notices."""

import math
from datetime import timedelta

import pytest
import requests

from tests.fakes.faults import Kind
from tests.fakes.woo_client import WooApi
from tests.fakes.woocommerce import FakeWooCommerce, Fault
from tests.support.clock import VirtualClock


def test_index_needs_no_sign_in(shop: FakeWooCommerce) -> None:
    shop.switches.shipment_tracking = True

    index = requests.get(f"{shop.url}/wp-json/", timeout=5).json()

    assert (index["gmt_offset"], index["timezone_string"]) == ("-8", "America/Los_Angeles")
    assert {"wc/v3", "wc-shipment-tracking/v3"} <= set(index["namespaces"])
    assert index["url"] == shop.url


def test_routes_depend_on_the_plugins(shop: FakeWooCommerce) -> None:
    def routes() -> set[str]:
        answer = requests.get(f"{shop.url}/wp-json/wc/v3", timeout=5).json()
        assert answer["namespace"] == "wc/v3"
        return set(answer["routes"])

    before = routes()
    shop.switches.fulfillments = True

    assert routes() - before == {
        r"/wc/v3/orders/(?P<order_id>[\d]+)/fulfillments",
        r"/wc/v3/orders/(?P<order_id>[\d]+)/fulfillments/(?P<fulfillment_id>[\d]+)",
        r"/wc/v3/orders/(?P<order_id>[\d]+)/fulfillments/lookup",
    }


def test_shop_reports_its_version_and_settings(shop: FakeWooCommerce, woo: WooApi) -> None:
    shop.switches.currency = "EUR"

    status = woo.get("/system_status")

    assert (status["environment"]["version"], status["settings"]["currency"]) == ("11.0.1", "EUR")
    assert woo.get("/settings/general/woocommerce_currency")["value"] == "EUR"
    assert woo.get("/settings/products/woocommerce_weight_unit")["value"] == "lbs"
    assert woo.get("/data/currencies/current")["code"] == "EUR"
    assert woo.refused("GET", "/settings/general/nothing")[0] == 404


def test_api_is_not_found_without_permalinks(shop: FakeWooCommerce, woo: WooApi) -> None:
    shop.switches.pretty_permalinks = False

    answer = woo.ask("GET", "/orders")

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=UTF-8")


@pytest.mark.parametrize(("kind", "status"), [("maintenance", 503), ("firewall", 403)])
def test_page_of_the_host_answers_instead_of_the_shop(
    shop: FakeWooCommerce, woo: WooApi, kind: Kind, status: int
) -> None:
    shop.faults.add(Fault(kind=kind, times=math.inf))

    answers = [woo.ask("POST", "/orders", {}) for _ in range(2)]
    shop.faults.clear()

    assert [answer.status_code for answer in answers] == [status, status]
    assert answers[0].headers["Content-Type"] == "text/html; charset=UTF-8"
    assert woo.ids() == []


def test_notice_of_php_stands_before_the_json(shop: FakeWooCommerce, woo: WooApi) -> None:
    shop.faults.add(Fault(kind="notice"))

    answer = woo.ask("POST", "/orders", {})

    assert (answer.status_code, answer.text[:6]) == (201, "<br />")
    assert len(woo.ids()) == 1


def test_host_answers_from_its_cache(shop: FakeWooCommerce, clock: VirtualClock) -> None:
    def ask() -> tuple[int, str]:
        headers = {"X-Forwarded-Proto": "https"}
        pair, url = (shop.key, shop.secret), f"{shop.url}/wp-json/wc/v3/orders"
        answer = requests.get(url, auth=pair, headers=headers, timeout=5)
        return len(answer.json()), answer.headers.get("X-Cache", "")

    shop.switches.trusts_forwarded_proto, shop.switches.cache_s = True, 60
    shop.place_order([])
    first = ask()
    shop.place_order([])
    clock.at += timedelta(seconds=59)
    stale = ask()
    clock.at += timedelta(seconds=1)

    assert (first, stale, ask()) == ((1, ""), (1, "HIT"), (2, ""))


def test_signed_request_is_never_cached(shop: FakeWooCommerce, woo: WooApi) -> None:
    shop.switches.cache_s = 60

    before = woo.ids()
    order = shop.place_order([])

    assert (before, woo.ids()) == ([], [order])


def test_host_limits_the_rate(shop: FakeWooCommerce, woo: WooApi, clock: VirtualClock) -> None:
    shop.switches.rate_limit, shop.switches.retry_after = 2, "soon"

    answers = [woo.ask("GET", "/orders") for _ in range(3)]
    clock.at += timedelta(minutes=1)

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "soon"
    assert answers[2].headers["Content-Type"] == "text/html"
    assert woo.ids() == []


def test_requests_are_counted_by_template(shop: FakeWooCommerce, woo: WooApi) -> None:
    order = shop.place_order([])

    woo.get(f"/orders/{order}")
    woo.get("/orders", page=2)

    assert shop.requests == {"GET /wc/v3/orders/{id}": 1, "GET /wc/v3/orders": 1}


def test_request_without_the_network_is_processed(shop: FakeWooCommerce) -> None:
    path = "/wp-json/wc/v3/orders"

    statuses = [shop.send("GET", f"{path}?per_page=5"), shop.send("POST", path, b'{"status": 1}')]

    assert statuses == [200, 400]
