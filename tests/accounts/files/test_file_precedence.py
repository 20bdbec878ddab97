"""Several files with the same order: the newest wins, unless it lacks a line."""

import json
import os
from pathlib import Path

import pytest

from ordosync.models import InvalidRecord, Order
from tests.accounts.contract.account import read
from tests.accounts.contract.opening import OpenMerchant
from tests.accounts.files.conftest import Drop, Make
from tests.accounts.files.opening import NOON, since

HEADER = "order,sku,qty\n"
PRODUCTS = "sku,name,price,kit\n"


def orders(account: OpenMerchant, cursor: str | None = None) -> list[Order | InvalidRecord]:
    return read(account.orders.changed(since(cursor)))[0]


def again(account: OpenMerchant, *ids: str) -> list[Order | InvalidRecord]:
    return read(account.orders.by_id(ids))[0]


def quantity(orders: list[Order | InvalidRecord]) -> int:
    [order] = orders
    assert isinstance(order, Order), order
    return sum(line.quantity for line in order.lines)


def set_time(path: Path, seconds: float) -> None:
    os.utime(path, (NOON.timestamp() + seconds,) * 2)


def test_newest_file_wins_and_the_replaced_one_is_named(make: Make, drop: Drop) -> None:
    drop("orders/b.csv", HEADER + "1,MUG,1\n")
    drop("orders/a.csv", HEADER + "1,MUG,2\n1,CUP,1\n")

    [order] = orders(make())

    assert quantity([order]) == 3
    assert isinstance(order, Order)
    assert order.remark == "a.csv is used, not the older b.csv"


def test_two_files_with_the_same_content_are_no_conflict(make: Make, drop: Drop) -> None:
    drop("orders/a.csv", HEADER + "1,MUG,1\n1,CUP,2\n")
    drop("orders/b.csv", HEADER + "1,CUP,2\n1,MUG,1\n")

    [order] = orders(make())

    assert isinstance(order, Order)
    assert order.remark == ""


@pytest.mark.parametrize(
    ("older", "newer", "sku"),
    [
        ("1,MUG,1\n1,CUP,1\n", "1,MUG,5\n", "CUP"),
        ("1,MUG,1\n1,MUG,1\n", "1,MUG,2\n", "MUG"),
        ("1,MUG,1\n", "1,CUP,1\n", "MUG"),
    ],
)
def test_a_line_that_the_newest_file_lacks_is_a_conflict_that_names_both(
    make: Make, drop: Drop, older: str, newer: str, sku: str
) -> None:
    drop("orders/old.csv", HEADER + older)
    drop("orders/new.csv", HEADER + newer)

    [order] = orders(make())

    assert isinstance(order, InvalidRecord)
    assert (order.code, order.is_skipped) == ("conflict", False)
    assert f"new.csv has no line of SKU '{sku}', which the older old.csv has" in order.reason


def test_line_that_fell_to_0_is_not_missing(make: Make, drop: Drop) -> None:
    drop("orders/old.csv", HEADER + "1,MUG,1\n1,CUP,1\n")
    drop("orders/new.csv", HEADER + "1,MUG,0\n1,CUP,1\n")

    assert quantity(orders(make())) == 1


def test_the_time_of_a_file_counts_in_seconds_and_then_its_name_with_numbers_in_order(
    make: Make, drop: Drop
) -> None:
    tenth = drop("orders/page-10.csv", HEADER + "1,MUG,10\n")
    ninth = drop("orders/page-9.csv", HEADER + "1,MUG,9\n")
    set_time(tenth, 5.1)
    set_time(ninth, 5.9)
    by_name = quantity(orders(make()))

    set_time(ninth, 6.0)

    assert (by_name, quantity(orders(make()))) == (10, 9)


def test_an_older_file_that_is_read_later_does_not_replace_a_newer_one(
    make: Make, drop: Drop
) -> None:
    drop("orders/new.csv", HEADER + "1,MUG,2\n")
    account = make()
    _, cursor = read(account.orders.changed(since()))
    old = drop("orders/old.csv", HEADER + "1,MUG,1\n2,CUP,1\n")
    set_time(old, -60)

    first, second = orders(account, cursor)

    assert quantity([first]) == 2
    assert second.id == "2"
    assert first.as_of > second.as_of


def test_newest_file_of_products_wins_over_an_older_one_that_is_read_later(
    make: Make, drop: Drop
) -> None:
    drop("products/new.csv", PRODUCTS + "MUG,New,2,\n")
    account = make()
    _, cursor = read(account.products.changed(since()))
    set_time(drop("products/old.csv", PRODUCTS + "MUG,Old,1,\n"), -60)

    [product] = read(account.products.changed(since(cursor)))[0]

    assert getattr(product, "name", None) == "New"


def test_retried_order_follows_the_same_rules(make: Make, drop: Drop) -> None:
    drop("orders/old.csv", HEADER + "1,MUG,1\n2,MUG,1\n2,CUP,1\n")
    new = drop("orders/new.csv", HEADER + "1,MUG,2\n2,MUG,1\n")
    account = make()

    first, second = again(account, "1", "2")
    new.unlink()
    settled = again(account, "2")

    assert quantity([first]) == 2
    assert isinstance(second, InvalidRecord)
    assert second.code == "conflict"
    assert quantity(settled) == 2


