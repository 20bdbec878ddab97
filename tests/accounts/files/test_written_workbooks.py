"""Files that are written as workbooks: as CSV, but with text that stays text."""

import shutil
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from openpyxl import load_workbook

from ordosync.accounts.files.output.options import (
    EventFile,
    InventoryFile,
    OrderFolder,
    TrackingFile,
)
from ordosync.accounts.workbooks import writing
from ordosync.atomic_write import temporary_path
from ordosync.errors import RefusedError
from ordosync.models import Shipment, Stock
from ordosync.shortages import ReportedLine, ShortageReport
from tests.accounts.contract import line, order
from tests.accounts.files.conftest import Make
from tests.accounts.files.opening import address_edit, open_supplier
from tests.accounts.files.supplier import ORDER_COLUMNS

SENT = Shipment(
    id="S1",
    order_id="1001",
    tracking_number="1Z999",
    carrier="UPS",
    shipped_at=datetime.fromisoformat("2026-11-23T14:05:00+01:00"),
    currency="EUR",
)
SHORT = ShortageReport(
    order_id="1001",
    key="short:1",
    text="out of stock",
    lines=(
        ReportedLine(
            line_id="1001/MUG#1", sku="MUG", quantity=2, answer="cancelled", reason="other"
        ),
        ReportedLine(
            line_id="1001/CUP#1", sku="=CUP", quantity=1, answer="backordered", reason="other"
        ),
    ),
    is_whole=False,
)
HOSTILE = ("=1+1", "'=1", "+49 30", "00501", "1E5", "2-3", "\x01\t\nÄ😀", "_x0041_", " a ")


def stock(sku: str, quantity: int) -> Stock:
    return Stock(product_id=sku, sku=sku, quantity=quantity)


def cells(path: Path) -> list[list[Any]]:
    """Return the values of all rows."""
    book = load_workbook(path)
    return [[cell.value for cell in row] for row in book.active.iter_rows()]  # type: ignore[union-attr]


def inventory(folder: Path, **options: Any) -> InventoryFile:
    path = folder / "out" / "stock.xlsx"
    return InventoryFile(path=path, columns={"sku": "SKU", "quantity": "Qty"}, **options)


def tracking(folder: Path, **options: Any) -> TrackingFile:
    names = ("order_number", "tracking_number", "carrier", "shipped_at", "cost", "voided")
    columns = {name: name for name in names}
    return TrackingFile(path=folder / "out" / "parcels.xlsx", columns=columns, **options)


def folder_of(tmp_path: Path, **options: Any) -> OrderFolder:
    columns = {**ORDER_COLUMNS, **options.pop("columns", {})}
    return OrderFolder(folder=tmp_path / "orders", columns=columns, format="xlsx", **options)


def test_quantities_are_numbers_and_skus_are_texts(make: Make, tmp_path: Path) -> None:
    account = make(products=None, inventory=inventory(tmp_path))

    written = account.stock.write([stock(sku, 3) for sku in HOSTILE])

    assert [outcome.state for outcome in written] == ["done"] * len(HOSTILE)
    [header, *rows] = cells(tmp_path / "out" / "stock.xlsx")
    assert header == ["SKU", "Qty"]
    assert [row[1] for row in rows] == [3] * len(HOSTILE)


