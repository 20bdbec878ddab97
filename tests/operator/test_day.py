"""Jobs of a day that took two commands, or a calculation, before."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CONFIG, HEADER, ordosync, row, shop
from tests.support.desk import SHIP, TwoAccounts

REPLACE = ("orders", "ship", "S-1001", "--replace", "--tracking", "1Z9B")
CONFIG_WITH_STOCK = CONFIG.replace(
    "      currency: EUR\n",
    "      currency: EUR\n    inventory: {path: stock.csv, columns: {sku: sku, quantity: qty}}\n",
).replace("    supplier: warehouse\n", "    supplier: warehouse\n    manage_inventory: true\n")


def test_day_a_label_is_replaced_in_one_command(both: TwoAccounts) -> None:
    assert both.northwind(*SHIP, "--method", "Ground").code == 0
    done = both.northwind(*REPLACE)
    assert done.code == 0
    assert "the label of order S-1001 is replaced by UPS 1Z9B" in done.err
    for account, number in (("northwind", "S-1001"), ("shop", "1001")):
        assert both.order(account, number)["status"] == "shipped"
        assert _labels(both, account, number) == [("1Z9", True), ("1Z9B", False)]
    [_, new] = both.order("northwind", "S-1001")["shipments"]
    assert (new["carrier"], new["method"]) == ("UPS", "Ground")


def test_day_a_replaced_label_keeps_the_units_of_its_parcel(both: TwoAccounts) -> None:
    assert both.northwind(*SHIP, "--line", "MUG=1").code == 0
    assert both.northwind(*REPLACE).code == 0
    order = both.order("northwind", "S-1001")
    assert order["status"] == "partially_shipped"
    [_, new] = order["shipments"]
    assert [(line["sku"], line["quantity"]) for line in new["lines"]] == [("MUG", 1)]


def test_day_a_label_that_was_replaced_already_changes_nothing(both: TwoAccounts) -> None:
    assert both.northwind(*SHIP).code == 0
    assert both.northwind(*REPLACE).code == 0
    assert both.northwind(*REPLACE, "--json").code == 0
    again = both.northwind(*REPLACE)
    assert again.code == 0
    assert "is already UPS 1Z9B" in again.err
    assert len(_labels(both, "northwind", "S-1001")) == 2


def test_day_a_new_label_with_the_number_of_another_order_is_a_warning(both: TwoAccounts) -> None:
    both.imported("1002")
    assert both.northwind(*SHIP).code == 0
    assert both.northwind("orders", "ship", "S-1002", *SHIP[3:-1], "1Z9B").code == 0
    done = both.northwind(*REPLACE)
    assert done.code == 0
    assert "tracking number 1Z9B is also on S-1002" in done.err


def test_day_another_carrier_can_be_given_for_a_new_label(both: TwoAccounts) -> None:
    assert both.northwind(*SHIP, "--method", "Ground").code == 0
    assert both.northwind(*REPLACE, "--carrier", "DPD").code == 0
    [_, new] = both.order("northwind", "S-1001")["shipments"]
    assert (new["carrier"], new["method"]) == ("DPD", "")


def test_day_a_second_label_names_the_command_that_replaces_the_first(both: TwoAccounts) -> None:
    assert both.northwind(*SHIP).code == 0
    done = both.northwind(*SHIP[:-1], "1Z9B")
    assert done.code == 1
    command = "`ordosync orders ship S-1001 --replace --tracking 1Z9B` replaces its label"
    assert f"order S-1001 is shipped already, with UPS 1Z9; {command}" in done.err
    assert _labels(both, "northwind", "S-1001") == [("1Z9", False)]


def test_day_a_preview_of_a_replacement_changes_nothing(both: TwoAccounts) -> None:
    assert both.northwind(*SHIP).code == 0
    done = both.northwind(*REPLACE, "--dry-run")
    assert done.code == 0
    assert "1Z9B" in done.out
    assert _labels(both, "northwind", "S-1001") == [("1Z9", False)]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--replace", "--tracking", "1Z9B", "--line", "MUG=1"), "leave out --line"),
        (("--replace", "--void"), "leave out --void"),
        (("--replace",), "--tracking with the new number"),
    ],
)
def test_day_a_replacement_that_is_not_clear_is_refused(
    both: TwoAccounts, words: tuple[str, ...], reason: str
) -> None:
    assert both.northwind(*SHIP).code == 0
    done = both.northwind("orders", "ship", "S-1001", *words)
    assert done.code == 2
    assert reason in done.err
    assert _labels(both, "northwind", "S-1001") == [("1Z9", False)]


def test_day_one_of_several_labels_is_not_replaced(both: TwoAccounts) -> None:
    assert both.northwind(*SHIP, "--line", "MUG=1").code == 0
    assert both.northwind(*SHIP[:-1], "1Z8").code == 0
    done = both.northwind(*REPLACE)
    assert done.code == 2
    assert "--void --tracking" in done.err
    assert _labels(both, "northwind", "S-1001") == [("1Z9", False), ("1Z8", False)]


def test_day_an_order_without_a_label_has_nothing_to_replace(both: TwoAccounts) -> None:
    done = both.northwind(*REPLACE, "--carrier", "UPS")
    assert done.code == 1
    assert "has no valid label" in done.err
    assert both.order("northwind", "S-1001")["status"] == "awaiting_fulfillment"


def test_day_a_cancelled_order_gets_no_new_label(both: TwoAccounts) -> None:
    assert both.northwind(*SHIP, "--line", "MUG=1").code == 0
    assert both.northwind("orders", "cancel", "S-1001", "--line", "MUG=1").code == 0
    assert both.northwind("orders", "ship", "S-1001", "--void").code == 0
    assert both.northwind("orders", "cancel", "S-1001").code == 0
    done = both.northwind(*REPLACE, "--carrier", "UPS")
    assert done.code == 1
    assert "is cancelled" in done.err


def test_day_the_rest_of_an_order_is_the_second_piece(both: TwoAccounts) -> None:
    assert both.northwind("orders", "split", "S-1001", "--piece", "MUG=1").code == 0
    pieces = [
        {line["sku"]: line["quantity"] for line in both.order("northwind", number)["lines"]}
        for number in ("S-1001-1", "S-1001-2")
    ]
    assert pieces == [{"MUG": 1}, {"MUG": 1, "CUP": 1}]


def test_day_a_piece_that_is_the_whole_order_is_refused(both: TwoAccounts) -> None:
    done = both.northwind("orders", "split", "S-1001", "--piece", "MUG=2,CUP=1")
    assert done.code == 1
    assert "two or more pieces" in done.err


def test_day_several_orders_are_split_in_one_command(both: TwoAccounts) -> None:
    both.imported("1002")
    done = both.northwind("orders", "split", "S-1001", "S-1002", "--piece", "MUG=1")
    assert done.code == 1
    assert "order S-1001 split into S-1001-1, S-1001-2" in done.err
    assert "order S-1002 must be split into two or more pieces" in done.err
    assert both.order("shop", "1001-2")["status"] == "dropshipment_requested"


def test_day_cancelled_orders_are_sent_in_one_command(both: TwoAccounts) -> None:
    both.imported("1002")
    done = both.shop("orders", "cancel", "1001", "1002", "--send")
    assert done.code == 0
    assert "cancel-orders" in done.out
    assert "`ordosync cancel-orders`" not in done.err
    for number in ("S-1001", "S-1002"):
        assert both.order("northwind", number)["status"] == "cancelled"


def test_day_a_cancellation_that_came_too_late_exits_1(both: TwoAccounts) -> None:
    both.imported("1002")
    assert both.shop("orders", "cancel", "1002").code == 0
    assert both.northwind("orders", "ship", "S-1002", *SHIP[3:]).code == 1
    done = both.shop("orders", "cancel", "1002", "--send", "--json")
    assert done.code == 1
    [run] = done.json["runs"]
    assert (run["task"], run["failed"]) == ("cancel-orders", 1)


def test_day_a_count_is_sent_in_one_command(both: TwoAccounts) -> None:
    assert both.run("import-products").code == 0
    (both.folder / "count.csv").write_text("sku,quantity\nMUG,42\nCUP,7\n")
    done = both.northwind("stock", "set", "--from", "count.csv", "--send")
    assert done.code == 0
    assert "write-inventory-back" in done.out
    stock = both.shop("stock", "list", "--json").json["stock"]
    assert {level["sku"]: level["physical"] for level in stock} == {"MUG": 40, "CUP": 6}


def test_day_a_count_shows_old_and_new_quantities_largest_change_first(both: TwoAccounts) -> None:
    (both.folder / "first.csv").write_text("sku,quantity\nMUG,40\nCUP,7\n")
    (both.folder / "count.csv").write_text("sku,quantity,warehouse\nMUG,41,\nCUP,2,\nCUP,1,b\n")
    assert both.northwind("stock", "set", "--from", "first.csv").code == 0
    done = both.northwind("stock", "set", "--from", "count.csv")
    assert [line.split("\t") for line in done.out.splitlines()] == [
        ["sku", "warehouse", "before", "counted"],
        ["CUP", "main", "7", "2"],
        ["CUP", "b", "not counted", "1"],
        ["MUG", "main", "40", "41"],
    ]
    assert both.northwind("stock", "set", "--from", "count.csv").out == ""


def test_day_one_count_is_sent_with_json(both: TwoAccounts) -> None:
    assert both.run("import-products").code == 0
    assert both.northwind("stock", "set", "MUG", "42").code == 0
    done = both.northwind("stock", "adjust", "MUG", "--by", "-2", "--send", "--json")
    assert done.code == 0
    assert [run["task"] for run in done.json["runs"]] == ["write-inventory-back"]
    assert both.shop("stock", "list", "MUG", "--json").json["stock"][0]["physical"] == 38


@pytest.mark.parametrize("words", ["orders cancel S-1001", "orders cancel S-1001 --dry-run"])
def test_day_what_no_portal_can_send_is_refused(both: TwoAccounts, words: str) -> None:
    done = both.northwind(*words.split(), "--send")
    assert done.code == 2
    assert "no portal of this account can run cancel-orders" in done.err
    assert both.order("northwind", "S-1001")["status"] == "awaiting_fulfillment"


def test_day_a_preview_with_send_writes_to_neither_account(both: TwoAccounts) -> None:
    done = both.shop("orders", "cancel", "1001", "--send", "--dry-run")
    assert done.code == 0
    assert "account northwind would have" in done.out + done.err
    for account, number in (("shop", "1001"), ("northwind", "S-1001")):
        assert both.order(account, number)["status"] != "cancelled"


def test_day_a_run_says_why_rows_failed_and_what_to_type(tmp_path: Path) -> None:
    rows = "".join(row(str(number), country="Suisse") for number in range(1001, 1006))
    shop(tmp_path, HEADER + rows + row("1006"))
    done = ordosync(tmp_path, "sync")
    assert done.code == 1
    failures = [line for line in done.err.split("\n") if "'Suisse' is not in" in line]
    assert [line.split("; ")[-1] for line in failures] == [
        "`ordosync retry 1 2 3 4 5` tries them again"
    ]
    assert "`ordosync show 1`" in done.err


def test_day_products_that_cannot_be_linked_name_the_missing_option(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001"), config=CONFIG_WITH_STOCK)
    assert ordosync(tmp_path, "import-orders").code == 0
    assert ordosync(tmp_path, "stock", "set", "MUG", "4").code == 0
    done = ordosync(tmp_path, "write-inventory-back")
    assert "needs `products:` to list products" in done.err
    assert "import-products" not in done.err


def _labels(both: TwoAccounts, account: str, number: str) -> list[tuple[str, bool]]:
    shipments: list[dict[str, Any]] = both.order(account, number)["shipments"]
    return [(label["tracking"], label["void"]) for label in shipments]
