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
