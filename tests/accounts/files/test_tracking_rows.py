"""Rows of parcels in the tracking file for a Merchant; F and P are rules of lifecycle.md."""

import csv
from pathlib import Path

import pytest
from msgspec.structs import replace

from ordosync.accounts.files.output.options import TrackingFile
from ordosync.models import ParcelLine, Shipment
from tests.accounts.contract.examples import parcel
from tests.accounts.contract.opening import OpenMerchant
from tests.accounts.files.conftest import Drop, Make

COLUMNS = {
    "order_number": "Order",
    "tracking_number": "Number",
    "voided": "Void",
    "cost": "Cost",
    "line_id": "Line",
    "sku": "SKU",
    "quantity": "Qty",
}


@pytest.fixture(name="shop")
def _shop(make: Make, drop: Drop, tmp_path: Path) -> OpenMerchant:
    drop("orders/a.csv", "order,sku,qty\n1001,MUG,3\n1001,CUP,1\n")
    return make(tracking=TrackingFile(path=tmp_path / "out" / "tracking.csv", columns=COLUMNS))


def part(number: str = "1Z1", **units: int) -> Shipment:
    """Return a parcel with these units, of which the order has more."""
    lines = tuple(
        ParcelLine(line_id=f"1001/{sku}#1", quantity=count, sku=f"NW-{sku}")
        for sku, count in units.items()
    )
    return parcel("1001", number, id=f"s-{number}", lines=lines, is_last=False)


def rows(folder: Path) -> list[tuple[str, ...]]:
    """Return number, line, SKU, quantity and void flag of each row."""
    with (folder / "out" / "tracking.csv").open(newline="") as file:
        return [
            tuple(row[name] for name in ("Number", "Line", "SKU", "Qty", "Void"))
            for row in csv.DictReader(file)
        ]


def test_p1_parcel_has_a_row_for_each_line_with_the_merchants_skus(
    shop: OpenMerchant, tmp_path: Path
) -> None:
    shop.tracking.add([part(MUG=2, CUP=1)])

    assert rows(tmp_path) == [
        ("1Z1", "MUG#1", "MUG", "2", "false"),
        ("1Z1", "CUP#1", "CUP", "1", "false"),
    ]


def test_p2_whole_order_has_the_rows_of_all_open_lines(shop: OpenMerchant, tmp_path: Path) -> None:
    shop.tracking.add([part("1Z1", MUG=1)])

    shop.tracking.add([parcel("1001", "1Z2")])

    assert rows(tmp_path)[1:] == [
        ("1Z2", "CUP#1", "CUP", "1", "false"),
        ("1Z2", "MUG#1", "MUG", "2", "false"),
    ]


def test_p2_order_that_is_in_no_file_has_one_row(shop: OpenMerchant, tmp_path: Path) -> None:
    shop.tracking.add([parcel("1009", "1Z1")])

    assert rows(tmp_path) == [("1Z1", "", "", "", "false")]


def test_p12_each_further_number_has_a_row_without_units(
    shop: OpenMerchant, tmp_path: Path
) -> None:
    shipment = replace(part(MUG=3), more_numbers=("1Z8", "1Z9"))

    states = [shop.tracking.add([shipment])[0].state for _ in range(2)]

    assert states == ["done", "unchanged"]
    assert [row[0] for row in rows(tmp_path)] == ["1Z1", "1Z8", "1Z9"]
    assert [row[3] for row in rows(tmp_path)] == ["3", "", ""]


def test_p22_cost_of_a_parcel_is_written_once(shop: OpenMerchant, tmp_path: Path) -> None:
    shop.tracking.add([replace(part(MUG=1, CUP=1), more_numbers=("1Z9",))])

    with (tmp_path / "out" / "tracking.csv").open(newline="") as file:
        assert [row["Cost"] for row in csv.DictReader(file)] == ["7.25", "", ""]


def test_p6_more_units_than_are_open_are_refused(shop: OpenMerchant, tmp_path: Path) -> None:
    shop.tracking.add([part("1Z1", MUG=2)])

    [outcome] = shop.tracking.add([part("1Z2", MUG=2)])

    assert (outcome.state, outcome.code) == ("refused", "more-than-ordered")
    assert [row[0] for row in rows(tmp_path)] == ["1Z1"]


def test_p8_units_of_a_void_number_are_open_again(shop: OpenMerchant, tmp_path: Path) -> None:
    shop.tracking.add([part("1Z1", MUG=3)])
    shop.tracking.void([parcel("1001", "1Z1", voided=True)])

    [outcome] = shop.tracking.add([part("1Z2", MUG=3)])

    assert outcome.state == "done"
    assert [(row[0], row[4]) for row in rows(tmp_path)] == [("1Z1", "true"), ("1Z2", "false")]


def test_parcel_that_was_reported_with_fewer_units_gets_the_others(
    shop: OpenMerchant, tmp_path: Path
) -> None:
    shop.tracking.add([part(MUG=1)])

    [outcome] = shop.tracking.add([part(MUG=1, CUP=1)])

    assert outcome.state == "done"
    assert [row[2:4] for row in rows(tmp_path)] == [("MUG", "1"), ("CUP", "1")]


def test_columns_for_units_may_be_named_later(make: Make, drop: Drop, tmp_path: Path) -> None:
    drop("orders/a.csv", "order,sku,qty\n1001,MUG,3\n")
    drop("out/tracking.csv", "Order,Number,Void,Cost\n1000,1Z0,false,\n")
    shop = make(tracking=TrackingFile(path=tmp_path / "out" / "tracking.csv", columns=COLUMNS))

    shop.tracking.add([part(MUG=1)])

    assert [row[:4] for row in rows(tmp_path)] == [
        ("1Z0", "", "", ""),
        ("1Z1", "MUG#1", "MUG", "1"),
    ]
