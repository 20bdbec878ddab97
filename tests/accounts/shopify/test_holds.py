"""Holds of a Supplier's fulfillment orders while an edit of the Merchant is not settled."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from ordosync.accounts.shopify.ids import gid
from ordosync.accounts.supplier import HoldReason
from ordosync.models import Outcome
from tests.accounts.contract.examples import parcel
from tests.accounts.contract.opening import OpenSupplier, opened
from tests.accounts.contract.supplier_edits import added, created, current, edit, write
from tests.accounts.shopify.people import ShopifySupplierPeople
from tests.fakes.shopify import Fault
from tests.fakes.shopify.state import FulfillmentOrder

SCOPE = "write_merchant_managed_fulfillment_orders"


@pytest.fixture(name="account")
def _account(shipper: ShopifySupplierPeople) -> Iterator[OpenSupplier]:
    with closing(opened(shipper)) as account:
        yield account


def hold(account: OpenSupplier, order_id: str, reason: HoldReason = "address") -> Outcome:
    [outcome] = account.edits.hold([order_id], reason=reason)
    return outcome


def release(account: OpenSupplier, order_id: str) -> Outcome:
    [outcome] = account.edits.release([order_id])
    return outcome


def parts(shipper: ShopifySupplierPeople, order_id: str) -> list[FulfillmentOrder]:
    return shipper.fake.fulfillment_orders(gid("Order", order_id))


@pytest.mark.parametrize(
    ("reason", "at_shop"), [("address", "INCORRECT_ADDRESS"), ("other", "OTHER")]
)
def test_hold_has_the_reason_and_a_handle(
    account: OpenSupplier, shipper: ShopifySupplierPeople, reason: HoldReason, at_shop: str
) -> None:
    order_id, _ = created(account)

    hold(account, order_id, reason)

    [held] = parts(shipper, order_id)[0].holds
    assert (held.reason, held.handle) == (at_shop, "ordosync-edit")


def test_calls_of_holds(account: OpenSupplier, shipper: ShopifySupplierPeople) -> None:
    order_id, _ = created(account)
    before = Counter(shipper.fake.requests)

    hold(account, order_id)
    release(account, order_id)

    assert Counter(shipper.fake.requests) - before == {
        "EditableOrders": 2,
        "Hold": 1,
        "Release": 1,
    }


def test_added_line_is_held_too(account: OpenSupplier, shipper: ShopifySupplierPeople) -> None:
    """It is in a separate fulfillment order."""
    order_id, line_ids = created(account)
    hold(account, order_id)
    write(account, edit(order_id, "lines", lines=(added("PEN", 1),), known_lines=line_ids))
    before = current(account, order_id).is_held

    outcome = hold(account, order_id)

    assert not before
    assert outcome.state == "done"
    assert [part.status for part in parts(shipper, order_id)] == ["ON_HOLD", "ON_HOLD"]
    assert release(account, order_id).state == "done"
    assert [part.status for part in parts(shipper, order_id)] == ["OPEN", "OPEN"]


def test_piece_is_held_alone(account: OpenSupplier, shipper: ShopifySupplierPeople) -> None:
    order_id, _ = created(account)
    cups, mugs = shipper.split(order_id, (2, 0), (0, 1))

    outcome = hold(account, cups)

    assert (outcome.state, outcome.id) == ("done", cups)
    assert [each.is_held for each in account.edits.current([cups, mugs]).values()] == [True, False]


def test_rest_of_a_partly_sent_order_is_held(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, _ = created(account)
    shipper.ship_part(order_id, parcel(number="1Z1"), 1, 0)

    outcome = hold(account, order_id)

    assert outcome.state == "done"
    assert account.orders.statuses([order_id]) == {order_id: "partially_shipped"}
    assert release(account, order_id).state == "done"


def test_order_at_a_fulfillment_service_is_not_held(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, _ = created(account)
    [part] = parts(shipper, order_id)
    shipper.fake.move(part.id, shipper.fake.add_service("Packers"))
    shipper.fake.request_fulfillment(gid("Order", order_id))

    outcome = hold(account, order_id)

    assert (outcome.state, outcome.code) == ("refused", "not-held")
    assert shipper.fake.requests["Hold"] == 0


def test_without_the_scope_the_reason_says_what_to_grant(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, _ = created(account)
    hold(account, order_id)
    shipper.fake.shop.scopes.discard(SCOPE)
    fresh = opened(shipper)
    other_id, _ = created(fresh)

    outcomes = [hold(fresh, other_id), release(fresh, order_id)]

    assert [(outcome.state, outcome.code) for outcome in outcomes] == [("refused", "not-held")] * 2
    assert all(f"the token lacks the scope {SCOPE}: grant it" in it.reason for it in outcomes)
    assert shipper.fake.requests["Hold"] == 1
    assert shipper.fake.requests["Release"] == 0


@pytest.mark.parametrize("step", ["Hold", "Release"])
@pytest.mark.parametrize("kind", ["lost-reset", "lost-500", "unavailable", "twice"])
def test_hold_whose_answer_was_lost_is_made_and_ended_once(
    account: OpenSupplier, shipper: ShopifySupplierPeople, step: str, kind: Any
) -> None:
    order_id, _ = created(account)
    shipper.fake.faults.add(Fault(kind=kind, path=f"#{step}$"))

    held = [hold(account, order_id) for _ in range(2)]
    is_held = shipper.is_held(order_id)
    released = [release(account, order_id) for _ in range(2)]

    assert is_held
    assert all(outcome.state != "refused" for outcome in (*held, *released)), (held, released)
    assert not shipper.is_held(order_id)


def test_order_that_was_sent_meanwhile_is_not_held(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, _ = created(account)

    def ship() -> None:
        shipper.ship(order_id, parcel(number="1Z1"))

    shipper.fake.faults.add(Fault(kind="callback", path="#Hold$", do=ship))

    outcome = hold(account, order_id)

    assert (outcome.state, outcome.code) == ("refused", "not-held")


def test_holds_of_users_and_other_uses_of_the_app_stay(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, _ = created(account)
    shipper.hold(order_id)
    hold(account, order_id)
    [part] = parts(shipper, order_id)
    part.holds.append(replace(part.holds[-1], id=f"{part.holds[-1].id}9", handle="other"))

    outcome = release(account, order_id)

    assert outcome.state == "done"
    assert [each.handle for each in part.holds] == [None, "other"]


def test_order_of_which_a_part_cannot_be_held_is_not_held_at_all(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, line_ids = created(account)
    write(account, edit(order_id, "lines", lines=(added("PEN", 1),), known_lines=line_ids))
    second = parts(shipper, order_id)[1]

    def ship() -> None:
        shipper.fake.ship_piece(second.id, "1Z1")

    shipper.fake.faults.add(Fault(kind="callback", path="#Hold$", after=1, do=ship))

    outcome = hold(account, order_id)

    assert (outcome.state, outcome.code) == ("refused", "not-held")
    assert not shipper.is_held(order_id)
