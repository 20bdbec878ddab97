"""Two accounts that do not agree: each difference is named, and repaired if a task can do it.

Complaints 1, 5, 16, 19 and 20: the log does not show that the two sides differ.
"""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from ordosync.models import Line, ParcelLine
from tests.accounts.contract.examples import product
from tests.embedded.create import create
from tests.support.command import CONFIG, HEADER, Done, ordosync, row, shop
from tests.tasks.portal import Pair, line, order, parcel, physical, split, succeeded

PORTAL = "shop-northwind"

BY_TASK = {
    ("no-supplier-order", "1001", None): "import-orders",
    ("no-tracking", "1004", "1004"): "update-tracking",
    ("not-cancelled", "1006", "1006"): "cancel-orders",
    ("quantity-differs", "MUG", "MUG"): "write-inventory-back",
    ("split-on-one-side", "1009", "1009"): "split-order",
    ("no-product-link", "TRAY", None): "import-products",
    ("tracking-void", "1012", "1012"): "update-tracking",
}
BY_HAND = {
    ("no-merchant-order", None, "own-2"),
    ("two-supplier-orders", "1003", "own-3"),
    ("tracking-differs", "1005", "1005"),
    ("sum-broken", "1008", "1008"),
    ("split-on-one-side", "1010", "1010"),
    ("cancelled-at-supplier", "1011", "1011"),
    ("shipped-though-cancelled", "1013", "1013"),
    ("no-tracking", "1014", "1014"),
    ("split-on-one-side", "1015", "1015"),
}


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


def one_unit_of(line: Line) -> ParcelLine:
    return ParcelLine(line_id=line.id, quantity=1)


def reconciled(pair: Pair, *words: str) -> Done:
    return ordosync(pair.folder, "reconcile", PORTAL, *words)


def by_order(result: Done) -> dict[tuple[str, str | None, str | None], dict[str, Any]]:
    listed = result.json["differences"]
    named = {
        (difference["kind"], difference["merchant"], difference["supplier"]): difference
        for difference in listed
    }
    assert len(named) == len(listed)
    return named


def plant(pair: Pair) -> None:
    """Create every possible difference; orders are named after it."""
    pair.northwind.add_product(product("MUG"))
    for hundred in (3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15):
        lines = (line("MUG", 2), line("CUP")) if hundred == 15 else (line("MUG", 2),)
        pair.imported(f"{1000 + hundred}", *lines)
    pair.run("import-products")
    pair.send("1012", "1Z12")
    pair.run("update-tracking")

    pair.request("1001")
    for number, key in (("own-2", "9999#1"), ("own-3", "1003#2")):
        succeeded(pair.northwind.add_order(order(number, line("MUG", 2))))
        pair.sql(
            "northwind",
            f"update orders set reference = '{PORTAL}:{key}' where number = '{number}'",  # noqa: S608
        )
    pair.send("1004", "1Z4")
    pair.send("1005", "1Z5")
    [own] = pair.shop.ship([parcel("1005", "OWN5")])
    succeeded(own)
    succeeded(pair.shop.cancel("1006"))
    succeeded(pair.northwind.set_stock("MUG", "main", 90))
    pair.sql("northwind", "update order_lines set quantity = 3 where order_number = '1008'")
    pair.split("1009", (1,), (1,))
    split(pair.shop, "1010", (1,), (1,))
    succeeded(pair.northwind.cancel("1011"))
    succeeded(pair.northwind.void("1012"))
    succeeded(pair.shop.cancel("1013"))
    pair.send("1013", "1Z13")
    pair.sql("northwind", "update orders set status = 'shipped' where number = '1014'")
    split(pair.shop, "1015", (2, 0), (0, 1))
    pair.split("1015", (1, 1), (1, 0))
    succeeded(pair.shop.add_product(product("TRAY")))


def test_sides_that_agree_have_no_differences(pair: Pair) -> None:
    pair.imported("1001")
    pair.run("import-products")
    pair.send("1001")
    pair.run("update-tracking")
    before = pair.everything()

    result = reconciled(pair)

    assert (result.code, result.out, result.err) == (0, "", "both sides agree\n")
    assert reconciled(pair, "--json").json["differences"] == []
    assert pair.everything() == before


def test_each_planted_difference_is_found_and_named(pair: Pair) -> None:
    plant(pair)
    before = pair.everything()

    result = reconciled(pair, "--json")

    assert result.code == 1
    fixes = {key: difference["fix"] for key, difference in by_order(result).items()}
    assert {key: task for key, task in fixes.items() if task} == BY_TASK
    assert {key for key, task in fixes.items() if not task} == BY_HAND
    assert all(
        difference["portal"] == PORTAL and difference["what"]
        for difference in by_order(result).values()
    )
    assert pair.everything() == before


