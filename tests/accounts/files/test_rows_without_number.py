"""Rows without an order number: reported until their file changes; no order is sent in part."""

from pathlib import Path
from typing import Any

import pytest

from tests.accounts.files.feeds import FILES, config
from tests.support.command import CONFIG, HEADER, numbers, ordosync, row, shop, steps

ORPHAN = ",BOARD,Board,1,20.00,,\n"


def failed(folder: Path, run: int = 1) -> dict[str, str]:
    """Return the reasons of the failed steps of a run, by key."""
    return {s["key"]: s["reason"] for s in steps(folder, run) if s["state"] == "failed"}


def counts(folder: Path, task: str = "import-orders") -> Any:
    return ordosync(folder, task, "--json").counts


def test_row_without_a_number_stays_failed_until_its_file_changes(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("21", "2") + ORPHAN + row("22"))

    first = ordosync(tmp_path, "import-orders")
    reported = failed(tmp_path)
    ordosync(tmp_path, "import-orders")

    assert first.code == 1
    assert reported["file:orders.csv:3"] == "feeds/orders.csv row 3: the order number is blank"
    assert failed(tmp_path) == reported
    assert "orders.csv row 3" in ordosync(tmp_path, "attention").out


def test_order_above_a_row_without_a_number_is_not_sent_in_part(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("21", "2") + ORPHAN + ORPHAN + row("22"))

    ordosync(tmp_path, "import-orders")

    assert numbers(tmp_path) == ["22"]
    assert failed(tmp_path)["21#1"].startswith("feeds/orders.csv row 3: the order number is blank")


def test_complete_order_is_sent_once_the_number_is_in_its_row(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("21", "2") + ORPHAN + row("22"))
    ordosync(tmp_path, "import-orders")
    shop(tmp_path, HEADER + row("21", "2") + "21,BOARD,Board,1,20.00,Ada,DE\n" + row("22"))

    counted = counts(tmp_path)

    assert counted == {"seen": 2, "done": 1, "unchanged": 1}
    [order] = ordosync(tmp_path, "orders", "show", "21", "--json").json["orders"]
    assert sorted(line["sku"] for line in order["lines"]) == ["BOARD", "MUG"]
    assert failed(tmp_path) == {}
    assert ordosync(tmp_path, "attention").code == 0


def test_order_is_not_sent_in_part_from_the_copy_of_a_deleted_file(tmp_path: Path) -> None:
    feed = shop(tmp_path, HEADER + row("21", "2") + ORPHAN + row("22"))
    ordosync(tmp_path, "import-orders")
    [step] = [s for s in steps(tmp_path, 1) if s["key"] == "21#1"]
    feed.unlink()

    ordosync(tmp_path, "retry", str(step["id"]))

    assert numbers(tmp_path) == ["22"]
    assert "21#1" in failed(tmp_path)


def test_retried_row_stays_failed_if_its_file_has_not_changed(
    tmp_path: Path,
) -> None:
    shop(tmp_path, HEADER + row("21") + ORPHAN)
    ordosync(tmp_path, "import-orders")
    [step] = [s for s in steps(tmp_path, 1) if s["key"] == "file:orders.csv:3"]

    ordosync(tmp_path, "retry", str(step["id"]))

    assert failed(tmp_path)["file:orders.csv:3"] == step["reason"]


def test_failed_row_is_closed_when_its_file_is_deleted(tmp_path: Path) -> None:
    feed = shop(tmp_path, HEADER + ORPHAN + row("22"))
    ordosync(tmp_path, "import-orders")
    feed.unlink()

    ordosync(tmp_path, "import-orders")

    assert failed(tmp_path) == {}


@pytest.mark.parametrize("total", [",,Total,,65.00,,\n", ",,,,65.00,,\n,,,,,,Printed by us\n"])
def test_totals_below_the_last_order_are_reported_and_do_not_hold_it(
    tmp_path: Path, total: str
) -> None:
    shop(tmp_path, HEADER + row("21") + total)

    ordosync(tmp_path, "import-orders")

    assert numbers(tmp_path) == ["21"]
    assert len(failed(tmp_path)) == total.count("\n")


