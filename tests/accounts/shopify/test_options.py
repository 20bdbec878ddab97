"""Checks of a shop's options, offline and online, and the cost of a run."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ordosync.accounts.shopify.ids import number
from tests.accounts.contract.opening import opened
from tests.accounts.shopify.people import ShopifyMerchantPeople
from tests.fakes.shopify import FakeShopify, schemas
from tests.support.command import ordosync

CONFIG = """
accounts:
  shop:
    kind: shopify
    shop: acme
    base_url: {url}/admin
    token: {token}
  depot:
    kind: shopify
    shop: depot
    base_url: {url}/admin
    token: {token}
portals:
  shop-depot:
    merchant: {{account: shop, {merchant}}}
    supplier: {{account: depot, location: {location}}}
"""


@pytest.fixture(name="fake")
def _fake() -> Iterator[FakeShopify]:
    with FakeShopify() as fake:
        yield fake


def write(folder: Path, fake: FakeShopify, **values: object) -> None:
    defaults = {
        "url": fake.url,
        "token": fake.token,
        "merchant": f"location: {number(fake.add_location('Northwind'))}",
        "location": number(fake.location_id),
    }
    path = folder / "config.yaml"
    path.touch(0o600)
    path.write_text(CONFIG.format(**{**defaults, **values}))


def test_online_check_passes_if_the_accounts_are_complete(
    tmp_path: Path, fake: FakeShopify
) -> None:
    write(tmp_path, fake)

    result = ordosync(tmp_path, "config", "check", "--online")

    assert (result.code, result.err) == (0, "")
    assert "ok: portal shop-depot, merchant shop: everything needed is available" in result.out
    assert "ok: portal shop-depot, supplier depot: everything needed is available" in result.out
    assert "note: portal shop-depot, merchant shop: cannot write on a timeline" in result.out
    assert fake.ledger == []


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("merchant", "location: 77", "merchant shop: there is no location 77"),
        ("merchant", "service: nobody", "merchant shop: there is no fulfillment service nobody"),
        ("location", "78", "supplier depot: there is no location 78"),
    ],
)
def test_ids_that_are_unknown_to_the_shop_are_reported(
    tmp_path: Path, fake: FakeShopify, name: str, value: str, message: str
) -> None:
    write(tmp_path, fake, **{name: value})

    result = ordosync(tmp_path, "config", "check", "--online")

    assert result.code == 1
    assert f"trouble: portal shop-depot, {message}" in result.out


def test_scopes_that_are_missing_are_reported(tmp_path: Path, fake: FakeShopify) -> None:
    write(tmp_path, fake)
    fake.shop.scopes -= {"read_products", "write_products", "write_inventory"}

    result = ordosync(tmp_path, "config", "check", "--online")

    assert "merchant shop: the token lacks the scopes read_products, write_inventory" in result.out
    assert "supplier depot: the token lacks the scopes read_products, write_products" in result.out


def test_orders_that_are_too_old_to_be_seen_are_reported(tmp_path: Path, fake: FakeShopify) -> None:
    write(tmp_path, fake)
    before = ordosync(tmp_path, "config", "check", "--online")
    fake.shop.scopes.add("read_all_orders")
    after = ordosync(tmp_path, "config", "check", "--online")

    assert "note: portal shop-depot, supplier depot: hides orders older than 60 days" in before.out
    assert "60 days" not in after.out


def test_version_that_the_shop_does_not_have_is_reported(tmp_path: Path, fake: FakeShopify) -> None:
    write(tmp_path, fake)
    path = tmp_path / "config.yaml"
    path.write_text(path.read_text().replace("shop: acme", "shop: acme\n    version: 2027-01"))

    result = ordosync(tmp_path, "config", "check", "--online")

    assert result.code == 1
    assert (
        "trouble: portal shop-depot, merchant shop: account shop: sign in: HTTP 404" in result.out
    )


def test_version_that_was_silently_replaced_is_reported(
    seller: ShopifyMerchantPeople, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schemas, "VERSIONS", ("2026-07", "2026-10"))
    account = opened(seller, options={"version": "2026-04"})

    problems = [check_result.text for check_result in account.check() if check_result.is_problem]

    assert problems == ["responds with API version 2026-07, not 2026-04: set `version`"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("shop: acme", "shop: acme.myshopify.com", "shop: must be the name before"),
        ("shop: acme", "shop: acme\n    version: 2026-01", "version: must be 2026-04 or later"),
        ("shop: acme", "shop: acme\n    version: newest", "version: must be 2026-04 or later"),
        ("base_url: http", "base_url: ftp", "base_url: must begin with https://"),
        ("shop: acme", "shop: acme\n    client_id: abc", "must be set together"),
        ("shop: acme", "shop: acme\n    concurrency: 0", "concurrency: must be 1 or more"),
        ("shop: acme", "shop: acme\n    timezone: Mars/Base", "timezone: 'Mars/Base'"),
        ("account: shop, location", "account: shop, service: x, location", "set either"),
        ("account: shop, location", "account: shop, bundles: kit, location", "bundles"),
        ("account: depot,", 'account: depot, tag: "a,b",', "tag: must have 1 to 40 characters"),
    ],
)
def test_a_wrong_option_is_a_problem_of_the_file(
    tmp_path: Path, fake: FakeShopify, old: str, new: str, message: str
) -> None:
    write(tmp_path, fake)
    path = tmp_path / "config.yaml"
    path.write_text(path.read_text().replace(old, new))

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert message in result.err


def test_neither_token_nor_secret_is_a_problem(tmp_path: Path, fake: FakeShopify) -> None:
    write(tmp_path, fake)
    path = tmp_path / "config.yaml"
    path.write_text(path.read_text().replace(f"    token: {fake.token}\n", "", 1))

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert "set either `token`, or `client_id` and `client_secret`" in result.err


def test_calls_and_query_cost_of_a_run_are_shown(tmp_path: Path, fake: FakeShopify) -> None:
    northwind = fake.add_location("Northwind")
    write(tmp_path, fake, merchant=f"location: {number(northwind)}")
    for _ in range(4):
        fake.place_order({"MUG": 1}, location=northwind)

    ordosync(tmp_path, "import-orders")
    shown = ordosync(tmp_path, "show", "1")
    [run] = json.loads(ordosync(tmp_path, "show", "1", "--json").out)["runs"]

    assert run["done"] == 4
    assert run["calls"] > 0
    assert run["cost"] > run["calls"]
    assert f"{run['calls']} calls, query cost {run['cost']} (" in shown.out
    assert "for each of 4 seen)" in shown.out
