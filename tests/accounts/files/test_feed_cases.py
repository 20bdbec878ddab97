"""Real exports that were once sent in part, twice or not at all, each with variants of its kind."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.accounts.files.order_feeds import Feeds

HEADER = "No,Paid,Gone,SKU,Qty,To,Zip\n"
COLUMNS = "columns: {order_number: No, sku: SKU, quantity: Qty, ship_to.name: To, ship_to.zip: Zip}"
NOT_PAID = 'skip_orders: [{column: Paid, matches: "^(pending|refunded)$"}]'
STATUS = (
    "statuses: [{column: Paid, travels: [paid], held: [pending], skipped: [refunded]},"
    ' {column: Gone, travels: [""], others: skipped}]'
)


@pytest.fixture(name="feeds")
def _feeds(tmp_path: Path) -> Feeds:
    return Feeds(tmp_path)


def numbers(feeds: Feeds) -> list[str]:
    orders = feeds.run("orders", "list", "--account", "depot", "--json").json["orders"]
    return sorted(each["number"] for each in orders)


@pytest.mark.parametrize(
    "options",
    [
        [NOT_PAID],
        ['only_orders: [{column: Paid, matches: "^paid$"}]'],
        [STATUS],
        [STATUS, "blank_repeats: true"],
        ['skip: [{column: Paid, matches: "^(pending|refunded)$"}]'],
    ],
)
def test_f00_order_that_a_rule_leaves_out_is_never_sent_without_its_first_row(
    feeds: Feeds, options: list[str]
) -> None:
    feeds.configure(*options, columns=COLUMNS)
    feeds.drop(
        "a.csv",
        HEADER
        + "1,pending,,MUG,2,Ada,1\n1,,,BOARD,1,,\n"
        + "2,refunded,2026-11-21,MUG,1,Bob,2\n2,,,BOARD,3,,\n"
        + "3,paid,,MUG,1,Cyd,3\n3,,,BOARD,3,,\n",
    )

    feeds.run()

    assert numbers(feeds) == ["3"]
    assert feeds.sent("3") == {"MUG": 1, "BOARD": 3}


@pytest.mark.parametrize(
    ("rows", "repeats", "sent"),
    [
        (",,,BOARD,1,,\n", False, None),
        (",,,BOARD,1,,\n", True, {"MUG": 1, "BOARD": 1}),
        (",,,BOARD,1,,\n,,,BOX,1,,\n", True, {"MUG": 1, "BOARD": 1, "BOX": 1}),
        (",,,BOARD,x,,\n", True, None),
        (",,,,1,,\n", True, None),
    ],
)
@pytest.mark.parametrize("is_last", [False, True])
def test_f01_row_without_a_number_is_a_line_or_keeps_its_order_from_being_sent(
    feeds: Feeds, rows: str, repeats: bool, sent: Mapping[str, int] | None, is_last: bool
) -> None:
    feeds.configure(f"blank_repeats: {str(repeats).lower()}", columns=COLUMNS)
    after = "" if is_last else "22,paid,,MUG,1,Bob,2\n"
    feeds.drop("a.csv", HEADER + "21,paid,,MUG,1,Ada,1\n" + rows + after)

    feeds.run()

    assert ("21" in numbers(feeds)) == (sent is not None)
    if sent:
        assert feeds.sent("21") == sent
    # Nothing is passed over in silence.
    assert bool(feeds.attention()) == (sent is None)


@pytest.mark.parametrize("options", [[NOT_PAID], [STATUS], [STATUS, "blank_repeats: true"]])
@pytest.mark.parametrize("form", ["csv", "jsonl", "together"])
def test_f02_newest_file_says_whether_an_order_is_paid(
    feeds: Feeds, options: list[str], form: str
) -> None:
    feeds.configure(*options, columns=COLUMNS)
    for day, paid in (("28", "pending"), ("29", "paid")):
        row: dict[str, Any] = {"No": "1", "Paid": paid, "Gone": "", "SKU": "MUG", "Qty": 1}
        row |= {"To": "Ada", "Zip": "1"}
        is_json = form == "jsonl"
        text = json.dumps(row) + "\n" if is_json else HEADER + f"1,{paid},,MUG,1,Ada,1\n"
        feeds.drop(f"{day}.{'jsonl' if is_json else 'csv'}", text)
        if form != "together":
            feeds.run()

    feeds.run()

    assert numbers(feeds) == ["1"]


@pytest.mark.parametrize(
    ("rows", "sent"),
    [
        ("1,,,MUG,2,Ada,1\n1,,,GIFT,0,Ada,1\n", {"MUG": 2}),
        ("1,,,GIFT,0,Ada,1\n1,,,MUG,2,,\n", {"MUG": 2}),
        ("1,,,MUG,0,Ada,1\n1,,,MUG,2,Ada,1\n", {"MUG": 2}),
        ("1,,,MUG,0,Ada,1\n1,,,GIFT,00,Ada,1\n", None),
    ],
)
def test_f04_line_of_quantity_0_is_left_out(
    feeds: Feeds, rows: str, sent: Mapping[str, int] | None
) -> None:
    feeds.configure(columns=COLUMNS)
    feeds.drop("a.csv", HEADER + rows)

    result = feeds.run()

    assert result.counts == {"seen": 1, "done" if sent else "skipped": 1}
    if sent:
        assert feeds.sent("1") == sent


@pytest.mark.parametrize("mark", ["'07001", '"=""07001"""', "07001"])
@pytest.mark.parametrize("repeats", ["blank_repeats: true", "blank_repeats: false"])
def test_f05_fields_of_the_first_row_count_for_the_order(
    feeds: Feeds, mark: str, repeats: str
) -> None:
    feeds.configure(repeats, "dialect: spreadsheet", columns=COLUMNS)
    feeds.drop("a.csv", HEADER + f"1,paid,,MUG,2,Ada,{mark}\n1,,,BOARD,1,,\n2,paid,,MUG,1,Bob,2\n")

    assert feeds.run().counts == {"seen": 2, "done": 2}
    (order,) = feeds.run("orders", "show", "1", "--account", "depot", "--json").json["orders"]
    assert (order["ship_to"]["name"], order["ship_to"]["zip"]) == ("Ada", "07001")
    assert feeds.sent("1") == {"MUG": 2, "BOARD": 1}


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        ("Ada,07001", "Ada,07002", "zip", "07002"),
        ("Ada,07001", "Ada Byron,07001", "name", "Ada Byron"),
        ("Ada,07001", "Ada,", "zip", ""),
        (",", "Ada,07001", "zip", "07001"),
    ],
)
def test_f14_address_of_the_newest_file_is_sent_and_the_log_says_so(
    feeds: Feeds, old: str, new: str, field: str, value: str
) -> None:
    feeds.configure(columns=COLUMNS)
    feeds.drop("b.csv", HEADER + f"1,paid,,MUG,1,{old}\n")
    feeds.drop("a.csv", HEADER + f"1,paid,,MUG,1,{new}\n")

    feeds.run()

    (order,) = feeds.run("orders", "show", "1", "--account", "depot", "--json").json["orders"]
    assert order["ship_to"][field] == value
    assert feeds.steps()["1#1"]["reason"] == "a.csv is used, not the older b.csv"


@pytest.mark.parametrize("options", [[], [STATUS], ["blank_repeats: true"], ["rows: sum"]])
@pytest.mark.parametrize("second", ["1,paid,,BOARD,1,Ada,1\n", "1,,,BOARD,1,,\n"])
def test_f18_lines_on_another_page_are_reported(
    feeds: Feeds, options: list[str], second: str
) -> None:
    feeds.configure(*options, columns=COLUMNS)
    feeds.drop("page1.csv", HEADER + "0,paid,,MUG,1,Bob,2\n1,paid,,MUG,1,Ada,1\n")
    feeds.run()
    feeds.drop("page2.csv", HEADER + second + "2,paid,,MUG,1,Cyd,3\n")

    result = feeds.run()

    assert result.code == 1
    assert numbers(feeds) == ["0", "1", "2"]
    assert len(feeds.attention()) == 1
