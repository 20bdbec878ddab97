"""Orders and stock in workbooks: read as from CSV files, each damaged row refused alone."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from tests.support.command import CONFIG, HEADER, Done, numbers, ordosync, row, shop, steps
from tests.support.workbooks import workbook

COLUMNS = HEADER.strip().split(",")
MUG: Sequence[object] = ("MUG", "Mug", 1, 9.5, "Ada", "DE")
OF_FOLDER = CONFIG.replace("glob: feeds/*", "glob: feeds")


def xlsx(
    *rows: Sequence[object],
    sheets: Mapping[str, bool] = {"Orders": False},
    above: Sequence[str] = (),
) -> bytes:
    """Return a workbook with these rows in each sheet; a sheet that is True is hidden."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        zeros = book.add_format({"num_format": "00000"})
        for name, is_hidden in sheets.items():
            sheet = book.add_worksheet(name)
            for number, cells in enumerate([*([text] for text in above), COLUMNS, *rows]):
                for column, cell in enumerate(cells):
                    form = zeros if isinstance(cell, int) and not column else None
                    sheet.write(number, column, cell, form)
            if is_hidden:
                sheet.hide()
            else:
                sheet.activate()
    return data.getvalue()


def xls(*rows: Sequence[object]) -> bytes:
    book, data = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("Orders")
    for number, cells in enumerate([COLUMNS, *rows]):
        for column, cell in enumerate(cells):
            sheet.write(number, column, cell)
    book.save(data)
    return data.getvalue()


def dropped(
    folder: Path, data: bytes, *, name: str = "orders.xlsx", config: str = CONFIG, options: str = ""
) -> Path:
    """Drop a workbook into the folder of feeds."""
    shop(folder, "", config=config.replace("      currency", f"{options}      currency"))
    (folder / "feeds" / "orders.csv").unlink()
    (folder / "feeds" / name).write_bytes(data)
    return folder


def imported(folder: Path) -> Done:
    return ordosync(folder, "import-orders", "--json")


def failures(folder: Path) -> list[dict[str, str]]:
    """Import, and return the steps that failed."""
    assert imported(folder).code == 1
    return [step for step in steps(folder, 1) if step["state"] == "failed"]


@pytest.mark.parametrize("name", ["orders.xlsx", "ORDERS.XLSX", "orders.xlsm"])
def test_workbook_is_imported_like_a_csv_file(tmp_path: Path, name: str) -> None:
    dropped(tmp_path, xlsx((501, *MUG), ("#1002", *MUG)), name=name)

    result = imported(tmp_path)

    assert result.counts == {"seen": 2, "done": 2}
    assert numbers(tmp_path) == ["#1002", "00501"]
    [order] = ordosync(tmp_path, "orders", "show", "00501", "--json").json["orders"]
    [line] = order["lines"]
    assert (line["sku"], line["quantity"], line["unit_price"]) == ("MUG", 1, "9.5")


def test_old_workbook_is_imported_like_a_csv_file(tmp_path: Path) -> None:
    dropped(tmp_path, xls(("1001", *MUG), (1002, *MUG)), name="orders.xls")

    assert imported(tmp_path).counts == {"seen": 2, "done": 2}
    assert numbers(tmp_path) == ["1001", "1002"]


