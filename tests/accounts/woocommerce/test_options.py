"""Checks of a shop's options, offline and online, and its ways to sign in."""

import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.fakes.faults import Kind
from tests.fakes.woocommerce import FakeWooCommerce, Fault, Switches
from tests.support.command import ordosync

CONFIG = """
accounts:
  shop:
    kind: woocommerce
    url: {url}
    key: {key}
    secret: {secret}
    {more}
  depot:
    kind: woocommerce
    url: {url}
    key: {key}
    secret: {secret}
    {more}
  north: {{kind: sqlite, path: north.db}}
  south: {{kind: sqlite, path: south.db}}
portals:
  shop-north: {{merchant: {merchant}, supplier: north}}
  south-depot: {{merchant: south, supplier: {{account: depot, prefix: "A-"}}}}
"""


@pytest.fixture(name="fake")
def _fake() -> Iterator[FakeWooCommerce]:
    with FakeWooCommerce(switches=Switches(fulfillments=True)) as fake:
        yield fake


def write(folder: Path, fake: FakeWooCommerce, **values: str) -> None:
    defaults = {"url": fake.url, "key": fake.key, "secret": fake.secret, "more": "concurrency: 2"}
    path = folder / "config.yaml"
    path.touch(0o600)
    path.write_text(CONFIG.format(**{**defaults, "merchant": "shop", **values}))


def check(folder: Path) -> tuple[int, str]:
    result = ordosync(folder, "config", "check", "--online")
    assert result.err == ""
    return result.code, result.out


def test_online_check_passes_if_the_shop_is_complete(tmp_path: Path, fake: FakeWooCommerce) -> None:
    write(tmp_path, fake)

    code, out = check(tmp_path)

    assert code == 0
    assert "ok: portal shop-north, merchant shop: everything needed is available" in out
    assert "ok: portal south-depot, supplier depot: everything needed is available" in out
    assert fake.ledger == []


@pytest.mark.parametrize(
    ("shop", "message"),
    [
        (Switches(fulfillments=True), "shows parcels with fulfillments"),
        (Switches(shipment_tracking=True), "shows parcels with the Shipment Tracking extension"),
        (Switches(), "shows parcels with a note on the order"),
    ],
    ids=["fulfillments", "extension", "notes"],
)
def test_way_to_report_parcels_is_named(tmp_path: Path, shop: Switches, message: str) -> None:
    with FakeWooCommerce(switches=shop) as fake:
        write(tmp_path, fake)

        _, out = check(tmp_path)

    assert f"note: portal shop-north, merchant shop: {message}" in out


def test_supplier_without_a_place_for_numbers_is_a_problem(tmp_path: Path) -> None:
    with FakeWooCommerce() as fake:
        write(tmp_path, fake)

        code, out = check(tmp_path)

    assert code == 1
    assert "supplier depot: has no field for tracking numbers" in out


def test_key_that_may_only_read_is_reported(tmp_path: Path, fake: FakeWooCommerce) -> None:
    fake.add_key("ck_reader", "cs_reader", permissions="read")
    write(tmp_path, fake, key="ck_reader", secret="cs_reader")  # noqa: S106 - guards nothing

    code, out = check(tmp_path)

    assert code == 1
    assert "does not have write permissions" in out
    assert "cs_reader" not in out


def test_wrong_secret_is_reported_and_not_shown(tmp_path: Path, fake: FakeWooCommerce) -> None:
    write(tmp_path, fake, secret="cs_wrong-wrong")  # noqa: S106 - guards nothing

    code, out = check(tmp_path)

    assert code == 1
    assert "merchant shop: account shop: sign in: HTTP 401" in out
    assert "wrong-wrong" not in out


