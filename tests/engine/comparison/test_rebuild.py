"""`rebuild-state`: output of a rebuilt store, and the cases in which it is refused.

Complaint 1: a tool that lost its list of sent orders sends them again.
"""

from pathlib import Path

import pytest

from tests.support.desk import SHIP, TwoAccounts

PORTAL = "shop-northwind"


@pytest.fixture(name="two")
def _two(tmp_path: Path) -> TwoAccounts:
    two = TwoAccounts(tmp_path)
    two.imported("1001")
    two.imported("1002")
    assert two.northwind(*SHIP).code == 0
    return two


def lose(two: TwoAccounts) -> None:
    for path in two.folder.glob("ordosync.db*"):
        path.unlink()


@pytest.mark.of_files
def test_it_shows_the_links_and_the_writes_of_each_task(two: TwoAccounts) -> None:
    assert two.shop("orders", "add", "1003", "--line", "MUG=1", "--supplier", "northwind").code == 0
    lose(two)

    result = two.run("rebuild-state")

    assert result.code == 0
    first, *others = result.out.splitlines()
    assert first == (
        f"{PORTAL}: linked 2 orders, 2 lines, 1 products, 1 shipments; nothing was written to an"
        " account"
    )
    assert f"{PORTAL}: update-tracking would write 0" in others
    at = others.index(f"{PORTAL}: import-orders would write 1")
    assert others[at + 1] == "  create order 1003: 1 line, 1 unit"


@pytest.mark.of_files
def test_json_has_counts_and_plans(two: TwoAccounts) -> None:
    lose(two)

    result = two.run("rebuild-state", PORTAL, "--json")

    [rebuilt] = result.json["rebuilt"]
    assert (rebuilt["orders"], rebuilt["shipments"], rebuilt["products"]) == (2, 1, 1)
    assert [plan["task"] for plan in result.json["plans"] if plan["done"] or plan["failed"]] == []


@pytest.mark.of_files
def test_tasks_continue_afterwards_and_send_nothing_twice(two: TwoAccounts) -> None:
    lose(two)
    two.run("rebuild-state")

    for command in ("sync", "update-tracking", "split-order", "cancel-orders"):
        assert two.run(command).code == 0

    listed = two.northwind("orders", "list", "--json").json["orders"]
    assert sorted(order["number"] for order in listed) == ["S-1001", "S-1002"]
    two.imported("1003")
    assert two.run("reconcile").code == 0


def test_store_that_is_not_lost_is_not_changed(two: TwoAccounts) -> None:
    result = two.run("rebuild-state")

    assert result.code == 1
    assert "so it is not lost; --yes adds the links that are missing" in result.err
    assert two.run("rebuild-state", "--yes").code == 0


@pytest.mark.of_files
def test_first_name_of_a_renamed_portal_is_reported(two: TwoAccounts) -> None:
    lose(two)
    two.configure("  shop-northwind:", "  renamed:")

    result = two.run("rebuild-state")

    assert "have references of other portals: shop-northwind" in result.err
    two.configure("  renamed:\n", "  renamed:\n    was: shop-northwind\n")
    lose(two)
    assert "linked 2 orders" in two.run("rebuild-state").out
