"""A Supplier's stock list and parcels as workbooks, with titles, formats, dates and a total."""

from datetime import UTC, date, datetime
from pathlib import Path

import xlsxwriter

from ordosync.accounts.files.input_options.shipment_files import ShipmentFiles
from ordosync.accounts.files.input_options.stock_files import StockFiles
from ordosync.accounts.files.input_options.table_options import EndOfData, Header
from ordosync.accounts.files.input_options.transforms import Transform
from ordosync.models import InvalidRecord, Shipment, Stock
from tests.accounts.files.opening import all_of, open_supplier, since


def stock_list(path: Path) -> Path:
    """Write the list that suppliers send: titles, a header in row 4, and a total."""
    path.parent.mkdir()
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Stock")
        book.add_worksheet("Notes").hide()
        zeros = book.add_format({"num_format": "00000"})
        units = book.add_format({"num_format": "#,##0;[Red]-#,##0"})
        sheet.merge_range(0, 0, 0, 2, "Northwind Supply - availability")
        sheet.write(1, 0, "Printed 11/20/2026 06:00")
        sheet.write_row(3, 0, ["Item No.", "Description", "Avail."])
        for row, (sku, quantity) in enumerate(
            ((501, 1204), ("00502", "10+"), (503, "Out of stock"), (504, -3)), 4
        ):
            sheet.write(row, 0, sku, zeros)
            sheet.write(row, 2, quantity, units)
        sheet.write(8, 0, 505, zeros)
        sheet.write_formula(8, 2, "=NA()", units, "#N/A")
        sheet.write(9, 0, "Total")
        sheet.write_formula(9, 2, "=SUM(C5:C8)", units, 1211)
    return path


def test_stock_list_is_read_to_its_total_and_an_error_refuses_its_row(tmp_path: Path) -> None:
    path = stock_list(tmp_path / "stock" / "list.xlsx")
    columns = {"sku": "Item No.", "quantity": "Avail."}
    words = Transform(map={"10+": "10", "Out of stock": "0"})
    account = open_supplier(
        tmp_path,
        stock=StockFiles(
            glob=path,
            columns=columns,
            header=Header(contains=("Item No.", "Avail.")),
            until=EndOfData(column="Item No.", matches="^Total"),
            transform={"quantity": (words,)},
        ),
    )

    items = all_of(account.stock.all(since()))

    levels = {item.sku: item.quantity for item in items if isinstance(item, Stock)}
    assert levels == {"00501": 1204, "00502": 10, "00503": 0, "00504": -3}
    [refused] = [item for item in items if isinstance(item, InvalidRecord)]
    assert refused.reason.startswith("stock/list.xlsx row 9: 'Avail.' holds the error #N/A")


def test_parcels_have_the_dates_of_their_cells_in_the_zone_of_the_configuration(
    tmp_path: Path,
) -> None:
    path = tmp_path / "sent" / "parcels.xlsx"
    path.parent.mkdir()
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_row(0, 0, ["no", "number", "by", "at"])
        sheet.write_row(1, 0, ["1", 794612345678, "UPS"])
        sheet.write_datetime(1, 3, date(2026, 11, 20), day)
        # Text that only looks like a date is of another form.
        sheet.write_row(2, 0, ["2", "1Z999", "UPS", "20.11.2026"])
    columns = dict(
        zip(
            ("order_number", "tracking_number", "carrier", "shipped_at"),
            ("no", "number", "by", "at"),
            strict=True,
        )
    )
    account = open_supplier(
        tmp_path,
        shipments=ShipmentFiles(
            glob=path, columns=columns, date_format="excel", timezone="Europe/Vienna"
        ),
    )

    items = all_of(account.shipments.changed(since()))

    [parcel] = [item for item in items if isinstance(item, Shipment)]
    assert parcel.tracking_number == "794612345678"
    assert parcel.shipped_at == datetime(2026, 11, 19, 23, tzinfo=UTC)
    [refused] = [item for item in items if isinstance(item, InvalidRecord)]
    assert refused.reason.startswith("sent/parcels.xlsx row 3: ")
