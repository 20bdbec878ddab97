"""Exports of real shops, through the real command: their rules, pages and overlaps."""

import os
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import numbers, ordosync, steps
from tests.support.stores import opened

CONFIG = """
accounts:
  shop:
    kind: files
    orders:
      glob: feeds/*.csv
      columns: {order_number: Name, sku: SKU, quantity: Qty, ship_to.name: To,
                ship_to.street1: Street, ship_to.zip: Zip, ship_to.country: Country}
      RULES
  depot:
    kind: sqlite
    path: depot.db
portals:
  p:
    merchant: shop
    supplier: depot
"""
HEADER = "Name,Status,Qty,SKU,To,Street,Zip,Country\n"
HEAD = "Ada,1 High St,07001,US"
BY_STATUS = '[{column: Status, matches: "^(pending|refunded)$", reason: not paid}]'


@pytest.fixture(name="shop")
def _shop(tmp_path: Path) -> Any:
    """Return a function that configures a shop with these rules."""

    def shop(rules: str = "") -> None:
        (tmp_path / "config.yaml").write_text(CONFIG.replace("RULES", rules))

    (tmp_path / "feeds").mkdir()
    shop()
    return shop


@pytest.fixture(name="drop")
def _drop(tmp_path: Path) -> Any:
    """Return a function that drops files, each an hour younger than the one before."""
    hours = iter(range(1000))

    def drop(name: str, rows: str, *, at: int | None = None) -> Path:
        path = tmp_path / "feeds" / name
        path.write_text(HEADER + rows)
        changed = 1_790_000_000 + 3600 * (next(hours) if at is None else at)
        os.utime(path, (changed, changed))
        return path

    return drop


def lines_sent(folder: Path, number: str) -> dict[str, int]:
    (order,) = ordosync(folder, "orders", "show", number, "--json").json["orders"]
    return {line["sku"]: line["quantity"] for line in order["lines"]}


def test_order_whose_first_row_is_skipped_is_not_sent(shop: Any, drop: Any, tmp_path: Path) -> None:
    shop(f"skip: {BY_STATUS}")
    drop("a.csv", f"1,pending,2,MUG,{HEAD}\n1,,1,BOARD,,,,\n2,paid,1,MUG,{HEAD}\n")

    result = ordosync(tmp_path, "import-orders", "--json")

    assert (result.code, result.counts) == (1, {"seen": 2, "done": 1, "failed": 1})
    assert numbers(tmp_path) == ["2"]
    [failed] = [step for step in steps(tmp_path, 1) if step["state"] == "failed"]
    assert failed["code"] == "invalid.rule"
    assert "`skip_orders`" in failed["reason"]
    assert "`rows: true`" in failed["reason"]


def test_a_rule_for_orders_leaves_out_all_rows_of_an_order(
    shop: Any, drop: Any, tmp_path: Path
) -> None:
    shop(f"skip_orders: {BY_STATUS}")
    drop("a.csv", f"1,pending,2,MUG,{HEAD}\n1,,1,BOARD,,,,\n2,paid,1,MUG,{HEAD}\n2,,3,BOX,,,,\n")

    result = ordosync(tmp_path, "import-orders", "--json")

    assert (result.code, result.counts) == (0, {"seen": 2, "done": 1, "skipped": 1})
    assert lines_sent(tmp_path, "2") == {"MUG": 1, "BOX": 3}


def test_an_order_that_is_paid_in_the_newer_of_two_files_is_sent_and_the_log_says_which(
    shop: Any, drop: Any, tmp_path: Path
) -> None:
    shop(f"skip_orders: {BY_STATUS}")
    drop("2026-11-28.csv", f"1,pending,1,MUG,{HEAD}\n")
    drop("2026-11-29.csv", f"1,paid,1,MUG,{HEAD}\n2,paid,1,MUG,{HEAD}\n")

    result = ordosync(tmp_path, "import-orders", "--json")

    assert (result.code, result.counts) == (0, {"seen": 2, "done": 2})
    assert [step["reason"] for step in steps(tmp_path, 1)] == [
        "2026-11-29.csv is used, not the older 2026-11-28.csv",
        None,
    ]


