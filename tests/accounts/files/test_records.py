"""Orders and other records of documents, as an account reads them."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.rules import RowRule
from ordosync.accounts.files.input_options.shipment_files import ShipmentFiles
from ordosync.accounts.files.input_options.statuses import StatusColumn
from ordosync.accounts.files.input_options.stock_files import StockFiles
from ordosync.accounts.files.parsing.record_types import orders
from ordosync.accounts.files.reading.row_index import RowIndex
from ordosync.left_out import NOT_OWED
from ordosync.models import InvalidRecord, Order, Stock
from tests.accounts.files.conftest import Drop, Make
from tests.accounts.files.documents import JSON, XML, as_json, as_xml, options
from tests.accounts.files.opening import all_of, open_supplier, since
from tests.support.command import CONFIG, numbers, ordosync, shop, steps

FORMATS = pytest.mark.parametrize("suffix", ["json", "xml"])
HEAD = '{"to": {"name": "Ann"}, '
LINE = '"lines": [{"sku": "A", "qty": 1}]}'
BAD_LINE = '"lines": [{"sku": "A", "qty": "x"}]}'


def _orders(folder: Path, **given: Any) -> OrderFiles:
    return options(folder / "orders" / "*.json", **given)


def _read(make: Make, orders: OrderFiles) -> dict[str, Order | InvalidRecord]:
    return {item.id: item for item in all_of(make(orders=orders).orders.changed(since()))}


def _reasons(found: dict[str, Order | InvalidRecord]) -> dict[str, str]:
    return {id_: item.reason for id_, item in found.items() if isinstance(item, InvalidRecord)}


@FORMATS
def test_order_has_a_line_for_each_of_its_record(
    make: Make, drop: Drop, tmp_path: Path, suffix: str
) -> None:
    text = {"json": as_json, "xml": as_xml}[suffix]({"1": [("A", "2"), ("A", "1"), ("B", "3")]})
    drop(f"orders/a.{suffix}", text)

    [order] = _read(make, options(tmp_path / f"orders/*.{suffix}")).values()

    assert isinstance(order, Order)
    assert order.ship_to.name == "Ann"
    assert [(line.id, line.sku, line.quantity) for line in order.lines] == [
        ("1/A#1", "A", 1),
        ("1/A#2", "A", 2),
        ("1/B#1", "B", 3),
    ]


def test_problem_names_the_record(make: Make, drop: Drop, tmp_path: Path) -> None:
    texts = [
        f'{HEAD}"id": "1", {LINE}',
        f'{HEAD}"id": "1", {LINE.replace("1", "2")}',
        f'{HEAD}"id": "2", {BAD_LINE}',
        f'{HEAD.replace("Ann", "Bob")}"id": "1", {LINE}',
        f"{HEAD}{LINE}",
    ]
    drop("orders/a.json", f'{{"orders": [{", ".join(texts)}]}}')

    assert _reasons(_read(make, _orders(tmp_path))) == {
        "1": "orders/a.json record 4: ship_to.name differs from record 1",
        "2": "orders/a.json record 3: quantity 'x' is not a whole number from 0 to 999999999",
        "file:a.json:5": "orders/a.json record 5: the order number is blank",
    }


def test_record_with_two_numbers_is_refused_with_that_reason(
    make: Make, drop: Drop, tmp_path: Path
) -> None:
    drop("orders/a.json", f'{{"orders": [{{"id": "1", "id": "2", {LINE}]}}')

    assert _reasons(_read(make, _orders(tmp_path))) == {
        "file:a.json:1": "orders/a.json record 1: the order number cannot be read: has the key 'id'"
        " twice"
    }


def test_check_shows_the_keys_of_a_document_without_records(
    make: Make, drop: Drop, tmp_path: Path
) -> None:
    drop("orders/a.json", '{"a\\nb": 1, "Orders": []}')

    [trouble, *_] = make(orders=_orders(tmp_path)).check()

    assert trouble.text == (
        "orders: a.json: has no key 'orders', as `record` says (its columns: a b, Orders)"
    )


def test_record_without_a_number_does_not_belong_to_the_order_above(
    make: Make, drop: Drop, tmp_path: Path
) -> None:
    drop("orders/a.json", f'{{"orders": [{HEAD}"id": "1", {LINE}, {HEAD}{LINE}]}}')

    found = _read(make, _orders(tmp_path))

    assert isinstance(found["1"], Order)
    assert list(_reasons(found)) == ["file:a.json:2"]


def test_record_is_never_cut_by_a_page(make: Make, drop: Drop, tmp_path: Path) -> None:
    drop("orders/a.json", f'{{"orders": [{{"id": "2", {LINE}, {HEAD}"id": "1", {LINE}]}}')

    assert _reasons(_read(make, _orders(tmp_path))) == {}


def test_rule_for_rows_leaves_out_single_lines_of_a_record(
    make: Make, drop: Drop, tmp_path: Path
) -> None:
    drop("orders/a.json", as_json({"1": [("A", "1"), ("GIFT", "1"), ("B", "1")]}))
    rule = RowRule(column="lines[].sku", matches="^GIFT$", reason="a gift")

    [order] = _read(make, _orders(tmp_path, skip=(rule,))).values()

    assert isinstance(order, Order)
    assert [line.sku for line in order.lines] == ["A", "B", "GIFT"]
    assert order.not_shipped == {"1/GIFT#1": NOT_OWED}


@FORMATS
def test_order_without_lines_is_skipped_and_sent_once_it_has_some(
    tmp_path: Path, suffix: str
) -> None:
    as_text, given = {"json": (as_json, JSON), "xml": (as_xml, XML)}[suffix]
    config = _config(given)
    shop(tmp_path, config=config)
    feed = tmp_path / "feeds" / f"a.{suffix}"
    feed.write_text(as_text({"1": [], "2": [("A", "1")]}))

    first = ordosync(tmp_path, "import-orders", "--json")
    [skipped] = [step for step in steps(tmp_path, 1) if step["code"]]
    feed.write_text(as_text({"1": [("A", "1")], "2": [("A", "1")]}))
    second = ordosync(tmp_path, "import-orders", "--json")

    assert (first.code, first.counts) == (0, {"seen": 2, "done": 1, "skipped": 1})
    assert (skipped["code"], skipped["reason"]) == ("nothing-to-ship", "has no lines")
    assert second.counts["done"] == 1
    assert numbers(tmp_path) == ["1", "2"]


def _config(given: dict[str, Any], **more: Any) -> str:
    """Return a configuration of orders in documents. JSON is YAML."""
    orders = {"glob": "feeds/*", **given, **more}
    beginning, _, end = CONFIG.partition("      glob: feeds/*\n")
    return f"{beginning.rstrip()} {json.dumps(orders)}\n{end[end.index('  warehouse:') :]}"


@FORMATS
def test_config_check_names_a_path_of_the_other_format(tmp_path: Path, suffix: str) -> None:
    other = {"json": XML, "xml": JSON}[suffix]
    shop(tmp_path, config=_config(other, format=suffix))

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert f"is not a path in {suffix.upper()} such as" in result.err


def test_record_without_lines_adds_nothing_to_another_record_of_its_order(
    make: Make, drop: Drop, tmp_path: Path
) -> None:
    drop(
        "orders/a.json", f'{{"orders": [{HEAD}"id": "1", "lines": []}}, {HEAD}"id": "1", {LINE}]}}'
    )

    [order] = _read(make, _orders(tmp_path)).values()

    assert isinstance(order, Order)
    assert [line.sku for line in order.lines] == ["A"]


def test_newer_file_without_the_lines_of_an_order_is_a_conflict(
    make: Make, drop: Drop, tmp_path: Path
) -> None:
    drop("orders/a.json", as_json({"1": [("A", "1")]}))
    drop("orders/b.json", as_json({"1": []}))

    assert "b.json has no line of SKU 'A'" in _reasons(_read(make, _orders(tmp_path)))["1"]


def test_older_file_without_the_lines_of_an_order_is_not_used(
    make: Make, drop: Drop, tmp_path: Path
) -> None:
    drop("orders/a.json", as_json({"1": []}))
    drop("orders/b.json", as_json({"1": [("A", "1")]}))

    assert _reasons(_read(make, _orders(tmp_path))) == {}


def test_document_with_an_order_without_lines_is_whole(drop: Drop, tmp_path: Path) -> None:
    path = drop("orders/a.json", as_json({"1": [("A", "1")], "2": []}))
    index = RowIndex(orders(_orders(tmp_path)))

    index.add("a.json", path, as_of="1")

    assert index.is_whole()
    assert index.keys() == {"1", "2"}
    index.close()


@FORMATS
def test_rejected_records_are_dropped_again_as_csv(
    make: Make, drop: Drop, tmp_path: Path, suffix: str
) -> None:
    text = {"json": as_json, "xml": as_xml}[suffix]
    drop(f"orders/a.{suffix}", text({"1": [("A", "x"), ("B", "1")], "2": [("A", "1")]}))
    given: Any = {"json": JSON, "xml": XML}[suffix]
    account = make(orders=options(tmp_path / "orders" / "*", **given), refused=tmp_path / "refused")
    all_of(account.orders.changed(since()))
    account.finish_reading(frozenset())

    [refused] = (tmp_path / "refused").iterdir()
    with refused.open(newline="") as file:
        rows = list(csv.reader(file))
    drop("orders/fixed.csv", refused.read_text().replace(",x,", ",3,"))
    (tmp_path / "orders" / f"a.{suffix}").unlink()
    [order] = all_of(account.orders.by_id(["1"]))

    header = [*given["columns"].values(), "ordosync_reason"]
    assert [name.removeprefix("'") for name in rows[0]] == header
    assert [cells[2] for cells in rows[1:]] == ["A", "B"]
    assert isinstance(order, Order)
    assert [(line.sku, line.quantity) for line in order.lines] == [("A", 3), ("B", 1)]


def test_stock_is_read_from_a_document(tmp_path: Path) -> None:
    supplier = open_supplier(
        tmp_path,
        stock=StockFiles(
            glob=tmp_path / "stock" / "*.xml",
            record="stock/item",
            columns={"sku": "@sku", "quantity": "."},
        ),
    )
    (tmp_path / "stock" / "a.xml").write_text(
        '<stock><item sku="A">5</item><item sku="B"/><item>1</item></stock>'
    )

    items = all_of(supplier.stock.all(since()))

    assert [(item.product_id, item.quantity) for item in items if isinstance(item, Stock)] == [
        ("A", 5),
        ("B", None),
    ]
    assert [item.id for item in items if isinstance(item, InvalidRecord)] == ["file:a.xml:3"]
    supplier.close()


def test_parcel_without_lines_is_refused(tmp_path: Path) -> None:
    columns = {
        "order_number": "order",
        "tracking_number": "number",
        "carrier": "by",
        "shipped_at": "at",
        "sku": "items[].sku",
        "quantity": "items[].qty",
    }
    shipments = ShipmentFiles(
        glob=tmp_path / "sent" / "*.jsonl",
        lines="items[]",
        columns=columns,
        date_format="%Y-%m-%d",
        timezone="UTC",
    )
    supplier = open_supplier(tmp_path, shipments=shipments)
    label = {"order": "1", "number": "1Z1", "by": "UPS", "at": "2026-11-23"}
    lines = [{**label, "items": []}, {**label, "number": "1Z2", "items": [{"sku": "A", "qty": 1}]}]
    (tmp_path / "sent" / "a.jsonl").write_text("\n".join(map(json.dumps, lines)))

    found = {item.id: item for item in all_of(supplier.shipments.changed(since()))}

    assert getattr(found["1:1Z1"], "reason", "") == "sent/a.jsonl row 1: has no lines"
    assert not isinstance(found["1:1Z2"], InvalidRecord)
    supplier.close()


def test_status_of_a_line_names_the_record(make: Make, drop: Drop, tmp_path: Path) -> None:
    lines = '"lines": [{"sku": "A", "qty": 1, "state": "lost"}]}'
    drop("orders/a.json", f'{{"orders": [{{}}, {HEAD}"id": "1", {lines}]}}')
    status = StatusColumn(column="lines[].state", travels=("open",), rows=True)

    [order] = _read(make, _orders(tmp_path, statuses=(status,))).values()

    assert isinstance(order, Order)
    assert order.hold_facts.unclear
    assert 'a.json record 2: lines[].state is "lost"' in order.hold_facts.unclear[1]
