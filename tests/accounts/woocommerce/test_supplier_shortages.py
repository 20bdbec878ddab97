"""Shortages at a WooCommerce Supplier; S are rules of lifecycle.md 2.5."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.woocommerce.options import Answers
from tests.accounts.contract.examples import line, order
from tests.accounts.contract.opening import OpenSupplier
from tests.accounts.shortages import backordered, kept, shortage_now, shortages
from tests.accounts.woocommerce.shops import requests, supplier
from tests.fakes.woocommerce import FakeWooCommerce, Switches
from tests.support.clock import VirtualClock

LATE, NEVER = "backordered", "sold-out"
OPTIONS: Mapping[str, Any] = {
    "answers": {"statuses": {LATE: "backordered", NEVER: "cancelled"}},
    "reasons": {"statuses": {NEVER: "out-of-stock"}},
}
Depot = tuple[OpenSupplier, FakeWooCommerce]


@contextmanager
def shop(tmp_path: Path, **switches: Any) -> Iterator[Depot]:
    plug_ins = Switches(statuses=(LATE, NEVER), **{"fulfillments": True, **switches})
    with supplier(tmp_path, VirtualClock(), plug_ins, **OPTIONS) as (account, fake):
        fake.add_product("CUP", stock=99)
        fake.add_product("MUG", stock=99)
        yield account, fake


@pytest.fixture(name="depot")
def _depot(tmp_path: Path) -> Iterator[Depot]:
    with shop(tmp_path) as depot:
        yield depot


def created(account: OpenSupplier) -> int:
    """Create an order of two CUP and one MUG; return its id."""
    [outcome] = account.orders.create([order("1001", line("CUP", 2), line("MUG", 1))])
    return int(outcome.id)


def send(fake: FakeWooCommerce, order_id: int, number: str, **units: int) -> None:
    fake.ship(order_id, number, way="fulfillment", quantities=units, complete=False)


def test_complete_order_has_all_of_its_units(depot: Depot) -> None:
    account, fake = depot
    order_id = created(account)
    fake.sell("MUG")

    [found] = shortages(account).values()

    assert (found.order_id, found.reference) == (str(order_id), "origin:1001#1")
    assert kept(found) == {"CUP": 2, "MUG": 1}
    assert (found.is_cancelled, found.has_all_lines) == (False, True)


@pytest.mark.parametrize("status", ["cancelled", "failed", NEVER])
def test_cancelled_order_has_no_units(depot: Depot, status: str) -> None:
    account, fake = depot
    order_id = created(account)
    fake.set_status(order_id, status)

    found = shortages(account)[str(order_id)]

    assert found.is_cancelled
    assert kept(found) == {"CUP": 0, "MUG": 0}
    assert found.reason == ("out-of-stock" if status == NEVER else "other")


def test_sent_units_of_a_cancelled_order_are_kept(depot: Depot) -> None:
    account, fake = depot
    order_id = created(account)
    send(fake, order_id, "F-1", CUP=1)
    fake.cancel(order_id)

    found = shortages(account)[str(order_id)]

    assert (found.is_cancelled, kept(found)) == (True, {"CUP": 1, "MUG": 0})


def test_s2_restored_order_is_complete_again(depot: Depot) -> None:
    account, fake = depot
    order_id = created(account)
    fake.cancel(order_id)
    fake.restore(order_id)

    found = shortages(account)[str(order_id)]

    assert (found.is_cancelled, kept(found)) == (False, {"CUP": 2, "MUG": 1})


def test_lowered_quantity_and_removed_line_are_short(depot: Depot) -> None:
    account, fake = depot
    order_id = created(account)
    fake.edit_lines(order_id, {"CUP": 1, "MUG": 0})

    found = shortages(account)[str(order_id)]

    assert (found.has_all_lines, kept(found)) == (True, {"CUP": 1})


def test_units_refunded_before_shipping_are_short(depot: Depot) -> None:
    account, fake = depot
    order_id = created(account)
    fake.refund(order_id, {"CUP": 1})

    assert kept(shortages(account)[str(order_id)]) == {"CUP": 1, "MUG": 1}


def test_s18_refund_after_shipping_is_no_shortage(depot: Depot) -> None:
    account, fake = depot
    partial, whole, money = created(account), created(account), created(account)
    send(fake, partial, "F-1", CUP=2)
    fake.refund(partial, {"CUP": 1})
    for order_id in (whole, money):
        fake.set_status(order_id, "completed")
        account.people.settle()
    fake.refund(whole, {"CUP": 1})
    fake.refund(money)

    found = shortages(account)

    assert [kept(found[str(id_)]) for id_ in (partial, whole, money)] == [{"CUP": 2, "MUG": 1}] * 3
    assert not any(it.is_cancelled for it in found.values())
    assert fake.order(money)["status"] == "refunded"


def test_open_units_come_later_by_a_status(depot: Depot) -> None:
    account, fake = depot
    order_id = created(account)
    send(fake, order_id, "F-1", CUP=1)
    fake.set_status(order_id, LATE)

    found = shortages(account)[str(order_id)]

    assert backordered(found) == {"CUP": 1, "MUG": 1}
    assert (found.is_cancelled, kept(found)) == (False, {"CUP": 2, "MUG": 1})


def test_s16_status_without_a_reason_is_the_word(depot: Depot) -> None:
    account, fake = depot
    order_id = created(account)
    fake.set_status(order_id, LATE)

    found = shortages(account)[str(order_id)]

    assert (found.reason, found.word) == ("other", LATE)
    assert {(each.reason, each.word) for each in found.lines} == {("other", LATE)}


def test_s12_order_with_an_answer_can_be_cancelled(depot: Depot) -> None:
    account, fake = depot
    orders = [created(account) for _ in range(3)]
    for order_id, status in zip(orders, (LATE, NEVER, LATE), strict=True):
        fake.set_status(order_id, status)
    send(fake, orders[2], "F-1", CUP=1)

    outcomes = account.cancellations.cancel([str(order_id) for order_id in orders])

    assert [outcome.state for outcome in outcomes] == ["done"] * 3
    assert [fake.order(order_id)["status"] for order_id in orders[:2]] == ["cancelled"] * 2


def test_status_of_a_shortage_is_that_of_an_unsent_order(depot: Depot) -> None:
    account, fake = depot
    late, never = created(account), created(account)
    fake.set_status(late, LATE)
    fake.set_status(never, NEVER)

    statuses = account.orders.statuses([str(late), str(never)])

    assert statuses == {str(late): "awaiting_fulfillment", str(never): "cancelled"}


@pytest.mark.parametrize("way", ["trash", "delete"])
def test_s17_order_in_the_trash_or_deleted_is_gone(depot: Depot, way: str) -> None:
    account, fake = depot
    order_id, other = created(account), created(account)
    getattr(fake, way)(order_id)

    assert shortage_now(account, str(order_id)).is_deleted
    assert not shortage_now(account, str(other)).is_deleted
    found = shortages(account)
    assert [id_ for id_, it in found.items() if not it.is_deleted] == [str(other)]
    assert [id_ for id_, it in found.items() if it.is_deleted] == [str(order_id)] * (way == "trash")


def test_order_that_is_restored_from_the_trash_is_complete_again(depot: Depot) -> None:
    account, fake = depot
    order_id = created(account)
    fake.trash(order_id)
    shortages(account)
    fake.restore(order_id)

    found = shortages(account)[str(order_id)]

    assert (found.is_deleted, kept(found)) == (False, {"CUP": 2, "MUG": 1})


def test_unchanged_orders_are_two_calls(depot: Depot) -> None:
    """The trash is a separate list."""
    account, fake = depot
    for _ in range(3):
        created(account)
    shortages(account)
    before = fake.requests

    shortages(account)

    assert requests(fake, since=before) == {"GET /wc/v3/orders": 2}


def test_many_orders_are_read_again_in_one_call(depot: Depot) -> None:
    account, fake = depot
    ids = [str(created(account)) for _ in range(3)]
    before = fake.requests

    [page] = account.shortages.by_id([*ids, "404404"])

    assert len(page.items) == 4
    assert requests(fake, since=before) == {"GET /wc/v3/orders": 1}


def test_status_of_new_orders_is_no_answer() -> None:
    with pytest.raises(ValueError, match="processing is the status of each new order"):
        Answers(statuses={"processing": "backordered"})
