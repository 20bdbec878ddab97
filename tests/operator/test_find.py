"""Orders are found by all that an operator knows of them, and never mixed up."""

from pathlib import Path

import pytest

from tests.support.desk import TwoAccounts
from tests.support.merchants import CONFIG, TwoMerchants

SHIP = ("--carrier", "UPS", "--tracking")


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ("", "A-1001 A-1002 B-1001"),
        ("--portal ann-depot", "A-1001 A-1002"),
        ("--portal bob-depot --sku mug", "B-1001"),
        ("--sku CUP --sku MUG", "A-1001 A-1002 B-1001"),
        ("--customer müller", "B-1001"),
        ("--customer cust", "A-1001"),
        ("--tracking 1z1", "A-1001"),
        ("--status shipped", "A-1001"),
        ("--status shipped --status awaiting_fulfillment", "A-1001 A-1002 B-1001"),
        ("--status cancelled", ""),
        ("--until 2026-11-23", "A-1001"),
        ("--since 2026-11-24 --until 2026-11-24", "A-1002"),
        ("--since 1d", "B-1001"),
        ("--late 1h", "A-1002"),
        ("--late 1h --portal bob-depot", ""),
        ("-n 2", "A-1002 B-1001"),
        ("-n 1 --portal ann-depot", "A-1002"),
    ],
)
def test_orders_are_listed_by_each_of_their_fields(
    depot: TwoMerchants, options: str, numbers: str
) -> None:
    assert depot.run("orders", "ship", "A-1001", *SHIP, "1Z1").code == 0

    assert depot.numbers(*options.split()) == numbers.split()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--status lost", "there is no status 'lost'; known: awaiting_fulfillment"),
        ("--portal ana-depot", "has no portal 'ana-depot'; known: ann-depot, bob-depot"),
        ("--since yesterday", "--since 'yesterday' is neither days, such as 30d, nor a date"),
        ("--until 2026", "--until '2026' is neither days"),
        ("--late 2", "--late '2' is not a duration such as 2d, 36h or 1w"),
        ("--late 99999w", "longer than 3660 days"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused(
    depot: TwoMerchants, options: str, words: str
) -> None:
    done = depot.run("orders", "list", *options.split())

    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_a_selection_without_orders_names_the_next_command(depot: TwoMerchants) -> None:
    done = depot.run("orders", "list", "--sku", "NONE")

    assert done.code == 0
    assert "account depot has no such orders; `ordosync orders list --account depot`" in done.err


def test_h10_a_list_says_whose_order_it_is(depot: TwoMerchants) -> None:
    header, *rows = [row.split("\t") for row in depot.run("orders", "list").out.splitlines()]
    documents = depot.run("orders", "list", "--json").json["orders"]

    assert [row[header.index("merchant")] for row in rows] == ["ann", "ann", "bob"]
    assert [(order["portal"], order["merchant"]) for order in documents] == [
        ("ann-depot", "ann"),
        ("ann-depot", "ann"),
        ("bob-depot", "bob"),
    ]


def test_h10_the_timeline_names_the_merchant(depot: TwoMerchants) -> None:
    shown = depot.run("orders", "show", "B-1001")

    assert "order B-1001 of bob (portal bob-depot)" in shown.out
    assert "Created from bob's order 1001" in shown.out
    [order] = depot.run("orders", "show", "B-1001", "--json").json["orders"]
    assert (order["portal"], order["merchant"]) == ("bob-depot", "bob")


def test_h10_the_date_is_when_the_order_was_placed_if_that_is_sent(depot: TwoMerchants) -> None:
    created = {
        order["number"]: order["created"]
        for order in depot.run("orders", "list", "--json").json["orders"]
    }

    assert created["A-1001"] == "2026-11-23T10:00:00.000Z"
    assert created["B-1001"] > created["A-1002"]


def test_h10_an_order_of_a_renamed_portal_keeps_its_merchant(depot: TwoMerchants) -> None:
    config = depot.folder / "config.yaml"
    config.write_text(config.read_text().replace("  ann-depot:\n", "  ann:\n    was: ann-depot\n"))
    assert depot.run("import-orders").code == 0

    assert depot.numbers("--portal", "ann") == ["A-1001", "A-1002"]


def test_h8_the_json_of_a_list_has_what_the_table_shows(depot: TwoMerchants) -> None:
    order = depot.run("orders", "list", "--json").json["orders"][0]

    names = {"created", "ship_to", "total", "currency", "shipping_method"}
    assert names <= order.keys()
    assert order["ship_to"]["name"] == "Cust 5"


def test_an_account_of_a_merchant_lists_the_supplier(both: TwoMerchants) -> None:
    own = both.run("orders", "list", "--account", "shop", "--json").json["orders"][0]
    theirs = both.run("orders", "list", "--account", "northwind", "--json").json["orders"][0]

    assert (own["portal"], own["merchant"], own["supplier"]) == (
        "shop-northwind",
        "shop",
        "northwind",
    )
    assert (theirs["portal"], theirs["merchant"], theirs["supplier"]) == (
        "shop-northwind",
        "shop",
        None,
    )
    found = both.run("orders", "list", "--account", "shop", "--portal", "shop-northwind", "--json")
    assert [order["number"] for order in found.json["orders"]] == ["1001"]


def without_prefix(tmp_path: Path) -> TwoMerchants:
    """Return two Merchants whose orders 1001 are 1001 and 1001~2 at the depot."""
    config = CONFIG.replace(', prefix: "A-"', "").replace(', prefix: "B-"', "")
    depot = TwoMerchants(tmp_path, config)
    for merchant in ("ann", "bob"):
        depot.feed(merchant, f"1001,2026-11-23T10:00:00,MUG,1,{merchant.title()},DE")
    depot.imported()
    return depot


@pytest.mark.parametrize(
    "words",
    [
        "ship 1001 --carrier UPS --tracking 1Z1",
        "ship 1001 --void",
        "cancel 1001",
        "restore 1001",
        "split 1001 --piece MUG=1",
    ],
)
def test_h10_a_number_of_two_merchants_changes_no_order(tmp_path: Path, words: str) -> None:
    depot = without_prefix(tmp_path)

    done = depot.run("orders", *words.split())

    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "error: several orders of account depot have the number 1001: 1001~1 is of portal"
        " ann-depot, 1001~2 is of portal bob-depot; type one of these numbers\n"
    )
    assert depot.numbers("--status", "awaiting_fulfillment") == ["1001", "1001~2"]


