"""JSON documents: a record is an object somewhere in the file, with its lines in it."""

import json
import tracemalloc
from pathlib import Path

import pytest

from ordosync.accounts.files.formats import json_documents
from ordosync.accounts.files.formats.file_rows import read_rows
from ordosync.accounts.files.formats.rows import InvalidFileError
from tests.accounts.files.documents import JSON, as_json, cells_in, options, rows_in

ORDER = '{"id": "1", "to": {"name": "Ann"}, "lines": [{"sku": "A", "qty": 1}]}'


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "orders.json"


def test_each_line_of_an_order_is_a_row_with_the_fields_of_the_order(path: Path) -> None:
    cells = cells_in(path, as_json({"1": [("A", "2"), ("B", "1")], "2": [("A", "5")]}))

    assert cells == [("1", "Ann", "A", "2"), ("1", "Ann", "B", "1"), ("2", "Ann", "A", "5")]
    assert [row.number for row in read_rows(path, options(path))] == [1, 1, 2]


def test_numbers_stay_the_text_that_they_are(path: Path) -> None:
    big = "123456789012345678901234567890"
    lines = [f'{{"sku": {number}, "qty": true}}' for number in ("1.10", "1e12", big, "-0", "007")]
    good, bad = lines[:-1], lines[-1]
    document = '{{"orders": [{{"id": 1, "lines": [{}]}}]}}'

    cells = cells_in(path, document.format(",".join(good)))

    assert [sku for _, _, sku, _ in cells] == ["1.10", "1E+12", big, "-0"]
    assert cells[0][3] == "true"
    with pytest.raises(InvalidFileError, match="is not JSON"):
        rows_in(path, document.format(bad))


@pytest.mark.parametrize(
    ("record", "document"),
    [
        ("[]", "[{}]"),
        ("", "{}"),
        ("orders[]", '{{"about": [1, {{"x": [2]}}, "}}"], "orders": [{}], "more": {{"a": null}}}}'),
        ("data.orders[]", '{{"data": {{"total": 1.5, "orders": [{}]}}}}'),
        ("shops[].orders[]", '{{"shops": [{{"orders": []}}, {{"orders": [{}]}}]}}'),
        ("order", '{{"order": {}}}'),
    ],
)
def test_records_may_be_anywhere(path: Path, record: str, document: str) -> None:
    text = ORDER if document == "{}" else document.format(ORDER)

    assert cells_in(path, text, record=record) == [("1", "Ann", "A", "1")]


def test_lines_below_lists_of_lists_have_the_fields_of_each_level(path: Path) -> None:
    parcels = [
        {"no": "1Z1", "items": [{"sku": "A", "n": 1}, {"sku": "B", "n": 2}]},
        {"no": "1Z2", "items": [{"sku": "A", "n": 3}]},
    ]
    columns = {
        "order_number": "id",
        "details": "parcels[].no",
        "sku": "parcels[].items[].sku",
        "quantity": "parcels[].items[].n",
    }
    text = json.dumps([{"id": 1, "parcels": parcels}])

    cells = cells_in(path, text, record="[]", lines="parcels[].items[]", columns=columns)

    assert cells == [("1", "1Z1", "A", "1"), ("1", "1Z1", "B", "2"), ("1", "1Z2", "A", "3")]


def test_lines_may_be_texts(path: Path) -> None:
    columns = {"order_number": "id", "sku": "skus[]", "quantity": "n"}

    cells = cells_in(
        path,
        '[{"id": 1, "n": 1, "skus": ["A", "B"]}]',
        record="[]",
        lines="skus[]",
        columns=columns,
    )

    assert cells == [("1", "A", "1"), ("1", "B", "1")]


def test_record_is_one_row_without_lines_in_the_options(path: Path) -> None:
    columns = {"order_number": "id", "sku": "item.sku", "quantity": "n", "tags": "tags[]"}
    text = (
        '[{"id": 1, "item": {"sku": "A"}, "n": 1, "tags": ["x"]}, {"id": 2, "tags": []}, {}, null]'
    )

    rows = rows_in(path, text, record="[]", lines="", columns=columns)

    assert [(row.number, row.cells, row.problem) for row in rows] == [
        (1, {"id": "1", "item.sku": "A", "n": "1", "tags[]": "x"}, ""),
        (2, {"id": "2"}, ""),
    ]


@pytest.mark.parametrize(
    ("order", "problem"),
    [
        ('{"id": 1, "lines": []}', "has no lines"),
        ('{"id": 1, "lines": null}', "has no lines"),
        ('{"id": 1}', "has no key 'lines'"),
        ('{"id": 1, "Lines": [{"sku": "A"}]}', "has no key 'lines'"),
        ('{"id": 1, "lines": {"sku": "A"}}', "'lines' is not a list"),
        ('{"id": 1, "lines": [1]}', "has no object with the key 'sku'"),
        ('{"id": 1, "to": "Ann", "lines": [{}]}', "has no object with the key 'name'"),
        ('{"id": 1, "to": {"name": {}}, "lines": [{}]}', "'to.name' has more than one value"),
        ('{"id": [1], "lines": [{}]}', "'id' has more than one value"),
        ('{"id": 1, "id": 1, "lines": [{}]}', "has the key 'id' twice"),
        ('{"id": 1, "to": {}, "to": {}, "lines": [{}]}', "has the key 'to' twice"),
        ('{"id": 1, "lines": [], "lines": []}', "has the key 'lines' twice"),
        ('{"id": 1, "lines": [{"sku": 1, "sku": 1}]}', "has the key 'sku' twice"),
        ('"1"', "is not a JSON object"),
        ("[]", "is not a JSON object"),
    ],
)
def test_record_of_another_form_is_refused_alone(path: Path, order: str, problem: str) -> None:
    rows = rows_in(path, f'{{"orders": [{order}, {ORDER}]}}')

    assert rows[0].number == 1
    assert rows[0].problem.startswith(problem)
    assert [(row.number, row.problem) for row in rows[1:]] == [(2, "")]