def test_rows_are_read_again_as_they_were_written(make: Make, tmp_path: Path) -> None:
    account = make(products=None, inventory=inventory(tmp_path))
    account.stock.write([stock(sku, 3) for sku in HOSTILE])
    path = tmp_path / "out" / "stock.xlsx"
    before = path.stat()

    again = make(products=None, inventory=inventory(tmp_path))
    outcomes = again.stock.write([stock(sku, 3) for sku in HOSTILE])

    assert [outcome.state for outcome in outcomes] == ["unchanged"] * len(HOSTILE)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_same_rows_make_the_same_file(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "out" / "stock.xlsx"
    contents = []
    for _ in range(2):
        make(products=None, inventory=inventory(tmp_path)).stock.write([stock("MUG", 3)])
        contents.append(path.read_bytes())
        path.unlink()

    assert contents[0] == contents[1]


@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("cost", ["7.10", "7", "0", "0.5", "1234567890123456.78", "10"])
def test_cost_of_a_parcel_is_a_number_and_no_change_when_it_is_read_again(
    make: Make, tmp_path: Path, cost: str, decimal: str
) -> None:
    parcel = replace(SENT, cost=Decimal(cost))
    [first] = make(tracking=tracking(tmp_path, decimal=decimal)).tracking.add([parcel])

    [second] = make(tracking=tracking(tmp_path, decimal=decimal)).tracking.add([parcel])

    assert (first.state, second.state) == ("done", "unchanged")
    [_, row] = cells(tmp_path / "out" / "parcels.xlsx")
    assert Decimal(str(row[4]).replace(",", ".")) == Decimal(cost)
    assert isinstance(row[4], str) == (cost == "1234567890123456.78")


def test_order_file_is_a_workbook_with_a_row_for_each_line(tmp_path: Path) -> None:
    depot = open_supplier(tmp_path, order_files=folder_of(tmp_path))

    [made] = depot.orders.create([order("1001", line("00501"), line("=MUG"))])

    assert made.state == "done"
    [path] = (tmp_path / "orders").glob("order-*")
    assert path.suffix == ".xlsx"
    [header, *rows] = cells(path)
    at = header.index(ORDER_COLUMNS["sku"])
    assert [row[at] for row in rows] == ["00501", "=MUG"]
    depot.close()


def test_change_of_an_order_is_a_further_workbook(tmp_path: Path) -> None:
    depot = open_supplier(tmp_path, order_files=folder_of(tmp_path))
    depot.orders.create([order("1001")])

    depot.edits.write([address_edit("1001", "Other Street 5")])

    names = sorted(path.name for path in (tmp_path / "orders").glob("order-*"))
    assert [name.partition("-v")[2] for name in names] == ["2.xlsx", ""]
    depot.close()


@pytest.mark.parametrize("formats", [("csv", "xlsx"), ("xlsx", "csv")])
def test_order_file_of_a_crash_gets_its_name_although_the_format_has_changed(
    tmp_path: Path, formats: tuple[str, str]
) -> None:
    before, after = (
        OrderFolder(
            folder=tmp_path / "orders",
            columns=ORDER_COLUMNS,
            format=each,  # type: ignore[arg-type]
        )
        for each in formats
    )
    depot = open_supplier(tmp_path, order_files=before)
    placed = order("1001")
    depot.orders.create([placed])
    [path] = (tmp_path / "orders").glob("order-*")
    shutil.move(path, temporary_path(path))
    depot.close()

    depot = open_supplier(tmp_path, order_files=after)
    [again] = depot.orders.create([placed])

    assert again.state == "unchanged"
    assert [each.name for each in (tmp_path / "orders").glob("order-*")] == [path.name]
    depot.close()


def test_text_that_no_cell_can_have_refuses_its_order_alone(tmp_path: Path) -> None:
    depot = open_supplier(tmp_path, order_files=folder_of(tmp_path))
    orders = [
        order("1", line("A", name="x" * 32_768)),
        order("2", line("A", name="\ud800")),
        order("3"),
    ]

    outcomes = depot.orders.create(orders)

    assert [outcome.state for outcome in outcomes] == ["refused", "refused", "done"]
    assert "a cell of a workbook has at most 32767 characters" in outcomes[0].reason
    assert len([*(tmp_path / "orders").glob("order-*")]) == 1
    depot.close()


def test_file_that_somebody_else_wrote_is_not_replaced(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "out" / "stock.xlsx"
    account = make(products=None, inventory=inventory(tmp_path))
    path.write_bytes(b"Qty;SKU")

    with pytest.raises(RefusedError, match="move the file away"):
        account.stock.write([stock("MUG", 3)])

    assert path.read_bytes() == b"Qty;SKU"


def test_more_rows_than_a_sheet_has_are_refused_and_the_file_stays(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = make(products=None, inventory=inventory(tmp_path))
    account.stock.write([stock("MUG", 1), stock("CUP", 1)])
    before = cells(tmp_path / "out" / "stock.xlsx")
    monkeypatch.setattr(writing, "MAX_ROWS", 3)

    with pytest.raises(RefusedError, match="a workbook has at most 3 rows; move the file away"):
        account.stock.write([stock("POT", 1)])

    assert cells(tmp_path / "out" / "stock.xlsx") == before


def test_events_are_added_to_a_workbook(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "out" / "events.xlsx"
    account = make(events=EventFile(path=path))

    first = account.shortages.report([SHORT])
    second = account.shortages.report([SHORT])

    assert [each.state for each in (*first, *second)] == ["done", "unchanged"]
    assert [row[3] for row in cells(path)] == ["sku", "MUG", "=CUP"]


def test_configuration_needs_the_package_that_writes_workbooks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "find_spec", lambda _: None)

    with pytest.raises(ValueError, match=r"format: xlsxwriter is not installed; run pip install"):
        inventory(tmp_path)
