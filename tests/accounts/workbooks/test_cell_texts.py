"""Each kind of cell becomes the text that a user sees as its value, or a problem."""

import io
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from tests.support.workbooks import rows_of, texts_of, workbook

FEEDS = Path(__file__).parents[4] / "shared" / "data" / "feeds"
DAY = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC).replace(tzinfo=None)
NOT_CALCULATED = "holds a formula that was not calculated; save the file in a spreadsheet"
LONG = (
    "holds a number of more than 15 digits, which a spreadsheet rounds; format the column as text"
    " before the numbers are entered"
)


def cell(write: str, *values: object, code: str = "", is_1904: bool = False) -> bytes:
    """Return a workbook whose only cell is written by a method of the library."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"date_1904": is_1904}) as book:
        sheet = book.add_worksheet("Main")
        form = book.add_format({"num_format": code}) if code else None
        getattr(sheet, write)(0, 0, *values, *([form] if form else []))
    return data.getvalue()


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (1, "", "1"),
        (1.5, "", "1.5"),
        (501, "00000", "00501"),
        (501, '"NW-"00000', "NW-00501"),
        (501, '"NW-"0', "NW-501"),
        (5011234, "00000-0000", "00501-1234"),
        (123456789, "000\\-00\\-0000", "123-45-6789"),
        (1234567, "000", "1234567"),
        (5, '0" pcs"', "5"),
        (5, '0 "Stk."', "5"),
        (501.5, "00000", "501.5"),
        (-501, "00000", "-501"),
        (19.99, "$#,##0.00", "19.99"),
        (1234.5, '#,##0.00\\ "€"', "1234.5"),
        (12, "[$USD] 0", "12"),
        (-3, "0;[Red]-0", "-3"),
        (0.19, "0%", "0.19"),
        (1.5, "# ?/?", "1.5"),
        (0.1 + 0.2, "", "0.3"),
        (1.1 * 3, "0.00", "3.3"),
        (4006381333931, "", "4006381333931"),
        (1e12, "0.00E+00", "1000000000000"),
        (999999999999999, "", "999999999999999"),
        (1e-7, "", "0.0000001"),
        (-0.0, "", "0"),
        (46085, "", "46085"),
        (46085, "@", "46085"),
        (7, '#,##0 "kg"', "7"),
        (7, '0.00 "USD"', "7"),
    ],
)
def test_number_is_written_in_full_and_with_the_zeros_of_its_format(
    value: float, code: str, text: str
) -> None:
    assert texts_of(cell("write_number", value, code=code)) == [[text]]


@pytest.mark.parametrize("value", [12345678901234567, 1e15, 1e300, -4006381333931001.0])
def test_number_of_more_than_15_digits_is_refused(value: float) -> None:
    [row] = rows_of(cell("write_number", value))

    assert row.problems == {0: LONG}


@pytest.mark.parametrize("is_1904", [False, True])
@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (date(2026, 3, 4), "mm/dd/yyyy", "2026-03-04 00:00:00"),
        (date(2026, 3, 4), "yyyy", "2026-03-04 00:00:00"),
        (date(2026, 3, 4), "mmm", "2026-03-04 00:00:00"),
        (date(2026, 3, 4), "[$-407]d. mmmm yyyy;@", "2026-03-04 00:00:00"),
        (date(2026, 3, 4), 'd "de" mmmm', "2026-03-04 00:00:00"),
        (DAY, "yyyy-mm-dd hh:mm:ss", "2026-03-04 05:06:07"),
        (DAY, "m/d/yy h:mm AM/PM", "2026-03-04 05:06:07"),
        (DAY, "hh:mm", "2026-03-04 05:06:07"),
        (DAY, "mm:ss.000", "2026-03-04 05:06:07"),
        (datetime(2026, 3, 4, 23, 59, 59, 700_000), "yyyy-mm-dd", "2026-03-05 00:00:00"),  # noqa: DTZ001
        (date(9999, 12, 31), "yyyy-mm-dd", "9999-12-31 00:00:00"),
    ],
)
def test_date_is_written_with_its_time_in_any_format_and_epoch(
    value: date, code: str, text: str, is_1904: bool
) -> None:
    data = cell("write_datetime", value, code=code, is_1904=is_1904)

    assert texts_of(data) == [[text]]


@pytest.mark.parametrize(
    ("number", "is_date"),
    [
        (14, True),
        (22, True),
        (30, True),
        (57, True),
        (0, False),
        (2, False),
        (9, False),
        (49, False),
    ],
)
def test_formats_without_a_code_are_known_by_their_number(number: int, is_date: bool) -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        book.add_worksheet().write(0, 0, 46085, book.add_format({"num_format": number}))

    assert texts_of(data.getvalue()) == [["2026-03-04 00:00:00" if is_date else "46085"]]


@pytest.mark.parametrize(
    ("write", "value", "code", "problem"),
    [
        ("write_datetime", time(5, 6), "hh:mm", "holds a time of day, which is no date"),
        ("write_datetime", timedelta(hours=30), "[h]:mm", "holds a duration, which is no date"),
        ("write_datetime", timedelta(minutes=9), "[mm]:ss", "holds a duration, which is no date"),
        ("write_number", 0.5, "h:mm AM/PM", "holds a time of day, which is no date"),
        ("write_number", 0, "yyyy-mm-dd", "holds a date before 1900-03-01"),
        ("write_number", 60, "yyyy-mm-dd", "holds a date before 1900-03-01"),
        ("write_number", -1, "yyyy-mm-dd", "holds a date before 1900-03-01"),
        ("write_number", 2958466, "yyyy-mm-dd", "holds a date after 9999-12-31"),
        ("write_number", 1e200, "yyyy-mm-dd", "holds a date after 9999-12-31"),
    ],
)
def test_time_that_is_no_date_is_refused(
    write: str, value: object, code: str, problem: str
) -> None:
    [row] = rows_of(cell(write, value, code=code))

    assert row.problems == {0: problem}


@pytest.mark.parametrize(
    ("formula", "value", "text"),
    [
        ("=A9", "x", "x"),
        ("=1.1*3", 3.3000000000000003, "3.3"),
        ("=A9", "", None),
        ("=1+1", 0, None),
    ],
)
def test_formula_counts_only_with_the_result_that_was_calculated(
    formula: str, value: object, text: str | None
) -> None:
    """The library writes 0 for a formula that it cannot calculate."""
    [row] = rows_of(cell("write_formula", formula, None, value))

    assert (row.texts[0], row.problems) == (text or "", {} if text else {0: NOT_CALCULATED})


def test_blank_result_of_a_formula_is_a_blank_cell() -> None:
    data = workbook('<row r="1"><c r="A1" t="str"><f>B1</f><v></v></c><c r="B1"><v>0</v></c></row>')

    assert texts_of(data) == [["", "0"]]


def test_result_0_of_a_formula_counts_if_a_spreadsheet_calculated_it() -> None:
    assert texts_of(workbook('<row r="1"><c r="A1"><f>B1-B1</f><v>0</v></c></row>')) == [["0"]]


def test_shared_formula_without_a_result_is_refused() -> None:
    [row] = rows_of(workbook('<row r="1"><c r="A1"><f t="shared" si="0"/></c></row>'))

    assert row.problems == {0: NOT_CALCULATED}


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#NAME?", "#DIV/0!", "#VALUE!", "#NULL!"])
def test_error_is_refused_with_its_name(error: str) -> None:
    [row] = rows_of(cell("write_formula", "=NA()", None, error))

    assert (row.texts, row.problems) == ([""], {0: f"holds the error {error}"})


def test_error_of_another_form_is_not_repeated() -> None:
    """It may be any text of the file."""
    [row] = rows_of(workbook('<row r="1"><c r="A1" t="e"><v>Ada, Graz</v></c></row>'))

    assert row.problems == {0: "holds an error"}


@pytest.mark.parametrize(
    ("write", "values", "text"),
    [
        ("write_boolean", [True], "true"),
        ("write_boolean", [False], "false"),
        ("write_string", ["00501"], "00501"),
        ("write_string", ["1E5"], "1E5"),
        ("write_string", ["#N/A"], "#N/A"),
        ("write_string", ["=1+1"], "=1+1"),
        ("write_string", ["a\nb"], "a\nb"),
        ("write_string", ["a\x01b"], "a\x01b"),
        ("write_string", ["_x0041_"], "_x0041_"),
        ("write_string", [" A-1\u00a0"], " A-1\u00a0"),
        ("write_url", ["https://shop.example/1", None, "SKU-1"], "SKU-1"),
    ],
)
def test_text_stays_as_it_is(write: str, values: list[object], text: str) -> None:
    assert texts_of(cell(write, *values)) == [[text]]


def test_rich_text_is_its_text() -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        bold = book.add_format({"bold": True})
        book.add_worksheet().write_rich_string(0, 0, bold, "bo", "ld ", bold, "A")

    assert texts_of(data.getvalue()) == [["bold A"]]


def test_each_cell_of_the_collected_kinds_gives_what_is_expected() -> None:
    path = FEEDS / "excel-cell-types.xlsx"
    if not path.exists():
        pytest.skip("the collected files are not here")
    expected = json.loads((FEEDS / "excel-expected.json").read_text("utf-8"))
    rows = rows_of(path.read_bytes(), sheet="Main")
    labels = {row.texts[0] or "(row 32, no label)": row for row in rows if row.number > 1}

    texts = {label: _second(row.texts) for label, row in labels.items() if not row.problems}
    refused = {label: row.problems[1] for label, row in labels.items() if row.problems}

    assert texts.pop("nbsp").strip(" \u00a0\u200b") == expected["text"].pop("nbsp")
    assert texts == expected["text"]
    assert refused.keys() == expected["refused"].keys()
    for label in ("17 digits", "error #N/A"):
        assert expected["refused"][label] in refused[label]


def _second(texts: Sequence[str]) -> str:
    return texts[1] if len(texts) > 1 else ""
