"""Shortages at a Shopify Supplier; S are rules of lifecycle.md 2.5."""

from collections.abc import Iterator

import pytest

from ordosync.accounts.shopify.ids import gid, number
from tests.accounts.contract.examples import line, order, parcel
from tests.accounts.contract.opening import OpenSupplier, opened
from tests.accounts.shopify.people import ShopifySupplierPeople
from tests.accounts.shortages import backordered, kept, shortage_now, shortages
from tests.fakes.shopify.refunds import Restock

HOLD = """
mutation Hold($id: ID!, $hold: FulfillmentOrderHoldInput!) {
  fulfillmentOrderHold(id: $id, fulfillmentHold: $hold) { userErrors { message } }
}
"""


@pytest.fixture(name="account")
def _account(shipper: ShopifySupplierPeople) -> Iterator[OpenSupplier]:
    account = opened(shipper)
    yield account
    account.close()


def created(account: OpenSupplier, cups: int = 2) -> str:
    """Create an order of some CUP and one MUG; return its id."""
    [outcome] = account.orders.create([order("1001", line("CUP", cups), line("MUG", 1))])
    return outcome.id


def part_of(shipper: ShopifySupplierPeople, order_id: str) -> str:
    """Return the Shopify id of the first fulfillment order."""
    return shipper.fake.fulfillment_orders(gid("Order", order_id))[0].id


def test_complete_order_has_all_of_its_units(account: OpenSupplier) -> None:
    order_id = created(account)

    [found] = shortages(account).values()

    assert (found.order_id, found.reference) == (order_id, "origin:1001#1")
    assert kept(found) == {"CUP": 2, "MUG": 1}
    assert (found.is_cancelled, found.has_all_lines, backordered(found)) == (False, True, {})


@pytest.mark.parametrize(
    ("cause", "reason", "word"),
    [
        ("INVENTORY", "out-of-stock", ""),
        ("CUSTOMER", "asked-to", ""),
        ("OTHER", "other", ""),
        ("FRAUD", "other", "fraud"),
        ("STAFF", "other", "staff"),
    ],
)
def test_cancelled_order_has_a_reason(
    account: OpenSupplier, shipper: ShopifySupplierPeople, cause: str, reason: str, word: str
) -> None:
    order_id = created(account)
    shipper.fake.cancel(gid("Order", order_id), reason=cause)

    found = shortages(account)[order_id]

    assert (found.is_cancelled, found.reason, found.word) == (True, reason, word)
    assert kept(found) == {"CUP": 0, "MUG": 0}


def test_removed_units_are_short(account: OpenSupplier, shipper: ShopifySupplierPeople) -> None:
    order_id = created(account)
    shipper.take_off(order_id, 1, 1)

    found = shortages(account)[order_id]

    assert kept(found) == {"CUP": 1, "MUG": 0}
    assert not found.is_cancelled


@pytest.mark.parametrize("restock", ["NO_RESTOCK", "RETURN"])
def test_s18_refund_of_sent_units_is_no_shortage(
    account: OpenSupplier, shipper: ShopifySupplierPeople, restock: Restock
) -> None:
    order_id = created(account)
    shipper.ship_part(order_id, parcel(number="1Z1"), 1, 0)
    shipper.fake.refund(gid("Order", order_id), {"CUP": 1}, restock=restock)

    assert kept(shortages(account)[order_id]) == {"CUP": 2, "MUG": 1}


def test_units_at_a_location_that_cannot_be_read_are_not_short(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    """Their fulfillment order is of another family of scopes."""
    order_id = created(account)
    shipper.fake.shop.scopes.discard("read_third_party_fulfillment_orders")
    place = shipper.fake.add_service("3PL", ours=False)
    shipper.fake.move(part_of(shipper, order_id), place, {"CUP": 1})

    found = shortages(account)

    assert kept(found[order_id]) == {"CUP": 2, "MUG": 1}
    assert list(found) == [order_id]


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        ("INVENTORY_OUT_OF_STOCK", "out-of-stock"),
        ("INCORRECT_ADDRESS", "bad-address"),
        ("UNKNOWN_DELIVERY_DATE", "too-late"),
    ],
)
def test_held_units_come_later(
    account: OpenSupplier, shipper: ShopifySupplierPeople, cause: str, reason: str
) -> None:
    order_id = created(account)
    shipper.fake.hold(part_of(shipper, order_id), cause)

    found = shortages(account)[order_id]

    assert backordered(found) == {"CUP": 2, "MUG": 1}
    assert {each.reason for each in found.lines} == {reason}
    assert (found.is_cancelled, kept(found)) == (False, {"CUP": 2, "MUG": 1})


