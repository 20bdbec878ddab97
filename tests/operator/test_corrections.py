"""Orders and products are corrected, and an order number is enough for a retry."""

from pathlib import Path

import pytest

from tests.support.command import HEADER, ordosync, row, shop
from tests.support.desk import TwoAccounts
from tests.support.merchants import TwoMerchants


def test_capability_10_an_open_order_is_edited(depot: TwoMerchants) -> None:
    words = (
        "--street1",
        "Main Street 5",
        "--zip",
        "10115",
        "--method",
        "Express",
        "--note",
        "bell",
    )

    done = depot.run("orders", "edit", "A-1001", *words, "--json")
    again = depot.run("orders", "edit", "A-1001", *words)

    [order] = depot.run("orders", "show", "A-1001", "--json").json["orders"]
    assert (done.code, again.code) == (0, 0)
    assert done.json["orders"][0]["ship_to"]["street1"] == "Main Street 5"
    assert order["ship_to"] | {"name": "Cust 5", "zip": "10115"} == order["ship_to"]
    assert (order["shipping_method"], order["internal_notes"]) == ("Express", "bell")
    entries = [entry["text"] for entry in order["timeline"]]
    assert entries[-1] == "Edited: address, shipping method, internal note"
    assert "has these values already" in again.err
    assert "Main Street" not in str(entries)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("A-1001 --city Bonn", "is shipped"),
        ("A-1002", "give what to edit"),
        ("A-1002 --country UK", "country: 'UK' is not a country code"),
        ("A-1002 --zip 1E+05", "the postcode"),
        ("A-9 --city Bonn", "has no order"),
    ],
)
def test_an_edit_that_cannot_be_meant_is_refused(
    depot: TwoMerchants, words: str, reason: str
) -> None:
    depot.run("orders", "ship", "A-1001", "--carrier", "UPS", "--tracking", "1Z1")

    done = depot.run("orders", "edit", *words.split())

    assert done.code in (1, 2)
    assert reason in done.err


def tags_of(depot: TwoMerchants, number: str) -> list[str]:
    [order] = depot.run("orders", "show", number, "--json").json["orders"]
    tags: list[str] = order["tags"]
    return tags


def test_tags_are_added_and_removed_in_any_case(depot: TwoMerchants) -> None:
    added = depot.run("orders", "edit", "A-1001", "--tag", " VIP ", "--tag", "fraud-check")
    again = depot.run("orders", "edit", "A-1001", "--tag", "vip")
    shown = depot.run("orders", "show", "A-1001").out
    removed = depot.run("orders", "edit", "A-1001", "--untag", "Fraud-Check", "--tag", "gift")

    assert [done.code for done in (added, again, removed)] == [0, 0, 0]
    assert "has these values already" in again.err
    assert "tags: VIP, fraud-check" in shown
    assert tags_of(depot, "A-1001") == ["VIP", "gift"]
    assert "Edited: tags" in depot.run("orders", "show", "A-1001").out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--tag", " "), "--tag: a tag must not be empty"),
        (("--tag", "a,b"), "--tag: the tag 'a,b' must have no comma"),
        (("--untag", "a\nb"), "--untag: the tag 'a\\nb' must have no comma and no control"),
        (("--tag", "vip", "--untag", "VIP"), "--tag and --untag have the same tag: vip"),
    ],
)
def test_tags_that_cannot_be_meant_are_refused(
    depot: TwoMerchants, words: tuple[str, ...], reason: str
) -> None:
    done = depot.run("orders", "edit", "A-1001", *words)

    assert done.code == 2
    assert reason in done.err
    assert tags_of(depot, "A-1001") == []


def test_an_order_is_added_with_its_tags(both: TwoAccounts) -> None:
    added = both.shop("orders", "add", "7", "--line", "MUG=1", "--tag", "vip", "--tag", "VIP")
    empty = both.shop("orders", "add", "8", "--line", "MUG=1", "--tag", "")
    (both.folder / "orders.csv").write_text("number,sku,quantity\n9,MUG,1\n")
    of_file = both.shop("orders", "add", "--from", "orders.csv", "--tag", "vip")

    assert (added.code, empty.code, of_file.code) == (0, 2, 2)
    assert both.order("shop", "7")["tags"] == ["vip"]
    assert "leave out --tag" in of_file.err


def test_an_edit_is_not_written_in_a_dry_run(depot: TwoMerchants) -> None:
    done = depot.run("orders", "edit", "A-1001", "--city", "Bonn", "--dry-run")

    assert "order A-1001: Edited: address" in done.out
    assert (
        depot.run("orders", "show", "A-1001", "--json").json["orders"][0]["ship_to"]["city"] == ""
    )


def test_an_edit_of_a_requested_order_names_the_supplier(both: TwoAccounts) -> None:
    done = both.run("orders", "edit", "1001", "--city", "Bonn")

    assert done.code == 0
    assert "if northwind has the order" in done.err


