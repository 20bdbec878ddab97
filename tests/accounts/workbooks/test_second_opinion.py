"""Generated sheets are read as openpyxl reads them, and as they were written."""

import io
from datetime import datetime
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from tests.support.workbooks import rows_of

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r", exclude_categories=["Cs"]), max_size=20
)
NUMBERS = st.one_of(
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.decimals(-1_000_000, 1_000_000, places=4).map(float),
)
TIMES = st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 30)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)
CELLS = st.one_of(st.none(), TEXTS, NUMBERS, TIMES, st.booleans())
SHEETS = st.lists(st.lists(CELLS, max_size=6), max_size=8)


def written(sheet: list[list[object]], *, is_inline: bool) -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"constant_memory": is_inline}) as book:
        page = book.add_worksheet("Main")
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for row, cells in enumerate(sheet):
            for column, value in enumerate(cells):
                match value:
                    case bool():
                        page.write_boolean(row, column, value)
                    case str():
                        page.write_string(row, column, value)
                    case datetime():
                        page.write_datetime(row, column, value, moment)
                    case int() | float():
                        page.write_number(row, column, value)
    return data.getvalue()


def text_of(value: object) -> str:
    """Return the text of a value that openpyxl read."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            return value.isoformat(" ")
        case int() | float():
            return _plain(value)
    return unescape(str(value))


def _plain(value: float) -> str:
    text = format(Decimal(f"{value:.15g}"), "f")
    return "0" if text == "-0" else text


def as_read(data: bytes) -> dict[tuple[int, int], str]:
    return {
        (row.number, column): text
        for row in rows_of(data)
        for column, text in enumerate(row.texts, 1)
        if text
    }


@pytest.mark.slow
@settings(deadline=None)
@given(SHEETS, st.booleans())
def test_sheet_is_read_as_it_was_written_and_as_openpyxl_reads_it(
    sheet: list[list[object]], is_inline: bool
) -> None:
    data = written(sheet, is_inline=is_inline)
    cells = {
        (row, column): value if isinstance(value, str) else text_of(value)
        for row, cells in enumerate(sheet, 1)
        for column, value in enumerate(cells, 1)
    }
    other = openpyxl.load_workbook(io.BytesIO(data))["Main"]
    opinion = {
        (cell.row, cell.column): text_of(cell.value) for row in other.iter_rows() for cell in row
    }

    read = as_read(data)

    assert read == {place: text for place, text in cells.items() if text}
    assert read == {place: text for place, text in opinion.items() if text}


@pytest.mark.slow
@settings(deadline=None)
@given(SHEETS)
def test_sheet_that_openpyxl_wrote_is_read_as_it_was_written(sheet: list[list[object]]) -> None:
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("Main")
    usable = [
        [None if isinstance(value, str) and not _is_possible(value) else value for value in cells]
        for cells in sheet
    ]
    for cells in usable:
        page.append(cells)
    data = io.BytesIO()
    book.save(data)

    assert as_read(data.getvalue()) == {
        (row, column): text_of(value)
        for row, cells in enumerate(usable, 1)
        for column, value in enumerate(cells, 1)
        if text_of(value)
    }


def _is_possible(text: str) -> bool:
    """False for control characters, which openpyxl refuses, and for formulas and errors."""
    return text[:1] not in ("=", "#") and all(char >= " " or char in "\t\n" for char in text)
