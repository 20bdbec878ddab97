"""`find`, `orders list` and `why` answer without an account, one row per order."""

from csv import DictReader

import pytest

from tests.support.command import on_a_terminal
from tests.support.desk import TwoAccounts
from tests.support.merchants import TwoMerchants


def ship(both: TwoAccounts) -> None:
    both.shop("orders", "edit", "1001", "--name", "Uma Dupont")
    both.shop("orders", "add", "1002", "--line", "MUG=1", "--supplier", "northwind", "--name", "Bo")
    both.run("import-orders")
    label = ("--carrier", "UPS", "--tracking", "1ZS-1002")
    both.northwind("orders", "ship", "S-1002", *label, "--tracking", "1ZB")


def rows(both: TwoAccounts, *words: str) -> list[dict[str, str]]:
    head, *lines = [line.split("\t") for line in both.run(*words).out.splitlines()]
    return [dict(zip(head, line, strict=True)) for line in lines]


def test_an_order_of_two_accounts_is_one_row_with_buyer_status_and_tracking(
    both: TwoAccounts,
) -> None:
    ship(both)

    [row] = rows(both, "find", "1002")

    assert (row["number"], row["other side"]) == ("S-1002", "shop 1002")
    assert (row["customer"], row["status"]) == ("Bo", "shipped")
    assert row["tracking"] == "1ZS-1002, 1ZB"
    assert len(both.run("find", "1002", "--json").json["found"]) == 2


def test_the_status_is_that_of_the_account_that_ships_it_also_at_the_limit(
    both: TwoAccounts,
) -> None:
    """The rows of one account may be beyond the limit, and those of the other are not."""
    for number in range(1002, 1008):
        words = ("--line", "MUG=1", "--supplier", "northwind", "--name", "Bo")
        both.shop("orders", "add", str(number), *words)
    both.run("import-orders")
    for own in range(5):
        both.northwind("orders", "add", f"own-{own}", "--line", "MUG=1", "--name", "Bo")

    found = rows(both, "find", "Bo", "-n", "4")

    assert {row["account"] for row in found} == {"northwind"}
    assert {row["status"] for row in found} == {"awaiting fulfillment"}
    assert len(rows(both, "find", "Bo", "-n", "0")) == 11


def test_a_terminal_of_80_columns_has_number_buyer_status_and_tracking(both: TwoAccounts) -> None:
    ship(both)

    seen = on_a_terminal(both.folder, "find", "1002", columns=80)

    for text in ("S-1002", "shop 1002", "Bo", "shipped", "1ZS-1002"):
        assert text in seen
    assert "order " not in seen


@pytest.mark.parametrize(
    "text", ["1zs1002", "1ZS 1002", "1zb", "s1002", "s-1002", "Bo", "bo", "1 z b"]
)
def test_spaces_hyphens_and_case_do_not_count(both: TwoAccounts, text: str) -> None:
    ship(both)

    assert rows(both, "find", text)[0]["number"] == "S-1002"


def test_words_of_a_customer_are_in_any_order(depot: TwoMerchants) -> None:
    [found] = depot.run("find", "müller zoë", "--json").json["found"]

    assert (found["number"], found["customer"]) == ("B-1001", "Zoë Müller")
    assert depot.run("find", "müller ann", "--json").json["found"] == []
    assert depot.numbers("--customer", "müller zoë") == ["B-1001"]


def test_nothing_found_names_remote_accounts_only_if_there_are_any(both: TwoAccounts) -> None:
    without = both.run("find", "nobody").err
    (both.folder / "token").write_text("x")
    (both.folder / "token").chmod(0o600)
    web = "  web: {kind: shopify, shop: a, token: file:token}"
    both.configure("portals:", f"{web}\nportals:")

    assert "--online" not in without
    assert "--online` asks the remote accounts" in both.run("find", "nobody").err


def test_orders_are_listed_without_an_account(both: TwoAccounts) -> None:
    listed = rows(both, "orders", "list")
    found = both.run("orders", "list", "--portal", "shop-northwind", "--json").json["orders"]
    table = DictReader(both.run("orders", "list", "--csv").out.splitlines())

    assert [(row["account"], row["number"]) for row in listed] == [
        ("shop", "1001"),
        ("northwind", "S-1001"),
    ]
    assert [order["account"] for order in found] == ["shop", "northwind"]
    assert [line["account"] for line in table] == ["shop", "northwind"]


def test_orders_of_the_default_account_are_listed_alone(both: TwoAccounts) -> None:
    both.configure("\naccounts:", "\ndefault_account: shop\naccounts:")

    assert [row["number"] for row in rows(both, "orders", "list")] == ["1001"]


def test_a_filter_without_orders_in_any_account_says_so(both: TwoAccounts) -> None:
    done = both.run("orders", "list", "--sku", "NONE")

    assert "the local accounts have no such orders; `ordosync orders list` lists all" in done.err


def test_why_names_the_customer_of_a_local_account(both: TwoAccounts) -> None:
    ship(both)

    assert "customer: Bo\n" in both.run("why", "1002").out
    assert both.run("why", "1002", "--json").json["why"][0]["customer"] == "Bo"


def test_why_names_no_customer_that_was_purged(both: TwoAccounts) -> None:
    ship(both)
    for account, number in (("shop", "1002"), ("northwind", "S-1002")):
        both.run("purge", "--order", number, "--account", account, "--yes")

    assert "customer:" not in both.run("why", "1002").out
