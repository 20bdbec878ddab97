"""Workbooks, XML and JSON: their guesses, and what a check tells of them."""

import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from ordosync.accounts.feeds import FeedGuess, guess_feed
from tests.accounts.files.feed_check.checking import COLUMNS, checked_file, finding

ROW = ["1001", "MUG", "2", "12.50", "2026-11-20", "Ana Cruz", "69002", "FR"]
TWO_ORDERS = [
    {"id": "1001", "shipTo": {"name": "Ana", "zip": "02108"}, "lines": [{"sku": "M", "qty": 2}]},
    {"id": "1002", "shipTo": {"name": "Bo", "zip": "89501"}, "lines": []},
]
FIELDS = ("order_number", "sku", "quantity", "ship_to.name", "ship_to.zip")


def guessed(path: Path) -> FeedGuess:
    return guess_feed(path, presets={})


def columns_of(guess: FeedGuess) -> tuple[str, ...]:
    return tuple(guess.options["columns"].get(field, "") for field in FIELDS)


@pytest.mark.parametrize(
    ("document", "record"),
    [
        (TWO_ORDERS, "[]"),
        ({"orders": TWO_ORDERS}, "orders[]"),
        ({"count": 2, "tags": ["a"], "data": {"orders": TWO_ORDERS}}, "data.orders[]"),
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_records_and_lines_of_json(
    tmp_path: Path, document: Any, record: str, indent: int | None
) -> None:
    path = tmp_path / "orders.json"
    path.write_text(json.dumps(document, indent=indent))

    guess = guessed(path)

    assert (guess.subject, guess.missing, guess.format.name) == ("orders", {}, "json")
    assert (guess.options["record"], guess.options["lines"]) == (record, "lines[]")
    assert columns_of(guess) == ("id", "lines[].sku", "lines[].qty", "shipTo.name", "shipTo.zip")


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_text("".join(f"{json.dumps(order)}\n" for order in TWO_ORDERS))

    guess = guessed(path)

    assert (guess.format.name, guess.options["lines"]) == ("jsonl", "lines[]")
    assert "record" not in guess.options


def test_a_document_under_another_name_gets_its_format(tmp_path: Path) -> None:
    path = tmp_path / "orders.txt"
    path.write_text(json.dumps({"orders": TWO_ORDERS}))

    assert guessed(path).options["format"] == "json"


NESTED = """<feed><head><at>1</at></head><orders>
<order><number>1</number><items><item><sku>M</sku><qty>2</qty></item></items></order>
<order number="2"/></orders></feed>"""
NAMESPACE = """<x:o xmlns:x="urn:x"><x:order number="1"><x:line sku="M" qty="2"/>
<x:line sku="N" qty="1"/></x:order></x:o>"""


@pytest.mark.parametrize(
    ("document", "record", "line"),
    [
        ('<o><order number="1"><line sku="M" qty="2"/></order></o>', "o/order", "line"),
        (NESTED, "feed/orders/order", "items/item"),
        (NAMESPACE, "o/order", "line"),
    ],
)
def test_records_and_lines_of_xml(tmp_path: Path, document: str, record: str, line: str) -> None:
    path = tmp_path / "orders.xml"
    path.write_text(document)

    guess = guessed(path)

    assert (guess.options["record"], guess.options["lines"]) == (record, line)
    assert (guess.subject, guess.missing) == ("orders", {})


def test_a_document_with_a_doctype_is_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "orders.xml"
    path.write_text('<!DOCTYPE o [<!ENTITY a "b">]><o><order number="&a;"/></o>')

    assert guessed(path).missing


def test_a_check_of_a_document_counts_records(tmp_path: Path) -> None:
    path = tmp_path / "orders.json"
    path.write_text(json.dumps({"orders": TWO_ORDERS}))
    columns = {"order_number": "id", "sku": "lines[].sku", "quantity": "lines[].qty"}

    report = checked_file(path, columns=columns, record="orders[]", lines="lines[]", format="json")

    assert {each.verdict: each.count for each in report.verdicts} == {"travels": 1, "skipped": 1}
    [skipped] = [each for each in report.verdicts if each.verdict == "skipped"]
    assert skipped.examples[0].row == 2


def workbook(path: Path, *, hidden: bool = False, sheets: int = 1) -> None:
    with xlsxwriter.Workbook(path) as book:
        for number in range(sheets):
            sheet = book.add_worksheet(f"Sheet {number + 1}")
            sheet.write_row(0, 0, COLUMNS.values())
            for at, text in enumerate(ROW):
                sheet.write_string(1, at, text)
            if hidden:
                sheet.set_row(1, options={"hidden": True})
                sheet.merge_range("A4:B4", "")
                book.add_worksheet("Old").hide()


def test_a_workbook_is_guessed_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    workbook(path)

    guess = guessed(path)
    report = checked_file(path)

    assert (guess.subject, guess.missing) == ("orders", {})
    assert "sheet" not in guess.options
    assert report.format.sheet == "Sheet 1"
    assert (report.totals.records, report.is_refused) == (1, False)


def test_the_first_of_several_sheets_is_named(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    workbook(path, sheets=2)

    assert guessed(path).options["sheet"] == "Sheet 1"
    assert "set `sheet:`" in checked_file(path).problem


def test_hidden_parts_of_a_workbook_are_warnings(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    workbook(path, hidden=True)

    report = checked_file(path)

    rows, sheets = finding(report, "hidden-rows"), finding(report, "other-sheets")
    assert rows
    assert rows.rows == (2,)
    assert sheets
    assert "Old" in sheets.text
    assert finding(report, "merged-cells")


@pytest.mark.parametrize("content", [b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0broken"])
def test_a_workbook_that_cannot_be_opened_has_its_reason(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "orders.xlsx"
    path.write_bytes(content)

    assert guessed(path).problem
    assert checked_file(path).problem


@pytest.mark.parametrize(
    ("cells", "option"),
    [
        (
            ["2 x MUG; 1 x TRAY", "1 x VASE"],
            {"items": "Items", "at": ";", "each": "{quantity} x {sku}"},
        ),
        (["MUG:2|TRAY:1"], {"items": "Items", "at": "|", "each": "{sku}:{quantity}"}),
    ],
)
def test_all_lines_in_one_cell(tmp_path: Path, cells: list[str], option: dict[str, str]) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("Order,Name,Items\n" + "".join(f"1,Ana,{cell}\n" for cell in cells))

    guess = guessed(path)

    assert guess.missing == {}
    assert guess.options["one_row"] == option
