"""JSON lines with nested values: lines in an order, and fields below a key."""

import json
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.files.formats.file_rows import read_rows
from ordosync.accounts.files.input_options.order_files import OrderFiles
from tests.support.command import CONFIG, ordosync, shop, steps

COLUMNS = {
    "order_number": "id",
    "ship_to.name": "to.name",
    "sku": "lines[].sku",
    "quantity": "lines[].qty",
}


def _options(folder: Path, **given: Any) -> OrderFiles:
    return OrderFiles(glob=folder / "*.jsonl", **{"columns": COLUMNS, "lines": "lines[]", **given})


def _rows(folder: Path, *lines: object, **given: Any) -> list[tuple[int, dict[str, str], str]]:
    path = folder / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    rows = read_rows(path, _options(folder, **given))
    return [(row.number, row.cells, row.problem) for row in rows]


def test_each_line_of_an_order_is_a_row(tmp_path: Path) -> None:
    lines = [{"sku": "A", "qty": 1}, {"sku": "B", "qty": 2}]
    head = {"id": "1", "to.name": "Ann"}

    rows = _rows(tmp_path, {}, {"id": 1, "to": {"name": "Ann"}, "lines": lines})

    assert rows == [
        (2, {**head, "lines[].sku": "A", "lines[].qty": "1"}, ""),
        (2, {**head, "lines[].sku": "B", "lines[].qty": "2"}, ""),
    ]


@pytest.mark.parametrize(
    ("order", "problem"),
    [
        ({"id": 1, "lines": []}, "has no lines"),
        ({"id": 1}, "has no key 'lines'"),
        ({"id": 1, "lines": "x"}, "'lines' is not a list"),
    ],
)
def test_order_without_lines_is_one_row_with_the_problem(
    tmp_path: Path, order: object, problem: str
) -> None:
    assert _rows(tmp_path, order) == [(1, {"id": "1"}, problem)]


def test_field_below_a_key_is_mapped_and_other_nested_keys_are_ignored(tmp_path: Path) -> None:
    columns = {"order_number": "id", "sku": "item.sku", "quantity": "n"}
    order = {"id": 1, "n": 2, "item": {"sku": "A", "x": {}}, "meta": {"a": [1, {"b": 2}]}, "z": "z"}

    assert _rows(tmp_path, order, lines="", columns=columns) == [
        (1, {"id": "1", "n": "2", "z": "z", "item.sku": "A"}, "")
    ]


def test_key_with_dots_is_still_a_column(tmp_path: Path) -> None:
    columns = {"order_number": "id", "sku": "item.sku", "quantity": "n[]"}

    assert _rows(tmp_path, {"id": 1, "item.sku": "A", "n[]": 2}, lines="", columns=columns) == [
        (1, {"id": "1", "item.sku": "A", "n[]": "2"}, "")
    ]


def test_orders_with_nested_lines_are_imported(tmp_path: Path) -> None:
    orders = {"glob": "feeds/*.jsonl", "columns": COLUMNS, "lines": "lines[]"}
    orders |= {"transform": {"quantity": ["whole"]}}
    beginning, _, end = CONFIG.partition("      glob: feeds/*\n")
    config = f"{beginning.rstrip()} {json.dumps(orders)}\n{end[end.index('  warehouse:') :]}"
    lines = [{"sku": "A", "qty": 2.0, "tax": [{"rate": 1}]}, {"sku": "B", "qty": 1, "tax": []}]
    feed = [
        {"id": "1", "to": {"name": "Ann"}, "lines": lines, "history": [{"a": {}}]},
        {"id": "2", "to": {"name": "Bob"}, "lines": [{"sku": "A", "qty": 2.5}]},
    ]
    shop(tmp_path, config=config)
    (tmp_path / "feeds" / "a.jsonl").write_text("\n".join(map(json.dumps, feed)))

    result = ordosync(tmp_path, "import-orders", "--json")

    assert result.counts == {"seen": 2, "done": 1, "failed": 1}
    (order,) = ordosync(tmp_path, "orders", "show", "1", "--json").json["orders"]
    assert [(line["sku"], line["quantity"]) for line in order["lines"]] == [("A", 2), ("B", 1)]
    [failed] = [step for step in steps(tmp_path, 1) if step["code"]]
    assert "a.jsonl row 2: quantity '2.5'" in failed["reason"]


@pytest.mark.parametrize("lines", ["", "lines[]"])
@pytest.mark.parametrize(
    ("fields", "is_read"),
    [
        ({}, False),
        ({"id": None, "x": " ", "lines": [], "y": {}}, False),
        ({"x": False}, True),
        ({"x": 0}, True),
    ],
)
def test_object_without_any_text_is_ignored(
    tmp_path: Path, lines: str, fields: dict[str, object], is_read: bool
) -> None:
    assert bool(_rows(tmp_path, fields, lines=lines)) is is_read


def test_object_of_nested_keys_is_ignored_if_all_columns_are_keys(tmp_path: Path) -> None:
    columns = {"order_number": "id", "sku": "sku", "quantity": "n"}
    given: dict[str, Any] = {"lines": "", "columns": columns}

    assert _rows(tmp_path, {"_meta": {"version": 1}}, **given) == []
    [(_, cells, problem)] = _rows(tmp_path, {"sku": {}, "id": 1, "n": []}, **given)
    assert (cells, problem) == (
        {"id": "1"},
        "'sku' has more than one value; 'n' has more than one value",
    )