@pytest.mark.parametrize(
    ("merchant", "message"),
    [
        ("{account: shop, tag: Nobody}", "has no Nobody among its products' tags"),
        ("{account: shop, category: Nowhere}", "has no Nowhere among its products' categories"),
    ],
)
def test_ids_that_are_unknown_to_the_shop_are_reported(
    tmp_path: Path, fake: FakeWooCommerce, merchant: str, message: str
) -> None:
    write(tmp_path, fake, merchant=merchant)

    code, out = check(tmp_path)

    assert code == 1
    assert message in out


def test_existing_tag_is_found_by_name_or_slug(tmp_path: Path, fake: FakeWooCommerce) -> None:
    fake.add_term("tags", "North Wind")
    write(tmp_path, fake, merchant="{account: shop, tag: north-wind}")

    assert check(tmp_path)[0] == 0


def test_status_of_no_plugin_is_reported(tmp_path: Path, fake: FakeWooCommerce) -> None:
    write(tmp_path, fake, more="statuses: [processing, packed]")

    code, out = check(tmp_path)

    assert code == 1
    assert "check the statuses of orders: HTTP 400" in out


def test_site_whose_plugin_is_switched_off_is_reported(tmp_path: Path) -> None:
    with FakeWooCommerce(switches=Switches(active=False)) as fake:
        write(tmp_path, fake)

        code, out = check(tmp_path)

    assert code == 1
    assert "WooCommerce's REST API was not found; check that the plug-in is active" in out


def test_site_without_permalinks_is_a_page(tmp_path: Path) -> None:
    with FakeWooCommerce(switches=Switches(pretty_permalinks=False)) as fake:
        write(tmp_path, fake)

        code, out = check(tmp_path)

    assert code == 1
    assert 'read the index of the site: HTTP 404: a web page, "Page not found"' in out
    assert "enable pretty permalinks (Settings > Permalinks)" in out


@pytest.mark.parametrize("kind", ["html", "redirect"])
def test_address_that_returns_a_page_has_a_hint_on_permalinks(
    tmp_path: Path, fake: FakeWooCommerce, kind: Kind
) -> None:
    fake.faults.add(Fault(kind=kind, path="/wp-json/$", to="https://www.shop.example/", times=9))
    write(tmp_path, fake)

    code, out = check(tmp_path)

    assert code == 1
    assert "enable pretty permalinks (Settings > Permalinks)" in out


@pytest.mark.parametrize(
    ("shop", "message"),
    [
        (Switches(fulfillments=True), "shows parcels with fulfillments"),
        (Switches(shipment_tracking=True), "shows parcels with the Shipment Tracking extension"),
        (Switches(), "shows parcels with a note"),
    ],
    ids=lambda value: "" if isinstance(value, str) else None,
)
def test_site_that_is_closed_to_visitors_needs_only_the_shops_own_paths(
    tmp_path: Path, shop: Switches, message: str
) -> None:
    """W9: the index of the site needs a login; the paths of the shop do not."""
    shop.closed_to_visitors = True
    with FakeWooCommerce(switches=shop) as fake:
        write(tmp_path, fake)

        _, out = check(tmp_path)

    assert message in out
    assert "fix its key" not in out
    assert "HTTP 401" not in out


@pytest.mark.parametrize(
    ("shop", "message"),
    [
        (Switches(fulfillments=True), "each fulfillment is reported as a parcel with its units"),
        (Switches(shipment_tracking=True), "each tracking number of an order is reported, without"),
    ],
    ids=lambda value: "" if isinstance(value, str) else None,
)
def test_check_of_a_supplier_says_what_is_known_of_its_parcels(
    tmp_path: Path, shop: Switches, message: str
) -> None:
    """Lifecycle 3.3: without lines, only a completed order is sent as a whole."""
    with FakeWooCommerce(switches=shop) as fake:
        write(tmp_path, fake)

        _, out = check(tmp_path)

    assert message in " ".join(out.split())


def test_shop_in_a_folder_of_its_host(tmp_path: Path) -> None:
    with FakeWooCommerce(switches=Switches(path="/shop", fulfillments=True)) as fake:
        write(tmp_path, fake)

        assert check(tmp_path)[0] == 0


