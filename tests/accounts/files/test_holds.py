"""Facts in an order file by which a portal may hold an order; H12 of lifecycle.md 4.3."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.hold_facts import HoldFacts
from ordosync.models import InvalidRecord, Order
from tests.accounts.contract.account import read
from tests.accounts.contract.examples import line, sold
from tests.accounts.files.conftest import Drop, Make
from tests.accounts.files.opening import since
from tests.accounts.files.people import FilesMerchantPeople
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock

COLUMNS = {
    "order_number": "order",
    "sku": "sku",
    "quantity": "qty",
    "paid": "paid",
    "placed_at": "at",
    "tags": "tags",
}
HEADER = "order,sku,qty,paid,at,tags\n"


@pytest.fixture(name="shop")
def _shop(make: Make, drop: Drop) -> Any:
    """Return a function that reads the only order of a file with these rows."""

    def shop(*rows: str, **options: Any) -> Order | InvalidRecord:
        path = drop("orders/a.csv", HEADER + "".join(f"{row}\n" for row in rows))
        files = OrderFiles(
            glob=path.parent,
            columns=COLUMNS,
            date_format="%Y-%m-%d %H:%M",
            timezone="Europe/London",
            **options,
        )
        [order] = read(make(orders=files).orders.changed(since()))[0]
        return order

    return shop


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Iterator[Pair]:
    clock = VirtualClock()
    with (
        closing(FilesMerchantPeople(tmp_path, clock)) as selling,
        closing(SqliteSupplierPeople(tmp_path, clock)) as shipping,
    ):
        selling.has_dates = True
        yield Pair(tmp_path, selling, shipping)


def facts(order: Order | InvalidRecord) -> HoldFacts:
    assert isinstance(order, Order), order
    return order.hold_facts


def test_facts_are_those_of_the_columns(shop: Any) -> None:
    read_facts = facts(shop('1,MUG,1,yes,2026-07-01 12:00,"fraud-check, vip"', "1,CUP,1,,,"))

    assert read_facts == HoldFacts(
        is_paid=True,
        since=datetime(2026, 7, 1, 11, tzinfo=UTC),
        tags=("fraud-check", "vip"),
    )


@pytest.mark.parametrize(
    ("cell", "is_paid"),
    [("yes", True), ("TRUE", True), ("1", True), ("no", False), ("0", False), ("", False)],
)
def test_a_column_says_if_an_order_is_paid(shop: Any, cell: str, is_paid: bool) -> None:
    assert facts(shop(f"1,MUG,1,{cell},,")).is_paid == is_paid


def test_other_words_for_paid_are_mapped(shop: Any) -> None:
    values = {"paid": {"Paid": "yes", "Pending": "no"}}

    assert facts(shop("1,MUG,1,Paid,,", values=values)).is_paid


def test_a_word_that_is_neither_yes_nor_no_fails_the_order(shop: Any) -> None:
    order = shop("1,MUG,1,perhaps,,")

    assert (order.code, order.reason) == (
        "invalid.paid",
        "orders/a.csv row 2: paid 'perhaps' is not true or false",
    )


def test_the_payment_is_no_edit_of_an_order(pair: Pair) -> None:
    order_id = pair.merchant.request(sold("1001"))
    pair.run("import-orders")

    pair.merchant.set_paid(order_id, is_paid=True)

    assert {each.state for each in pair.run("import-orders").steps} <= {"done"}
    assert not [each for each in pair.run("import-orders").steps if "edit" in each.key]


def test_h12_an_order_whose_row_is_taken_out_of_the_feed_is_sent_when_its_time_comes(
    pair: Pair,
) -> None:
    pair.path = pair.configure(hold={"age": "30m"})
    pair.merchant.request(sold("1001", line("MUG", 2)))
    pair.run("import-orders")

    for path in (pair.folder / "placed").glob("*"):
        path.unlink()
    # Without any file, a run could not tell an empty feed from a missing one.
    pair.merchant.request(sold("1002"))
    pair.run("import-orders")
    pair.merchant.clock.at += timedelta(minutes=30)
    pair.run("import-orders")

    assert sorted(order.number for order in pair.supplier.orders()) == ["1001", "1002"]
