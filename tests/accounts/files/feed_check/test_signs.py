"""Signs of damage in a file, each with its rows."""

from pathlib import Path

import pytest

from ordosync.accounts.files.feed_check.checking import check
from ordosync.accounts.files.input_options.rules import RowRule
from ordosync.accounts.files.input_options.stock_files import StockFiles
from ordosync.accounts.files.input_options.table_options import EndOfData
from ordosync.accounts.files.parsing import record_types
from tests.accounts.files.feed_check.checking import (
    COLUMNS,
    HEADER,
    checked,
    checked_file,
    finding,
    row,
)


def test_skus_of_digits_that_are_shorter_than_the_others(tmp_path: Path) -> None:
    rows = [row("1", sku="00501"), row("2", sku="502"), row("3", sku="00503"), row("4", sku="MUG")]

    found = finding(checked(tmp_path, rows), "sku-length")

    assert found
    assert found.rows == (3,)
    assert "5" in found.text


@pytest.mark.parametrize("skus", [["00501", "00502"], ["MUG", "CUP-1"], ["501", "502"]])
def test_skus_of_one_length_are_right(tmp_path: Path, skus: list[str]) -> None:
    report = checked(tmp_path, [row(str(at), sku=sku) for at, sku in enumerate(skus)])

    assert finding(report, "sku-length") is None


@pytest.mark.parametrize("text", ["1.2E+12", "1,2E+12", "9E12"])
def test_number_with_an_exponent(tmp_path: Path, text: str) -> None:
    found = finding(checked(tmp_path, [row(sku=f'"{text}"')]), "exponent")

    assert found
    assert found.rows == (2,)


@pytest.mark.parametrize("text", ["123456789012340", "1234567890123450", "12345678901234500"])
def test_number_that_excel_has_rounded(tmp_path: Path, text: str) -> None:
    assert finding(checked(tmp_path, [row(order=text)]), "rounded")


@pytest.mark.parametrize("text", ["12345678901234", "123456789012345", "4006381333931"])
def test_number_that_excel_keeps(tmp_path: Path, text: str) -> None:
    assert finding(checked(tmp_path, [row(order=text)]), "rounded") is None


@pytest.mark.parametrize(
    ("code", "country"), [("2108", "US"), ("1067", "DE"), ("501", "USA"), ("9211", "Germany")]
)
def test_zip_code_without_its_zero_is_only_counted(tmp_path: Path, code: str, country: str) -> None:
    report = checked(tmp_path, [row(zip=code, country=country)])

    found = finding(report, "short-zip")
    assert found
    assert (found.count, found.rows) == (1, (2,))
    assert code not in found.text


@pytest.mark.parametrize(("code", "country"), [("02108", "US"), ("1067", "CH"), ("", "US")])
def test_zip_code_that_is_right(tmp_path: Path, code: str, country: str) -> None:
    assert finding(checked(tmp_path, [row(zip=code, country=country)]), "short-zip") is None


@pytest.mark.parametrize("name", ["MÃ¼ller", "Andr\ufffd", "Ana â€œCruz"])
def test_letters_of_another_encoding(tmp_path: Path, name: str) -> None:
    found = finding(checked(tmp_path, [row(to=name)]), "wrong-letters")

    assert found
    assert found.rows == (2,)


@pytest.mark.parametrize("name", ["Müller", "São Paulo", "Zoë"])
def test_letters_that_are_right(tmp_path: Path, name: str) -> None:
    assert finding(checked(tmp_path, [row(to=name)]), "wrong-letters") is None


@pytest.mark.parametrize("text", ["2-Mar", "Mar-02"])
def test_sku_that_looks_like_a_date(tmp_path: Path, text: str) -> None:
    assert finding(checked(tmp_path, [row(sku=text)]), "date")


def test_text_of_a_formula(tmp_path: Path) -> None:
    assert finding(checked(tmp_path, [row(price="=B2*2")]), "formula")


