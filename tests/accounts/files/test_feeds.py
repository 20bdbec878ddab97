"""Formats of a feed, through the real command and the account itself."""

import json
import os
import stat
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.models import InvalidRecord, Order, Product
from tests.accounts.files.conftest import Drop, Make, _drop, _make  # noqa: F401 - fixtures
from tests.accounts.files.opening import all_of, open_merchant, since
from tests.support.command import CONFIG, HEADER, numbers, ordosync, row, shop, steps


def test_json_lines_keep_numbers_as_text(tmp_path: Path) -> None:
    shop(tmp_path)
    good = {"order": "007", "sku": "0042", "name": None, "qty": 2, "price": 1.10, "country": "DE"}
    bad = {"order": "8", "sku": "X", "name": "X", "qty": "1E+12", "price": 1, "country": "DE"}
    (tmp_path / "feeds" / "orders.jsonl").write_text(f"{json.dumps(good)}\n\n{json.dumps(bad)}\n")

    result = ordosync(tmp_path, "import-orders", "--json")

    assert result.counts == {"seen": 2, "done": 1, "failed": 1}
    (line,) = ordosync(tmp_path, "orders", "show", "007", "--json").json["orders"][0]["lines"]
    expected = {"sku": "0042", "name": "0042", "quantity": 2, "unit_price": "1.1"}
    assert {name: line[name] for name in expected} == expected


def test_rows_of_one_order_are_gathered_and_the_same_sku_stays_on_two_lines(
    tmp_path: Path,
) -> None:
    shop(tmp_path, HEADER + row("1", "2") + row("2") + row("1", "3"))

    ordosync(tmp_path, "import-orders")

    (order,) = ordosync(tmp_path, "orders", "show", "1", "--json").json["orders"]
    assert [line["quantity"] for line in order["lines"]] == [2, 3]


