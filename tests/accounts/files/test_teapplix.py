"""Order files with a preset: the CSV that Teapplix imports."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from ordosync.accounts.files.output.options import OrderFolder
from ordosync.config import as_plain, load_config
from ordosync.errors import ConfigError
from tests.accounts.contract import line, order
from tests.accounts.files.opening import open_supplier, rows

CONFIG = """
accounts:
  shop: {kind: sqlite, path: shop.db}
  depot:
    kind: files
    order_files: {folder: ., preset: teapplix-orders, OPTIONS}
portals:
  p: {merchant: shop, supplier: depot}
"""


def configured(folder: Path, options: str = "timezone: America/New_York") -> OrderFolder:
    path = folder / "config.yaml"
    path.write_text(CONFIG.replace("OPTIONS", options))
    options_of: OrderFolder = load_config(path).accounts["depot"].options["order_files"]
    return options_of


def test_an_order_is_written_in_the_columns_of_teapplix(tmp_path: Path) -> None:
    depot = open_supplier(tmp_path, order_files=configured(tmp_path))
    placed = order(
        "1001",
        line("00501", 2, total=Decimal("5.00")),
        line("MUG"),
        placed_at=datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC),
        shipping_method="Standard",
    )

    [made] = depot.orders.create([placed])

    assert made.state == "done"
    [path] = tmp_path.glob("order-*")
    first, second = rows(path)
    assert first["OrderId"] == "1001"
    assert first["OrderDate"] == "2026/11/19 22:04:05"
    assert (first["ItemName"], first["Qty"], first["ProductRevenue"]) == ("00501", "2", "5.00")
    assert (second["ItemName"], second["Qty"], second["ProductRevenue"]) == ("MUG", "1", "")
    assert first["ShipToStreet1"] == "1 High Street"
    assert first["OrderItemId"] != second["OrderItemId"]
    depot.close()


def test_an_order_without_a_date_has_a_blank_one(tmp_path: Path) -> None:
    depot = open_supplier(tmp_path, order_files=configured(tmp_path))

    depot.orders.create([order("1001")])

    [path] = tmp_path.glob("order-*")
    assert [row["OrderDate"] for row in rows(path)] == [""]
    depot.close()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ("encoding: utf-8", "timezone is missing; a date has both"),
        ("timezone: Mars", "is not a known time zone"),
        ('timezone: UTC, date_format: "%H"', "has no year, month and day"),
        ("timezone: UTC, presett: x", "did you mean preset?"),
    ],
)
def test_options_that_are_missing_or_wrong_are_named(
    options: str, problem: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="order_files") as raised:
        configured(tmp_path, options)

    assert problem in str(raised.value)


def test_what_stands_beside_the_preset_wins_and_is_shown(tmp_path: Path) -> None:
    configured(tmp_path, "timezone: UTC, columns: {sku: SKU}")
    path = tmp_path / "config.yaml"

    shown = as_plain(load_config(path))
    path.write_text(yaml.safe_dump(shown, sort_keys=False))

    assert as_plain(load_config(path)) == shown
    columns = shown["accounts"]["depot"]["order_files"]["columns"]
    assert (columns["sku"], columns["order_number"]) == ("SKU", "OrderId")
