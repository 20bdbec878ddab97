"""After an upgrade no file is read again: options at their default do not count."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.rules import RowRule, Rule
from ordosync.accounts.files.input_options.shipment_files import ShipmentFiles
from ordosync.accounts.files.input_options.statuses import StatusColumn
from ordosync.accounts.files.input_options.stock_files import StockFiles
from ordosync.accounts.files.input_options.table_options import EndOfData, Header, OneRow
from ordosync.accounts.files.input_options.transforms import Transform
from ordosync.accounts.option_types import Names
from tests.accounts.files.opening import all_of, open_merchant, since

ORDERS = OrderFiles(
    glob=Path("x"), columns={"order_number": "a", "sku": "b", "quantity": "c", "name": "d"}
)


def test_the_fingerprints_of_earlier_releases_are_kept() -> None:
    columns = {"order_number": "a", "sku": "b", "quantity": "c"}
    plain = OrderFiles(glob=Path("x"), columns=columns)
    with_rules = OrderFiles(
        glob=Path("x"),
        columns=columns,
        encoding="cp1252",
        values={"sku": {"a": "b"}},
        skip=(RowRule(column="a", matches="b", reason="c"),),
        only_rows=(RowRule(column="a", matches="b", reason="c", rows=True),),
        only_orders=(Rule(column="a", matches="b", reason="c"),),
        ignore_skus=("A",),
        complete=True,
    )
    stock = StockFiles(glob=Path("x"), columns={"sku": "a", "quantity": "b"})
    shipments = ShipmentFiles(
        glob=Path("x"),
        date_format="%Y-%m-%d",
        timezone="UTC",
        columns={"order_number": "a", "tracking_number": "b", "carrier": "c", "shipped_at": "d"},
    )

    found = [each.fingerprint for each in (plain, with_rules, stock, shipments)]

    assert found == ["98d2ae49", "3eeea738", "3fc693e9", "64bf7638"]


@pytest.mark.parametrize(
    "change",
    [
        {"columns": {**ORDERS.columns, "name": Names("d", "D")}},
        {"encoding": Names("utf-8", "cp1252")},
        {"header": Header(row=3)},
        {"header": Header(contains=("a", "b"))},
        {"until": EndOfData(matches="^Total")},
        {"dialect": "spreadsheet"},
        {"transform": {"sku": (Transform(word="upper"),)}},
        {"transform": {"sku": (Transform(pad=5),)}},
        {"constants": {"shipping_method": "Standard"}},
        {"defaults": {"name": "?"}},
        {"statuses": (StatusColumn(column="s", travels=("paid",)),)},
        {"one_row": OneRow(items="i", each="{details}")},
        {"blank_repeats": True},
        {"rows": "sum"},
        {"quantity_is": "owed"},
    ],
    ids=str,
)
def test_another_way_of_reading_has_another_fingerprint(change: Mapping[str, Any]) -> None:
    assert replace(ORDERS, **change).fingerprint != ORDERS.fingerprint


def test_records_of_earlier_releases_are_not_read_as_changed(tmp_path: Path) -> None:
    merchant = open_merchant(tmp_path)
    rows = "1, MUG\u00a0,1,Ann\n1,CUP,2,\n2,\u3000POT,3,Bob\n,,,\n3,JAR,1\n"
    (tmp_path / "orders" / "a.csv").write_text(f"order,sku,qty,to\n{rows}")
    (tmp_path / "products" / "a.csv").write_text("sku,name,price,kit\nMUG, Mug\u00a0,,no\n")

    items = [*all_of(merchant.orders.changed(since())), *all_of(merchant.products.changed(since()))]
    merchant.close()

    assert [item.content for item in items] == [
        "2.85ad71f5-e948fd89ad1e13a8a8eb880c7f98db03",
        "2.85ad71f5-bf2cc9af9b96eb491ce273b57550ed0d",
        "2.85ad71f5-cb230ca599881e5c9e32a1e9dfe16062",
        "81c2cab7-279b518d72ba8daae313e2d0ca9b446f",
    ]