def test_fix_repairs_differences_that_have_a_task_and_leaves_the_others(pair: Pair) -> None:
    plant(pair)

    fixed = reconciled(pair, "--fix", "--json")
    again = reconciled(pair, "--json")

    assert fixed.code == again.code == 1
    assert by_order(fixed).keys() == by_order(again).keys() == BY_HAND
    assert {run["task"] for run in fixed.json["runs"]} == {*BY_TASK.values()}
    assert pair.supplied("1001")
    assert pair.tracking("1004") == [("1Z4", False)]
    assert pair.tracking("1012") == [("1Z12", True)]
    assert pair.supplied("1006").status == "cancelled"
    assert pair.shop.pieces_of("1009") == ["1009-1", "1009-2"]
    assert physical(pair.shop, "MUG") is not None


def test_both_sides_agree_after_fix_and_manual_repairs(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2))
    pair.run("import-products")
    pair.send("1001")

    fixed = reconciled(pair, "--fix")

    assert (fixed.code, "update-tracking repaired 1 of 1" in fixed.err) == (0, True)
    assert reconciled(pair).code == 0


def test_tracking_that_a_user_deleted_at_the_merchant_is_reported_again(pair: Pair) -> None:
    pair.imported("1001")
    pair.run("import-products")
    pair.send("1001")
    pair.run("update-tracking")
    pair.sql("shop", "delete from shipments")
    pair.sql("shop", "update orders set status = 'dropshipment_requested'")

    missing = reconciled(pair, "--json")
    fixed = reconciled(pair, "--fix")

    assert [key[0] for key in by_order(missing)] == ["no-tracking"]
    assert fixed.code == 0
    assert pair.tracking("1001") == [("1Z1", False)]


def test_order_that_a_rule_skips_is_no_difference(pair: Pair) -> None:
    pair.path.write_text(
        pair.path.read_text().replace("manage_inventory: true", "since: 2999-01-01")
    )
    pair.request("1001")

    assert reconciled(pair).code == 0


def test_order_that_is_missing_at_the_supplier_is_named_with_its_lines(pair: Pair) -> None:
    pair.imported("1001")
    pair.run("import-products")
    for table in ("timeline", "order_lines", "comments"):
        pair.sql("northwind", f"delete from {table}")  # noqa: S608
    pair.sql("northwind", "delete from orders")

    result = reconciled(pair, "--json")

    assert [(key, difference["fix"]) for key, difference in by_order(result).items()] == [
        (("supplier-order-gone", "1001", "1001"), None)
    ]


def test_pieces_that_do_not_add_up_are_named_with_both_sums(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2))
    pair.run("import-products")
    pair.split("1001", (1,), (1,))
    pair.run("split-order")
    pair.sql("northwind", "update order_lines set quantity = 3 where order_number = '1001-2'")

    sentences = [
        difference["what"] for difference in reconciled(pair, "--json").json["differences"]
    ]

    assert "its pieces at the Supplier are MUG=4, not MUG=2" in sentences
    assert "is MUG=2 at the Merchant, MUG=4 at the Supplier" in sentences


def test_csv_is_harmless_in_a_spreadsheet(pair: Pair) -> None:
    pair.request("=1+1")

    result = reconciled(pair, "--csv")

    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert result.code == 1
    [row] = [one for one in rows if one["kind"] == "no-supplier-order"]
    assert (row["merchant"], row["fix"]) == ("'=1+1", "import-orders")


def test_safety_limit_applies_to_fix(pair: Pair) -> None:
    for number in range(25):
        pair.imported(f"{number}")
        succeeded(pair.shop.cancel(f"{number}"))

    fixed = reconciled(pair, "--fix")

    assert fixed.code == 1
    assert "would cancel 25 of 25 at once, so nothing was sent" in fixed.err
    assert pair.supplied("0").status == "awaiting_fulfillment"


FILES = CONFIG.replace(
    "      currency: EUR\n",
    "      currency: EUR\n"
    "    cancellations: {glob: cancelled/*.csv, columns: {order_number: order}}\n"
    "    tracking:\n"
    "      path: out/tracking.csv\n"
    "      columns: {order_number: order, tracking_number: number, carrier: by, voided: void}\n",
).replace(
    "    supplier: warehouse\n", "    supplier: warehouse\n    tasks: {cancel-orders: hourly}\n"
)


