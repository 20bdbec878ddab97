"""Options of transforms, constants and defaults that make no sense are refused."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.product_files import ProductFiles
from ordosync.accounts.files.input_options.shipment_files import ShipmentFiles
from ordosync.accounts.files.input_options.stock_files import StockFiles
from ordosync.accounts.files.input_options.table_options import OneRow
from ordosync.accounts.files.input_options.transforms import Part, Transform
from tests.support.command import CONFIG, ordosync

COLUMNS = {"order_number": "no", "sku": "sku", "quantity": "qty", "unit_price": "price"}
OPTIONS: Mapping[str, Any] = {"glob": Path("x.csv"), "columns": COLUMNS, "currency": "USD"}
JOIN = Transform(join=("a", "b"))
UPPER = Transform(word="upper")
DOLLAR, THOUSANDS = Transform(currency="$"), Transform(thousands=",")
DATE = Transform(date=("%Y-%m-%d",))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"transform": {"skus": (UPPER,)}}, "transform: 'skus' is not a field of an order; did"),
        ({"constants": {"curency": "USD"}}, "constants: 'curency' is not a field of an order"),
        ({"defaults": {"nam": "x"}}, "defaults: 'nam' is not a field of an order; did you mean"),
        ({"transform": {"name": (UPPER,)}}, "transform: name has no column"),
        ({"transform": {"sku": (UPPER, JOIN)}}, "sku: join: sku has a column, too"),
        ({"transform": {"name": (JOIN, JOIN)}}, "name: join: name must begin with it"),
        ({"transform": {"sku": (DOLLAR,)}}, "sku: currency: sku is not an amount"),
        ({"transform": {"sku": (THOUSANDS,)}}, "sku: thousands: sku is not a number"),
        ({"transform": {"sku": (Transform(whole=True),)}}, "sku: whole: sku is not a number"),
        ({"transform": {"sku": (Transform(word="country"),)}}, "country: sku is not a country"),
        ({"transform": {"sku": (DATE,)}}, "sku: date: must be the last step of a date"),
        ({"transform": {"unit_price": (THOUSANDS, DOLLAR)}}, "currency must come before thousands"),
        ({"transform": {"unit_price": (Transform(thousands="."),)}}, "'.' is the decimal sign"),
        (
            {"transform": {"unit_price": (Transform(currency="EUR"),)}},
            "transform: unit_price: 'EUR' is not a sign of USD",
        ),
        ({"constants": {"sku": "A"}}, "constants: sku has a column, too; use `defaults`"),
        ({"constants": {"line_id": "A"}}, "constants: each record has its own line_id"),
        ({"constants": {"name": " "}}, "constants: name is blank"),
        ({"constants": {"currency": "USD"}}, "currency: has a column or constant, too"),
        ({"constants": {"ship_to.country": "UK"}}, "'UK' is not a country code; did you mean GB?"),
        ({"constants": {"currency": "usd"}, "currency": None}, "constants: currency: must be"),
        ({"defaults": {"name": "A"}}, "defaults: name has no column; use `constants`"),
        ({"defaults": {"order_number": "A"}}, "defaults: each record has its own order_number"),
        ({"currency": None}, "prices have a column, so currency is needed"),
        ({"currency": "usd"}, "currency: must be three capital letters"),
        ({"values": {"name": {"a": "b"}}}, "values: name has no column"),
        (
            {"columns": {"order_number": "no", "quantity": "q"}, "defaults": {"quantity": "1"}},
            "columns: sku is missing",
        ),
        (
            {"columns": {**COLUMNS, "placed_at": "at"}, "timezone": "UTC"},
            "placed_at has a column, so date_format is needed",
        ),
        (
            {
                "columns": {**COLUMNS, "placed_at": "at"},
                "timezone": "UTC",
                "date_format": "excel",
            },
            "date_format: `excel` is for workbooks",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_options_that_contradict_each_other_are_refused(
    change: Mapping[str, Any], problem: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        OrderFiles(**{**OPTIONS, **change})


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "each step of a transform has one option"),
        ({"prefix": "a", "pad": 5}, "each step of a transform has one option"),
        ({"pad": 101}, "pad: must be 1 to 100"),
        ({"currency": " "}, "currency: must be a sign or a code"),
        ({"thousands": "5"}, "thousands: must be a comma"),
        ({"thousands": ",,"}, "thousands: must be a comma"),
        ({"map": {"": "0"}}, "map: a blank text stays blank"),
        ({"date": ("%d.%m.",)}, "has no year, month and day"),
    ],
)
def test_step_that_makes_no_sense_is_refused(options: Mapping[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        Transform(**options)


@pytest.mark.parametrize("kind", [ProductFiles, StockFiles])
def test_sku_that_identifies_a_row_has_no_default(kind: type[InputFiles]) -> None:
    columns = {"sku": "sku", "quantity": "qty"} if kind is StockFiles else {"sku": "sku"}

    with pytest.raises(ValueError, match="defaults: each record has its own sku"):
        kind(glob=Path("x"), columns=columns, defaults={"sku": "A"})


def test_required_fields_come_from_constants_and_joined_columns() -> None:
    options = ShipmentFiles(
        glob=Path("x"),
        columns={"tracking_number": "t"},
        constants={"carrier": "UPS"},
        timezone="UTC",
        transform={
            "order_number": (JOIN,),
            "shipped_at": (Transform(split=Part(from_="when", at=" ", part=1)), DATE),
        },
    )

    assert options.columns_read == ("t", "a", "b", "when")


def test_several_numbers_in_a_cell_need_their_own_column() -> None:
    with pytest.raises(ValueError, match="numbers_at: tracking_number needs its own column"):
        ShipmentFiles(
            glob=Path("x"),
            columns={"order_number": "no", "carrier": "by"},
            transform={"tracking_number": (JOIN,)},
            numbers_at=(",",),
        )


def test_field_in_the_text_of_a_line_may_have_a_default() -> None:
    options = OrderFiles(
        glob=Path("x"),
        columns={"order_number": "no"},
        one_row=OneRow(items="items", each="{quantity} x {sku}"),
        defaults={"quantity": "1"},
    )

    assert options.defaults == {"quantity": "1"}


def test_workbooks_have_the_date_format_excel() -> None:
    columns = {**COLUMNS, "placed_at": "at"}

    options = OrderFiles(
        glob=Path("x.xlsx"), columns=columns, currency="USD", date_format="excel", timezone="UTC"
    )

    assert options.date_formats("placed_at") == ("excel",)


def test_columns_of_transforms_count_by_what_they_are_for() -> None:
    options = OrderFiles(
        glob=Path("x"),
        columns={"order_number": "no", "quantity": "qty"},
        transform={
            "sku": (Transform(join=("base", "size"), by="-"),),
            "ship_to.name": (JOIN,),
        },
    )

    assert options.line_columns == ("base", "qty", "size")
    assert options.order_columns == ("a", "b")
    assert options.head_columns == ("a", "b")
    assert options.columns_read == ("no", "qty", "base", "size", "a", "b")


def test_wrong_step_is_reported_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(
        CONFIG.replace("      columns:", "      transform: {sku: [uper]}\n      columns:", 1)
    )

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert "accounts.shop.orders.transform.sku[0]: 'uper' is not a step; write one" in result.err


@pytest.mark.parametrize("kind", [OrderFiles, ShipmentFiles])
def test_line_without_a_sku_gets_no_other_one(kind: type[InputFiles]) -> None:
    columns = {**COLUMNS, "tracking_number": "t", "carrier": "c"}
    known = {name: columns[name] for name in columns if name in kind.known_fields}

    with pytest.raises(ValueError, match="defaults: a blank sku cannot have another one"):
        kind(glob=Path("x"), columns=known, currency="USD", defaults={"sku": "A"})