def test_order_that_comes_as_csv_and_later_in_a_workbook_is_the_same_order(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001"))
    assert imported(tmp_path).counts == {"seen": 1, "done": 1}
    (tmp_path / "feeds" / "later.xlsx").write_bytes(xlsx(("1001", *MUG)))

    again = imported(tmp_path)

    assert again.counts == {"seen": 1, "unchanged": 1}
    assert numbers(tmp_path) == ["1001"]


def test_refused_cell_refuses_its_row_and_the_others_are_imported(tmp_path: Path) -> None:
    cells = [("1001", "MUG", "Mug", "#N/A", 9.5, "Ada", "DE"), ("1002", *MUG)]
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet()
        for number, texts in enumerate([COLUMNS, *cells]):
            sheet.write_row(number, 0, texts)
        sheet.write_formula(1, 3, "=NA()", None, "#N/A")
    dropped(tmp_path, data.getvalue())

    result = imported(tmp_path)

    assert result.counts == {"seen": 2, "done": 1, "failed": 1}
    [failed] = [step for step in steps(tmp_path, 1) if step["state"] == "failed"]
    assert failed["reason"].startswith("feeds/orders.xlsx row 2: 'qty' holds the error #N/A")
    assert numbers(tmp_path) == ["1002"]


def test_cell_that_cannot_be_read_is_no_blank_for_a_rule(tmp_path: Path) -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet()
        for number, texts in enumerate([COLUMNS, ("1001", *MUG), ("1001", "CUP", *MUG[1:])]):
            sheet.write_row(number, 0, texts)
        for column in (3, 6):
            sheet.write_formula(2, column, "=NA()", None, "#N/A")
    rule = f'skip: [{{column: {COLUMNS[6]}, matches: "^$", rows: true}}]\n'
    dropped(tmp_path, data.getvalue(), options=f"      {rule}")

    [failed] = failures(tmp_path)

    assert "row 3: 'qty' holds the error #N/A; " in failed["reason"]
    assert f"{COLUMNS[6]!a} holds the error #N/A" in failed["reason"]


def test_refused_cell_of_a_column_that_is_not_used_harms_nothing(tmp_path: Path) -> None:
    config = CONFIG.replace("unit_price: price,", "").replace("      currency: EUR\n", "")
    rows = [("1001", "MUG", "Mug", 1, 12345678901234567, "Ada", "DE")]
    dropped(tmp_path, xlsx(*rows), config=config)

    assert imported(tmp_path).counts == {"seen": 1, "done": 1}


def test_header_below_a_title_is_found(tmp_path: Path) -> None:
    data = xlsx(("1001", *MUG), above=["Orders of Northwind", "", ""])
    dropped(tmp_path, data, options="      header: {contains: [order, sku]}\n")

    assert imported(tmp_path).counts == {"seen": 1, "done": 1}


def test_title_without_an_option_is_answered_with_the_row(tmp_path: Path) -> None:
    dropped(tmp_path, xlsx(("1001", *MUG), above=["", "Orders"]))

    [failed] = failures(tmp_path)

    assert (
        "row 1 is blank; a header row is needed; if it is row 2, set `header: 2`"
        in (failed["reason"])
    )


def test_note_beside_the_table_harms_nothing(tmp_path: Path) -> None:
    dropped(tmp_path, xlsx(("1001", *MUG, "", "checked"), ("1002", *MUG)))

    assert imported(tmp_path).counts == {"seen": 2, "done": 2}


def test_table_without_a_header_may_begin_with_a_short_row(tmp_path: Path) -> None:
    numbers_of = {name: number for number, name in enumerate(COLUMNS, 1)}
    config = f"{CONFIG}    address: optional\n".replace("values: {ship_to", "# {ship_to")
    for name, number in numbers_of.items():
        config = config.replace(f": {name}", f": {number}")
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as file:
        sheet = file.add_worksheet()
        sheet.write_row(0, 0, ["1001", *MUG][:6])
        sheet.write_row(1, 0, ["1002", *MUG])
    dropped(tmp_path, book.getvalue(), config=config, options="      header: none\n")

    assert imported(tmp_path).counts == {"seen": 2, "done": 2}
    [order] = ordosync(tmp_path, "orders", "show", "1002", "--json").json["orders"]
    assert (order["ship_to"]["name"], order["ship_to"]["country"]) == ("Ada", "DE")


def test_decimal_comma_is_that_of_text_cells_and_of_numbers(tmp_path: Path) -> None:
    """Otherwise 1.018 would be read as 1018, since the point separates thousands."""
    rows = [
        ("1001", "MUG", "Mug", 1, 1.018, "Ada", "DE"),
        ("1002", "MUG", "Mug", 1, "1.018,5", "Ada", "DE"),
    ]
    options = (
        '      decimal: ","\n      transform: {unit_price: [{thousands: "."}]}\n'
        "      format: FORM\n"
    )
    for form, data in (("xlsx", xlsx(*rows)), ("xls", xls(*rows))):
        folder = tmp_path / form
        folder.mkdir()
        dropped(folder, data, options=options.replace("FORM", form))
        assert imported(folder).counts == {"seen": 2, "done": 2}
        prices = []
        for number in ("1001", "1002"):
            [order] = ordosync(folder, "orders", "show", number, "--json").json["orders"]
            prices.append(order["lines"][0]["unit_price"])
        assert prices == ["1.018", "1018.5"]


@pytest.mark.parametrize("line", ["[1]", '["1", ["a"], []]', "[1, [1], []]", "[" * 100_000, "{}"])
def test_file_that_only_looks_like_a_copy_is_refused(tmp_path: Path, line: str) -> None:
    dropped(tmp_path, b'rows of a workbook, kept by ordosync\n"."\n' + line.encode())

    [failed] = failures(tmp_path)

    assert "is a damaged copy of a workbook" in failed["reason"]


@pytest.mark.parametrize("column", ["order", "sku"])
@pytest.mark.parametrize("code", ["d-mmm", "mmm-yy", "yyyy-mm-dd"])
def test_id_that_became_a_date_is_refused(tmp_path: Path, column: str, code: str) -> None:
    """A spreadsheet turns the SKU 2-3 into the second of March, and the SKU is lost."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, COLUMNS)
        sheet.write_row(1, 0, ["1001", *MUG])
        sheet.write_row(2, 0, ["1002", *MUG])
        day = book.add_format({"num_format": code})
        sheet.write_number(1, COLUMNS.index(column), 46083, day)
    dropped(tmp_path, data.getvalue())

    [failed] = failures(tmp_path)

    assert failed["reason"].startswith(f"feeds/orders.xlsx row 2: '{column}' holds a date; format")
    assert numbers(tmp_path) == ["1002"]


def test_id_that_became_a_date_can_be_named_in_the_configuration(tmp_path: Path) -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, COLUMNS)
        sheet.write_row(1, 0, ["1001", *MUG])
        sheet.write_number(1, 1, 46083, book.add_format({"num_format": "d-mmm"}))
    to_sku = '{sku: [{map: {"2026-03-02 00:00:00": 2-3}}]}'
    dropped(tmp_path, data.getvalue(), options=f"      transform: {to_sku}\n")

    assert imported(tmp_path).counts == {"seen": 1, "done": 1}
    [order] = ordosync(tmp_path, "orders", "show", "1001", "--json").json["orders"]
    assert order["lines"][0]["sku"] == "2-3"


def test_sheet_is_chosen_by_its_name(tmp_path: Path) -> None:
    data = xlsx(("1001", *MUG), sheets={"Orders": False, "Notes": False})
    dropped(tmp_path, data, options="      sheet: Orders\n")

    assert imported(tmp_path).counts == {"seen": 1, "done": 1}


def test_missing_column_is_named_with_the_sheet(tmp_path: Path) -> None:
    config = CONFIG.replace("order_number: order", "order_number: Oder")
    dropped(tmp_path, xlsx(("1001", *MUG)), config=config)

    [failed] = failures(tmp_path)

    assert "column 'Oder' is missing; did you mean 'order'" in failed["reason"]
    assert "sheet: 'Orders'" in failed["reason"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (xlsx(sheets={"A": False, "B": False}), "has 2 visible sheets ('A', 'B'); set `sheet:`"),
        (b"order,sku\n1,A\n", "is text, not a workbook; if it is CSV, name it .csv"),
        (b"<html><body>Sign in", "is HTML, not a workbook; save its sheet as .xlsx"),
        (xls(), "is an old .xls workbook, not .xlsx; name it .xls"),
        (xlsx()[:900], "is cut or damaged; the end of the ZIP file is missing"),
        (workbook('<row r="1"><c r="XFD1"><v>1</v></c></row>'), "has a cell in 'XFD1'"),
        (workbook("", workbook="<!DOCTYPE x>"), "'xl/workbook.xml' is not valid XML"),
    ],
)
def test_file_that_cannot_be_read_is_refused_and_the_others_are_imported(
    tmp_path: Path, data: bytes, reason: str
) -> None:
    dropped(tmp_path, data)
    (tmp_path / "feeds" / "good.xlsx").write_bytes(xlsx(("1002", *MUG)))

    result = imported(tmp_path)

    assert result.counts == {"seen": 2, "done": 1, "failed": 1}
    [failed] = [step for step in steps(tmp_path, 1) if step["state"] == "failed"]
    assert failed["reason"].startswith(f"feeds/orders.xlsx: {reason}")


@pytest.mark.parametrize(
    ("data", "name"), [(xlsx(), ".xlsx"), (xls(), ".xls")], ids=[".xlsx", ".xls"]
)
def test_workbook_under_the_name_of_a_csv_file_can_be_renamed(
    tmp_path: Path, data: bytes, name: str
) -> None:
    dropped(tmp_path, data, name="orders.csv")

    [failed] = failures(tmp_path)

    assert failed["reason"].startswith(
        "feeds/orders.csv: is a workbook of a spreadsheet; save its sheet as CSV, or name it"
        f" {name};"
    )


def test_workbook_of_another_format_is_to_be_saved(tmp_path: Path) -> None:
    dropped(tmp_path, xlsx(), name="orders.ods")

    [failed] = failures(tmp_path)

    assert "is a workbook of a spreadsheet; save its sheet as CSV or .xlsx;" in failed["reason"]


def test_format_decides_before_the_name(tmp_path: Path) -> None:
    dropped(tmp_path, xlsx(("1001", *MUG)), name="orders.csv", options="      format: xlsx\n")

    assert imported(tmp_path).counts == {"seen": 1, "done": 1}


def test_folder_without_a_format_does_not_read_workbooks(tmp_path: Path) -> None:
    """A folder that was read by an earlier release must not have new orders by an upgrade."""
    dropped(tmp_path, xlsx(("1001", *MUG)), config=OF_FOLDER)

    assert imported(tmp_path).counts == {"seen": 0}


def test_folder_with_a_format_reads_only_its_files(tmp_path: Path) -> None:
    dropped(tmp_path, xlsx(("1001", *MUG)), config=OF_FOLDER, options="      format: xlsx\n")
    (tmp_path / "feeds" / "other.csv").write_text(HEADER + row("1002"), "utf-8")

    assert imported(tmp_path).counts == {"seen": 1, "done": 1}
    assert numbers(tmp_path) == ["1001"]


def test_file_that_marks_an_open_workbook_is_ignored(tmp_path: Path) -> None:
    dropped(tmp_path, xlsx(("1001", *MUG)))
    (tmp_path / "feeds" / "~$orders.xlsx").write_bytes(b"\x03Ada" + bytes(160))

    assert imported(tmp_path).counts == {"seen": 1, "done": 1}


@pytest.mark.parametrize("lines", ["      format: csv\n", "      format: jsonl\n"])
def test_sheet_of_a_file_that_has_none_is_refused(tmp_path: Path, lines: str) -> None:
    dropped(tmp_path, b"", options=f"{lines}      sheet: Orders\n")

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert "sheet: is only for workbooks" in result.err


def test_sheet_of_files_whose_suffix_is_in_capitals_is_refused(tmp_path: Path) -> None:
    config = CONFIG.replace("glob: feeds/*", "glob: feeds/*.CSV")
    dropped(tmp_path, b"", config=config, options="      sheet: Orders\n")

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert "sheet: is only for workbooks" in result.err


def test_failed_order_is_read_from_the_copy_of_its_workbook(tmp_path: Path) -> None:
    dropped(tmp_path, xlsx(("1001", "MUG", "Mug", 1, 9.5, "Ada", "Austria")))
    assert len(failures(tmp_path)) == 1
    (tmp_path / "feeds" / "orders.xlsx").unlink()

    config = (tmp_path / "config.yaml").read_text("utf-8")
    fixed = config.replace("{Germany: DE}", "{Austria: AT}")
    (tmp_path / "config.yaml").write_text(fixed, "utf-8")

    assert ordosync(tmp_path, "retry", "1").code == 0
    assert numbers(tmp_path) == ["1001"]


def test_order_number_of_a_formula_that_was_not_calculated_is_not_called_blank(
    tmp_path: Path,
) -> None:
    dropped(tmp_path, xlsx(("=A1", *MUG), ("1002", *MUG)))

    (step,) = failures(tmp_path)

    assert "row 2: the order number cannot be read: 'order' holds a formula" in step["reason"]
    assert "blank" not in step["reason"]
