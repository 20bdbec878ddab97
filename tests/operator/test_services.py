"""Rough edges at services: findings W9 to W14, as real WooCommerce shops showed them."""

import logging
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

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