def test_an_order_that_is_refunded_in_the_newer_of_two_files_is_left_out(
    shop: Any, drop: Any, tmp_path: Path
) -> None:
    shop(f"skip_orders: {BY_STATUS}")
    drop("b.csv", f"1,paid,1,MUG,{HEAD}\n")
    drop("a.csv", f"1,refunded,1,MUG,{HEAD}\n")

    result = ordosync(tmp_path, "import-orders", "--json")

    assert (result.code, result.counts) == (0, {"seen": 1, "skipped": 1})
    [step] = steps(tmp_path, 1)
    assert step["reason"] == "not paid; a.csv is used, not the older b.csv"


def test_an_order_that_was_pending_is_sent_once_it_is_paid(
    shop: Any, drop: Any, tmp_path: Path
) -> None:
    shop(f"skip_orders: {BY_STATUS}")
    drop("a.csv", f"1,pending,1,MUG,{HEAD}\n")
    ordosync(tmp_path, "import-orders")
    drop("a.csv", f"1,paid,1,MUG,{HEAD}\n")

    assert ordosync(tmp_path, "import-orders", "--json").counts == {"seen": 1, "done": 1}


def test_an_address_is_the_one_of_the_newest_file(shop: Any, drop: Any, tmp_path: Path) -> None:
    shop()
    drop("a.csv", f"1,,1,MUG,{HEAD}\n")
    drop("b.csv", "1,,1,MUG,Ada Byron,1 High St,07002,US\n")

    result = ordosync(tmp_path, "import-orders", "--json")

    assert result.counts == {"seen": 1, "done": 1}
    assert "07002" in ordosync(tmp_path, "orders", "show", "1").out


def test_two_pages_that_each_have_a_part_of_an_order_are_a_conflict(
    shop: Any, drop: Any, tmp_path: Path
) -> None:
    shop()
    drop("page1.csv", f"1,,1,MUG,{HEAD}\n")
    drop("page2.csv", f"1,,1,BOARD,{HEAD}\n2,,1,MUG,{HEAD}\n")

    result = ordosync(tmp_path, "import-orders", "--json")

    assert (result.code, result.counts) == (1, {"seen": 2, "done": 1, "failed": 1})
    assert numbers(tmp_path) == ["2"]
    [failed] = [step for step in steps(tmp_path, 1) if step["state"] == "failed"]
    assert failed["code"] == "conflict"
    assert "page2.csv has no line of SKU 'MUG', which the older page1.csv has" in failed["reason"]


def test_a_page_that_begins_within_an_order_sends_no_part_of_it(
    shop: Any, drop: Any, tmp_path: Path
) -> None:
    shop('only_orders: [{column: Status, matches: "^paid$", reason: not paid}]')
    drop("page2.csv", f"1,,1,BOARD,,,,\n2,paid,1,MUG,{HEAD}\n")

    result = ordosync(tmp_path, "import-orders", "--json")

    assert (result.code, result.counts) == (1, {"seen": 2, "done": 1, "failed": 1})
    assert [step["code"] for step in steps(tmp_path, 1)] == ["cut", None]


def test_file_older_than_the_sent_one_is_ignored(shop: Any, drop: Any, tmp_path: Path) -> None:
    shop()
    newer = drop("b.csv", f"1,,1,MUG,{HEAD}\n", at=9)
    ordosync(tmp_path, "import-orders")
    newer.unlink()
    drop("a.csv", f"1,,2,MUG,{HEAD}\n2,,1,MUG,{HEAD}\n", at=8)
    older = ordosync(tmp_path, "import-orders", "--json")

    drop("c.csv", f"1,,3,MUG,{HEAD}\n", at=10)
    edited = ordosync(tmp_path, "import-orders", "--json")

    assert (older.code, older.counts) == (0, {"seen": 2, "done": 1, "unchanged": 1})
    assert edited.counts["seen"] - edited.counts.get("unchanged", 0) == 1


def test_order_sent_by_an_earlier_release_is_compared_with_the_first_file_read_since(
    shop: Any, drop: Any, tmp_path: Path
) -> None:
    shop()
    drop("a.csv", f"1,,1,MUG,{HEAD}\n", at=7)
    ordosync(tmp_path, "import-orders")
    with closing(opened(tmp_path / "ordosync.db")) as db, db:
        db.execute(
            "update steps set as_of = '', content = '3e5cc5bf-0123456789abcdef', digests = null"
        )
        db.execute("update links set digests = null")

    counts = []
    for name, quantity, at in (("c.csv", 2, 9), ("b.csv", 1, 8), ("d.csv", 3, 10)):
        drop(name, f"1,,{quantity},MUG,{HEAD}\n", at=at)
        counts.append(ordosync(tmp_path, "import-orders", "--json").counts)
        (tmp_path / "feeds" / name).unlink()

    assert counts[:2] == [{"seen": 1, "unchanged": 1}, {"seen": 1, "unchanged": 1}]
    assert counts[2] == {"seen": 1, "failed": 1}


