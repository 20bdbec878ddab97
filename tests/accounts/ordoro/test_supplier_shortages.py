"""Shortages at an Ordoro Supplier; S are rules of lifecycle.md 2.5."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.accounts.contract.examples import line, order, parcel
from tests.accounts.contract.opening import OpenSupplier, opened
from tests.accounts.ordoro.people import OrdoroSupplierPeople
from tests.accounts.shortages import kept, shortage_now, shortages
from tests.support.clock import VirtualClock

TAGS = {"OOS": "out-of-stock", "EOL": "discontinued"}


@pytest.fixture(name="people")
def _people(tmp_path: Path) -> Iterator[OrdoroSupplierPeople]:
    with closing(OrdoroSupplierPeople(tmp_path, VirtualClock())) as people:
        people.fake.switches.line_edits_update_order = True
        yield people


@pytest.fixture(name="account")
def _account(people: OrdoroSupplierPeople) -> Iterator[OpenSupplier]:
    with closing(opened(people, pair={"reasons": {"tags": TAGS}})) as account:
        yield account


def created(account: OpenSupplier) -> str:
    """Create an order of two CUP and one MUG; return its id."""
    [outcome] = account.orders.create([order("1001", line("CUP", 2), line("MUG", 1))])
    return outcome.id


def test_complete_order_has_all_of_its_units(account: OpenSupplier) -> None:
    order_id = created(account)

    found = shortages(account)[order_id]

    assert kept(found) == {"CUP": 2, "MUG": 1}
    assert (found.is_cancelled, found.is_deleted, found.has_all_lines) == (False, False, True)
    assert found.reference == "origin:1001#1"


def test_cancelled_order_has_the_reason_of_its_tag(
    account: OpenSupplier, people: OrdoroSupplierPeople
) -> None:
    order_id = created(account)
    people.tag(order_id, "OOS")
    people.fake.cancel(order_id)

    found = shortages(account)[order_id]

    assert (found.is_cancelled, found.reason) == (True, "out-of-stock")
    assert kept(found) == {"CUP": 0, "MUG": 0}


def test_s2_restored_order_is_complete_again(
    account: OpenSupplier, people: OrdoroSupplierPeople
) -> None:
    order_id = created(account)
    people.fake.cancel(order_id)
    people.fake.restore(order_id)

    found = shortages(account)[order_id]

    assert not found.is_cancelled
    assert kept(found) == {"CUP": 2, "MUG": 1}


def test_lowered_quantity_and_removed_line_are_short(
    account: OpenSupplier, people: OrdoroSupplierPeople
) -> None:
    order_id = created(account)
    people.tag(order_id, "fragile", "EOL")
    people.fake.edit_lines(order_id, {"CUP": 1, "MUG": 0})

    found = shortages(account)[order_id]

    assert kept(found) == {"CUP": 1}
    assert found.has_all_lines
    assert [each.reason for each in found.lines] == ["discontinued"]


def test_first_reason_of_the_options_counts(
    account: OpenSupplier, people: OrdoroSupplierPeople
) -> None:
    order_id = created(account)
    people.tag(order_id, "EOL", "OOS")

    assert shortages(account)[order_id].reason == "out-of-stock"


def test_order_without_a_known_tag_has_another_reason(
    account: OpenSupplier, people: OrdoroSupplierPeople
) -> None:
    order_id = created(account)
    people.tag(order_id, "fragile")
    people.fake.cancel(order_id)

    assert shortages(account)[order_id].reason == "other"


def test_units_that_were_sent_are_kept(account: OpenSupplier, people: OrdoroSupplierPeople) -> None:
    order_id = created(account)
    people.ship(order_id, parcel(number="1Z1"))

    found = shortages(account)[order_id]

    assert (found.is_cancelled, kept(found)) == (False, {"CUP": 2, "MUG": 1})


def test_cancelled_order_that_was_sent_is_no_shortage(
    account: OpenSupplier, people: OrdoroSupplierPeople
) -> None:
    people.fake.switches.cancel_shipped = True
    order_id = created(account)
    people.ship(order_id, parcel(number="1Z1"))
    people.fake.cancel(order_id)

    found = shortages(account)[order_id]

    assert (found.is_cancelled, kept(found)) == (False, {"CUP": 2, "MUG": 1})


def test_pieces_of_a_split_order_are_read_with_their_order(
    account: OpenSupplier, people: OrdoroSupplierPeople
) -> None:
    order_id = created(account)
    first, second = people.split(order_id, (1, 0), (1, 1))
    people.fake.cancel(second)

    found = shortages(account)

    assert {id_: kept(it) for id_, it in found.items()} == {
        first: {"CUP": 1},
        second: {"CUP": 0, "MUG": 0},
    }
    assert {it.ancestors for it in found.values()} == {(order_id,)}
    assert [found[id_].is_cancelled for id_ in (first, second)] == [False, True]


def test_one_order_is_read_again(account: OpenSupplier, people: OrdoroSupplierPeople) -> None:
    people.fake.switches.line_edits_update_order = False
    order_id = created(account)
    people.settle()
    people.fake.edit_lines(order_id, {"CUP": 1})

    assert kept(shortage_now(account, order_id)) == {"CUP": 1, "MUG": 1}


def test_s17_order_that_does_not_exist_is_deleted(account: OpenSupplier) -> None:
    found = shortage_now(account, "1-404")

    assert (found.is_deleted, found.is_cancelled, found.lines) == (True, False, ())


def test_split_order_is_not_deleted(account: OpenSupplier, people: OrdoroSupplierPeople) -> None:
    order_id = created(account)
    people.split(order_id, (1, 0), (1, 1))

    [page] = account.shortages.by_id([order_id])

    assert page.items == ()


def test_unchanged_orders_are_one_call(account: OpenSupplier, people: OrdoroSupplierPeople) -> None:
    for number in range(3):
        account.orders.create([order(f"100{number}")])
    before = people.fake.requests.total()

    shortages(account)

    assert people.fake.requests.total() == before + 1