def test_copies_follow_the_same_rules(make: Make, drop: Drop) -> None:
    text = {"old": "1,MUG,1\n2,MUG,1\n2,CUP,1\n", "new": "1,MUG,2\n2,MUG,1\n"}
    files = [drop(f"orders/{name}.csv", HEADER + rows) for name, rows in text.items()]
    account = make()
    orders(account)
    account.finish_reading(frozenset({"1", "2"}))
    for path in files:
        path.unlink()

    first, second = again(account, "1", "2")

    assert quantity([first]) == 2
    assert isinstance(second, InvalidRecord)
    assert "new.csv has no line of SKU 'CUP', which the older old.csv has" in second.reason


def test_copy_of_an_earlier_content_is_not_a_second_file(make: Make, drop: Drop) -> None:
    drop("orders/a.csv", HEADER + "1,MUG,1\n1,CUP,1\n2,MUG,1\n")
    account = make()
    _, cursor = read(account.orders.changed(since()))
    account.finish_reading(frozenset({"1", "2"}))
    path = drop("orders/a.csv", HEADER + "1,MUG,3\n")
    orders(account, cursor)
    account.finish_reading(frozenset({"1", "2"}))
    path.unlink()

    first, second = again(account, "1", "2")

    assert quantity([first]) == 3
    assert quantity([second]) == 1


def test_copies_of_an_earlier_release_are_read(make: Make, drop: Drop, tmp_path: Path) -> None:
    path = drop("orders/a.csv", HEADER + "1,MUG,1\n")
    account = make()
    orders(account)
    account.finish_reading(frozenset({"1"}))
    path.unlink()
    [note] = (tmp_path / "spool").glob("**/*.json")
    note.write_text(json.dumps(["1"]))

    again_orders = again(account, "1")

    assert quantity(again_orders) == 1
    account.finish_reading(frozenset())
    assert not (tmp_path / "spool").exists()


def test_an_order_that_waits_is_compared_with_a_file_that_comes_later(
    make: Make, drop: Drop
) -> None:
    drop("orders/page1.csv", HEADER + "1,MUG,1\n")
    account = make()
    _, cursor = read(account.orders.changed(since()))
    account.finish_reading(frozenset({"1"}))
    drop("orders/page2.csv", HEADER + "1,CUP,1\n2,CUP,1\n")

    first, second = orders(account, cursor)

    assert isinstance(first, InvalidRecord)
    assert "page2.csv has no line of SKU 'MUG', which the older page1.csv has" in first.reason
    assert isinstance(second, Order)


def test_waiting_order_is_not_retried_with_only_some_of_its_files(make: Make, drop: Drop) -> None:
    page = drop("orders/page1.csv", HEADER + "1,MUG,1\n")
    account = make()
    _, cursor = read(account.orders.changed(since()))
    account.finish_reading(frozenset({"1"}))
    page.unlink()
    drop("orders/page2.csv", HEADER + "1,CUP,1\n")

    [tried] = again(account, "1")
    orders(account, cursor)
    account.finish_reading(frozenset({"1"}))
    decided = again(account, "1")

    assert isinstance(tried, InvalidRecord)
    assert tried.code == "conflict"
    # The conflict was reported, and only one of the two files remains.
    assert quantity(decided) == 1


def test_waiting_order_uses_its_newest_file_even_if_archived(make: Make, drop: Drop) -> None:
    drop("orders/old.csv", HEADER + "1,MUG,1\n")
    new = drop("orders/new.csv", HEADER + "1,MUG,2\n")
    account = make()
    orders(account)
    account.finish_reading(frozenset({"1"}))
    new.unlink()

    assert quantity(again(account, "1")) == 2


def test_file_that_was_corrected_in_place_has_no_older_version(make: Make, drop: Drop) -> None:
    drop("orders/a.csv", HEADER + "1,MUG,1\n1,CUP,x\n")
    account = make()
    _, cursor = read(account.orders.changed(since()))
    account.finish_reading(frozenset({"1"}))
    drop("orders/a.csv", HEADER + "1,MUG,1\n")

    assert quantity(orders(account, cursor)) == 1
    assert quantity(again(account, "1")) == 1


def test_file_of_the_same_size_and_second_is_read_again_when_its_content_has_changed(
    make: Make, drop: Drop
) -> None:
    path = drop("orders/a.csv", HEADER + "1,MUG,2\n")
    set_time(path, 1)
    first, cursor = read(make().orders.changed(since()))
    path.write_text(HEADER + "1,MUG,3\n")
    set_time(path, 1)

    second = orders(make(), cursor)

    assert (quantity(first), quantity(second)) == (2, 3)


def test_row_without_a_number_is_retried_with_the_present_file(make: Make, drop: Drop) -> None:
    drop("orders/a.csv", HEADER + "1,MUG,1\n,CUP,1\n")
    account = make()
    orders(account)
    account.finish_reading(frozenset({"1", "file:a.csv:3"}))
    drop("orders/a.csv", HEADER + "1,MUG,1\n,BOX,1\n")

    contents = {item.id: item.content for item in again(account, "1", "file:a.csv:3")}
    now = {item.id: item.content for item in orders(account)}

    assert contents == now