def test_unfinished_and_hidden_files_are_ignored(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"))
    for name in (".x", "orders.tmp", "more.csv.part"):
        (tmp_path / "feeds" / name).write_text(HEADER + row("9"))

    assert ordosync(tmp_path, "import-orders", "--json").counts == {"seen": 1, "done": 1}


def test_fixed_mapping_imports_the_order_and_reports_no_edit_of_others(
    tmp_path: Path,
) -> None:
    shop(tmp_path, HEADER + row("1") + row("2", country="Frankreich"))
    ordosync(tmp_path, "import-orders")
    mended = CONFIG.replace("{Germany: DE}", "{Germany: DE, Frankreich: FR}")
    (tmp_path / "config.yaml").write_text(mended)

    result = ordosync(tmp_path, "import-orders", "--json")

    assert result.counts == {"seen": 2, "done": 1, "unchanged": 1}
    assert numbers(tmp_path) == ["1", "2"]


def test_orders_without_anything_to_ship_are_skipped_with_the_reason(
    tmp_path: Path,
) -> None:
    config = CONFIG.replace("      currency", "      ignore_skus: [POST]\n      currency")
    shop(tmp_path, HEADER + row("1", "0") + "2,POST,Postage,1,3,Ada,DE\n", config=config)

    result = ordosync(tmp_path, "import-orders", "--json")

    assert (result.code, result.counts) == (0, {"seen": 2, "skipped": 2})
    assert [step["code"] for step in steps(tmp_path, 1)] == ["nothing-to-ship", "nothing-to-ship"]


def test_line_of_quantity_0_is_left_out_of_the_imported_order(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001", "2") + "1001,GIFT,Gift,0,0,Ada,DE\n")

    result = ordosync(tmp_path, "import-orders", "--json")

    assert (result.code, result.counts) == (0, {"seen": 1, "done": 1})
    (order,) = ordosync(tmp_path, "orders", "show", "1001", "--json").json["orders"]
    assert [(line["sku"], line["quantity"]) for line in order["lines"]] == [("MUG", 2)]


def test_quantity_that_rises_from_0_after_the_order_was_sent_is_an_edit(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001", "2") + "1001,GIFT,Gift,0,0,Ada,DE\n")
    ordosync(tmp_path, "import-orders")
    shop(tmp_path, HEADER + row("1001", "2") + "1001,GIFT,Gift,1,0,Ada,DE\n")

    ordosync(tmp_path, "import-orders")

    assert [step["code"] for step in steps(tmp_path, 2)] == ["edited"]


def test_order_of_quantity_0_alone_is_sent_once_its_quantity_rises(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001", "0"))
    ordosync(tmp_path, "import-orders")
    shop(tmp_path, HEADER + row("1001", "3"))

    assert ordosync(tmp_path, "import-orders", "--json").counts == {"seen": 1, "done": 1}
    assert numbers(tmp_path) == ["1001"]


_PLACED = CONFIG.replace(
    "ship_to.name: to,",
    "ship_to.name: to, ship_to.street1: st, ship_to.city: city, ship_to.zip: zip,",
)
_PLACES = "order,sku,name,qty,price,to,st,city,zip,country\n"


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (",,", "no-address"),
        (",Graz,8010", "no-address"),
        ("1 High St,,", "no-address"),
        ("1 High St,,8010", ""),
        ("1 High St,Graz,", ""),
    ],
)
def test_order_without_an_address_fails_if_the_feed_has_addresses(
    tmp_path: Path, place: str, code: str
) -> None:
    feed = _PLACES + f"1001,MUG,Mug,1,9.50,Ada,{place},DE\n1002,MUG,Mug,1,9.50,Bo,2 St,Graz,,DE\n"
    shop(tmp_path, feed, config=_PLACED)

    ordosync(tmp_path, "import-orders")

    assert [step["code"] for step in steps(tmp_path, 1) if step["code"]] == [code] * bool(code)
    assert numbers(tmp_path) == (["1002"] if code else ["1001", "1002"])


def test_order_without_an_address_is_sent_once_the_address_is_in_the_file(tmp_path: Path) -> None:
    shop(tmp_path, _PLACES + "1001,MUG,Mug,1,9.50,Ada,,,,DE\n", config=_PLACED)
    ordosync(tmp_path, "import-orders")
    shop(tmp_path, _PLACES + "1001,MUG,Mug,1,9.50,Ada,2 St,Graz,,DE\n", config=_PLACED)

    assert ordosync(tmp_path, "import-orders", "--json").counts == {"seen": 1, "done": 1}


def test_order_without_an_address_is_sent_if_addresses_are_optional(
    tmp_path: Path,
) -> None:
    config = f"{_PLACED}    address: optional\n"
    shop(tmp_path, _PLACES + "1001,MUG,Mug,1,9.50,Ada,,,,DE\n", config=config)

    assert ordosync(tmp_path, "import-orders", "--json").counts == {"seen": 1, "done": 1}


def test_unfinished_step_keeps_a_private_copy_of_its_file(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1", "abc") + row("2"))

    ordosync(tmp_path, "import-orders")

    kept = [path for path in tmp_path.glob("ordosync.db.spool/**/*") if path.is_file()]
    assert kept
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    for name in ("ordosync.db", "warehouse.db"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_file_that_has_just_changed_is_read_later(tmp_path: Path) -> None:
    feed = tmp_path / "orders.csv"
    feed.write_text("order,sku,qty\n1,MUG,2\n")
    options = OrderFiles(
        glob=tmp_path / "*.csv",
        columns={"order_number": "order", "sku": "sku", "quantity": "qty"},
    )
    account = open_merchant(tmp_path, orders=options)
    changed = datetime(2026, 11, 23, 12, tzinfo=UTC)
    os.utime(feed, (changed.timestamp(), changed.timestamp()))

    def read(after_s: int, *, patient: bool) -> list[str]:
        now = datetime.fromtimestamp(changed.timestamp() + after_s, UTC)
        pages = account.orders.changed(since(now=now, skip_recent=patient))
        return [item.id for page in pages for item in page.items if isinstance(item, Order)]

    assert read(5, patient=True) == []
    assert read(5, patient=False) == ["1"]
    assert read(15, patient=True) == ["1"]
    account.close()


@pytest.mark.parametrize("name", ["orders.csv", "orders.jsonl"])
def test_column_that_is_not_mapped_may_hold_anything(tmp_path: Path, name: str) -> None:
    shop(tmp_path)
    long = "x" * 12_007
    feed = f"{HEADER.strip()},body\n1,MUG,Mug,1,9.50,Ada,DE,{long}\0\n"
    if name.endswith("jsonl"):
        row = '{"order": "1", "sku": "MUG", "qty": 1, "price": 1, "country": "DE", '
        feed = row + f'"body": "{long}\\u0000", "parts": [{{"a": 1, "a": 2}}], "body": {{}}}}\n'
    (tmp_path / "feeds" / name).write_text(feed)

    assert ordosync(tmp_path, "import-orders", "--json").counts == {"seen": 1, "done": 1}


def test_product_with_a_long_description_that_is_not_mapped_is_read(make: Make, drop: Drop) -> None:
    drop("products/a.csv", f"sku,name,price,kit,Body (HTML)\nMUG,Mug,1,no,{'x' * 12_007}\n")

    [product] = all_of(make().products.changed(since(now=datetime(2026, 11, 23, tzinfo=UTC))))

    assert isinstance(product, Product)


@pytest.mark.parametrize("name", ["orders.csv", "orders.jsonl"])
@pytest.mark.parametrize("column", ["name", "body"])
def test_huge_cell_is_refused_without_taking_many_times_its_memory(
    tmp_path: Path, name: str, column: str
) -> None:
    size = 20_000_000
    path = tmp_path / name
    if name.endswith("jsonl"):
        path.write_text(f'{{"order": "1", "sku": "M", "qty": 1, "{column}": "{"x" * size}"}}\n')
    else:
        path.write_text(f"order,sku,qty,{column}\n1,M,1,{'x' * size}\n")
    columns = {"order_number": "order", "sku": "sku", "quantity": "qty"}
    options = OrderFiles(glob=path, columns=columns)
    account = open_merchant(tmp_path, orders=options)

    tracemalloc.start()
    pages = account.orders.changed(since(now=datetime(2026, 11, 23, tzinfo=UTC)))
    [order] = [item for page in pages for item in page.items]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    account.close()

    assert isinstance(order, InvalidRecord)
    assert f"{name}: row 2" in order.reason or f"{name}: row 1" in order.reason
    assert peak < 4 * size
