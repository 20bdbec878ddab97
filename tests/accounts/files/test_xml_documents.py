"""XML documents: a record is an element, with its lines in it."""

import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.files.formats import xml_documents
from ordosync.accounts.files.formats.file_rows import read_rows
from ordosync.accounts.files.formats.rows import InvalidFileError
from tests.accounts.files.documents import XML, as_xml, cells_in, options, rows_in

ORDER = '<order id="1"><to><name>Ann</name></to><line sku="A" qty="1"/></order>'


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "orders.xml"


def _columns(**columns: str) -> dict[str, str]:
    mapped: Any = XML["columns"]
    return {**mapped, **{name.replace("__", "."): path for name, path in columns.items()}}


def test_each_line_of_an_order_is_a_row_with_the_fields_of_the_order(path: Path) -> None:
    cells = cells_in(path, as_xml({"1": [("A", "2"), ("B", "1")], "2": [("A", "5")]}))

    assert cells == [("1", "Ann", "A", "2"), ("1", "Ann", "B", "1"), ("2", "Ann", "A", "5")]
    assert [row.number for row in read_rows(path, options(path))] == [1, 1, 2]


def test_names_have_no_namespace(path: Path) -> None:
    text = (
        '<?xml version="1.0"?><o:orders xmlns:o="urn:o" xmlns="urn:x">'
        '<o:order xmlns="urn:y" o:id="1"><x:to><name xml:lang="en">Ann</name></x:to>'
        '<o:line o:sku="A" qty="1"/></o:order></o:orders>'
    )

    assert cells_in(path, text) == [("1", "Ann", "A", "1")]


def test_text_is_that_between_the_tags(path: Path) -> None:
    name = " A<!-- x -->n<?y z?>n &amp; <![CDATA[<Co>]]>\n2&#x301; "

    [cells] = cells_in(path, f"<orders>{ORDER.replace('Ann', name)}</orders>")

    assert cells[1] == "Ann & <Co>\n2\u0301"


@pytest.mark.parametrize(
    ("record", "text"),
    [
        ("order", ORDER),
        ("a/b/order", f"<a><order/><b><x><order/></x>{ORDER}</b><c>{ORDER}</c></a>"),
        ("a/b/order", f"<a><b/><b>{ORDER}</b></a>"),
        ("orders/order", f"<orders><total>5</total>{ORDER}<Order/></orders>"),
    ],
)
def test_records_may_be_anywhere(path: Path, record: str, text: str) -> None:
    assert cells_in(path, text, record=record) == [("1", "Ann", "A", "1")]


def test_lines_in_several_levels_have_the_fields_of_each(path: Path) -> None:
    columns = _columns(details="parcels/parcel/@no", sku="parcels/parcel/item", quantity="qty")
    items = '<parcel no="1Z1"><item>A</item><item>B</item></parcel>'
    parcels = items + '<parcel no="2"><item>A</item></parcel>'
    text = f'<orders><order id="1"><qty>1</qty><parcels>{parcels}</parcels></order></orders>'

    cells = cells_in(path, text, lines="parcels/parcel/item", columns=columns)

    assert cells == [
        ("1", "", "A", "1", "1Z1"),
        ("1", "", "B", "1", "1Z1"),
        ("1", "", "A", "1", "2"),
    ]


def test_text_of_the_record_itself_is_a_column(path: Path) -> None:
    columns = {"order_number": "@id", "sku": ".", "quantity": "@qty"}
    text = '<orders><order id="1" qty="2"> A </order><order/><order> </order></orders>'

    assert cells_in(path, text, lines="", columns=columns) == [("1", "A", "2")]