def test_dates_that_two_formats_read_differently(tmp_path: Path) -> None:
    rows = [row("1", date="11/02/2026"), row("2", date="12/03/2026")]

    found = finding(checked(tmp_path, rows, date_format="%m/%d/%Y"), "date-format")

    assert found
    assert "2 November to 3 December 2026" in found.text
    assert "11 February to 12 March 2026" in found.text


def test_dates_with_one_meaning(tmp_path: Path) -> None:
    rows = [row("1", date="11/02/2026"), row("2", date="11/20/2026")]

    assert finding(checked(tmp_path, rows, date_format="%m/%d/%Y"), "date-format") is None


def test_blank_rows_between_others(tmp_path: Path) -> None:
    found = finding(checked(tmp_path, [row("1"), "", ",,,,,,,", row("2")]), "blank-rows")

    assert found
    assert (found.count, found.rows) == (2, (3, 4))


def test_blank_rows_at_the_end_are_nothing(tmp_path: Path) -> None:
    assert finding(checked(tmp_path, [row("1"), "", ""]), "blank-rows") is None


def test_last_row_without_its_end(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"{HEADER}\n{row()}")

    assert finding(checked_file(path), "cut")


def test_order_number_that_comes_again(tmp_path: Path) -> None:
    rows = [row("1"), row("1", sku="CUP"), row("2"), row("1", sku="TRAY")]

    found = finding(checked(tmp_path, rows), "repeated-order")

    assert found
    assert found.rows == (5,)


def test_a_row_that_a_rule_leaves_out_has_no_sign(tmp_path: Path) -> None:
    rule = RowRule(column="sku", matches="E", reason="others")

    report = checked(tmp_path, [row(), row("2", sku="1E+12")], skip=(rule,))

    assert finding(report, "exponent") is None


@pytest.mark.parametrize(
    ("street", "code", "is_complete"),
    [("1 Main St", "69002", True), ("", "69002", False), ("1 Main St", "", False)],
)
def test_an_address_that_a_portal_does_not_send(
    tmp_path: Path, street: str, code: str, is_complete: bool
) -> None:
    columns = {**COLUMNS, "ship_to.street1": "street"}
    path = tmp_path / "orders.csv"
    path.write_text(f"{HEADER},street\n{row(zip=code)},{street}\n")

    found = finding(checked_file(path, columns=columns), "no-address")

    assert (found is None) is is_complete
    assert found is None or found.rows == (2,)


def test_a_row_of_totals(tmp_path: Path) -> None:
    found = finding(checked(tmp_path, [row(), row("2", sku="Total")]), "total")

    assert found
    assert found.rows == (3,)


def test_a_quantity_in_stock_below_0(tmp_path: Path) -> None:
    path = tmp_path / "stock.csv"
    path.write_text("sku,qty\nMUG,-3\nCUP,0\n")
    options = StockFiles(glob=path, columns={"sku": "sku", "quantity": "qty"})

    found = finding(check(record_types.stock(options), path), "oversold")

    assert found
    assert found.rows == (2,)


def test_data_after_the_row_that_ends_them(tmp_path: Path) -> None:
    rows = [row("1"), row("2", sku="Total gym"), row("3"), "Seller: x", row("4")]

    found = finding(checked(tmp_path, rows, until=EndOfData(matches="Total")), "after-end")

    assert found
    assert found.rows == (4, 6)
    assert "row 3 ends the data" in found.text


def test_remark_after_the_data_is_no_sign(tmp_path: Path) -> None:
    report = checked(tmp_path, [row("1"), "Total,,9", "Seller: x"], until=EndOfData(matches="^To"))

    assert finding(report, "after-end") is None


@pytest.mark.parametrize("content", ["", HEADER + "\n"])
def test_file_without_data(tmp_path: Path, content: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(content)

    report = checked_file(path)

    assert finding(report, "empty")
    assert not [column for column in report.columns if column.state == "missing"]
