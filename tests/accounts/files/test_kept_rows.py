"""Copies of workbooks lose the rows of one order; the others are kept as they were read."""

import io
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from ordosync.accounts.files.formats.file_rows import read_rows, without_rows
from ordosync.accounts.files.formats.rows import InvalidFileError
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.table_options import EndOfData, Header
from ordosync.accounts.files.parsing.record_types import orders
from ordosync.accounts.files.reading.spool import Spool
from ordosync.accounts.files.reading.spooled_records import SpooledRecords
from ordosync.accounts.option_types import Names
from tests.support.command import CONFIG, HEADER, ordosync, shop

FORMATS = pytest.mark.parametrize("suffix", ["xlsx", "xls"])
TITLE: Sequence[object] = ("Orders of today",)
HEAD: Sequence[object] = ("Order", "SKU", "Qty", "Name", "Order No.")
ROWS: Sequence[Sequence[object]] = (
    ("1", "A", 1, "Ann", ""),
    ("2", "A", 1, "Bob Canary", ""),
    ("", "B", 2.5, "Bob Canary", ""),
    ("3", "00501", "x", "Zoë", ""),
    ("", "", "", "", ""),
    ("Total", "", 4, "", ""),
    ("after the end", "", "", "", ""),
)


def _workbook(path: Path, *rows: Sequence[object]) -> Path:
    data = io.BytesIO()
    if path.suffix == ".xls":
        book = xlwt.Workbook()
        sheet = book.add_sheet("Main")
    else:
        book = xlsxwriter.Workbook(data)
        sheet = book.add_worksheet("Main")
    for number, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            sheet.write(number, column, cell)
    if path.suffix == ".xls":
        book.save(data)
    else:
        book.close()
    path.write_bytes(data.getvalue())
    return path


def _options(path: Path, *, order: str = "Order") -> OrderFiles:
    return OrderFiles(
        glob=path,
        columns={
            "order_number": Names(order, "Number"),
            "sku": "SKU",
            "quantity": "Qty",
            "ship_to.name": "Name",
        },
        header=Header(contains=("SKU",)),
        until=EndOfData(matches="^Total$"),
        sheet="Main",
    )


def _read(path: Path, options: OrderFiles) -> list[tuple[int, dict[str, str], str]]:
    return [(row.number, row.cells, row.problem) for row in read_rows(path, options)]


@FORMATS
def test_other_rows_are_read_as_before(tmp_path: Path, suffix: str) -> None:
    path = _workbook(tmp_path / f"a.{suffix}", TITLE, HEAD, *ROWS)
    options = _options(path)
    before = _read(path, options)

    content = without_rows(path, options, lambda row: row.cells["Order"] == "2")

    assert content is not None
    path.write_bytes(content)
    assert _read(path, options) == [each for each in before if each[1]["Order"] != "2"]
    assert [number for number, _, _ in before] == [3, 4, 5, 6]
    assert without_rows(path, options, lambda row: row.cells["Order"] == "2") is None


@FORMATS
def test_copy_without_rows_is_read_after_a_change_of_the_mapping(
    tmp_path: Path, suffix: str
) -> None:
    path = _workbook(tmp_path / f"a.{suffix}", HEAD, ROWS[0], ROWS[1])
    content = without_rows(path, _options(path), lambda row: row.cells["Order"] == "2")
    assert content is not None
    path.write_bytes(content)

    [(_, cells, problem)] = _read(path, _options(path, order="Order No."))

    assert (cells["Order No."], cells["Order"], problem) == ("", "1", "")
    with pytest.raises(InvalidFileError, match=r"'Gone' or 'Number' is missing.*'Main'"):
        _read(path, _options(path, order="Gone"))


def test_fraction_is_refused_after_a_change_of_the_decimal_point(tmp_path: Path) -> None:
    """With a step that removes points as those of thousands, 1.018 would mean 1018."""
    path = _workbook(tmp_path / "a.xlsx", HEAD, ("1", "A", 1.018, "Ann"), ("2", "A", 1, "Bob"))
    with_point, with_comma = _options(path), replace(_options(path), decimal=",")
    content = without_rows(path, with_point, lambda row: row.cells["Order"] == "2")
    assert content is not None
    path.write_bytes(content)

    [(_, cells, problem)] = _read(path, with_comma)
    assert (cells["Order"], cells["Qty"]) == ("1", "")
    assert problem == "'Qty' was kept with another decimal point; drop its file again"
    [(_, cells, problem)] = _read(path, with_point)
    assert (cells["Qty"], problem) == ("1.018", "")


def test_damaged_cell_stays_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Main")
        for number, cells in enumerate([HEAD, ROWS[0], ROWS[1]]):
            sheet.write_row(number, 0, cells)
        sheet.write_formula(1, 1, "=NA()", value="#N/A")
    options = _options(path)
    before = _read(path, options)

    content = without_rows(path, options, lambda row: row.cells["Order"] == "2")

    assert content is not None
    path.write_bytes(content)
    assert _read(path, options) == before[:1]
    assert "#N/A" in before[0][2]


@FORMATS
def test_order_loses_its_rows_and_the_copy_stays(tmp_path: Path, suffix: str) -> None:
    path = _workbook(tmp_path / f"a.{suffix}", TITLE, HEAD, *ROWS)
    os.utime(path, (1000, 1000))
    spool = Spool(tmp_path / "spool")
    records = SpooledRecords(orders(_options(path)), spool)
    copy = spool.copy(path, "in/a")
    spool.keep(copy, ["1", "2"])

    assert records.remove("2", dry=False) == (1, [])
    assert records.remove("2", dry=False) == (0, [])

    assert list(spool.copies()) == [copy]
    assert (spool.name_of(copy), copy.stat().st_mtime) == ("in/a", 1000)
    # A row without a number may have belonged to the order above it.
    assert b"Canary" not in copy.read_bytes()
    assert list(map(set, records.pages({"1", "2", "3"}))) == [{"1", "3"}]


@pytest.mark.parametrize("at", [40, 60, -5])
def test_damaged_copy_is_refused(tmp_path: Path, at: int) -> None:
    path = _workbook(tmp_path / "a.xlsx", HEAD, ROWS[0], ROWS[1])
    content = without_rows(path, _options(path), lambda row: row.cells["Order"] == "2")
    assert content is not None
    path.write_bytes(content[:at])

    with pytest.raises(InvalidFileError, match="is a damaged copy of a workbook"):
        _read(path, _options(path))


def test_purged_order_of_a_workbook_is_in_no_copy(tmp_path: Path) -> None:
    header = HEADER.strip().split(",")
    config = CONFIG.replace("glob: feeds/*", "glob: feeds/*.xlsx")
    shop(tmp_path, "", config=config)
    sent = ("1", "MUG", "Mug", 1, 9.5, "Bob Canary", "DE")
    failed = ("2", "MUG", "Mug", "x", 9.5, "Cy", "DE")
    feed = _workbook(tmp_path / "feeds" / "a.xlsx", header, sent, failed)
    ordosync(tmp_path, "import-orders")
    feed.unlink()

    result = ordosync(tmp_path, "purge", "--order", "1", "--yes")

    assert result.code == 0
    assert "the rows of order 1 in 1" in result.out
    [copy] = tmp_path.glob("ordosync.db.spool/**/*.xlsx")
    assert b"Cy" in copy.read_bytes()
    assert b"Canary" not in copy.read_bytes()
    again = ordosync(tmp_path, "retry", "1")
    assert "a.xlsx row 3: quantity 'x'" in again.out + again.err