@pytest.mark.parametrize(
    ("order", "lines", "problem"),
    [
        ('<order id="1"/>', "line", "has no lines"),
        ('<order id="1"><lines/></order>', "lines/line", "has no lines"),
        ('<order id="1"></order>', "lines/line", "has no element 'lines'"),
        ('<order id="1"><Line/></order>', "line", "has no element 'line'; did you mean 'Line'?"),
        (ORDER.replace("<to>", "<to/><to>"), "line", ""),
        (ORDER.replace("<to>", "<to><name/></to><to>"), "line", "'to/name' has more than one"),
        (ORDER.replace("Ann", "<b>Ann</b>"), "line", "'to/name' has more than one value"),
        (ORDER.replace("Ann", "Ann <b/>"), "line", "'to/name' has more than one value"),
        (ORDER.replace('id="1"', 'a:id="1" b:id="1"'), "line", "'@id' has more than one value"),
        (ORDER.replace("Ann", "x" * 10_001), "line", "'to/name' has 10001 characters"),
    ],
)
def test_record_of_another_form_is_refused_alone(
    path: Path, order: str, lines: str, problem: str
) -> None:
    columns = _columns(sku=f"{lines}/@sku", quantity=f"{lines}/@qty")
    good = ORDER.replace("<line", "<lines><line").replace("</order>", "</lines></order>")
    good = good if "/" in lines else ORDER

    rows = rows_in(path, f"<orders>{order}{good}</orders>", lines=lines, columns=columns)

    assert rows[0].problem.startswith(problem)
    assert bool(rows[0].problem) is bool(problem)
    assert [(row.number, row.problem) for row in rows[1:]] == [(2, "")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (" ", r"ends too early; it may have been cut \(after record 0\)"),
        ("<orders>", "ends too early"),
        (f"<orders>{ORDER}{ORDER[:-5]}", r"ends too early.*\(after record 1\)"),
        (f"<orders>{ORDER}", r"ends too early.*\(after record 1\)"),
        (f"<orders>{ORDER}</order", r"ends too early.*\(after record 1\)"),
        (f"<orders>{ORDER}</orders>{ORDER}", r"is not XML \(line 1: junk after document element\)"),
        ("<orders>\n<order></line></orders>", r"is not XML \(line 2: mismatched tag\)"),
        ("<orders>&euro;</orders>", "undefined entity"),
        ("<orders>\x01</orders>", r"not well-formed \(invalid token\)"),
        ("order;sku\n1;A\n", r"is not XML \(line 1: not well-formed"),
        ('<?xml version="1.0" encoding="x-none"?><orders/>', "unknown encoding|not known"),
        ('<?xml version="1.0" encoding="shift_jis"?><orders/>', "unknown encoding|not known"),
        ("<Orders/>", "has no element 'orders', as `record` says"),
        ("<orders><Order/></orders>", "has no element 'order', as `record` says"),
        ("<orders><x/><x/></orders>", "has no element 'order', as `record` says"),
        ("<!DOCTYPE html><html></html>", "is a web page, not data"),
        ("<!DOCTYPE orders><orders/>", "has a DOCTYPE, which is refused"),
        ('<!DOCTYPE x SYSTEM "http://x/y"><orders/>', "has a DOCTYPE"),
        ('<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><orders>&c;</orders>', "has a DOCTYPE"),
        ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><orders>&a;</orders>', "DOCTYPE"),
        ("<a>" * 101, "has elements in more than 100 levels"),
        (f"<orders><order id='{'x' * 5_000_000}'/></orders>", "more than 4194304 bytes"),
        (f"<orders><order>{'<a/>' * 2_000_000}</order></orders>", "more than 4194304 bytes"),
        (f"<orders><order>{'x' * 5_000_000}</order></orders>", "more than 4194304 bytes"),
    ],
)
def test_file_that_is_no_such_document_is_refused(path: Path, text: str, problem: str) -> None:
    with pytest.raises(InvalidFileError, match=problem):
        rows_in(path, text)


@pytest.mark.parametrize(
    "text",
    [
        "<orders/>",
        "<orders></orders>\n<!-- none today -->\n",
        "<orders><from>a</from><count>0</count></orders>",
    ],
)
def test_document_may_have_no_records(path: Path, text: str) -> None:
    assert rows_in(path, text) == []


@pytest.mark.parametrize("block", [1, 2, 3, 7, 64])
def test_document_is_read_in_blocks_of_any_size(
    path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(xml_documents, "_BLOCK", block)
    text = as_xml({"1": [("A", "1")], "2": [("B", "2"), ("C", "3")]}, "Zoë & Co")

    cells = cells_in(path, text)

    assert [row[0] + row[2] for row in cells] == ["1A", "2B", "2C"]
    assert {row[1] for row in cells} == {"Zoë & Co"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "cp1252"])
def test_document_says_its_encoding(path: Path, encoding: str) -> None:
    name = {"utf-8-sig": "utf-8", "cp1252": "windows-1252"}.get(encoding, encoding)
    text = f'<?xml version="1.0" encoding="{name}"?>' + as_xml({"1": [("A", "1")]}, "Zoë")

    assert cells_in(path, text.encode(encoding))[0][1] == "Zoë"


@pytest.mark.slow
def test_memory_is_flat(path: Path) -> None:
    def peak(orders: int) -> int:
        path.write_text(as_xml({str(i): [("A", "1")] for i in range(orders)}, "x" * 1000))
        tracemalloc.start()
        count = sum(1 for _ in read_rows(path, options(path)))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count == orders
        return peak

    assert peak(8000) < peak(2000) + 200_000


@pytest.mark.parametrize("record", ["", "orders[]"])
def test_document_needs_a_path_of_its_records(tmp_path: Path, record: str) -> None:
    path = tmp_path / "orders.xml"
    path.write_text(f"<orders>{ORDER}</orders>")
    read_by = options(
        tmp_path / "*",
        record=record,
        lines="",
        columns={"order_number": "id", "sku": "sku", "quantity": "qty"},
    )

    with pytest.raises(InvalidFileError, match="is XML; set `record`, such as orders/order"):
        list(read_rows(path, read_by))
