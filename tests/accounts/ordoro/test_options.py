"""Checks of an Ordoro account's options, offline and online."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.ordoro import FakeOrdoro
from tests.support.command import ordosync

CONFIG = """
accounts:
  shop:
    kind: ordoro
    base_url: {url}
    key: {key}
    secret: {secret}
    currency: USD
  depot:
    kind: ordoro
    base_url: {other_url}
    key: {key}
    secret: {secret}
    currency: USD
portals:
  shop-depot:
    merchant: {{account: shop, supplier: {supplier}}}
    supplier: {{account: depot, sales_channel: {channel}}}
"""


@pytest.fixture(name="fake")
def _fake() -> Iterator[FakeOrdoro]:
    with FakeOrdoro() as fake:
        yield fake


def write(folder: Path, fake: FakeOrdoro, **values: object) -> None:
    defaults = {
        "url": fake.url,
        # A portal between an account and itself is refused.
        "other_url": fake.url.replace("127.0.0.1", "localhost"),
        "key": fake.key,
        "secret": fake.secret,
        "supplier": fake.add_supplier("Northwind"),
        "channel": fake.add_cart("Vendor portal"),
    }
    path = folder / "config.yaml"
    path.touch(0o600)
    path.write_text(CONFIG.format(**{**defaults, **values}))


def test_online_check_passes_if_the_accounts_are_complete(tmp_path: Path, fake: FakeOrdoro) -> None:
    write(tmp_path, fake)

    result = ordosync(tmp_path, "config", "check", "--online")

    assert (result.code, result.err) == (0, "")
    assert "ok: portal shop-depot, merchant shop: everything needed is available" in result.out
    assert "ok: portal shop-depot, supplier depot: everything needed is available" in result.out


def test_limits_of_this_kind_are_shown(tmp_path: Path, fake: FakeOrdoro) -> None:
    write(tmp_path, fake)

    result = ordosync(tmp_path, "config", "check", "--online")

    assert (
        "note: portal shop-depot, merchant shop: cannot store the Supplier's warehouse"
        in result.out
    )
    assert "note: portal shop-depot, supplier depot: does not distinguish a product" in result.out


def test_online_check_changes_nothing(tmp_path: Path, fake: FakeOrdoro) -> None:
    write(tmp_path, fake)

    ordosync(tmp_path, "config", "check", "--online")

    assert fake.ledger == []
    assert not (tmp_path / "ordosync.db").exists()


def test_a_wrong_secret_is_reported_for_each_side_and_not_shown(
    tmp_path: Path, fake: FakeOrdoro
) -> None:
    write(tmp_path, fake, secret="wrong-wrong-wrong")  # noqa: S106 - guards nothing

    result = ordosync(tmp_path, "config", "check", "--online")

    assert result.code == 1
    assert (
        "trouble: portal shop-depot, merchant shop: account shop: sign in: HTTP 401" in result.out
    )
    assert "trouble: portal shop-depot, supplier depot: account depot: sign in" in result.out
    assert "wrong-wrong" not in result.out + result.err


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("supplier", "77", "merchant shop: there is no supplier 77"),
        ("supplier", "{supplier}, warehouse: 79", "merchant shop: there is no warehouse 79"),
        ("channel", "78", "supplier depot: there is no sales channel 78"),
        ("channel", "{channel}, warehouse: 79", "supplier depot: there is no warehouse 79"),
    ],
)
def test_ids_that_are_unknown_to_the_service_are_reported(
    tmp_path: Path, fake: FakeOrdoro, name: str, value: str, message: str
) -> None:
    defaults = {"supplier": fake.add_supplier("Northwind"), "channel": fake.add_cart("Portal")}
    write(tmp_path, fake, **{**defaults, name: value.format(**defaults)})

    result = ordosync(tmp_path, "config", "check", "--online")

    assert result.code == 1
    assert f"trouble: portal shop-depot, {message}" in result.out


def test_a_service_that_is_down_is_one_line(tmp_path: Path, fake: FakeOrdoro) -> None:
    write(tmp_path, fake)
    with fake.down():
        result = ordosync(tmp_path, "config", "check", "--online")

    assert result.code == 1
    assert len(result.out.splitlines()) == 2
    assert "refused the connection" in result.out


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("currency: USD", "currency: usd", "currency: must be three capital letters"),
        ("base_url: http", "base_url: ftp", "base_url: must begin with https://"),
        ("currency: USD", "currency: USD\n    timezone: Mars/Base", "timezone: 'Mars/Base'"),
        ("currency: USD", "currency: USD\n    concurrency: 0", "concurrency: must be 1 or more"),
        ("currency: USD", "currency: USD\n    calls_per_minute: 0", "calls_per_minute: must be 1"),
        ("    currency: USD\n", "", "accounts.shop.currency: is missing"),
    ],
)
def test_a_wrong_option_is_a_problem_of_the_file(
    tmp_path: Path, fake: FakeOrdoro, old: str, new: str, message: str
) -> None:
    write(tmp_path, fake, supplier=1)
    path = tmp_path / "config.yaml"
    path.write_text(path.read_text().replace(old, new))

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert message in result.err


def test_the_supplier_must_be_named_in_the_portal(tmp_path: Path, fake: FakeOrdoro) -> None:
    write(tmp_path, fake)
    path = tmp_path / "config.yaml"
    text = path.read_text()
    start = text.index("merchant: {")
    path.write_text(text[:start] + "merchant: shop\n" + text[text.index("\n", start) + 1 :])

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert "portals.shop-depot.merchant.supplier: is missing" in result.err
