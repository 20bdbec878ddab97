"""Options of XML, JSON and JSON lines that `config check` refuses."""

from pathlib import Path
from typing import Any

import pytest

from tests.accounts.files.documents import JSON, XML, options

TABLE = {"order_number": "id", "sku": "sku", "quantity": "qty"}


@pytest.mark.parametrize(
    ("glob", "given", "problem"),
    [
        ("*.csv", {"record": "a[]"}, "record: is only for XML and JSON; these files are tables"),
        ("*.xlsx", {"record": "", "lines": "a[]"}, "lines: is only for XML and JSON"),
        ("*", {"format": "csv", "record": "a"}, "record: is only for XML and JSON"),
        ("*.jsonl", {"record": "a[]"}, "record: is not for JSON lines"),
        ("*.jsonl", {"record": "", "lines": "line"}, r"lines: 'line' must end with \[\], such as"),
        ("*.json", {"lines": "lines"}, r"lines: 'lines' must end with \[\], such as lines\[\]"),
        ("*.json", {"record": "orders/order"}, r"record: .* is not a path in JSON such as orders"),
        ("*.json", {"lines": "line/x"}, "lines: 'line/x' is not a path in JSON such as"),
        ("*.json", {"columns": XML["columns"]}, "columns: 'to/name' is not a path in JSON such as"),
        ("*.json", {"record": "a[][]"}, "is not a path in JSON"),
        ("*.json", {"record": "a..b[]"}, "is not a path in JSON"),
        ("*", {"columns": XML["columns"]}, "columns: 'to/name' is not a path in JSON such as"),
        (
            "*.xml",
            {"record": ""},
            "record: is missing; it is the path of a record, such as orders/",
        ),
        ("*.xml", {"record": "orders[]"}, "record: .* is not a path in XML such as orders/order"),
        ("*.xml", {"record": "/orders/order"}, "is not a path in XML"),
        ("*.xml", {"record": "orders/@order"}, "is not a path in XML"),
        ("*.xml", {"record": "o:orders/order"}, "is not a path in XML"),
        ("*.xml", {"lines": "lines[]"}, "lines: .* is not a path in XML such as line"),
        (
            "*.xml",
            {"columns": JSON["columns"]},
            r"columns: .* is not a path in XML such as line/@sku",
        ),
        ("*", {**XML, "columns": JSON["columns"]}, "columns: .* is not a path in XML"),
        (
            "*.json",
            {"columns": {**TABLE, "order_number": "lines[].id"}},
            r"order_number: 'lines\[\].id' is below `lines`; a record is an order",
        ),
        (
            "*.json",
            {"blank_repeats": True},
            "blank_repeats: is not possible together with `record`",
        ),
    ],
)
def test_options_that_do_not_fit_are_refused(
    tmp_path: Path, glob: str, given: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        options(tmp_path / glob, **given)


@pytest.mark.parametrize(
    ("glob", "given"),
    [
        ("*.jsonl", {"record": "", "lines": "lines[]"}),
        ("*.jsonl", {"record": "", "lines": "", "columns": {**TABLE, "details": "a/b.c[x]"}}),
        ("*.csv", {"format": "xml", **XML}),
        ("*.xml", {"format": "json", **JSON}),
        ("*", XML),
        ("*", {"record": "", "lines": "", "columns": {**TABLE, "details": "@x"}}),
    ],
)
def test_options_that_fit_are_taken(tmp_path: Path, glob: str, given: dict[str, Any]) -> None:
    assert options(tmp_path / glob, **given)