def test_merchant_of_files_is_compared_as_far_as_its_files_go(tmp_path: Path) -> None:
    feed = shop(tmp_path, HEADER + "".join(map(row, ("1001", "1002", "1003"))), config=FILES)
    for folder in ("cancelled", "out"):
        (tmp_path / folder).mkdir()
    assert ordosync(tmp_path, "import-orders").code == 0
    ship = ("orders", "ship", "1001", "--carrier", "UPS", "--tracking", "1Z1")
    assert ordosync(tmp_path, *ship).code == 0
    (tmp_path / "out" / "tracking.csv").unlink()
    (tmp_path / "cancelled" / "a.csv").write_text("order\n1002\n")
    feed.write_text(HEADER + "".join(map(row, ("1001", "1002", "1004"))))
    files = sorted((tmp_path / "ordosync.db.spool").rglob("*"))

    differ = ordosync(tmp_path, "reconcile", "--json")
    fixed = ordosync(tmp_path, "reconcile", "--fix")

    assert {
        (difference["kind"], difference["merchant"], difference["fix"])
        for difference in differ.json["differences"]
    } == {
        ("no-tracking", "1001", "update-tracking"),
        ("not-cancelled", "1002", "cancel-orders"),
        ("no-supplier-order", "1004", "import-orders"),
    }
    # No file has 1003 any more.
    assert "cannot list all its orders" in differ.err
    assert (fixed.code, fixed.out) == (0, "")
    assert sorted((tmp_path / "ordosync.db.spool").rglob("*")) == files


def test_piece_that_was_sent_beside_the_order_it_was_split_from_is_a_difference(
    pair: Pair,
) -> None:
    pair.imported("1001", line("MUG", 4))
    pair.split("1001", (1,), (3,))
    pair.run("split-order")
    again = order("1001-1", line("MUG", 1), reference=f"{PORTAL}:1001-1#1")
    [sent] = create(pair.northwind.file, [again])

    differences = by_order(reconciled(pair, "--json"))

    assert [difference for difference in differences if difference[0] == "two-supplier-orders"] == [
        ("two-supplier-orders", "1001-1", sent.id)
    ]


def test_order_that_was_sent_in_part_is_compared_as_one_that_is_requested(pair: Pair) -> None:
    pair.imported("1002", line("MUG", 3))
    pair.imported("1003", line("MUG", 3))
    pair.request("1001", line("MUG", 3))
    for number in ("1001", "1002", "1003"):
        [mugs] = pair.merchant(number).lines
        [sent] = pair.shop.ship([parcel(number, "OWN", lines=(one_unit_of(mugs),))])
        succeeded(sent)
    succeeded(pair.northwind.cancel("1002"))
    pair.split("1003", (1,), (2,))

    found = by_order(reconciled(pair, "--json"))

    assert found["no-supplier-order", "1001", None]["fix"] == "import-orders"
    assert ("cancelled-at-supplier", "1002", "1002") in found
    assert found["split-on-one-side", "1003", "1003"]["fix"] == "split-order"


def test_line_that_the_portal_ignores_is_no_difference(pair: Pair) -> None:
    managed = "    manage_inventory: true\n"
    config = pair.path.read_text().replace(managed, f"{managed}    ignore_skus: [POST]\n")
    pair.path.write_text(config)
    pair.imported("1001", line("MUG"), line("POST"))
    pair.request("1002", line("POST"))
    pair.run("import-orders")
    pair.run("import-products")
    pair.send("1001")
    pair.run("update-tracking")

    assert reconciled(pair).err == "both sides agree\n"
    pair.path.write_text(pair.path.read_text().replace("[POST]", "[PIN]"))
    assert "no-supplier-order" in reconciled(pair).out


@pytest.mark.of_files
def test_links_are_rebuilt_without_the_lines_that_the_portal_ignores(pair: Pair) -> None:
    managed = "    manage_inventory: true\n"
    config = pair.path.read_text().replace(managed, f"{managed}    ignore_skus: [POST]\n")
    pair.path.write_text(config)
    pair.imported("1001", line("MUG"), line("POST"))
    pair.run("import-products")
    (pair.folder / "ordosync.db").unlink()

    rebuilt = ordosync(pair.folder, "rebuild-state", PORTAL)
    pair.send("1001")
    pair.run("update-tracking")

    assert rebuilt.code == 0
    assert pair.merchant("1001").status == "shipped"
    assert reconciled(pair).err == "both sides agree\n"