def test_changed_sequence_of_rows_is_not_an_edit(shop: Any, drop: Any, tmp_path: Path) -> None:
    shop()
    drop("a.csv", f"1,,1,MUG,{HEAD}\n1,,2,BOARD,{HEAD}\n1,,3,MUG,{HEAD}\n")
    ordosync(tmp_path, "import-orders")
    drop("a.csv", f"1,,3,MUG,{HEAD}\n1,,2,BOARD,{HEAD}\n1,,1,MUG,{HEAD}\n")

    result = ordosync(tmp_path, "import-orders", "--json")

    assert result.counts == {"seen": 1, "unchanged": 1}


def test_conflict_ends_once_the_wrong_file_is_deleted(shop: Any, drop: Any, tmp_path: Path) -> None:
    shop()
    drop("whole.csv", f"1,,1,MUG,{HEAD}\n1,,1,BOARD,{HEAD}\n")
    cut = drop("part.csv", f"1,,1,MUG,{HEAD}\n")
    ordosync(tmp_path, "import-orders")
    still = ordosync(tmp_path, "retry", "1", "--json")
    cut.unlink()

    result = ordosync(tmp_path, "retry", "1", "--json")

    assert still.counts == {"seen": 1, "failed": 1}
    assert result.counts == {"seen": 1, "done": 1}
    assert lines_sent(tmp_path, "1") == {"MUG": 1, "BOARD": 1}


def test_an_order_of_shopifys_own_export_is_sent_whole(tmp_path: Path) -> None:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "config.yaml").write_text(SHOPIFY)
    (tmp_path / "feeds" / "orders_export.csv").write_text(EXPORT)

    result = ordosync(tmp_path, "import-orders", "--json")

    assert (result.code, result.counts) == (0, {"seen": 3, "done": 2, "skipped": 1})
    assert lines_sent(tmp_path, "#1001") == {"BOARD": 1, "MUG-BLUE": 2}
    (order,) = ordosync(tmp_path, "orders", "show", "#1001", "--json").json["orders"]
    assert order["ship_to"]["name"] == "Ada Example"


SHOPIFY = """
accounts:
  shop:
    kind: files
    orders:
      glob: feeds/*.csv
      columns: {order_number: Name, sku: Lineitem sku, quantity: Lineitem quantity,
                placed_at: Created at, shipping_method: Shipping Method, customer_notes: Notes,
                ship_to.name: Shipping Name, ship_to.street1: Shipping Address1,
                ship_to.city: Shipping City, ship_to.country: Shipping Country,
                ship_to.email: Email}
      date_format: "%Y-%m-%d %H:%M:%S %z"
      timezone: America/New_York
      skip_orders: [{column: Financial Status, matches: "^(pending|refunded)$", reason: not paid}]
  depot:
    kind: sqlite
    path: depot.db
portals:
  p: {merchant: shop, supplier: depot}
"""
EXPORT = """\
Name,Email,Financial Status,Shipping Method,Created at,Lineitem quantity,Lineitem sku,\
Shipping Name,Shipping Address1,Shipping City,Shipping Country,Notes
#1001,ada@example.com,paid,Standard,2026-11-20 10:14:00 -0500,2,MUG-BLUE,\
Ada Example,1 High St,Testville,US,
#1001,ada@example.com,,,2026-11-20 10:14:00 -0500,1,BOARD,,,,,
#1002,bob@example.com,paid,Express,2026-11-21 10:14:00 -0500,1,MUG-RED,\
Bob Example,2 Low St,Testville,US,Leave at door
#1003,cyd@example.com,pending,Express,2026-11-21 10:14:00 -0500,1,MUG-RED,\
Cyd Example,3 Low St,Testville,US,
#1003,cyd@example.com,,,2026-11-21 10:14:00 -0500,1,BOARD,,,,,
"""
