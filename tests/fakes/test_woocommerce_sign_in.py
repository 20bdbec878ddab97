"""Sign-in to the fake WooCommerce, over http and https."""

import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
import trustme

from tests.fakes.woo_client import WooApi
from tests.fakes.woocommerce import FakeWooCommerce, Switches
from tests.support.clock import VirtualClock

ORDERS = "/wp-json/wc/v3/orders"
WRONG = "woocommerce_rest_authentication_error"


@pytest.fixture(name="authority", scope="module")
def _authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(name="secure")
def _secure(
    clock: VirtualClock, authority: trustme.CA, tmp_path: Path
) -> Iterator[tuple[FakeWooCommerce, requests.Session]]:
    certificate = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(certificate)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with (
        FakeWooCommerce(clock=clock, certificate=certificate) as shop,
        requests.Session() as session,
    ):
        # Otherwise a certificate bundle of the environment would win.
        session.trust_env = False
        session.verify = str(tmp_path / "ca.pem")
        yield shop, session


def test_key_in_the_header_is_enough_over_https(
    secure: tuple[FakeWooCommerce, requests.Session],
) -> None:
    shop, session = secure

    answer = session.get(shop.url + ORDERS, auth=(shop.key, shop.secret), timeout=5)

    assert shop.url.startswith("https://")
    assert answer.status_code == 200


def test_key_in_the_query_works_if_the_header_is_dropped(
    secure: tuple[FakeWooCommerce, requests.Session],
) -> None:
    shop, session = secure
    shop.switches.drops_authorization = True
    pair = {"consumer_key": shop.key, "consumer_secret": shop.secret}

    by_header = session.get(shop.url + ORDERS, auth=(shop.key, shop.secret), timeout=5)
    by_query = session.get(shop.url + ORDERS, params=pair, timeout=5)

    assert (by_header.status_code, by_query.status_code) == (401, 200)


def test_client_that_does_not_trust_the_certificate_disconnects(
    secure: tuple[FakeWooCommerce, requests.Session],
) -> None:
    shop, _ = secure

    with pytest.raises(requests.exceptions.SSLError):
        requests.get(shop.url + ORDERS, timeout=5)

    assert sum(shop.requests.values()) == 0


def test_key_is_ignored_over_plain_http(shop: FakeWooCommerce) -> None:
    pair = (shop.key, shop.secret)
    query = {"consumer_key": shop.key, "consumer_secret": shop.secret}

    answers = [
        requests.get(shop.url + ORDERS, auth=pair, timeout=5),
        requests.get(shop.url + ORDERS, params=query, timeout=5),
    ]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert {answer.json()["code"] for answer in answers} == {"woocommerce_rest_cannot_view"}


def test_forwarded_request_is_secure_where_the_shop_trusts_it(shop: FakeWooCommerce) -> None:
    def ask() -> int:
        headers = {"X-Forwarded-Proto": "https"}
        pair = (shop.key, shop.secret)
        return requests.get(shop.url + ORDERS, auth=pair, headers=headers, timeout=5).status_code

    before = ask()
    shop.switches.trusts_forwarded_proto = True

    assert (before, ask()) == (401, 200)


@pytest.mark.parametrize("by", ["HMAC-SHA1", "HMAC-SHA256"])
def test_request_is_signed_over_plain_http(shop: FakeWooCommerce, woo: WooApi, by: str) -> None:
    query = {"search": "Zoë & co", "status": "processing,on-hold"}

    params = woo.signed("GET", shop.url + ORDERS, query, by=by)

    assert requests.get(shop.url + ORDERS, params=params, timeout=5).status_code == 200


def test_signature_may_be_in_the_header(shop: FakeWooCommerce, woo: WooApi) -> None:
    signed = woo.signed("GET", shop.url + ORDERS, {})
    words = ", ".join(f'{name}="{quote(value, safe="")}"' for name, value in signed.items())

    answer = requests.get(shop.url + ORDERS, headers={"Authorization": f"OAuth {words}"}, timeout=5)

    assert answer.status_code == 200


def test_items_of_a_list_are_numbered_to_be_signed(shop: FakeWooCommerce, woo: WooApi) -> None:
    first, second = shop.place_order([]), shop.place_order([])
    numbered = {"include[0]": str(first), "include[1]": str(second)}

    signed = woo.signed("GET", shop.url + ORDERS, numbered)
    query = [("include[]" if "include" in name else name, it) for name, it in signed.items()]
    answer = requests.get(shop.url + ORDERS, params=query, timeout=5)

    assert len(answer.json()) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("oauth_signature", "d3Jvbmc="),
        ("oauth_signature_method", "PLAINTEXT"),
        ("oauth_consumer_key", "ck_unknown"),
        ("oauth_nonce", "another"),
        ("oauth_timestamp", "now"),
        ("oauth_nonce", ""),
        ("status", "completed"),
    ],
)
def test_signature_of_another_request_is_refused(
    shop: FakeWooCommerce, woo: WooApi, name: str, value: str
) -> None:
    params = woo.signed("GET", shop.url + ORDERS, {"status": "processing"})

    answer = requests.get(shop.url + ORDERS, params={**params, name: value}, timeout=5)

    assert (answer.status_code, answer.json()["code"]) == (401, WRONG)


def test_signature_passes_once_and_for_a_quarter_of_an_hour(
    shop: FakeWooCommerce, woo: WooApi, clock: VirtualClock
) -> None:
    def ask(params: dict[str, str]) -> int:
        return requests.get(shop.url + ORDERS, params=params, timeout=5).status_code

    first, second, third = (woo.signed("GET", shop.url + ORDERS, {}) for _ in range(3))
    once, again = ask(first), ask(first)
    clock.at += timedelta(minutes=15)
    in_time = ask(second)
    clock.at += timedelta(seconds=1)

    assert (once, again, in_time, ask(third)) == (200, 401, 200, 401)


@pytest.mark.parametrize(
    ("permissions", "read", "written"), [("read", 200, 401), ("write", 401, 201)]
)
def test_key_may_be_for_reading_or_writing_only(
    shop: FakeWooCommerce, woo: WooApi, permissions: str, read: int, written: int
) -> None:
    shop.add_key(shop.key, shop.secret, permissions="read" if permissions == "read" else "write")

    answers = [woo.ask("GET", "/orders"), woo.ask("POST", "/orders", {})]

    assert [answer.status_code for answer in answers] == [read, written]


def test_user_without_permission_is_refused_with_403(shop: FakeWooCommerce, woo: WooApi) -> None:
    shop.add_key(shop.key, shop.secret, capable=False)

    assert woo.refused("GET", "/orders") == (403, "woocommerce_rest_cannot_view")
    assert woo.refused("POST", "/orders", {}) == (403, "woocommerce_rest_cannot_create")
    assert shop.ledger == []


def test_shop_in_a_folder_signs_with_its_folder(clock: VirtualClock) -> None:
    switches = Switches(path="/shop")
    with (
        FakeWooCommerce(clock=clock, switches=switches) as shop,
        requests.Session() as session,
    ):
        assert shop.url.endswith("/shop")
        assert WooApi(shop, session).ids() == []