@pytest.mark.parametrize("empty", ["[]", "null", "{}"])
def test_empty_object_may_be_written_as_a_list(path: Path, empty: str) -> None:
    text = f'{{"orders": [{{"id": 1, "to": {empty}, "lines": [{{"sku": "A", "qty": 1}}]}}]}}'

    assert cells_in(path, text) == [("1", "", "A", "1")]


def test_path_that_leads_to_two_values_refuses_its_record(path: Path) -> None:
    columns = {**JSON["columns"], "ship_to.zip": "addresses[].zip"}  # type: ignore[dict-item]
    order = ORDER.replace('"to"', '"addresses": [{}], "to"')
    zips = ("[]", '[{"zip": 1}]', '[{"zip": 1}, {"x": 1}]', '[{"zip": 1}, {"zip": 1}]')
    orders = [order.replace("[{}]", each) for each in zips]

    rows = rows_in(path, f'{{"orders": [{", ".join(orders)}]}}', columns=columns)

    assert [row.cells.get("addresses[].zip") for row in rows] == [None, "1", "1", None]
    assert [row.problem for row in rows] == [
        "",
        "",
        "",
        "'addresses[].zip' has more than one value",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (" ", r"ends too early; it may have been cut \(after record 0\)"),
        ('{"orders": [', "ends too early"),
        (f'{{"orders": [{ORDER}, {ORDER[:-5]}', r"ends too early.*\(after record 1\)"),
        (f'{{"orders": [{ORDER}', r"ends too early.*\(after record 1\)"),
        (f'{{"orders": [{ORDER}]', r"ends too early.*\(after record 1\)"),
        (f'{{"orders": [{ORDER} {ORDER}]}}', r"is not JSON \(after record 1\)"),
        (f'{{"orders": [{ORDER},]}}', "is not JSON"),
        ('{"orders": [NaN]}', "is not JSON"),
        (f'{{"orders": [{ORDER}]}} x', "has more than one document"),
        (f'{{"orders": [{ORDER}]}}\n{{"orders": []}}', "JSON lines need `format: jsonl`"),
        ('{"Orders": []}', "has no key 'orders', as `record` says"),
        ("[]", "has no object where `record` says"),
        ('{"orders": {}}', "has no list where `record` says"),
        ('{"orders": null}', "has no list where `record` says"),
        ('{"orders": [], "orders": []}', "has the key 'orders' twice"),
        ("1", "has no object where `record` says"),
        ("order;sku\n1;A\n", "is not JSON"),
        ('{"orders": [' + "[" * 100_000, "has parts in too many levels|is not JSON"),
    ],
)
def test_file_that_is_no_such_document_is_refused(path: Path, text: str, problem: str) -> None:
    with pytest.raises(InvalidFileError, match=problem):
        rows_in(path, text)


@pytest.mark.parametrize("block", [1, 2, 3, 7, 64])
def test_document_is_read_in_blocks_of_any_size(
    path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    text = (
        '{"n": -12.5e3, "s": "a\\"\\u00e9 b", "t": true, "deep": {"a": [1, [2]]},\r\n'
        f' "orders" : [ {ORDER} ,\n\t{ORDER.replace("Ann", "Zoë")} ], "z": 12345 }} \n'
    )
    monkeypatch.setattr(json_documents, "_BLOCK", block)

    assert cells_in(path, text) == [("1", "Ann", "A", "1"), ("1", "Zoë", "A", "1")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_document_has_the_encoding_of_the_options(path: Path, encoding: str) -> None:
    text = as_json({"1": [("A", "1")]}, "Zoë").replace("\\u00eb", "ë").encode(encoding)

    assert cells_in(path, text, encoding=encoding)[0][1] == "Zoë"


def test_memory_is_flat_and_a_record_has_a_limit(path: Path) -> None:
    long = "x" * 1000

    def peak(orders: int) -> int:
        path.write_text(as_json({str(i): [("A", "1")] for i in range(orders)}, long))
        tracemalloc.start()
        count = sum(1 for _ in read_rows(path, options(path)))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count == orders
        return peak

    assert peak(8000) < peak(2000) + 500_000
    with pytest.raises(InvalidFileError, match="has a part of more than 4194304 characters"):
        rows_in(path, as_json({"1": [("A" * 5_000_000, "1")]}))


def test_hostile_names_are_only_text(path: Path) -> None:
    columns = {**JSON["columns"], "ship_to.city": "..", "ship_to.zip": "/etc/passwd"}  # type: ignore[dict-item]

    with pytest.raises(ValueError, match=r"'\.\.' is not a path in JSON such as lines\[\]\.sku"):
        options(path, columns=columns)
    with pytest.raises(InvalidFileError, match="has no key 'x', as `record` says") as caught:
        rows_in(path, '{"\\u001b[31m\\n": []}', record="x[]", columns=JSON["columns"])
    assert caught.value.columns == ("\x1b[31m\n",)