def test_row_with_a_sku_below_the_last_order_holds_it(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("22") + row("21") + ORPHAN + ",,Total,,65.00,,\n")

    ordosync(tmp_path, "import-orders")

    assert numbers(tmp_path) == ["22"]


def test_row_without_number_and_sku_between_two_orders_holds_the_first(
    tmp_path: Path,
) -> None:
    shop(tmp_path, HEADER + row("21") + ",,Mug,1,9.50,,\n" + row("22"))

    ordosync(tmp_path, "import-orders")

    assert numbers(tmp_path) == ["22"]


def test_skipped_row_does_not_hold_an_order(tmp_path: Path) -> None:
    rule = "      skip: [{column: order, matches: '^$', reason: no order}]\n      currency"
    shop(
        tmp_path,
        HEADER + row("21") + ORPHAN + row("22"),
        config=CONFIG.replace("      currency", rule),
    )

    assert ordosync(tmp_path, "import-orders").code == 0
    assert numbers(tmp_path) == ["21", "22"]


@pytest.mark.parametrize("name", ["orders.csv", "orders.jsonl"])
def test_blank_row_is_ignored(tmp_path: Path, name: str) -> None:
    shop(tmp_path)
    blank = '{}\n{"order": "", "sku": null, "qty": " "}\n'
    feed = HEADER + ",,,,,,\n" + row("21") + ' , ,,"",,,\n' + ",,,,,,,,,,\n"
    if name.endswith("jsonl"):
        feed = (
            blank + '{"order": "21", "sku": "MUG", "qty": 1, "price": 1, "country": "DE"}\n' + blank
        )
    (tmp_path / "feeds" / name).write_text(feed)

    result = ordosync(tmp_path, "import-orders", "--json")

    assert (result.code, result.counts) == (0, {"seen": 1, "done": 1})


@pytest.mark.parametrize("number", ["file:orders.csv", "file:orders.csv:3", "file:x"])
def test_order_whose_number_looks_like_a_file_fails_and_is_sent_like_any_other(
    tmp_path: Path, number: str
) -> None:
    shop(tmp_path, HEADER + row(number, "0x"))
    ordosync(tmp_path, "import-orders")
    ordosync(tmp_path, "import-orders")
    before = failed(tmp_path)
    shop(tmp_path, HEADER + row(number, "2"))

    counted = counts(tmp_path)

    assert list(before) == [f"{number}#1"]
    assert counted == {"seen": 1, "done": 1}
    assert numbers(tmp_path) == [number]


def test_order_whose_number_looks_like_a_refused_file_is_distinguished_from_it(
    tmp_path: Path,
) -> None:
    shop(tmp_path, HEADER + row("file:b.csv"))
    ordosync(tmp_path, "import-orders")
    (tmp_path / "feeds" / "b.csv").write_text("nothing\n")

    counted = counts(tmp_path)

    assert counted == {"seen": 1, "failed": 1}
    assert list(failed(tmp_path, 2)) == ["file:b.csv"]


def test_order_with_the_name_of_a_file_stays_failed_when_that_file_is_fixed(
    tmp_path: Path,
) -> None:
    shop(tmp_path, HEADER + row("file:b.csv", "0x"))
    bad = tmp_path / "feeds" / "b.csv"
    bad.write_text("nothing\n")
    ordosync(tmp_path, "import-orders")
    before = failed(tmp_path)
    bad.write_text(HEADER + row("2"))

    ordosync(tmp_path, "import-orders")

    assert list(before) == ["file:b.csv", "file:b.csv#1"]
    assert list(failed(tmp_path)) == ["file:b.csv#1"]


PARCELS = "no,number,by,at\n"


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Path:
    for name in ("products", "cancelled", "out", "orders", "counted", "sent"):
        (tmp_path / name).mkdir()
    without_rule = FILES[: FILES.rindex("\n")]
    shop(tmp_path, HEADER + row("1") + row("2"), config=config(without_rule))
    ordosync(tmp_path, "import-orders")
    return tmp_path


