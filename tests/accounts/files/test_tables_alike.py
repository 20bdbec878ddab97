"""A table is the same rows in a CSV file, in a workbook and in an old workbook."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from ordosync.accounts.files.formats.file_rows import read_rows
from ordosync.accounts.files.input_options.order_files import OrderFiles

COLUMNS = ("order", "sku", "qty", "note")
TABLES = st.lists(
    st.lists(
        st.text(
            st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12
        ),
        min_size=4,
        max_size=4,
    ),
    max_size=6,
)


def written(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    match path.suffix:
        case ".csv":
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(rows)
        case ".xlsx":
            with xlsxwriter.Workbook(path) as book:
                sheet = book.add_worksheet()
                for number, row in enumerate(rows):
                    for column, text in enumerate(row):
                        sheet.write_string(number, column, text)
        case ".xls":
            old, data = xlwt.Workbook(), io.BytesIO()
            page = old.add_sheet("Main")
            for number, row in enumerate(rows):
                for column, text in enumerate(row):
                    page.write(number, column, text)
            old.save(data)
            path.write_bytes(data.getvalue())
    return path


def read(path: Path) -> list[tuple[int, dict[str, str], str]]:
    fields = ("order_number", "sku", "quantity", "name")
    options = OrderFiles(glob=path, columns=dict(zip(fields, COLUMNS, strict=True)))
    return [(row.number, row.cells, row.problem) for row in read_rows(path, options)]


@settings(deadline=None, max_examples=50)
@given(rows=TABLES)
def test_table_is_the_same_rows_in_each_format(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    table = [COLUMNS, *rows]

    of_csv = read(written(folder / "a.csv", table))

    assert read(written(folder / "a.xlsx", table)) == of_csv
    assert read(written(folder / "a.xls", table)) == of_csv


DAMAGE: Mapping[str, tuple[str, list[object], str]] = {
    "holds the error #N/A": ("write_formula", ["=NA()", None, "#N/A"], ""),
    "holds a formula that was not calculated": ("write_formula", ["=A1", None, 0], ""),
    "holds a number of more than 15 digits": ("write_number", [94001112345678901], ""),
    "holds a duration": ("write_number", [1.25], "[h]:mm"),
    "holds a time of day": ("write_number", [0.25], "hh:mm"),
    "holds a date before 1900-03-01": ("write_number", [12], "yyyy-mm-dd"),
    "holds a date; format the column": ("write_number", [46083], "d-mmm"),
}


@settings(deadline=None, max_examples=50)
@given(data=st.data(), rows=TABLES.filter(bool), problem=st.sampled_from(sorted(DAMAGE)))
def test_any_damaged_cell_refuses_its_row_alone(
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
    rows: list[list[str]],
    problem: str,
) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from([0, 1] if "format the column" in problem else [0, 1, 2, 3]))
    whole = [[f"a{text}" for text in row] for row in rows]
    path = tmp_path_factory.mktemp("damaged") / "a.xlsx"
    write, values, code = DAMAGE[problem]
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([COLUMNS, *whole]):
            for place, text in enumerate(row):
                sheet.write_string(number, place, text)
        form = book.add_format({"num_format": code or "General"})
        getattr(sheet, write)(at + 1, column, *values[:1], form, *values[2:])

    found_rows = read(path)

    assert [number for number, _, found in found_rows if found] == [at + 2]
    assert found_rows[at][2].startswith(f"{COLUMNS[column]!r} {problem}")
    of_csv = read(written(path.with_suffix(".csv"), [COLUMNS, *whole]))
    assert [row for row in found_rows if not row[2]] == [*of_csv[:at], *of_csv[at + 1 :]]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".xls"])
@pytest.mark.parametrize("blank", ["\u00a0", "\u200b", "\ufeff", " \u2060\t"])
def test_invisible_characters_around_a_text_are_removed(
    tmp_path: Path, suffix: str, blank: str
) -> None:
    row = [f"{blank}1001{blank}", f"A{blank}1", "1", blank]

    [(_, cells, problem)] = read(written(tmp_path / f"a{suffix}", [COLUMNS, row]))

    assert (cells["order"], cells["note"], problem) == ("1001", "", "")
    # Inside of a text they may mean something.
    assert cells["sku"] == f"A{blank}1"


@pytest.mark.parametrize("suffix", [".xlsx", ".xls"])
def test_of_merged_cells_only_the_first_has_a_text(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    if suffix == ".xlsx":
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, COLUMNS)
            sheet.merge_range(1, 0, 2, 0, "1001")
            for number in (1, 2):
                sheet.write_row(number, 1, ["A", "1", "x"])
    else:
        old = xlwt.Workbook()
        page = old.add_sheet("Main")
        for column, name in enumerate(COLUMNS):
            page.write(0, column, name)
        page.write_merge(1, 2, 0, 0, "1001")
        for number in (1, 2):
            for column, text in enumerate(["A", "1", "x"], 1):
                page.write(number, column, text)
        old.save(str(path))

    assert [cells["order"] for _, cells, _ in read(path)] == ["1001", ""]