@pytest.fixture(name="authority", scope="module")
def _authority() -> trustme.CA:
    return trustme.CA()


def test_over_https_key_and_secret_are_enough(tmp_path: Path, authority: trustme.CA) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    shop = Switches(fulfillments=True)
    with FakeWooCommerce(switches=shop, certificate=context) as fake:
        write(tmp_path, fake, more="ca_file: ca.pem")

        code, out = check(tmp_path)

    assert (code, "everything needed is available" in out) == (0, True)


def test_server_that_drops_the_authorization_header_is_reported(
    tmp_path: Path, authority: trustme.CA
) -> None:
    """W10: the key is right, but WordPress never receives it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with FakeWooCommerce(switches=Switches(drops_authorization=True), certificate=context) as fake:
        write(tmp_path, fake, more="ca_file: ca.pem")

        code, out = check(tmp_path)

    assert code == 1
    assert "the web server drops the header Authorization" in out


def test_http_to_another_machine_is_refused(tmp_path: Path, fake: FakeWooCommerce) -> None:
    write(tmp_path, fake, url="http://shop.example")

    code, out = check(tmp_path)

    assert code == 1
    assert "http:// would send the secret unencrypted; use https://" in out


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"url": "ftp://shop.example"}, "url: must begin with https://"),
        ({"url": "https://shop.example/wp-json/"}, "without /wp-json"),
        ({"more": "timezone: Mars/Base"}, "timezone: 'Mars/Base'"),
        ({"more": "concurrency: 0"}, "concurrency: must be 1 or more"),
        ({"more": "calls_per_minute: 0"}, "calls_per_minute: must be 1"),
        ({"more": "statuses: []"}, "must each name at least one status"),
        ({"more": "shipped: []"}, "must each name at least one status"),
        ({"more": "statuses: [failed]\n    cancelled: [failed]"}, "both name failed"),
        ({"more": "shipped: [cancelled]"}, "shipped and cancelled: both name cancelled"),
        ({"merchant": "{account: shop, tags: [a]}"}, "unknown option"),
    ],
    ids=str,
)
def test_a_wrong_option_is_a_problem_of_the_file(
    tmp_path: Path, fake: FakeWooCommerce, values: dict[str, str], message: str
) -> None:
    write(tmp_path, fake, **values)

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert message in result.err


@pytest.mark.parametrize("address", ["https://shop.example", "https://www.shop.example"])
def test_shop_with_another_own_address_is_reported(
    tmp_path: Path, fake: FakeWooCommerce, address: str
) -> None:
    """It accepts Basic over https only, and signatures over http only."""

    def renamed(body: Any) -> Any:
        return {**body, "home": address}

    fake.faults.add(Fault(kind="edited", path="/wp-json/$", edit=renamed, times=2))
    write(tmp_path, fake, secret="cs_wrong")  # noqa: S106 - guards nothing

    _, out = check(tmp_path)

    assert f"reports {address} as its own address, so it does not accept the key" in out


def test_example_in_the_repository_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WOOCOMMERCE_SECRET", "cs_any")
    text = (Path(__file__).parents[3] / "config.example.yaml").read_text()
    account = text[text.index("  # woocommerce:") :].partition("\n\n")[0]
    findings = [
        line.strip().removeprefix("# ")
        for line in text.splitlines()
        if line.strip().startswith(("# merchant: {account: woo", "#            supplier: north"))
    ]
    config = tmp_path / "config.yaml"
    config.write_text(
        "accounts:\n"
        + re.sub("(?m)^  # ", "  ", account)
        + "\n  northwind: {kind: sqlite, path: northwind.db}"
        + "\nportals:\n  candles:\n    supplier: northwind\n    "
        + " ".join(findings)
        + "\n"
    )

    result = ordosync(tmp_path, "config", "check")

    assert (result.code, result.err) == (0, "")