@pytest.mark.parametrize(
    ("parcel", "blank"),
    [("1,,UPS,2026-11-23\n", "tracking number"), (",1Z9,UPS,2026-11-23\n", "order number")],
)
def test_parcel_without_a_number_stays_failed_until_its_file_changes(
    pair: Path, parcel: str, blank: str
) -> None:
    sent_feed = pair / "sent" / "a.csv"
    sent_feed.write_text(PARCELS + parcel + "2,1Z2,UPS,2026-11-23\n")

    first = counts(pair, "update-tracking")
    ordosync(pair, "update-tracking")
    reported = failed(pair, 2)
    sent_feed.write_text(PARCELS + "1,1Z1,UPS,2026-11-23\n2,1Z2,UPS,2026-11-23\n")
    last = counts(pair, "update-tracking")

    assert first == {"seen": 2, "done": 1, "failed": 1}
    assert reported == {"file:a.csv:2": f"sent/a.csv row 2: the {blank} is blank"}
    assert last == {"seen": 2, "done": 1, "unchanged": 1}
    assert failed(pair, 2) == {}


@pytest.mark.parametrize("bad", ["sku,qty\n,5\nMUG,1\n", "sku\nMUG\n"])
def test_stock_that_cannot_be_assigned_to_a_product_stays_failed_until_its_file_changes(
    pair: Path, bad: str
) -> None:
    counted = pair / "counted" / "a.csv"
    counted.write_text(bad)

    ordosync(pair, "write-inventory-back")
    ordosync(pair, "write-inventory-back")
    reported = failed(pair, 2)
    counted.write_text("sku,qty\nMUG,1\n")
    ordosync(pair, "write-inventory-back")

    assert len(reported) == 1
    assert next(iter(reported)).startswith("file:a.csv")
    assert failed(pair, 2) == {}


def test_product_without_a_sku_stays_failed_until_its_file_changes(pair: Path) -> None:
    products = pair / "products" / "a.csv"
    products.write_text("sku,name\n,A mug\nfile:a.csv:9,A cup\n")

    ordosync(pair, "import-products")
    ordosync(pair, "import-products")
    reported = failed(pair, 2)
    products.write_text("sku,name\nMUG,A mug\n")
    ordosync(pair, "import-products")

    assert reported == {"file:a.csv:2": "products/a.csv row 2: the sku is blank"}
    assert failed(pair, 2) == {}


COSTS = """kind: files
    order_files: {folder: orders, columns: {order_number: No, sku: SKU, quantity: Qty}}
    shipments:
      glob: sent
      columns: {order_number: no, tracking_number: number, carrier: by, shipped_at: at, cost: cost}
      date_format: "%Y-%m-%d"
      timezone: UTC
      currency: USD"""


def test_number_is_sent_without_an_unreadable_cost_which_is_reported(
    pair: Path,
) -> None:
    no_stock = config(COSTS).replace(", manage_inventory: true", "")
    (pair / "config.yaml").write_text(no_stock)
    sent_feed = pair / "sent" / "a.csv"
    header, second = "no,number,by,at,cost\n", "2,1Z2,UPS,2026-11-23,5.00\n"
    sent_feed.write_text(f"{header}1,1Z1,UPS,2026-11-23,$6.40\n{second}")

    first = ordosync(pair, "update-tracking", "--json")
    ordosync(pair, "update-tracking")
    reported = failed(pair, 2)
    sent_feed.write_text(f"{header}1,1Z1,UPS,2026-11-23,6.40\n{second}")
    ordosync(pair, "update-tracking")

    assert (first.code, first.counts) == (1, {"seen": 3, "done": 2, "failed": 1})
    assert (pair / "out" / "tracking.csv").read_text().count("1Z") == 2
    assert list(reported) == ["file:a.csv:2"]
    assert "cost '$6.40' is not an amount" in reported["file:a.csv:2"]
    assert failed(pair, 2) == {}
