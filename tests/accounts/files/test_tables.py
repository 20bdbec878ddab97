"""Tables: the header, the columns, the end of the data, and rows that are wider or shorter."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.files.formats.rows import InvalidFileError, Row
from ordosync.accounts.files.formats.tables import TableRow, table_rows
from ordosync.accounts.files.input_options.product_files import ProductFiles
from ordosync.accounts.files.input_options.rules import RowRule
from ordosync.accounts.files.input_options.stock_files import StockFiles
from ordosync.accounts.files.input_options.table_options import EndOfData, Header
from ordosync.accounts.option_types import Names, merged
from tests.accounts.files.order_feeds import Feeds

TITLED = ["Stock of Northwind\t\t", "\t\t", "SKU\tName\tNote", "MUG\tMug\t", "CUP\tCup\tnew"]


def options(**kwargs: Any) -> ProductFiles:
    kwargs = {"columns": {"sku": "SKU", "name": "Name"}, **kwargs}
    return ProductFiles(glob=Path("x"), **kwargs)


def table(lines: Sequence[str]) -> list[TableRow]:
    return [TableRow(number, line.split("\t")) for number, line in enumerate(lines, 1)]


def read(lines: Sequence[str], **kwargs: Any) -> list[Row]:
    return list(table_rows(table(lines), options(**kwargs)))


def skus(rows: Sequence[Row], column: str = "SKU") -> list[tuple[int, str]]:
    return [(row.number, row.cells[column]) for row in rows]


@pytest.mark.parametrize(
    "header", [Header(row=3), Header(contains=("SKU", "Name")), Header(contains=("Note",))]
)
def test_header_is_found_by_its_row_or_by_its_texts(header: Header) -> None:
    assert skus(read(TITLED, header=header)) == [(4, "MUG"), (5, "CUP")]


def test_header_with_a_text_only_within_a_cell_is_not_found() -> None:
    with pytest.raises(InvalidFileError, match="no row has all texts") as caught:
        read(["Our SKU\tName", "MUG\tAda Lovelace"], header=Header(contains=("SKU",)))

    assert "('SKU'); cells: row 1 has 2, row 2 has 2" in str(caught.value)
    assert "Ada" not in str(caught.value)


def test_blank_row_in_place_of_the_header_names_the_row_that_may_be_it() -> None:
    with pytest.raises(InvalidFileError, match=r"row 1 is blank.*set `header: 3`"):
        read(["", "\t", "SKU\tName"])


def test_header_beyond_the_end_is_refused() -> None:
    with pytest.raises(InvalidFileError, match="has no row 9, which `header` names"):
        read(TITLED, header=Header(row=9))


def test_columns_without_a_header_are_numbers() -> None:
    rows = read(["", "MUG\t3", "CUP\t4\t"], header=Header(), columns={"sku": "1", "name": "2"})

    assert skus(rows, "1") == [(2, "MUG"), (3, "CUP")]


def test_column_beyond_the_width_of_a_file_without_a_header_is_missing() -> None:
    with pytest.raises(InvalidFileError, match=r"column '3' is missing \(the file has no header"):
        read(["MUG\t3"], header=Header(), columns={"sku": "1", "name": "3"})


@pytest.mark.parametrize(
    ("header", "sku"),
    [
        ("Lineitem SKU\tName", "MUG"),
        ("Lineitem sku\tName", "MUG"),
        ("Lineitem sku\tLineitem SKU", "MUG"),
        ("Lineitem SKU\tLineitem sku", "Mug"),
    ],
)
def test_column_has_the_first_of_its_names_that_the_file_has(header: str, sku: str) -> None:
    rows = read([header, "MUG\tMug"], columns={"sku": Names("Lineitem sku", "Lineitem SKU")})

    assert skus(rows, "Lineitem sku") == [(2, sku)]


def test_one_column_may_be_two_columns_of_the_options() -> None:
    rule = RowRule(column="SKU", matches="^$")
    rows = read(["SKU\tName", "MUG\tMug"], columns={"sku": Names("Item", "SKU")}, skip=(rule,))

    assert rows[0].cells == {"Item": "MUG", "SKU": "MUG", "Name": "Mug"}


def test_same_first_name_shares_the_others() -> None:
    assert [
        text.all if isinstance(text, Names) else text
        for text in merged(["a", "b", Names("a", "A"), Names("a", "A", "x")])
    ] == [("a", "A", "x"), "b"]


@pytest.mark.parametrize("header", ["sku\tName", " S K U \tName", "Sku\tname"])
def test_header_may_differ_in_capitals_only_in_the_dialect_of_spreadsheets(header: str) -> None:
    header = header.replace("S K U", "SKU")
    with_dialect = read([header, "MUG\tMug"], dialect="spreadsheet")

    assert skus(with_dialect) == [(2, "MUG")]
    if header.split("\t")[0].strip() != "SKU":
        with pytest.raises(InvalidFileError, match=r"column 'SKU' is missing; did you mean '\w+'"):
            read([header, "MUG\tMug"])


def test_exact_header_comes_before_one_that_differs_in_capitals() -> None:
    rows = read(["sku\tSKU\tName", "wrong\tMUG\tMug"], dialect="spreadsheet")

    assert skus(rows) == [(2, "MUG")]


def test_two_headers_that_differ_only_in_capitals_are_refused() -> None:
    with pytest.raises(InvalidFileError, match="'SKU' is in the header twice"):
        read(["sku\tSku\tName", "MUG\tCUP\tMug"], dialect="spreadsheet")


def test_missing_column_is_reported_with_all_its_names_and_the_place_of_the_header() -> None:
    columns = {"sku": Names("Lineitem sku", "Variant SKU"), "name": "Name"}
    with pytest.raises(InvalidFileError) as caught:
        read(["", "Varian SKU\tName"], columns=columns, header=Header(row=2))

    assert str(caught.value) == (
        "column 'Lineitem sku' or 'Variant SKU' is missing; did you mean 'Varian SKU'?"
        " (header: row 2)"
    )


def test_row_of_a_customer_in_place_of_the_header_is_not_quoted() -> None:
    with pytest.raises(InvalidFileError) as caught:
        read(["1001\tNamer\tSKUPA", "1002\tBob\tYork"])

    assert str(caught.value) == "column 'SKU' is missing (header: row 1)"


def test_optional_column_that_the_file_lacks_is_blank() -> None:
    rows = read(["SKU", "MUG"], optional=("Name",))

    assert rows[0].cells.get("Name", "") == ""
    assert rows[0].problem == ""


@pytest.mark.parametrize(
    "until",
    [
        EndOfData(matches="^Total$"),
        EndOfData(matches="^Total$", column="SKU"),
        EndOfData(matches="record\\(s\\) downloaded"),
    ],
)
def test_data_end_before_the_row_that_matches(until: EndOfData) -> None:
    end = ["", "Total\t2 record(s) downloaded\t", "CUP\tMug\tx\ty"]

    assert skus(read([*TITLED[2:4], *end], until=until)) == [(2, "MUG")]


def test_end_of_data_is_searched_in_its_column_only() -> None:
    until = EndOfData(matches="^Total$", column="SKU")

    assert len(read(["SKU\tName", "MUG\tTotal", "CUP\tCup"], until=until)) == 2


@pytest.mark.parametrize("blank", ["", "\t", "\t\t\t\t\t", " \t\u00a0", "\u200b\t\ufeff\t"])
def test_row_without_text_is_ignored(blank: str) -> None:
    assert skus(read(["SKU\tName", blank, "MUG\tMug"])) == [(3, "MUG")]


@pytest.mark.parametrize("row", ["MUG\tMug\t", "MUG\tMug\t\t \u200b", "\ufeffMUG\u00a0\tMug"])
def test_blank_cells_beyond_the_header_are_harmless(row: str) -> None:
    [read_row] = read(["SKU\tName", row])

    assert (read_row.cells, read_row.problem) == ({"SKU": "MUG", "Name": "Mug"}, "")


def test_row_whose_cells_were_moved_by_a_delimiter_in_a_text_is_refused() -> None:
    rows = read(["SKU\tName\tNote", "MUG\tMug\t", "CUP\tA\tcup\t"])

    assert [row.problem for row in rows] == ["", "has 4 cells, the header has 3"]


def test_row_may_lack_only_cells_without_a_name() -> None:
    assert [row.problem for row in read(["SKU\tName\t\t", "MUG\tMug", "CUP"])] == [
        "",
        "has 1 cells, the header has 4",
    ]


@pytest.mark.parametrize("row", ["MUG\tMug\tx", "MUG\tMug\t\tx", "\t\tx", "MUG"])
def test_row_with_text_beyond_the_header_or_too_few_cells_is_refused(row: str) -> None:
    [read_row] = read(["SKU\tName", row])

    count = row.count("\t") + 1
    assert read_row.problem == f"has {count} cells, the header has 2"


def test_ragged_table_leaves_out_blank_cells_at_the_end_of_a_row() -> None:
    rows = table_rows(table(["SKU\tName", "MUG"]), options(), is_ragged=True)

    assert [(row.cells, row.problem) for row in rows] == [({"SKU": "MUG", "Name": ""}, "")]


def test_problem_of_a_cell_counts_only_if_its_column_is_used() -> None:
    source = [
        TableRow(1, ["SKU", "Name", "Note"]),
        TableRow(2, ["MUG", "Mug", "#N/A"], {2: "has the error #N/A"}),
        TableRow(3, ["CUP", "", ""], {1: "has a formula without a value"}),
        TableRow(4, ["", "", ""], {0: "has a formula without a value"}),
    ]

    assert [row.problem for row in table_rows(source, options())] == [
        "",
        "'Name' has a formula without a value",
        "'SKU' has a formula without a value",
    ]


@pytest.mark.parametrize(
    ("text", "trimmed"),
    [
        ("\u200bMUG\u200d", "MUG"),
        (" \u2060\u00a0\ufeffMUG\u00a0\u200c ", "MUG"),
        ("M\u200bUG", "M\u200bUG"),
        ("\u200b", ""),
    ],
)
def test_blanks_without_a_width_are_trimmed_at_both_ends(text: str, trimmed: str) -> None:
    assert skus(read(["SKU\tName", f"{text}\tMug"])) == [(2, trimmed)]


@pytest.mark.parametrize("header", [Header(row=1), Header(row=4), Header(contains=("SKU",))])
def test_table_without_any_text_is_refused(header: Header) -> None:
    with pytest.raises(InvalidFileError, match="is empty; a header row is needed"):
        read(["", "\t"], header=header)


def test_table_without_a_header_and_without_any_text_is_refused() -> None:
    with pytest.raises(InvalidFileError, match="is empty"):
        read(["", "\t"], header=Header(), columns={"sku": "1"})


@pytest.mark.parametrize(
    ("problem", "changes"),
    [
        ("header: with `none`, a column is a number such as 1, not 'SKU'", {"header": Header()}),
        ("header.contains: must not have a blank", {"header": Header(contains=("SKU", " "))}),
        ("optional: 'Nmae' is not a column", {"optional": ("Nmae",)}),
        (
            "header: is not possible with `format: json`",
            {"format": "json", "header": Header(row=2)},
        ),
        ("until: is not possible", {"format": "xml", "until": EndOfData(matches="x")}),
        ("quotes: is not possible with `format: xlsx`", {"format": "xlsx", "quotes": False}),
        ("delimiter: is not possible with `format: xls`", {"format": "xls", "delimiter": ";"}),
        ("whole: is not possible with `format: json`", {"format": "json", "whole": "newline"}),
    ],
)
def test_options_that_make_no_sense_together_are_refused(
    problem: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        options(**changes)


def test_optional_column_may_be_any_name_of_a_column() -> None:
    assert options(columns={"sku": "SKU", "name": Names("Name", "Title")}, optional=("Title",))


@pytest.mark.parametrize("matches", ["", ".*", "Total|"])
def test_end_of_data_that_every_row_fits_is_refused(matches: str) -> None:
    with pytest.raises(ValueError, match="matches: fits every row"):
        EndOfData(matches=matches)


def test_note_of_a_customer_does_not_end_the_data(tmp_path: Path) -> None:
    feeds = Feeds(tmp_path)
    feeds.configure('until: {matches: "^Total"}')
    rows = "1,A,1,Total Solutions,\n2,,1,Ann,Total\n3,A,1,Bob,\n,,Total,,\n4,A,1,Cyd,\n"
    feeds.drop("a.csv", f"No,SKU,Qty,To,Note\n{rows}")

    assert feeds.run().counts == {"seen": 3, "done": 2, "failed": 1}


@pytest.mark.parametrize(
    "end", ["Total\t\t\t", "\tTotal\t500\t", "\t\t500\tTotal", "A\tTotal\t5\t"]
)
def test_row_of_totals_ends_the_data(end: str) -> None:
    columns = {"sku": "SKU", "quantity": "Qty"}
    files = StockFiles(glob=Path("x"), columns=columns, until=EndOfData(matches="^Total$"))

    rows = table_rows(table(["Place\tSKU\tQty\tNote", "A\tMUG\t1\t", end, "A\tCUP\t1\t"]), files)

    assert [row.cells["SKU"] for row in rows] == ["MUG"]
