"""Orders are found by all that an operator knows of them, and never mixed up."""

import pytest

from tests.support.merchants import TwoMerchants

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
