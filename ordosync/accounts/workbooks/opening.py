"""Opens a sheet of a workbook of any format."""

from typing import BinaryIO

from ordosync.accounts.workbooks.disguises import check_start
from ordosync.accounts.workbooks.kept_rows import KeptSheet, is_kept
from ordosync.accounts.workbooks.rows import Sheet, WorkbookFormat
from ordosync.accounts.workbooks.xls import XlsSheet
from ordosync.accounts.workbooks.xlsx import XlsxSheet


def open_sheet(
    file: BinaryIO, form: WorkbookFormat, name: str = "", *, decimal: str = "."
) -> Sheet:
    """Open a sheet; without a name the only visible one. Raises `InvalidWorkbookError`.

    `decimal` is the decimal point in the texts of numbers.
    """
    if is_kept(file):
        return KeptSheet(file, name, decimal=decimal)
    check_start(file, form)
    reader = XlsSheet if form == "xls" else XlsxSheet
    return reader(file, name, decimal=decimal)
