"""`orders pick --fetch` and `orders slips --fetch`: the list has the orders of this minute."""

from tests.support.desk import TwoAccounts
from tests.support.html_page import Page
from tests.support.merchants import TwoMerchants
from tests.support.packing import picked

NEW = "1003,2026-11-25T10:00:00,PEN,4,Ann,DE"


def test_day_a_pick_list_has_the_orders_that_came_since_the_last_import(
    depot: TwoMerchants,
) -> None:
    depot.feed("ann", NEW)
    assert "PEN" not in picked(depot)
    done = depot.run("orders", "pick", "--fetch")
    assert done.code == 0
    assert "\tmanual\tok\t1 seen: 1 done" in done.out
    assert done.out.splitlines()[-1].split("\t")[-3:] == ["4", "1", "A-1003 (4)"]


def test_day_a_fetch_that_fails_still_makes_the_list_and_exits_1(depot: TwoMerchants) -> None:
    depot.feed("ann", NEW.replace(",4,", ",four,"))
    done = depot.run("orders", "pick", "--fetch", "--json")
    assert done.code == 1
    assert [line["sku"] for line in done.json["pick"]] == ["CUP", "MUG"]
    assert [run["task"] for run in done.json["runs"]] == ["import-orders"] * 2
    again = depot.run("orders", "pick", "--fetch")
    assert "1 still failed from earlier runs" in again.err


def test_day_a_fetch_keeps_standard_output_for_the_document(depot: TwoMerchants) -> None:
    depot.feed("ann", NEW.replace(",4,", ",four,"))
    table = depot.run("orders", "pick", "--fetch", "--csv")
    assert table.out.startswith("warehouse,bin,sku")
    assert "four" in table.err
    page = depot.run("orders", "slips", "--fetch")
    assert page.out.startswith("<!doctype html>")
    (depot.folder / "slips.html").write_text(page.out)
    assert "A-1002" in " ".join(Page(depot.folder / "slips.html").words)


def test_day_a_fetch_takes_cancelled_orders_off_the_list_if_cancel_orders_is_on(
    both: TwoAccounts,
) -> None:
    both.imported("1002")
    assert both.shop("orders", "cancel", "1002").code == 0
    pick = ("orders", "pick", "--fetch", "--json")
    assert [line["units"] for line in both.northwind(*pick).json["pick"]] == [1, 3]

    both.configure("manage_inventory: true", "tasks: {cancel-orders: hourly}")
    assert both.run("autosync", "off", "cancel-orders").code == 0
    assert [line["units"] for line in both.northwind(*pick).json["pick"]] == [1, 3]
    assert both.run("autosync", "on", "cancel-orders").code == 0
    fetched = both.northwind(*pick).json
    assert [line["units"] for line in fetched["pick"]] == [1, 2]
    assert [run["task"] for run in fetched["runs"]] == ["import-orders", "cancel-orders"]


def test_day_an_account_to_which_no_portal_imports_has_nothing_to_fetch(both: TwoAccounts) -> None:
    done = both.shop("orders", "pick", "--fetch")
    assert done.code == 2
    assert "--fetch: no portal imports orders to account shop" in done.err


def test_day_a_list_is_that_of_the_only_account_that_packs_for_others(both: TwoAccounts) -> None:
    listed = both.run("orders", "pick", "--json")
    assert (listed.code, listed.err) == (0, "account northwind\n")
    assert [line["sku"] for line in listed.json["pick"]] == ["CUP", "MUG"]
    assert both.run("orders", "slips").err == "account northwind\n"
    assert both.run("orders", "pick", "--account", "northwind").err == ""

    both.configure(
        "  shop-northwind:\n",
        "  back:\n    merchant: northwind\n    supplier: shop\n  shop-northwind:\n",
    )
    assert "choose an account with --account" in both.run("orders", "pick").err
