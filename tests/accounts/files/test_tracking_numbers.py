"""Tracking files with several numbers in one cell, or without a date of shipping."""

import os
from pathlib import Path

import pytest

from ordosync.accounts.files.input_options.shipment_files import ShipmentFiles

from .exports import Found, read
from .opening import NOON

COLUMNS = {"order_number": "po", "tracking_number": "numbers", "carrier": "by"}


def read_rows(folder: Path, rows: str, **options: object) -> Found:
    file = folder / "sent.csv"
    header = "po,numbers,by,cost" if "6.40" in rows else "po,numbers,by"
    file.write_text(f"{header}\n{rows}")
    os.utime(file, (NOON.timestamp(), NOON.timestamp()))
    return read(folder, "shipments", {"columns": COLUMNS, **options}, file)


def test_each_number_of_a_cell_is_a_parcel(tmp_path: Path) -> None:
    found = read_rows(tmp_path, '1001,"1Z1, 1Z2;1Z3",UPS\n1002,1Z4,UPS\n', numbers_at=[",", ";"])

    numbers = [(each.order_id, each.tracking_number) for each in found.shipments]
    assert numbers == [("1001", "1Z1"), ("1001", "1Z2"), ("1001", "1Z3"), ("1002", "1Z4")]
    assert len({each.id for each in found.shipments}) == 4


def test_a_number_that_a_cell_has_twice_is_one_parcel(tmp_path: Path) -> None:
    found = read_rows(tmp_path, '1001,"1Z1,1Z1,",UPS\n', numbers_at=[","])

    assert [each.tracking_number for each in found.shipments] == ["1Z1"]


def test_the_cost_of_a_row_is_in_its_first_parcel(tmp_path: Path) -> None:
    found = read_rows(
        tmp_path,
        '1001,"1Z1,1Z2",UPS,6.40\n',
        numbers_at=[","],
        columns={**COLUMNS, "cost": "cost"},
        currency="EUR",
    )

    assert [str(each.cost) for each in found.shipments] == ["6.40", "None"]


def test_a_cell_without_a_number_is_refused_with_its_row(tmp_path: Path) -> None:
    found = read_rows(tmp_path, "1001,;,UPS\n1002,1Z4,UPS\n", numbers_at=[";"])

    assert [each.tracking_number for each in found.shipments] == ["1Z4"]
    assert list(found.failed.values()) == ["feeds/sent.csv row 2: the tracking number is blank"]


def test_without_the_option_a_cell_is_one_number(tmp_path: Path) -> None:
    found = read_rows(tmp_path, "1001,1Z1;1Z2,UPS\n")

    assert [each.tracking_number for each in found.shipments] == ["1Z1;1Z2"]


def test_without_a_date_a_parcel_was_sent_when_its_file_was_changed(tmp_path: Path) -> None:
    file = tmp_path / "sent.csv"
    file.write_text("po,numbers,by\n1001,1Z1,UPS\n")

    found = read(tmp_path, "shipments", {"columns": COLUMNS}, file)

    changed = (tmp_path / "feeds" / "sent.csv").stat().st_mtime
    assert [int(each.shipped_at.timestamp()) for each in found.shipments] == [int(changed)]


def test_numbers_of_several_parcels_have_no_units() -> None:
    columns = {**COLUMNS, "sku": "sku", "quantity": "qty"}

    with pytest.raises(ValueError, match=r"^numbers_at: is not possible with columns for units"):
        ShipmentFiles(glob=Path("x"), columns=columns, numbers_at=(",",))
