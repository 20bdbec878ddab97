"""The status of an order has one spelling in text, and options accept each spelling."""

import pytest

from tests.support.desk import TwoAccounts

LABEL = ("--carrier", "UPS", "--tracking")


def test_order_shows_its_status_and_when_it_was_received(both: TwoAccounts) -> None:
    both.northwind("orders", "ship", "S-1001", *LABEL, "1Z9")

    first = both.northwind("orders", "show", "S-1001").out.splitlines()[0]

    assert ": shipped; received 20" in first


def test_status_has_spaces_in_text_and_underscores_in_json(both: TwoAccounts) -> None:

    text = both.northwind("orders", "list").out
    document = both.northwind("orders", "list", "--json").json

    assert "awaiting fulfillment" in text
    assert document["orders"][0]["status"] == "awaiting_fulfillment"


@pytest.mark.parametrize(
    "typed", ["awaiting_fulfillment", "Awaiting Fulfillment", "AWAITING-fulfillment"]
)
def test_option_accepts_each_spelling_of_a_status(both: TwoAccounts, typed: str) -> None:

    listed = both.northwind("orders", "list", "--status", typed, "--json").json["orders"]

    assert [order["number"] for order in listed] == ["S-1001"]


def test_split_order_has_the_status_of_its_pieces_in_the_list_and_names_them(
    both: TwoAccounts,
) -> None:
    both.northwind("orders", "split", "S-1001", "--piece", "MUG=2")
    both.northwind("orders", "ship", "S-1001-1", *LABEL, "1Z9")

    listed = both.northwind("orders", "list").out.splitlines()
    shown = both.northwind("orders", "show", "S-1001").out
    documents = [
        both.northwind("orders", *words, "--json").json["orders"]
        for words in (("list",), ("show", "S-1001"))
    ]

    [row] = [line for line in listed if "S-1001 " in line or "S-1001\t" in line]
    assert "split: 1 shipped, 1 awaiting fulfillment" in row
    assert "pieces: S-1001-1 (shipped), S-1001-2 (awaiting fulfillment)" in shown
    for document in documents:
        [order] = [order for order in document if order["number"] == "S-1001"]
        assert order["pieces"] == [
            {"number": "S-1001-1", "status": "shipped"},
            {"number": "S-1001-2", "status": "awaiting_fulfillment"},
        ]


def test_story_of_an_order_begins_with_its_shipped_pieces(both: TwoAccounts) -> None:
    both.shop("orders", "add", "1009", "--line", "MUG=2", "--supplier", "northwind")
    both.run("import-orders")
    both.northwind("orders", "split", "S-1009", "--piece", "MUG=1", "--piece", "MUG=1")
    both.northwind("orders", "ship", "S-1009-1", *LABEL, "1Z1")
    open_story = both.run("why", "1009").out
    both.northwind("orders", "ship", "S-1009-2", *LABEL, "1Z2")

    first = both.run("why", "1009").out.splitlines()[0]

    assert "next: piece S-1009-2 (imported): " in open_story
    assert first.startswith("1009 at shop, S-1009 at northwind, ")
    assert first.endswith(": split; all 2 pieces are shipped")


def test_pick_of_several_orders_leaves_out_those_without_open_units(both: TwoAccounts) -> None:
    both.imported("1002")
    both.northwind("orders", "ship", "S-1001", *LABEL, "1Z9")

    some = both.northwind("orders", "pick", "S-1001", "S-1002")
    no_order = both.northwind("orders", "pick", "S-1001")

    assert some.code == 0
    assert "MUG" in some.out
    assert "left out: order S-1001 is shipped and has no open units" in some.err
    assert no_order.code == 1


def test_orders_that_were_shipped_today_are_listed(both: TwoAccounts) -> None:
    both.imported("1002")
    both.imported("1003")
    both.northwind("orders", "ship", "S-1001", *LABEL, "1Z1")
    old = ("--shipped-at", "2020-01-01T23:30:00-05:00")
    both.northwind("orders", "ship", "S-1002", *LABEL, "1Z2", *old)

    assert _shipped(both, "--shipped-since", "today") == ["S-1001"]
    assert _shipped(both, "--shipped-until", "yesterday") == ["S-1002"]


def _shipped(both: TwoAccounts, *words: str) -> list[str]:
    listed = both.northwind("orders", "list", "--json", *words)
    assert listed.code == 0, listed.err
    return [order["number"] for order in listed.json["orders"]]
