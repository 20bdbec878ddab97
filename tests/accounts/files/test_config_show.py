"""`config show` prints feeds as a user would write them."""

from pathlib import Path
from typing import Any

import yaml

from ordosync.config import as_plain, load_config

WRITTEN = """
    kind: files
    orders:
      glob: feeds/*
      columns: {order_number: [Name, Order], sku: SKU, quantity: Qty}
      header: {contains: [Name, SKU]}
      until: {matches: ^Total$}
      encoding: [utf-8, cp1252]
      transform:
        sku: [strip, upper, {prefix: NW-}]
        quantity: [{map: {10+: 10}, rest: fail}]
        ship_to.name: [{join: [First, Last]}]
        ship_to.street2: [{split: {from: Street, at: ", ", part: 2}}]
      statuses: [{column: Status, travels: [paid, ""], skipped: [voided]}]
      blank_repeats: true
      skip_orders: [{column: Status, matches: ^x$}]
      max_age: 14d
    order_files: {folder: out, columns: {order_number: No, sku: SKU, quantity: Qty}}
    stock: {glob: stock, header: 4, columns: {sku: A, quantity: B}}
    shipments:
      glob: sent
      header: none
      columns: {order_number: 1, tracking_number: 2, carrier: 3}
"""
PLAIN = "kind: files\n    orders: {glob: x, columns: {order_number: a, sku: b, quantity: c}}"


def show(folder: Path, account: str) -> Any:
    """Return the account as `config show` prints it, and load it again."""
    path = folder / "config.yaml"
    path.write_text(
        f"accounts:\n  shop:\n    {account.strip()}\n"
        "  depot: {kind: sqlite, path: depot.db}\n"
        "portals:\n  p: {merchant: shop, supplier: depot}\n"
    )
    shown = as_plain(load_config(path))
    path.write_text(yaml.safe_dump(shown, sort_keys=False))
    assert as_plain(load_config(path)) == shown
    return shown["accounts"]["shop"]


def texts(value: Any) -> Any:
    """Return a value with texts in place of numbers."""
    return yaml.load(yaml.safe_dump(value), yaml.BaseLoader)  # noqa: S506 - it only makes texts


def test_options_are_shown_as_they_were_written(tmp_path: Path) -> None:
    written = WRITTEN.replace("columns: {order_number: 1, tracking_number: 2, carrier: 3}", "")
    account = yaml.load(WRITTEN, yaml.BaseLoader)  # noqa: S506 - it only makes texts

    shown = show(tmp_path, written.split("    shipments:", maxsplit=1)[0])

    for option in account["orders"].keys() - {"glob", "max_age", "blank_repeats"}:
        assert texts(shown["orders"][option]) == account["orders"][option]
    assert shown["orders"]["blank_repeats"] is True
    assert shown["orders"]["max_age"] == "14d"
    assert shown["stock"]["header"] == "4"


def test_files_without_a_header_are_shown_so(tmp_path: Path) -> None:
    columns = "{order_number: 1, sku: 2, quantity: 3}"

    shown = show(
        tmp_path, f"kind: files\n    orders: {{glob: x, header: none, columns: {columns}}}"
    )

    assert shown["orders"]["header"] == "none"


def test_unused_options_of_this_release_are_not_shown(tmp_path: Path) -> None:
    shown = show(tmp_path, PLAIN)["orders"]

    assert set(shown) == {
        *("glob", "columns", "encoding", "delimiter", "decimal", "values", "date_format"),
        *("timezone", "currency", "skip", "quiet_s", "max_age", "but", "ignore_skus"),
        *("complete", "min_rows"),
    }
