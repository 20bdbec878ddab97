"""Concerns that reach the operator, each with a next step that settles it."""

from pathlib import Path

import pytest

from tests.support.command import AT_ONCE, HEADER, numbers, ordosync, row, shop, wake
from tests.support.desk import SHIP, TwoAccounts

CONTRADICTION = ("reconcile --fix", "cancels it again")


def restored(both: TwoAccounts) -> str:
    """Cancel 1001 in both accounts, restore it at the Supplier, and return the warning."""
    both.configure("    manage_inventory: true", "    tasks: {cancel-orders: 10-minutes}")
    both.shop("orders", "cancel", "1001")
    both.run("cancel-orders")
    return both.northwind("orders", "restore", "S-1001").err


def test_h1_an_order_that_only_the_supplier_restored_needs_you(both: TwoAccounts) -> None:
    warning = restored(both)

    [entry] = both.run("attention", "--json").json["attention"]
    head, *_, last = both.run("why", "1001").out.splitlines()

    assert "the Merchant cancelled this order" in warning
    assert (entry["code"], entry["severity"]) == ("supplier-restored", "critical")
    assert entry["settle"] == "ordosync reconcile shop-northwind"
    assert "S-1001 at northwind (awaiting fulfillment)" in head
    assert "restored-by-supplier" in head
    assert "reconcile shop-northwind --fix` cancels it again" in last


def test_h1_reconcile_repairs_an_order_that_only_the_supplier_restored(both: TwoAccounts) -> None:
    restored(both)

    both.run("reconcile", "--fix")
    # `attention` reads only the store; a run sees what the accounts have now.
    both.run("update-tracking")

    assert both.order("northwind", "S-1001")["status"] == "cancelled"
    assert both.run("attention").code == 0
    assert both.run("reconcile").code == 0


def test_h1_a_restored_order_that_was_shipped_needs_you(both: TwoAccounts) -> None:
    restored(both)

    shipped = both.northwind(*SHIP)
    [entry] = both.run("attention", "--json").json["attention"]

    assert "order 1001 is cancelled" in shipped.err
    assert entry["settle"] == f"ordosync dismiss {entry['step']}"


@pytest.mark.parametrize("first", ["northwind", "shop"])
def test_h1_an_order_that_both_sides_restored_has_a_manual_repair(
    first: str, both: TwoAccounts
) -> None:
    both.shop("orders", "cancel", "1001")
    both.run("cancel-orders")
    steps = {"northwind": ("S-1001",), "shop": ("1001",)}
    accounts = [first, *(name for name in steps if name != first)]

    told = [both.at(name, "orders", "restore", *steps[name]).err for name in accounts]
    [difference] = [
        item
        for item in both.run("reconcile", "--json").json["differences"]
        if item["merchant"] == "1001"
    ]
    [entry] = both.run("attention", "--json").json["attention"]
    story = both.run("why", "1001").out

    assert (difference["kind"], difference["fix"]) == ("open-on-both-sides", None)
    assert entry["severity"] == "critical"
    assert "open-on-both-sides" in story
    assert "cancel it at northwind: `ordosync orders cancel S-1001" in story
    # No task cancels it, so no text may say that one does.
    assert [
        part for part in CONTRADICTION if part in " ".join((*told, entry["reason"], story))
    ] == []


def test_h2_an_edit_after_it_was_sent_needs_you_until_it_is_closed(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1003", quantity="6"))
    ordosync(tmp_path, "import-orders")
    shop(tmp_path, HEADER + row("1003", quantity="9"))

    run = ordosync(tmp_path, "import-orders")
    [entry] = ordosync(tmp_path, "attention", "--json").json["attention"]
    story = ordosync(tmp_path, "why", "1003", "--json").json["why"][0]

    assert run.code == 1
    assert (entry["code"], entry["severity"]) == ("edited", "critical")
    assert "tell the Supplier" in entry["reason"]
    assert ordosync(tmp_path, "health").code == 1
    assert numbers(tmp_path) == ["1003"]
    assert f"`{entry['settle']}`" in story["next"]
    assert "retry" not in story["next"]

    ordosync(tmp_path, "dismiss", str(entry["step"]), "--note", "agreed by phone")
    assert ordosync(tmp_path, "attention").code == 0


def test_h2_cron_reports_an_edit_once(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1003", quantity="6"), config=AT_ONCE)
    ordosync(tmp_path, "run-due")
    shop(tmp_path, HEADER + row("1003", quantity="9"), config=AT_ONCE)

    wake(tmp_path)
    first = ordosync(tmp_path, "run-due")
    wake(tmp_path)
    second = ordosync(tmp_path, "run-due")

    assert (first.code, "1 failed and need you" in first.err) == (1, True)
    assert (second.code, second.err) == (0, "")


def test_h6_a_bad_row_is_dismissed_by_the_number_of_its_order(tmp_path: Path) -> None:
    bad = HEADER + row("1005", quantity="x") + row("1006", quantity="x")
    feed = shop(tmp_path, bad)
    ordosync(tmp_path, "import-orders")
    feed.unlink()

    again = ordosync(tmp_path, "retry", "1")
    reasons = ordosync(tmp_path, "attention").out
    closed = ordosync(tmp_path, "dismiss", "1005", "1006", "--note", "the buyer cancelled")

    assert again.code == 1
    assert f"{feed.name} row 2" in reasons
    assert "--sent" not in reasons
    assert closed.code == 0
    assert ordosync(tmp_path, "attention").code == 0
    assert ordosync(tmp_path, "health").code == 0


def test_h6_a_number_of_two_entries_dismisses_neither(both: TwoAccounts) -> None:
    both.shop("orders", "cancel", "1001")
    both.northwind(*SHIP)
    both.run("cancel-orders")

    result = both.run("dismiss", "1001")

    assert result.code == 2
    assert "may be shop-northwind:" in result.err
    assert len(both.run("attention", "--json").json["attention"]) == 2


def test_m12_a_parcel_of_a_cancelled_order_is_not_settled_by_a_retry(both: TwoAccounts) -> None:
    both.shop("orders", "cancel", "1001")

    shipped = both.northwind(*SHIP)
    [entry] = both.run("attention", "--json").json["attention"]
    story = both.run("why", "1001").out

    assert (entry["code"], entry["settle"]) == ("cancelled", f"ordosync dismiss {entry['step']}")
    assert f"then `{entry['settle']}`" in story
    assert "ordosync retry" not in story + shipped.err


def test_low_why_names_each_piece_that_is_not_done(both: TwoAccounts) -> None:
    both.northwind("orders", "split", "S-1001", "--piece", "MUG=2", "--piece", "CUP=1")

    story = both.run("why", "1001").out

    assert "next: piece S-1001-1 (imported): waiting for northwind to ship it" in story
    assert "piece S-1001-2 is open, too (imported)" in story
