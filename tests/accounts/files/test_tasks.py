"""All tasks between files and a local account, and between files, by the real command."""

import csv
from pathlib import Path

import pytest

from tests.accounts.files.feeds import FILES, config
from tests.support.command import HEADER, ordosync, row, shop

EMBEDDED = "{kind: sqlite, path: warehouse.db}"


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path) -> None:
    for name in ("products", "cancelled", "out", "orders", "counted", "sent"):
        (tmp_path / name).mkdir()


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_merchant_with_files_runs_every_task(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1") + row("2"), config=config(EMBEDDED))
    (tmp_path / "products" / "a.csv").write_text("sku,name\nMUG,A mug\n")

    for task in ("import-products", "import-orders"):
        assert ordosync(tmp_path, task).code == 0
    ordosync(tmp_path, "stock", "set", "MUG", "7")
    ordosync(tmp_path, "orders", "ship", "1", "--carrier", "UPS", "--tracking", "1Z999")
    (tmp_path / "cancelled" / "a.csv").write_text("order\n2\n")
    for task in ("cancel-orders", "update-tracking", "write-inventory-back"):
        assert ordosync(tmp_path, task).code == 0
    again = [
        ordosync(tmp_path, task, "--json").counts.get("done", 0)
        for task in ("cancel-orders", "write-inventory-back")
    ]

    assert again == [0, 0]
    orders = ordosync(tmp_path, "orders", "list", "--json").json["orders"]
    assert {order["number"]: order["status"] for order in orders} == {
        "1": "shipped",
        "2": "cancelled",
    }
    assert rows(tmp_path / "out" / "stock.csv") == [{"SKU": "MUG", "Qty": "6"}]
    assert rows(tmp_path / "out" / "tracking.csv") == [
        {"Order": "1", "Number": "1Z999", "By": "UPS", "Void": "false"}
    ]


def test_order_whose_cancellation_was_withdrawn_before_its_import_is_sent(
    tmp_path: Path,
) -> None:
    feed = shop(tmp_path, HEADER + row("1"), config=config(EMBEDDED))
    cancelled = tmp_path / "cancelled" / "a.csv"
    cancelled.write_text("order\n1\n")
    first = ordosync(tmp_path, "import-orders", "--json")
    again = ordosync(tmp_path, "import-orders", "--json")
    cancelled.write_text("order\n")
    feed.write_text(HEADER + row("1") + row("2"))

    result = ordosync(tmp_path, "import-orders", "--json")

    assert (first.counts, again.counts) == ({"seen": 1, "skipped": 1}, {"seen": 0})
    assert result.counts == {"seen": 2, "done": 2}


def test_parcel_of_a_piece_needs_an_operator_where_no_order_can_be_split(
    tmp_path: Path,
) -> None:
    """Files cannot split an order, so a retry would never succeed."""
    shop(tmp_path, HEADER + row("1", "3"), config=config(EMBEDDED))
    ordosync(tmp_path, "import-orders")
    ordosync(tmp_path, "orders", "split", "1", "--piece", "MUG=1", "--piece", "MUG=2")

    result = ordosync(tmp_path, "orders", "ship", "1-1", "--carrier", "UPS", "--tracking", "1Z999")

    assert result.code == 1
    assert "give the Merchant this number" in result.err
    assert ordosync(tmp_path, "update-tracking", "--json").counts == {"seen": 0}
    assert "ordosync dismiss" in ordosync(tmp_path, "attention").out


def test_supplier_with_files_receives_orders_and_sends_tracking_and_stock(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"), config=config(FILES))
    (tmp_path / "products" / "a.csv").write_text("sku,name\nMUG,A mug\n")
    (tmp_path / "counted" / "a.csv").write_text("sku,qty\nMUG,5\nCUP,1\n")
    shipped = "no,number,by,at\n1,,,\n1,1Z999,UPS,2026-11-23\n"
    (tmp_path / "sent" / "a.csv").write_text(shipped)

    for task in ("import-products", "import-orders", "update-tracking", "write-inventory-back"):
        assert ordosync(tmp_path, task).code == 0

    [order] = (tmp_path / "orders").glob("*.csv")
    assert rows(order) == [{"No": "1", "SKU": "MUG", "Qty": "1"}]
    assert rows(tmp_path / "out" / "stock.csv") == [{"SKU": "MUG", "Qty": "5"}]
    assert [row["Number"] for row in rows(tmp_path / "out" / "tracking.csv")] == ["1Z999"]
