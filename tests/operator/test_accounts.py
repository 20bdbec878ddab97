"""Without `--account`, a command takes the account that it can only mean, and says which."""

import pytest

from tests.support.desk import TwoAccounts
from tests.support.merchants import TwoMerchants

SHIP = ("--carrier", "UPS", "--tracking")


def test_m4_ship_needs_no_account_if_one_account_has_the_number(both: TwoAccounts) -> None:

    done = both.run("orders", "ship", "S-1001", *SHIP, "1Z9")

    assert done.code == 0, done.err
    assert "account northwind: order S-1001 of shop\n" in done.err
    assert both.order("northwind", "S-1001")["status"] == "shipped"


@pytest.mark.parametrize(
    "words", ["ship 1001 --carrier UPS --tracking 1Z9", "split 1001 --piece MUG=1"]
)
@pytest.mark.parametrize("is_default", [False, True])
def test_m4_an_order_that_is_requested_is_not_inferred(
    both: TwoAccounts, words: str, is_default: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_default:
        monkeypatch.setenv("ORDOSYNC_ACCOUNT", "shop")

    done = both.run("orders", *words.split())

    assert (done.code, done.out) == (2, "")
    assert (
        "order 1001 of account shop is requested from northwind, which ships it; did you mean"
        " S-1001 (northwind)? `ordosync why 1001` shows its number there. To do it in account shop"
        " nevertheless, add --account shop"
    ) in done.err
    assert both.order("shop", "1001")["status"] == "dropshipment_requested"


def test_m4_with_the_account_a_requested_order_is_shipped(both: TwoAccounts) -> None:

    done = both.run("orders", "ship", "1001", *SHIP, "1Z9", "-a", "shop")

    assert done.code == 0
    assert "which may ship it, too" in done.err


def test_m4_an_order_is_cancelled_in_the_account_of_its_merchant(both: TwoAccounts) -> None:

    done = both.run("orders", "cancel", "1001")

    assert done.code == 0
    assert "account shop: order 1001 requested from northwind\n" in done.err
    assert both.order("shop", "1001")["status"] == "cancelled"


def test_m4_a_number_in_two_accounts_is_refused(both: TwoAccounts) -> None:
    both.northwind("orders", "add", "1001", "--line", "MUG=1")

    done = both.run("orders", "cancel", "1001")

    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "error: several accounts have such an order: shop has order 1001 requested from northwind;"
        " northwind has order 1001, which is its own; choose with --account\n"
    )


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        ("s-1001", "did you mean 1001 (shop) or S-1001 (northwind)?"),
        ("9", "`ordosync find 9` searches for a part of it"),
    ],
)
def test_m4_an_unknown_number_names_the_nearest_of_all_accounts(
    both: TwoAccounts, number: str, hint: str
) -> None:

    done = both.run("orders", "show", number)

    assert done.code == 2
    assert f"no account has order '{number}' (shop, northwind); " in done.err
    assert hint in done.err


def test_m4_the_default_account_is_taken_without_a_choice(
    both: TwoAccounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert both.run("products", "list").code == 2
    both.configure("\naccounts:", "\ndefault_account: shop\naccounts:")
    assert both.run("orders", "add", "3001", "--line", "MUG=1").code == 0
    assert both.run("config", "show", "--json").json["default_account"] == "shop"
    assert "default_account" in both.run("config", "schema").json["properties"]
    monkeypatch.setenv("ORDOSYNC_ACCOUNT", "northwind")
    assert both.run("orders", "add", "2001", "--line", "MUG=1").code == 0

    assert both.order("shop", "3001")["number"] == "3001"
    assert both.order("northwind", "2001")["number"] == "2001"
    elsewhere = both.run("orders", "show", "3001")
    assert elsewhere.code == 2
    assert (
        "account northwind has no order '3001'; but shop has order 3001, which is its own: choose"
        " with --account"
    ) in elsewhere.err
    assert both.run("orders", "show", "3001", "-a", "shop").code == 0


@pytest.mark.parametrize("name", ["shoop", "ann"])
def test_m4_a_default_account_that_is_not_local_is_refused(depot: TwoMerchants, name: str) -> None:
    config = depot.folder / "config.yaml"
    config.write_text(f"default_account: {name}\n{config.read_text()}")

    done = depot.run("orders", "list")

    assert done.code == 3
    assert f'line 1: default_account: "{name}" is not a local account' in done.err


def test_m4_a_file_is_of_the_account_that_has_its_orders(both: TwoAccounts) -> None:
    both.imported("1002")
    labels = "number,carrier,tracking\nS-1001,UPS,1Z1\nS-1002,UPS,1Z2\n"
    (both.folder / "labels.csv").write_text(labels)

    done = both.run("orders", "ship", "--from", "labels.csv")

    assert done.code == 0
    assert "account northwind: orders S-1001, S-1002 of shop\n" in done.err


def test_low_spaces_in_a_tracking_number_are_removed(both: TwoAccounts) -> None:

    assert both.northwind("orders", "ship", "S-1001", *SHIP, "1Z 99 9").code == 0

    [parcel] = both.order("northwind", "S-1001")["shipments"]
    assert parcel["tracking"] == "1Z999"
    assert both.run("orders", "ship", "S-1001", *SHIP, "1Z999").code == 0
    assert both.run("orders", "ship", "S-1001", "--void", "--tracking", "1Z 999").code == 0
