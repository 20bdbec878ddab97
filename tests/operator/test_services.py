"""Rough edges at services: findings W9 to W14, as real WooCommerce shops showed them."""

import logging
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from ordosync.accounts.woocommerce.parcels import carrier_of
from ordosync.http.redaction import Redactor
from tests.fakes.woocommerce import FakeWooCommerce, Fault, Switches
from tests.support.command import ordosync

KEY, SECRET = "ck_5ee1f00d5ee1", "cs_0ddba11c0ffee"
CONFIG = """
accounts:
  shop:
    kind: woocommerce
    url: {url}
    key: {key}
    secret: {secret}
    {more}
  depot: {{kind: sqlite, path: depot.db}}
portals:
  shop-depot: {{merchant: shop, supplier: depot}}
"""


def configure(folder: Path, fake: FakeWooCommerce, *, more: str = "concurrency: 2") -> None:
    path = folder / "config.yaml"
    path.touch(0o600)
    path.write_text(CONFIG.format(url=fake.url, key=fake.key, secret=fake.secret, more=more))


@pytest.fixture(name="dropping")
def _dropping(tmp_path: Path) -> Iterator[FakeWooCommerce]:
    """Return a shop over https whose web server drops the header Authorization."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    shop = Switches(drops_authorization=True)
    with FakeWooCommerce(switches=shop, certificate=context, key=KEY, secret=SECRET) as fake:
        configure(tmp_path, fake, more="ca_file: ca.pem\n    key_in_query: true")
        yield fake


def test_w10_key_in_the_query_passes_a_server_that_drops_the_header(
    tmp_path: Path, dropping: FakeWooCommerce
) -> None:
    dropping.add_product("MUG", stock=5)
    dropping.place_order({"MUG": 2})

    checked = ordosync(tmp_path, "config", "check", "--online")
    imported = ordosync(tmp_path, "import-orders", "--json")

    assert (checked.code, checked.err) == (0, "")
    assert imported.counts == {"seen": 1, "done": 1}


@pytest.mark.parametrize("kind", ["reset", "redirect", "html", "unauthorized", "lost-500"])
def test_w10_key_in_the_query_is_in_no_log_and_no_message(
    tmp_path: Path,
    dropping: FakeWooCommerce,
    caplog: pytest.LogCaptureFixture,
    kind: str,
) -> None:
    """The traceback of --debug has the errors of the libraries, and they quote the URL."""
    caplog.set_level(logging.DEBUG)
    dropping.faults.add(Fault(kind=kind, to=f"https://x.example/{SECRET}", times=99))  # type: ignore[arg-type]

    results = [
        ordosync(tmp_path, *words)
        for words in (
            ("import-orders", "--debug"),
            ("config", "check", "--online", "--debug"),
            ("show", "1"),
            ("attention", "--json"),
        )
    ]

    shown = "".join(result.out + result.err for result in results) + caplog.text
    stored = (tmp_path / "ordosync.db").read_bytes()
    assert results[0].code == 1
    assert "urllib3.connectionpool" in caplog.text
    for text in (KEY, SECRET):
        assert text not in shown
        assert text.encode() not in stored


def test_w10_key_in_the_query_is_refused_over_plain_http(tmp_path: Path) -> None:
    with FakeWooCommerce() as fake:
        configure(tmp_path, fake, more="key_in_query: true")

        result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert "key_in_query: needs an https:// url; over http, requests are signed" in result.err


@pytest.fixture(name="plain")
def _plain(tmp_path: Path) -> Iterator[FakeWooCommerce]:
    with FakeWooCommerce(switches=Switches(fulfillments=True)) as fake:
        configure(tmp_path, fake)
        yield fake


@pytest.mark.parametrize("kind", ["html", "redirect"])
@pytest.mark.parametrize("more", ["timezone: UTC", "concurrency: 2"])
def test_w12_task_without_permalinks_names_them(
    tmp_path: Path, plain: FakeWooCommerce, kind: str, more: str
) -> None:
    configure(tmp_path, plain, more=more)
    plain.faults.add(Fault(kind=kind, to="https://localhost/", times=99))  # type: ignore[arg-type]

    result = ordosync(tmp_path, "import-orders")

    assert result.code == 1
    assert "enable pretty permalinks (Settings > Permalinks)" in result.err


def test_w12_common_word_of_a_message_is_shown_although_a_buyer_is_called_so() -> None:
    redact = Redactor([], {"shipping": {"last_name": "\\Back", "city": "Minute Hill"}})

    assert redact("Check back in a minute.") == "Check back in a minute."
    assert redact("Back of Minute Hill") == "*** of ***"


def test_w12_dry_run_says_what_is_refused(tmp_path: Path, plain: FakeWooCommerce) -> None:
    plain.add_product("", "No SKU")
    plain.place_order([{"product_id": max(plain.shop.products), "quantity": 1}])

    planned = ordosync(tmp_path, "import-orders", "--dry-run")
    sent = ordosync(tmp_path, "import-orders")

    assert (planned.code, sent.code) == (1, 1)
    assert "line 1 has no SKU" in planned.out
    assert "line 1 has no SKU" in ordosync(tmp_path, "show", "1").out


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("dhl-de", "DHL DE"),
        ("royal-mail", "Royal Mail"),
        ("fedex", "FedEx"),
        ("usps", "USPS"),
        ("Deutsche Post", "Deutsche Post"),
    ],
)
def test_w13_slug_of_a_carrier_is_a_name(slug: str, name: str) -> None:
    assert carrier_of(slug) == name


def test_w14_check_says_which_mails_the_shops_send(tmp_path: Path, plain: FakeWooCommerce) -> None:
    merchant = " ".join(ordosync(tmp_path, "config", "check", "--online").out.split())
    configure(tmp_path, plain, more="notify_customer: false")
    silent = " ".join(ordosync(tmp_path, "config", "check", "--online").out.split())

    assert "mails the buyer for each parcel, and by itself for a completed order" in merchant
    assert "mails the buyer for each parcel" not in silent
