"""Each command that shows a table writes it as CSV, with full values and without formulas."""

import csv
import io
from typing import Any

import pytest

from ordosync.cli.commands import load
from tests.support.command import Done
from tests.support.desk import SHIP, TwoAccounts
from tests.support.merchants import TwoMerchants

TABLES = (
    *("orders list", "products list", "stock list", "activity", "show", "attention"),
    *("autosync", "find", "reconcile", "report", "edits list", "alerts list", "stock stops"),
)


def rows(done: Done) -> list[dict[str, str]]:
    """Return the rows of a command that succeeded."""
    assert done.code == 0, done
    return list(csv.DictReader(io.StringIO(done.out, newline=""), strict=True))


@pytest.mark.parametrize("name", TABLES)
def test_command_with_a_table_takes_csv(name: str) -> None:
    group, _, inner = name.partition(" ")
    command: Any = load(group).commands[inner] if inner else load(name)

    assert "--csv" in {option for parameter in command.params for option in parameter.opts}


def test_csv_and_json_cannot_be_combined(both: TwoAccounts) -> None:
    done = both.run("autosync", "--csv", "--json")

    assert (done.code, done.out) == (2, "")
    assert "use either --csv or --json" in done.err


def test_order_has_its_whole_address_and_time(both: TwoAccounts) -> None:
    [order] = rows(both.shop("orders", "list", "--csv"))

    assert (order["number"], order["split"], order["lines"]) == ("1001", "no", "2")
    assert (order["supplier"], order["merchant"]) == ("northwind", "shop")
    assert (order["total"], order["currency"]) == ("12.00", "EUR")
    assert order["created"].endswith("Z")
    assert "ship_to_street1" in order


def test_formula_in_a_name_is_text_and_a_negative_quantity_a_number(both: TwoAccounts) -> None:
    both.northwind("products", "add", "BAD", "--name", "=1+1", "--price", "4.20")
    both.northwind("stock", "set", "MUG", "1")
    both.northwind("orders", "add", "7", "--line", "MUG=3")

    products = rows(both.northwind("products", "list", "--csv"))
    stock = rows(both.northwind("stock", "list", "MUG", "--csv"))

    assert [(row["name"], row["price"]) for row in products if row["sku"] == "BAD"] == [
        ("'=1+1", "4.20")
    ]
    assert [row["available"] for row in stock] == ["-4"]


def test_uncounted_stock_is_empty(both: TwoAccounts) -> None:
    [row] = rows(both.northwind("stock", "list", "CUP", "--csv"))

    assert (row["physical"], row["available"]) == ("", "")


def test_csv_without_rows_has_its_header(both: TwoAccounts) -> None:
    done = both.shop("orders", "list", "--status", "cancelled", "--csv")

    assert rows(done) == []
    assert done.out.startswith("number,status,split,created,")


def test_log_has_each_run_step_and_write(both: TwoAccounts) -> None:
    both.northwind(*SHIP)

    runs = rows(both.run("activity", "--csv", "-n", "50"))
    [tracking] = [run for run in runs if run["task"] == "update-tracking"]
    [step] = rows(both.run("show", tracking["id"], "--csv"))
    [*changes] = rows(both.run("activity", "--changes", "--csv", "-n", "50"))

    assert tracking["started_at"].endswith("Z")
    assert (tracking["done"], tracking["error"]) == ("1", "")
    assert step["state"] == "done"
    assert "1Z9" in step["written"]
    assert {change["task"] for change in changes} == {"import-orders", "update-tracking"}


def test_schedule_attention_and_report_have_the_fields_of_json(both: TwoAccounts) -> None:
    both.run("autosync", "off", "import-orders")

    for command, key in (("autosync", "schedule"), ("attention", "attention")):
        done = both.run(command, "--json")
        listed = rows(both.run(command, "--csv"))
        assert len(listed) == len(done.json[key])
        assert all({*row} == {*fields} for row, fields in zip(listed, done.json[key], strict=True))
    assert "yes" in {row["paused"] for row in rows(both.run("autosync", "--csv"))}
    assert {row["task"] for row in rows(both.run("report", "--csv"))} >= {"import-orders"}


def test_found_order_has_both_sides(depot: TwoMerchants) -> None:
    [found] = rows(depot.run("find", "Ann Other", "--csv"))

    assert (found["number"], found["field"], found["exact"]) == ("A-1002", "customer", "no")
    assert (found["portal"], found["merchant"]) == ("ann-depot", "ann")


def test_differences_are_rows(both: TwoAccounts) -> None:
    both.northwind("orders", "cancel", "S-1001")

    done = both.run("reconcile", "--csv")

    assert done.code == 1
    assert done.out.startswith("portal,kind,merchant,supplier,what,fix\r\n")


def test_edit_has_its_groups(both: TwoAccounts) -> None:
    both.shop("orders", "edit", "1001", "--street1", "Main Street 5")
    assert both.run("import-orders").code == 1

    [edit] = rows(both.run("edits", "list", "--csv"))

    shown = (edit["merchant"], edit["supplier"], edit["groups"])
    assert shown == ("1001", "S-1001", "address")