@pytest.mark.parametrize("cause", ["OTHER", "AWAITING_PAYMENT", "HIGH_RISK_OF_FRAUD"])
def test_hold_for_another_cause_is_no_shortage(
    account: OpenSupplier, shipper: ShopifySupplierPeople, cause: str
) -> None:
    order_id = created(account)
    shipper.fake.hold(part_of(shipper, order_id), cause)

    assert backordered(shortages(account)[order_id]) == {}


def test_own_hold_is_no_shortage(account: OpenSupplier, shipper: ShopifySupplierPeople) -> None:
    order_id = created(account)
    hold = {"reason": "INCORRECT_ADDRESS", "handle": "ordosync-edit"}
    shipper.fake.send(HOLD, id=part_of(shipper, order_id), hold=hold)

    assert backordered(shortages(account)[order_id]) == {}


def test_hold_of_others_beside_the_own_one_is_a_shortage(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id = created(account)
    hold = {"reason": "INCORRECT_ADDRESS", "handle": "ordosync-edit"}
    shipper.fake.send(HOLD, id=part_of(shipper, order_id), hold=hold)
    shipper.fake.hold(part_of(shipper, order_id), "INVENTORY_OUT_OF_STOCK")

    found = shortages(account)[order_id]

    assert backordered(found) == {"CUP": 2, "MUG": 1}
    assert {each.reason for each in found.lines} == {"out-of-stock"}


def test_part_that_is_held_is_in_the_order_and_in_its_piece(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id = created(account)
    first = part_of(shipper, order_id)
    second = shipper.fake.hold(first, "INVENTORY_OUT_OF_STOCK", lines={"CUP": 1})

    found = shortages(account)
    held, rest = (f"{order_id}/{number(part)}" for part in (first, second))

    assert list(found) == [order_id, held, rest]
    assert [found[id_].ancestors for id_ in found] == [(), (order_id,), (order_id,)]
    assert [backordered(found[id_]) for id_ in found] == [{"CUP": 1}, {"CUP": 1}, {}]
    assert [kept(found[id_]) for id_ in found] == [
        {"CUP": 2, "MUG": 1},
        {"CUP": 1},
        {"CUP": 1, "MUG": 1},
    ]
    assert shortage_now(account, held) == found[held]


def test_released_hold_is_over(account: OpenSupplier, shipper: ShopifySupplierPeople) -> None:
    order_id = created(account)
    first = part_of(shipper, order_id)
    shipper.fake.hold(first, "INVENTORY_OUT_OF_STOCK", lines={"CUP": 1})
    shipper.fake.release(first)

    [found] = shortages(account).values()

    assert (backordered(found), kept(found)) == ({}, {"CUP": 2, "MUG": 1})


def test_s17_order_that_was_deleted_is_gone(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id = created(account)
    del shipper

    assert shortage_now(account, "404404").is_deleted
    assert not shortage_now(account, order_id).is_deleted


def test_order_with_many_lines_is_read_completely(account: OpenSupplier) -> None:
    lines = [line(f"SKU-{place}", 2) for place in range(25)]
    [outcome] = account.orders.create([order("1001", *lines)])

    found = shortages(account)[outcome.id]

    assert kept(found) == {each.sku: 2 for each in lines}


def test_unchanged_orders_are_one_call(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    for place in range(3):
        account.orders.create([order(f"100{place}")])
    before = shipper.fake.requests.total()

    shortages(account)

    assert shipper.fake.requests.total() == before + 1
