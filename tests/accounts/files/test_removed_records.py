"""Copies of files lose the rows of one order, and nothing else."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ordosync.accounts.files.formats.file_rows import read_rows, without_rows
from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.parsing.record_types import orders
from ordosync.accounts.files.reading.spool import Spool
from ordosync.accounts.files.reading.spooled_records import SpooledRecords
from tests.accounts.files.documents import as_json, as_xml, options

ORDERS = {"1": [("A", "1")], "2": [("A", "1"), ("B", "2")], "3": [("C", "3")], "2 ": [("D", "4")]}
FORMATS = pytest.mark.parametrize("suffix", ["json", "xml"])
AS_TEXT = {"json": as_json, "xml": as_xml}


def _is(number: str, path: Path) -> Callable[[Row], bool]:
    column = options(path).columns["order_number"]
    return lambda row: row.cells[column] == number


def _cells(path: Path) -> list[tuple[int, dict[str, str], str]]:
    return [(row.number, row.cells, row.problem) for row in read_rows(path, options(path))]


@FORMATS
def test_other_records_stay_as_they_are_with_their_numbers(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_text(AS_TEXT[suffix](ORDERS, "Zoë & <Co>"))
    before = _cells(path)

    content = without_rows(path, options(path), _is("2", path))

    assert content is not None
    path.write_bytes(content)
    assert _cells(path) == [each for each in before if each[0] not in (2, 4)]
    assert without_rows(path, options(path), _is("2", path)) is None


@FORMATS
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_document_keeps_its_encoding(tmp_path: Path, suffix: str, encoding: str) -> None:
    path = tmp_path / f"a.{suffix}"
    text = AS_TEXT[suffix]({"1": [("A", "1")], "2": [("É", "1")]}, "Zoë").replace("\\u00c9", "É")
    if suffix == "xml":
        name = {"cp1252": "windows-1252"}.get(encoding, encoding.removesuffix("-sig"))
        text = f'<?xml version="1.0" encoding="{name}"?>\n' + text.replace("order>", "órder>")
        text = text.replace("<order ", "<órder ")
    path.write_bytes(text.encode(encoding))
    given = {"record": "orders/órder"} if suffix == "xml" else {"encoding": encoding}
    read_by = options(path, **given)
    before = [row.cells for row in read_rows(path, read_by)]

    content = without_rows(path, read_by, _is("1", path))

    assert content is not None
    path.write_bytes(content)
    assert [row.cells for row in read_rows(path, read_by)] == before[1:]
    assert len(before) == 2


@pytest.mark.parametrize(
    "record", ['<order id="1"/>', '<order id="1"></order >', '<o:order id="1">x</o:order>']
)
@pytest.mark.parametrize("after", ["", "x", "<y/>", "<!-- y -->", "\n", "<order/>"])
def test_element_of_any_form_is_removed(tmp_path: Path, record: str, after: str) -> None:
    path = tmp_path / "a.xml"
    path.write_text(f'<orders><order id="2"><line/></order>{record}{after}</orders>')

    content = without_rows(path, options(path), _is("1", path))

    tag = "o:order" if "o:" in record else "order"
    # Text and comments up to the next element may be about the same person.
    kept = after if after.endswith("/>") else ""
    assert content == f'<orders><order id="2"><line/></order><{tag}/>{kept}</orders>'.encode()


def test_root_element_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text('<order id="1">Ann</order>\n')
    read_by = options(path, record="order")

    assert without_rows(path, read_by, _is("1", path)) == b"<order/>"


@FORMATS
def test_copy_keeps_its_name_age_and_note(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"a.{suffix}"
    file.write_text(AS_TEXT[suffix](ORDERS, "Ann Canary"))
    os.utime(file, (1000, 1000))
    spool = Spool(tmp_path / "spool")
    records = SpooledRecords(orders(options(file)), spool)
    copy = spool.copy(file, "in/a")
    spool.keep(copy, ["1", "2"])

    dry = records.remove("2", dry=True)
    count = records.remove("2", dry=False)

    assert dry == count == (1, [])
    assert list(spool.copies()) == [copy]
    assert (spool.name_of(copy), spool.kept_ids(copy)) == ("in/a", frozenset({"1", "2"}))
    assert copy.stat().st_mtime == 1000
    assert list(map(set, records.pages({"1", "2", "3"}))) == [{"1", "3"}]
    assert records.remove("2", dry=False) == (0, [])


def test_record_without_a_number_is_not_removed_with_the_order_above(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('[{"id": 1, "lines": [{}]}, {"lines": [{"sku": "Ann"}]}]')
    spool = Spool(tmp_path / "spool")
    records = SpooledRecords(orders(options(file, record="[]")), spool)
    copy = spool.copy(file, "a.json")

    records.remove("1", dry=False)

    assert copy.read_text().lstrip("\ufeff") == '[null, {"lines": [{"sku": "Ann"}]}]'


def test_copies_of_json_documents_and_their_notes_are_told_apart(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    copies = []
    for name in ("a.json", "b.csv", "c", "d.json.json"):
        (tmp_path / name).write_text("{}")
        copy = spool.copy(tmp_path / name, name)
        spool.keep(copy, [name])
        copies.append(copy)

    found = {spool.name_of(copy): spool.kept_ids(copy) for copy in spool.copies()}

    assert set(spool.copies()) == set(copies)
    assert found == {name: frozenset({name}) for name in ("a.json", "b.csv", "c", "d.json.json")}
    for copy in copies:
        spool.keep(copy, [])
    assert list((tmp_path / "spool").iterdir()) == []


def test_spool_of_an_earlier_release_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    folder.mkdir()
    (folder / "0123.csv").write_text("order,sku,qty\n1,A,1\n")
    (folder / "0123.csv.json").write_text('["1"]')
    (folder / "4567").write_text("order,sku,qty\n2,A,1\n")
    (folder / "4567.json").write_text('{"ids": ["2"], "name": "old"}')
    spool = Spool(folder)
    columns = {"order_number": "order", "sku": "sku", "quantity": "qty"}
    records = SpooledRecords(orders(OrderFiles(glob=tmp_path / "*", columns=columns)), spool)

    found = {id_ for items in records.pages({"1", "2"}, only_kept=True) for id_ in items}

    assert [copy.name for copy in sorted(spool.copies())] == ["0123.csv", "4567"]
    assert found == {"1", "2"}


@pytest.mark.parametrize("at", ["utime", "replace"])
def test_copy_stays_whole_if_its_rewrite_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    file = tmp_path / "a.json"
    file.write_text(as_json(ORDERS))
    os.utime(file, (1000, 1000))
    spool = Spool(tmp_path / "spool")
    records = SpooledRecords(orders(options(file)), spool)
    copy = spool.copy(file, "a.json")
    before = copy.read_bytes()

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os if at == "utime" else Path, at, interrupted)
        with pytest.raises(KeyboardInterrupt):
            records.remove("2", dry=False)

    assert list(spool.copies()) == [copy]
    assert (copy.read_bytes(), copy.stat().st_mtime) == (before, 1000)
    assert records.remove("2", dry=False) == (1, [])
    assert (list(spool.copies()), copy.stat().st_mtime) == ([copy], 1000)
    spool.tidy()
    assert len(list((tmp_path / "spool").iterdir())) == 2


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_document_without_a_byte_order_mark_keeps_its_encoding(
    tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "a.xml"
    text = as_xml(ORDERS, "Zoë")
    _, declaration, rest = text.rpartition("?>")
    body = rest if declaration else text
    document = f'<?xml version="1.0" encoding="UTF-16"?>{body}'
    path.write_bytes(document.encode(encoding))
    before = _cells(path)

    content = without_rows(path, options(path), _is("2", path))

    assert content is not None
    path.write_bytes(content)
    assert _cells(path) == [each for each in before if each[0] not in (2, 4)]
