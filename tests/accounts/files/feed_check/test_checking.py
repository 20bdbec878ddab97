"""The check of one file by the options of an account: format, columns, verdicts, sums."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ordosync.accounts.feeds import MOST_EXAMPLES, FeedColumn, FeedReport
from ordosync.accounts.files.input_options.rules import RowRule
from ordosync.accounts.files.input_options.statuses import StatusColumn
from tests.accounts.files.feed_check.checking import (
    COLUMNS,
    HEADER,
    checked,
    checked_file,
    finding,
    row,
)


def counts(report: FeedReport) -> dict[str, int]:
    return {each.verdict: each.count for each in report.verdicts}


def test_sums_are_those_of_the_records_that_are_read(tmp_path: Path) -> None:
    rows = [
        row(),
        row(sku="TRAY", qty="1", price="4.50"),
        row("1002", date="2026-11-02"),
        row("1003", qty="x", date="2026-12-31"),
    ]

    report = checked(tmp_path, rows)

    totals = report.totals
    assert (totals.rows, totals.records, totals.lines) == (4, 2, 3)
    assert (totals.skus, totals.units) == (2, 5)
    assert totals.money == {"EUR": Decimal("54.50")}
    assert (totals.first_on, totals.last_on) == (date(2026, 11, 2), date(2026, 11, 20))
    assert totals.days == "2 to 20 November 2026"


def test_each_verdict_has_its_rows(tmp_path: Path) -> None:
    rows = [row(), row("1002", sku="GIFT"), row("1003", qty="x"), row("1004", price="?")]
    rule = RowRule(column="sku", matches="^GIFT$", reason="a gift card")

    report = checked(tmp_path, rows, skip=(rule,))

    assert counts(report) == {"travels": 1, "skipped": 1, "failed": 2}
    assert report.is_refused
    examples = [(e.row, e.record) for each in report.verdicts for e in each.examples]
    assert examples == [(3, "1002"), (4, "1003"), (5, "1004")]


def test_the_word_of_a_status_is_the_verdict(tmp_path: Path) -> None:
    status = StatusColumn(
        column="sku", travels=("MUG",), held=("LATER",), skipped=("OLD",), failed=("PART",)
    )
    skus = ("MUG", "LATER", "OLD", "PART", "NEW")
    rows = [row(str(at), sku=sku) for at, sku in enumerate(skus)]

    report = checked(tmp_path, rows, statuses=(status,))

    assert counts(report) == {"travels": 1, "held": 1, "skipped": 1, "failed": 2}
    examples = [(each.verdict, e.row, e.record) for each in report.verdicts for e in each.examples]
    assert examples == [
        ("held", 3, "1"),
        ("skipped", 4, "2"),
        ("failed", 5, "3"),
        ("failed", 6, "4"),
    ]


def test_a_verdict_has_few_examples_of_each_kind_and_the_whole_count(tmp_path: Path) -> None:
    rows = [*(row(str(number), qty="x") for number in range(50)), row("51", price="?")]

    report = checked(tmp_path, rows)

    [failed] = report.verdicts
    codes = [example.code for example in failed.examples]
    assert failed.count == 51
    assert codes == ["invalid.quantity"] * MOST_EXAMPLES + ["invalid.money"]


def test_a_file_without_a_fault_is_not_refused(tmp_path: Path) -> None:
    columns = {name: column for name, column in COLUMNS.items() if name != "ship_to.zip"}

    report = checked(tmp_path, [row()], columns=columns)

    assert not report.is_refused
    assert report.findings == ()


def test_format_is_the_one_that_the_bytes_show(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(f"{';'.join(COLUMNS.values())}\r\n".encode("utf-16"))

    report = checked_file(path, encoding="utf-16", delimiter=";")

    assert report.format.encoding == "utf-16"
    assert report.format.delimiter == ";"
    assert report.format.header_row == 1


def test_columns_are_read_missing_twice_or_not_read(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("Order,sku,qty,price,date,to,zip,zip,country,gift\n")

    report = checked_file(path)

    states = {column.name: column.state for column in report.columns}
    assert states["order"] == "missing"
    assert states["zip"] == "twice"
    assert states["gift"] == "unused"
    assert states["sku"] == "read"
    assert report.problem


def test_a_missing_column_has_the_similar_one(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("order,sku,quantity,price,date,to,zip,country\n")

    report = checked_file(path, columns={**COLUMNS, "quantity": "quantitty"})

    missing = [column for column in report.columns if column.state == "missing"]
    assert missing == [
        FeedColumn(name="quantitty", state="missing", fields=("quantity",), near="quantity")
    ]


def test_the_first_row_of_a_file_without_a_header_is_not_shown(tmp_path: Path) -> None:
    """It is the data of a buyer."""
    path = tmp_path / "orders.csv"
    path.write_text("1001,MUG,2,12.50,2026-11-20,Ana Cruz,1 Main St,69002\n")

    report = checked_file(path)

    assert report.problem
    assert [column.name for column in report.columns if column.state == "unused"] == []
    assert "Ana" not in str(report)


def test_no_data_of_a_buyer_is_in_a_report(tmp_path: Path) -> None:
    rows = [row(to="Ana Cruz", zip="1234"), row(to="Bo Lind", qty="x", zip="1E+12")]

    report = checked(tmp_path, rows)

    assert report.is_refused
    for text in ("Ana", "Bo Lind", "1234", "1E+12"):
        assert text not in str(report)


def test_skus_that_the_other_side_lacks_are_named(tmp_path: Path) -> None:
    def known(skus: Sequence[str]) -> AbstractSet[str]:
        return {sku for sku in skus if sku.startswith("M")}

    report = checked(
        tmp_path, [row(), row("1002", sku="TRAY"), row("1003", sku="CUP")], known=known
    )

    found = finding(report, "unknown-sku")
    assert found
    assert found.count == 2
    assert "CUP, TRAY" in found.text


@pytest.mark.parametrize("text", ["", "order,sku\n"])
def test_a_file_of_which_no_row_can_be_used_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"\n{text}x,y\n")

    assert checked_file(path).is_refused


def test_columns_of_a_wrong_encoding_are_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"{HEADER}\n{row()}\n", encoding="utf-16")

    report = checked_file(path)

    assert report.columns == ()
    assert "set `encoding: utf-16`" in report.problem
