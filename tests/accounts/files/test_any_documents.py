"""Any orders, written as JSON or XML, are read back equal; a file that was cut never is."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ordosync.accounts.files.formats.file_rows import read_rows, without_rows
from ordosync.accounts.files.formats.rows import InvalidFileError, Row
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.text import trimmed
from tests.accounts.files.documents import JSON, XML, as_json, as_xml, options

# Text that XML can hold; it ends lines by a line feed only.
TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    | st.just("\n"),
    max_size=12,
)
IDS = st.text(st.characters(codec="ascii", min_codepoint=33), min_size=1, max_size=8)
ORDERS = st.dictionaries(
    IDS,
    st.tuples(
        TEXTS,
        st.lists(st.tuples(TEXTS, st.integers(0, 10**30) | st.none()), min_size=1, max_size=4),
    ),
    max_size=5,
)
Orders = Mapping[str, tuple[str, list[tuple[str, int | None]]]]
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SUFFIXES = pytest.mark.parametrize("suffix", ["json", "xml", "jsonl"])


def _json_order(id_: str, name: str, lines: list[tuple[str, int | None]]) -> dict[str, Any]:
    more = {"x": [{"id": "other"}, 1.5], "lines[]": 3}
    items = [{"sku": sku, "qty": count, "y": [name]} for sku, count in lines]
    return {"id": id_, "to": {"name": name, "id": {}}, "lines": items, **more}


def _as_json(orders: Orders) -> bytes:
    records = [_json_order(id_, name, lines) for id_, (name, lines) in orders.items()]
    return json.dumps({"a": {"orders": []}, "orders": records, "b": 1.0}, indent=1).encode()


def _as_json_lines(orders: Orders) -> bytes:
    records = [_json_order(id_, name, lines) for id_, (name, lines) in orders.items()]
    return "\n".join(json.dumps(each, ensure_ascii=False) for each in records).encode()


def _as_xml(orders: Orders) -> bytes:
    root = ElementTree.Element("{urn:o}orders")
    ElementTree.SubElement(root, "about").text = "x"
    for id_, (name, lines) in orders.items():
        order = ElementTree.SubElement(root, "{urn:o}order", {"id": id_, "{urn:p}x": name})
        to = ElementTree.SubElement(order, "{urn:p}to")
        ElementTree.SubElement(to, "name").text = name
        for sku, count in lines:
            line = {"sku": sku, "qty": "" if count is None else str(count)}
            ElementTree.SubElement(order, "line", line).tail = "\n"
    return b'<?xml version="1.0"?>' + ElementTree.tostring(root, encoding="unicode").encode()


WRITERS = {"json": _as_json, "jsonl": _as_json_lines, "xml": _as_xml}


def _options(path: Path) -> OrderFiles:
    return options(path, record="") if path.suffix == ".jsonl" else options(path)


def _cells(row: Row) -> list[str]:
    given = XML if "@id" in row.cells else JSON
    columns: Any = given["columns"]
    return [row.cells.get(column, "") for column in columns.values()]


def _expected(orders: Orders) -> list[tuple[int, list[str]]]:
    return [
        (number, [id_, trimmed(name), trimmed(sku), "" if count is None else str(count)])
        for number, (id_, (name, lines)) in enumerate(orders.items(), 1)
        for sku, count in lines
    ]


@SUFFIXES
@FEW
@given(orders=ORDERS)
def test_orders_are_read_back_equal(suffix: str, orders: Orders) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"a.{suffix}")
        path.write_bytes(WRITERS[suffix](orders))

        rows = list(read_rows(path, _options(path)))

    assert [row.problem for row in rows] == [""] * len(rows)
    assert [(row.number, _cells(row)) for row in rows] == _expected(orders)


@pytest.mark.parametrize("suffix", ["json", "xml"])
@FEW
@given(orders=ORDERS, data=st.data())
def test_order_is_removed_and_the_others_stay(
    suffix: str, orders: Orders, data: st.DataObject
) -> None:
    assume(orders)
    gone = data.draw(st.sampled_from(sorted(orders)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"a.{suffix}")
        path.write_bytes(WRITERS[suffix](orders))
        content = without_rows(path, _options(path), lambda row: _cells(row)[0] == gone)
        assert content is not None
        path.write_bytes(content)

        rows = list(read_rows(path, _options(path)))

    assert [(row.number, _cells(row)) for row in rows] == [
        each for each in _expected(orders) if each[1][0] != gone
    ]


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_document_that_was_cut_anywhere_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    text = {"json": as_json, "xml": as_xml}[suffix]({"1": [("A", "1")], "2": [("B", "2")]})
    for end in range(1, len(text.rstrip())):
        path.write_text(text[:end])
        with pytest.raises(InvalidFileError):
            list(read_rows(path, options(path)))


@pytest.mark.parametrize("suffix", ["json", "xml"])
@FEW
@given(data=st.data())
def test_any_bytes_are_read_or_refused(suffix: str, data: st.DataObject) -> None:
    text = {"json": as_json, "xml": as_xml}[suffix]({"1": [("A", "1")], "2": [("B", "2")]})
    at = data.draw(st.integers(0, len(text)))
    to = data.draw(st.integers(at, min(at + 9, len(text))))
    damage = data.draw(st.binary(max_size=4) | st.sampled_from([b"[]", b"{}", b"null,", b"<a/>"]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"a.{suffix}")
        path.write_bytes(text[:at].encode() + damage + text[to:].encode())
        try:
            rows = list(read_rows(path, options(path)))
            without_rows(path, options(path), lambda _: True)
        except InvalidFileError:
            return

    assert all(isinstance(text, str) for row in rows for text in row.cells.values())