@pytest.mark.parametrize(
    ("typed", "shipped"), [("1001~1", "1001"), ("1001~2", "1001~2")], ids=["first", "second"]
)
def test_h10_the_full_number_ships_the_order_of_its_merchant(
    tmp_path: Path, typed: str, shipped: str
) -> None:
    depot = without_prefix(tmp_path)

    assert depot.run("orders", "ship", typed, *SHIP, "1Z1").code == 0

    assert depot.numbers("--status", "shipped") == [shipped]


def test_h10_a_row_with_a_number_of_two_merchants_is_refused(tmp_path: Path) -> None:
    depot = without_prefix(tmp_path)
    (tmp_path / "labels.csv").write_text("number,carrier,tracking\n1001,UPS,1Z1\n1001~2,UPS,1Z2\n")

    done = depot.run("orders", "ship", "--from", "labels.csv")

    assert done.code == 1
    assert "several orders" in (tmp_path / "labels.refused.csv").read_text()
    assert depot.numbers("--status", "shipped") == ["1001~2"]


def test_h10_an_order_that_was_requested_again_is_no_second_merchants(both: TwoAccounts) -> None:
    """A number that one Merchant has used twice is not ambiguous."""
    both.shop("orders", "cancel", "1001")
    both.run("cancel-orders")
    both.shop("orders", "restore", "1001", "--supplier", "northwind")
    both.run("import-orders")

    refused = both.northwind("orders", "ship", "S-1001", *SHIP, "1Z1")

    assert "several orders" not in refused.err
    assert both.northwind("orders", "ship", "S-1001~2", *SHIP, "1Z1").code == 0


def test_h10_config_check_warns_of_portals_with_the_same_prefix(tmp_path: Path) -> None:
    assert "warning" not in TwoMerchants(tmp_path).run("config", "check").out
    depot = without_prefix(tmp_path)

    checked = depot.run("config", "check")

    assert checked.code == 0
    assert (
        "warning: portals ann-depot and bob-depot both have no prefix, so two orders 1001 become"
        " 1001 and 1001~2 in account depot"
    ) in checked.out


@pytest.mark.parametrize(
    ("typed", "near"),
    [("1001", "B-1001 or A-1001"), ("a-1002", "A-1002"), ("1002", "A-1002"), ("X-1002", None)],
)
def test_m5_a_number_without_its_prefix_or_case_names_the_order(
    depot: TwoMerchants, typed: str, near: str | None
) -> None:
    done = depot.run("orders", "ship", typed, *SHIP, "1Z1")

    assert done.code == 2
    assert (f"did you mean {near}?" in done.err) == bool(near)


def test_low_why_suggests_only_the_number_that_differs_by_prefix_or_case(
    depot: TwoMerchants,
) -> None:
    near = depot.run("why", "a-1002")

    assert near.code == 2
    assert "did you mean A-1002?" in near.err