def test_capability_10_a_product_is_edited(depot: TwoMerchants) -> None:
    words = ("--name", "Blue mug", "--price", "9.50", "--bin", "A3")

    done = depot.run("products", "edit", "MUG", *words)
    again = depot.run("products", "edit", "MUG", *words)

    listed = depot.run("products", "list", "--json").json["products"]
    [mug] = [product for product in listed if product["sku"] == "MUG"]
    assert (done.code, again.code) == (0, 0)
    assert (mug["name"], mug["bin"]) == ("Blue mug", "A3")
    assert "product MUG edited" in done.err
    assert "product MUG has these values already" in again.err


@pytest.mark.parametrize(
    ("words", "reason"), [("MUG", "give what to edit"), ("NONE --name X", "does not exist")]
)
def test_an_edit_of_a_product_that_cannot_be_meant_is_refused(
    depot: TwoMerchants, words: str, reason: str
) -> None:
    done = depot.run("products", "edit", *words.split())

    assert done.code == 2
    assert reason in done.err


def test_several_orders_are_added_and_split_from_files(depot: TwoMerchants) -> None:
    (depot.folder / "new.csv").write_text(
        "Order Number;SKU;Qty;Unit Price;Recipient;Country\n"
        "5001;MUG;2;5,90;Ada;DE\n5001;CUP;1;3;;\n5002;MUG;0;;Bob;DE\n"
    )
    (depot.folder / "parts.csv").write_text(
        "number,piece,sku,quantity\n5001,1,MUG,1\n5001,2,MUG,1\n5001,2,CUP,1\nX,1,MUG,1\n"
    )

    added = depot.run("orders", "add", "--from", "new.csv")
    parts = depot.run("orders", "split", "--from", "parts.csv")

    assert (added.code, parts.code) == (1, 1)
    assert "1 order: added" in added.err
    assert "5002" in (depot.folder / "new.refused.csv").read_text()
    assert "order 5001 split into 5001-1, 5001-2" in parts.err
    assert "X,1,MUG,1" in (depot.folder / "parts.refused.csv").read_text()
    [order] = depot.run("orders", "show", "5001", "--json").json["orders"]
    assert (order["total"], order["ship_to"]["name"]) == ("14.80", "Ada")


def test_m13_retry_takes_the_number_of_an_order(tmp_path: Path) -> None:
    feed = shop(tmp_path, HEADER + row("1001", country="Suisse") + row("1002", country="Suisse"))
    ordosync(tmp_path, "import-orders")
    feed.write_text(HEADER + row("1001") + row("1002"))

    done = ordosync(tmp_path, "retry", "1001", "--json")

    assert done.code == 0
    assert done.counts == {"seen": 1, "done": 1}


def test_m13_an_unknown_number_names_the_next_command(both: TwoAccounts) -> None:
    for number in ("1001", "S-1001", "999", "nix"):
        done = both.run("retry", number)
        assert done.code == 2
        assert f"there is no step {number}" in done.err
        assert f"`ordosync why {number}`" in done.err


def test_m13_a_number_of_a_step_and_of_another_order_is_refused(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("2", country="Suisse") + row("1", country="Suisse"))
    ordosync(tmp_path, "import-orders")
    steps = ordosync(tmp_path, "show", "1", "--json").run["steps"]
    ids = {step["merchant"]: step["id"] for step in steps}

    for number in ("1", "2"):
        refused = ordosync(tmp_path, "retry", number)
        step = ordosync(tmp_path, "retry", f"step:{number}", "--json")
        assert refused.code == 2
        assert f"`ordosync retry {ids[number]}` retries the order" in refused.err
        assert step.run["seen"] == 1


def test_an_order_with_a_cancelled_line_can_be_edited_and_the_edit_is_applied(
    tmp_path: Path,
) -> None:
    both = TwoAccounts(tmp_path)
    config = tmp_path / "config.yaml"
    config.write_text(f"{config.read_text()}    edits: {{address: apply}}\n")
    both.shop(
        *("orders", "add", "1001", "--line", "MUG=2", "--line", "CUP=1", "--name", "Ada"),
        *("--street1", "1 High St", "--city", "London", "--zip", "E1", "--country", "GB"),
        *("--supplier", "northwind"),
    )
    both.run("import-orders")
    both.shop("orders", "cancel", "1001", "--line", "CUP=1")
    both.run("cancel-orders")

    edited = both.shop("orders", "edit", "1001", "--street1", "2 Low St")
    both.run("import-orders")

    assert edited.code == 0, edited
    orders = both.northwind("orders", "list", "--json").json["orders"]
    [number] = [order["number"] for order in orders]
    assert "2 Low St" in both.northwind("orders", "show", number).out
