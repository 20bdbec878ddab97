"""The options of the files account, through the real command."""

import re
from pathlib import Path

from tests.support.command import CONFIG, ordosync

EXAMPLE = Path(__file__).parents[3] / "config.example.yaml"
OPTION = re.compile(r"^    # (?=(?:[a-z_]+:| {2,}))", re.MULTILINE)


def test_options_in_comments_of_the_example_are_valid(tmp_path: Path) -> None:
    account, portals, tasks = EXAMPLE.read_text("utf-8").partition("\nportals:")
    (tmp_path / "config.yaml").write_text(OPTION.sub("    ", account) + portals + tasks)

    result = ordosync(tmp_path, "config", "check")

    assert "\n    inventory:" in (tmp_path / "config.yaml").read_text()
    assert (result.code, result.err) == (0, "")


def test_a_merchant_without_orders_is_a_problem_of_the_configuration(tmp_path: Path) -> None:
    config = re.sub(r"    orders:\n(      .*\n|   {10,}.*\n)+", "", CONFIG)
    (tmp_path / "config.yaml").write_text(config)

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert "merchant: account shop needs `orders:` to be a Merchant" in result.err


def test_a_supplier_without_order_files_is_a_problem_of_the_configuration(tmp_path: Path) -> None:
    config = CONFIG.replace("kind: sqlite\n    path: warehouse.db\n", "kind: files\n")
    (tmp_path / "config.yaml").write_text(config)

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert "account warehouse needs `order_files:` to be a Supplier" in result.err


def test_a_mistake_in_a_column_map_is_reported_with_its_line(tmp_path: Path) -> None:
    wrong = "  shop:\n    inventory: {path: stock.csv, columns: {sku: A, quantity: A}}\n"
    (tmp_path / "config.yaml").write_text(CONFIG.replace("  shop:\n", wrong, 1))

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert "accounts.shop.inventory.columns: 'A' is mapped to two fields" in result.err


def test_interval_of_a_task_without_its_files_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(
        CONFIG.rstrip() + "\n    tasks: {import-products: hourly, cancel-orders: off}\n"
    )

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert "import-products: account shop needs `products:` to list products" in result.err
    assert "cancel-orders" not in result.err


def test_policy_that_needs_further_files_names_their_column(tmp_path: Path) -> None:
    files = """kind: files
    order_files: {folder: out, columns: {order_number: No, sku: SKU, quantity: Qty}}
"""
    config = CONFIG.replace("kind: sqlite\n    path: warehouse.db\n", files).rstrip()
    (tmp_path / "config.yaml").write_text(f"{config}\n    edits: {{address: apply}}\n")
    (tmp_path / "out").mkdir()

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert "portals.shop-warehouse.edits.address" in result.err
    assert "needs `order_files.columns.change:`" in result.err


def test_group_without_a_column_cannot_be_applied(tmp_path: Path) -> None:
    files = """kind: files
    order_files:
      folder: out
      columns: {order_number: No, sku: SKU, quantity: Qty, change: Change}
"""
    config = CONFIG.replace("kind: sqlite\n    path: warehouse.db\n", files).rstrip()
    (tmp_path / "config.yaml").write_text(f"{config}\n    edits: {{lines: apply, method: apply}}\n")
    (tmp_path / "out").mkdir()

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert "account warehouse (files) cannot change the method of an order" in result.err
    assert "edits.lines" not in result.err


def test_merchant_with_files_cannot_hold_short_units(tmp_path: Path) -> None:
    events = "  shop:\n    events: {path: out/events.csv}\n"
    config = CONFIG.replace("  shop:\n", events, 1).rstrip()
    (tmp_path / "config.yaml").write_text(f"{config}\n    shortages: {{hold: true}}\n")
    (tmp_path / "out").mkdir()

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert "account shop (files) cannot hold short units; choose false" in result.err
