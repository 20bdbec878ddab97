"""Jobs of a day that took two commands, or a calculation, before."""

from typing import Any

import pytest

from tests.support.desk import SHIP, TwoAccounts

REPLACE = ("orders", "ship", "S-1001", "--replace", "--tracking", "1Z9B")


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
    again = both.northwind(*REPLACE)
    assert again.code == 0
    assert "is already UPS 1Z9B" in again.err
    assert len(_labels(both, "northwind", "S-1001")) == 2


def test_day_another_carrier_can_be_given_for_a_new_label(both: TwoAccounts) -> None:
    assert both.northwind(*SHIP, "--method", "Ground").code == 0
    assert both.northwind(*REPLACE, "--carrier", "DPD").code == 0
    [_, new] = both.order("northwind", "S-1001")["shipments"]
    assert (new["carrier"], new["method"]) == ("DPD", "")


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


def _labels(both: TwoAccounts, account: str, number: str) -> list[tuple[str, bool]]:
    shipments: list[dict[str, Any]] = both.order(account, number)["shipments"]
    return [(label["tracking"], label["void"]) for label in shipments]
