"""Cells of old .xls files: the same rules as for .xlsx."""

import builtins
import io
import random
from contextlib import suppress
from datetime import date, datetime, time

import pytest
import xlwt

from ordosync.accounts.workbooks.opening import open_sheet
from ordosync.accounts.workbooks.rows import InvalidWorkbookError
from tests.support.workbooks import rows_of, texts_of


def xls(*cells: tuple[object, str], is_1904: bool = False) -> bytes:
    """Return an .xls file with one row of values, each with the code of its number format."""
    book = xlwt.Workbook()
    book.dates_1904 = is_1904
    sheet = book.add_sheet("Main")
    for index, (value, code) in enumerate(cells):
        sheet.write(0, index, value, xlwt.easyxf(num_format_str=code or "General"))
    return saved(book)


def saved(book: xlwt.Workbook) -> bytes:
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_cells_become_the_texts_that_a_user_sees() -> None:
    cells: list[tuple[object, str, str]] = [
        (1, "", "1"),
        (501, "00000", "00501"),
        (501, '"NW-"0', "NW-501"),
        (4006381333931, "", "4006381333931"),
        (0.1 + 0.2, "", "0.3"),
        (19.99, '"$"#,##0.00', "19.99"),
        (True, "", "true"),
        (False, "", "false"),
        ("00501", "", "00501"),
        (" A-1\u00a0", "", " A-1\u00a0"),
        ("\u20ac \u4e2d", "", "\u20ac \u4e2d"),
        (date(2026, 3, 4), "DD/MM/YYYY", "2026-03-04 00:00:00"),
        (datetime(2026, 3, 4, 5, 6, 7), "yyyy-mm-dd hh:mm:ss", "2026-03-04 05:06:07"),  # noqa: DTZ001
        (46085, "", "46085"),
        (46085, "m/d/yy", "2026-03-04 00:00:00"),
    ]

    assert texts_of(xls(*((value, code) for value, code, _ in cells)), "xls") == [
        [text for _, _, text in cells]
    ]


def test_dates_since_1904_are_the_same_dates() -> None:
    data = xls((date(2026, 3, 4), "yyyy-mm-dd"), is_1904=True)

    assert texts_of(data, "xls") == [["2026-03-04 00:00:00"]]


@pytest.mark.parametrize(
    ("value", "code", "problem"),
    [
        (12345678901234567, "", "holds a number of more than 15 digits"),
        (time(5, 6), "hh:mm", "holds a time of day, which is no date"),
        (1.25, "[h]:mm", "holds a duration, which is no date"),
        (59, "yyyy-mm-dd", "holds a date before 1900-03-01"),
    ],
)
def test_cell_without_a_usable_value_is_refused(value: object, code: str, problem: str) -> None:
    [row] = rows_of(xls((value, code), ("A", "")), "xls")

    assert row.texts == ["", "A"]
    assert row.problems[0].startswith(problem)


@pytest.mark.parametrize(
    ("code", "error"), [(0x2A, "#N/A"), (0x17, "#REF!"), (0x07, "#DIV/0!"), (0x1D, "#NAME?")]
)
def test_error_is_refused_with_its_name(code: int, error: str) -> None:
    book = xlwt.Workbook()
    book.add_sheet("Main").row(0).set_cell_error(0, code)

    [row] = rows_of(saved(book), "xls")

    assert row.problems == {0: f"holds the error {error}"}


def test_rows_keep_their_numbers_and_blank_rows_are_left_out() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Main")
    sheet.write(1, 0, "a")
    sheet.write(4, 2, "b")
    sheet.write(6, 0, None, xlwt.easyxf("font: bold on"))

    rows = rows_of(saved(book), "xls")

    assert [(row.number, list(row.texts)) for row in rows] == [(2, ["a"]), (5, ["", "", "b"])]


def test_cell_in_the_last_corner_is_read() -> None:
    """The format has no larger sheet, so it needs no other limit."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Main")
    sheet.write(0, 0, "a")
    sheet.write(65535, 255, "b")

    first, last = rows_of(saved(book), "xls")

    assert (first.texts, last.number, len(last.texts)) == (["a"], 65536, 256)


def test_facts_are_those_of_the_sheet() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Main")
    sheet.write_merge(0, 1, 0, 27, "a")
    sheet.write(2, 0, "b")
    sheet.row(2).hidden = True
    opened = open_sheet(io.BytesIO(saved(book)), "xls")

    assert [list(row.texts) for row in opened.rows()] == [["a"], ["b"]]
    assert (opened.facts.hidden_rows, opened.facts.merged_cells) == ([3], ["A1:AB2"])


def test_missing_library_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: object) -> object:
        if name == "xlrd":
            raise ImportError(name)
        return real(name, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)

    with pytest.raises(InvalidWorkbookError, match=r"run `pip install 'ordosync\[xls\]'`"):
        rows_of(xls((1, "")), "xls")


@pytest.mark.parametrize("cut", [8, 600, 3000, -600])
def test_cut_file_is_refused(cut: int) -> None:
    with pytest.raises(InvalidWorkbookError):
        rows_of(xls((1, ""))[:cut], "xls")


def test_damage_anywhere_raises_no_other_error(capsys: pytest.CaptureFixture[str]) -> None:
    data, chance = xls((501, "00000"), ("a", ""), (1.5, "")), random.Random(7)  # noqa: S311

    for _ in range(300):
        damaged = bytearray(data)
        for _ in range(chance.randrange(1, 4)):
            damaged[chance.randrange(8, len(data))] = chance.randrange(256)
        with suppress(InvalidWorkbookError):
            rows_of(bytes(damaged), "xls")

    assert capsys.readouterr() == ("", "")
