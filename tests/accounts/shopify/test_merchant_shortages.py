"""Shortages that are reported to a Shopify Merchant; S are rules of lifecycle.md 2.5."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.shopify.ids import fulfillment_order, number
from ordosync.accounts.shopify.shortage_reasons import HOLD_REASONS, REJECTION_REASONS
from ordosync.shortages import ShortageReason, ShortageReport
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.opening import OpenMerchant, opened
from tests.accounts.shopify.people import ShopifyMerchantPeople, ShopifyServicePeople
from tests.accounts.shortages import TEXT, report_of
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.fakes.faults import Kind
from tests.fakes.shopify import Fault
from tests.scenarios.pairs.pair import Pair

LOST: tuple[Kind, ...] = ("lost-reset", "lost-502", "twice")
ASKED: tuple[ShortageReason, ...] = ("asked-to",)


@pytest.fixture(name="account")
def _account(seller: ShopifyMerchantPeople) -> Iterator[OpenMerchant]:
    with closing(opened(seller)) as account:
        yield account


@pytest.fixture(name="service")
def _service(asking: ShopifyServicePeople) -> Iterator[OpenMerchant]:
    with closing(opened(asking)) as account:
        yield account


def placed(people: ShopifyMerchantPeople) -> str:
    """Place an order of two CUP and one MUG; return its id."""
    return people.request(sold("1001", line("CUP", 2), line("MUG", 1)))


def parts(people: ShopifyMerchantPeople, order_id: str) -> list[tuple[str, Mapping[Any, int]]]:
    """Return the status and the open units of each fulfillment order."""
    bought = people.part(fulfillment_order(order_id)).order_id
    return [
        (part.status, {sku: n for sku, n in people.fake.contents(part.id).items() if n})
        for part in people.fake.fulfillment_orders(bought)
    ]


def handles(people: ShopifyMerchantPeople, order_id: str) -> list[str | None]:
    return [hold.handle for hold in people.part(fulfillment_order(order_id)).holds]


def hold_until_known(account: OpenMerchant, report: ShortageReport) -> str:
    for _ in range(3):
        [outcome] = account.shortages.hold([report])
        if outcome.state in ("done", "unchanged", "refused"):
            break
        account.people.settle()
    return outcome.state


def test_report_is_a_comment_of_the_order(
    account: OpenMerchant, seller: ShopifyMerchantPeople
) -> None:
    order_id = placed(seller)

    [outcome] = account.shortages.report([report_of(account, order_id, MUG=1)])

    assert outcome.state == "done"
    assert seller.timeline(order_id) == [TEXT]
    part = seller.part(fulfillment_order(order_id))
    assert "ordosync-attention" in seller.fake.order(part.order_id).tags


def test_report_is_added_once_for_each_key(
    account: OpenMerchant, seller: ShopifyMerchantPeople
) -> None:
    order_id = placed(seller)
    reports = [
        report_of(account, order_id, key, MUG=1) for key in ("short:1", "short:1", "short:2")
    ]

    states = [account.shortages.report([report])[0].state for report in reports]

    assert states == ["done", "unchanged", "done"]
    assert seller.timeline(order_id) == [TEXT, TEXT]


def test_unknown_order_is_refused(account: OpenMerchant, seller: ShopifyMerchantPeople) -> None:
    report = ShortageReport(order_id="404404", key="short:1", text=TEXT, lines=())

    outcomes = [*account.shortages.report([report]), *account.shortages.hold([report])]

    assert [outcome.code for outcome in outcomes] == ["not-found", "not-found"]
    assert seller.fake.ledger == []


def test_s24_part_is_held_and_the_rest_stays_open(
    account: OpenMerchant, seller: ShopifyMerchantPeople
) -> None:
    order_id = placed(seller)
    report = report_of(account, order_id, CUP=1)

    outcomes = [*account.shortages.hold([report]), *account.shortages.hold([report])]

    assert [outcome.state for outcome in outcomes] == ["done", "unchanged"]
    assert parts(seller, order_id) == [("ON_HOLD", {"CUP": 1}), ("OPEN", {"CUP": 1, "MUG": 1})]
    [hold] = seller.part(fulfillment_order(order_id)).holds
    assert (hold.reason, hold.reason_notes) == ("INVENTORY_OUT_OF_STOCK", TEXT)
    assert (hold.handle or "").startswith("ordosync-short-")


def test_whole_order_is_held_as_it_is(account: OpenMerchant, seller: ShopifyMerchantPeople) -> None:
    order_id = placed(seller)

    [outcome] = account.shortages.hold([report_of(account, order_id, CUP=2, MUG=1)])

    assert outcome.state == "done"
    assert parts(seller, order_id) == [("ON_HOLD", {"CUP": 2, "MUG": 1})]


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("request_", ["#HoldUnits$", "#Keep$"])
def test_units_are_held_once_though_an_answer_was_lost(
    account: OpenMerchant, seller: ShopifyMerchantPeople, fault: Kind, request_: str
) -> None:
    order_id = placed(seller)
    report = report_of(account, order_id, CUP=1)
    seller.fake.faults.add(Fault(kind=fault, path=request_))

    state = hold_until_known(account, report)
    seller.fake.release(fulfillment_order(order_id))
    account.shortages.hold([report])

    assert state in ("done", "unchanged")
    assert len(seller.fake.effects("fulfillment order held")) == 1
    assert parts(seller, order_id) == [("OPEN", {"CUP": 2, "MUG": 1}), ("CLOSED", {})]


def test_s25_ended_hold_is_set_again_only_for_another_report(
    account: OpenMerchant, seller: ShopifyMerchantPeople
) -> None:
    order_id = placed(seller)
    first, second = (report_of(account, order_id, key, CUP=1) for key in ("short:1", "short:2"))
    account.shortages.hold([first])
    seller.fake.release(fulfillment_order(order_id))

    [again] = account.shortages.hold([first])
    between = handles(seller, order_id)
    [other] = account.shortages.hold([second])

    assert (again.state, between) == ("unchanged", [])
    assert (other.state, len(handles(seller, order_id))) == ("done", 1)


def test_s24_more_short_units_are_held_beside_the_held_ones(
    account: OpenMerchant, seller: ShopifyMerchantPeople
) -> None:
    """A held fulfillment order cannot be held in part again; the rest can."""
    order_id = placed(seller)
    first = report_of(account, order_id, "short:1", CUP=1)
    second = report_of(account, order_id, "short:2", CUP=1)
    account.shortages.hold([first])

    [outcome] = account.shortages.hold([second])

    assert outcome.state == "done"
    assert parts(seller, order_id) == [
        ("ON_HOLD", {"CUP": 1}),
        ("ON_HOLD", {"CUP": 1}),
        ("OPEN", {"MUG": 1}),
    ]


def test_units_in_an_order_that_users_hold_are_held(
    account: OpenMerchant, seller: ShopifyMerchantPeople
) -> None:
    order_id = placed(seller)
    report = report_of(account, order_id, CUP=1)
    seller.fake.hold(fulfillment_order(order_id))
    before = seller.fake.ledger

    [outcome] = account.shortages.hold([report])

    assert outcome.state == "unchanged"
    assert seller.fake.ledger == before


def test_units_of_an_order_that_users_split_are_held_in_each_part(
    account: OpenMerchant, seller: ShopifyMerchantPeople
) -> None:
    order_id = placed(seller)
    report = report_of(account, order_id, CUP=2)
    seller.fake.split(fulfillment_order(order_id), {"CUP": 1})

    [outcome] = account.shortages.hold([report])

    assert outcome.state == "done"
    assert parts(seller, order_id)[:2] == [("ON_HOLD", {"CUP": 1}), ("ON_HOLD", {"CUP": 1})]
    assert parts(seller, order_id)[2:] == [("OPEN", {"MUG": 1})]


@pytest.mark.parametrize("reason", [*HOLD_REASONS, *ASKED])
def test_hold_has_the_reason_of_the_shortage(
    account: OpenMerchant, seller: ShopifyMerchantPeople, reason: ShortageReason
) -> None:
    order_id = placed(seller)
    report = report_of(account, order_id, "short:1", "cancelled", reason, CUP=1)

    [outcome] = account.shortages.hold([report])

    reasons = [hold.reason for hold in seller.part(fulfillment_order(order_id)).holds]
    assert reasons == ([HOLD_REASONS[reason]] if reason in HOLD_REASONS else [])
    assert outcome.state == ("done" if reasons else "unchanged")


@pytest.mark.parametrize(("way", "code"), [("ship", "already-shipped"), ("cancel", "cancelled")])
def test_order_that_is_not_open_is_not_held(
    account: OpenMerchant, seller: ShopifyMerchantPeople, way: str, code: str
) -> None:
    order_id = placed(seller)
    report = report_of(account, order_id, CUP=1)
    if way == "ship":
        account.tracking.add([parcel(order_id, "1Z1")])
    else:
        seller.cancel(order_id)

    [outcome] = account.shortages.hold([report])

    assert (outcome.state, outcome.code) == ("refused", code)
    assert seller.fake.effects("fulfillment order held") == []


def test_units_are_not_cancelled(account: OpenMerchant, seller: ShopifyMerchantPeople) -> None:
    order_id = placed(seller)

    [outcome] = account.shortages.cancel([report_of(account, order_id, CUP=1)])

    assert not account.shortages.can_cancel
    assert (outcome.state, outcome.code) == ("refused", "not-supported")
    assert seller.fake.ledger == []


@pytest.mark.parametrize("reason", REJECTION_REASONS)
def test_request_that_is_not_accepted_is_rejected_with_its_reason(
    service: OpenMerchant, asking: ShopifyServicePeople, reason: ShortageReason
) -> None:
    order_id = placed(asking)
    report = report_of(service, order_id, "short:1", "cancelled", reason, CUP=2, MUG=1)

    outcomes = [*service.shortages.hold([report]), *service.shortages.hold([report])]

    part = asking.part(fulfillment_order(order_id))
    assert [outcome.state for outcome in outcomes] == ["done", "unchanged"]
    assert (part.status, part.request_status) == ("OPEN", "REJECTED")
    assert part.rejection == REJECTION_REASONS[reason]


@pytest.mark.parametrize("fault", [None, *LOST])
def test_s26_accepted_request_is_given_back_if_nothing_of_it_comes(
    service: OpenMerchant, asking: ShopifyServicePeople, fault: Kind | None
) -> None:
    order_id = placed(asking)
    report = report_of(service, order_id, CUP=2, MUG=1)
    asking.fake.answer(fulfillment_order(order_id))
    if fault:
        asking.fake.faults.add(Fault(kind=fault, path="#GiveBack$"))

    state = hold_until_known(service, report)

    part = asking.part(fulfillment_order(order_id))
    assert state in ("done", "unchanged")
    assert (part.status, part.request_status) == ("INCOMPLETE", "CLOSED")
    assert len(asking.fake.effects("fulfillment order closed")) == 1


@pytest.mark.parametrize("accepted", [False, True])
def test_part_of_a_request_is_not_given_back(
    service: OpenMerchant, asking: ShopifyServicePeople, *, accepted: bool
) -> None:
    order_id = placed(asking)
    report = report_of(service, order_id, CUP=1)
    if accepted:
        asking.fake.answer(fulfillment_order(order_id))

    [outcome] = service.shortages.hold([report])

    assert (outcome.state, outcome.code) == ("refused", "not-held")
    assert asking.fake.ledger == []


def test_s24_held_part_is_neither_imported_nor_sent_with_the_rest(
    tmp_path: Path, seller: ShopifyMerchantPeople
) -> None:
    pair = Pair(tmp_path, seller, SqliteSupplierPeople(tmp_path, seller.clock))
    order_id, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
    with closing(opened(seller)) as account:
        account.shortages.hold([report_of(account, order_id, CUP=1)])

    ran = [pair.run(task) for task in ("import-orders", "cancel-orders")]
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 1)
    pair.run("update-tracking")
    between = parts(seller, order_id)
    seller.fake.release(fulfillment_order(order_id))
    pair.run("import-orders")
    pair.supplier.ship_part(supplier_id, parcel(number="1Z2"), 1, 0)
    pair.run("update-tracking")

    assert [each.count("done") for each in ran] == [0, 0]
    assert between == [("ON_HOLD", {"CUP": 1}), ("CLOSED", {})]
    assert seller.sent_units(order_id) == {"CUP": 2, "MUG": 1}
    assert seller.all_numbers(order_id) == ["1Z1", "1Z2"]
    pair.stays_quiet("update-tracking", "cancel-orders")


def test_hold_that_users_end_leaves_no_piece(tmp_path: Path, seller: ShopifyMerchantPeople) -> None:
    pair = Pair(tmp_path, seller, SqliteSupplierPeople(tmp_path, seller.clock))
    order_id, supplier_id = pair.imported("1001", line("CUP", 2))
    with closing(opened(seller)) as account:
        account.shortages.hold([report_of(account, order_id, CUP=1)])
    seller.fake.release(fulfillment_order(order_id))

    pair.run("import-orders")
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    pair.run("update-tracking")

    assert seller.status(order_id) == "shipped"
    assert number(fulfillment_order(order_id)) == order_id
    assert seller.fake.effects("fulfillment order split") == []


def test_report_is_two_calls_and_hold_is_four(
    account: OpenMerchant, seller: ShopifyMerchantPeople
) -> None:
    report = report_of(account, placed(seller), CUP=1)
    before = seller.fake.requests

    account.shortages.report([report])
    account.shortages.hold([report])

    names = ("Reported", "Remark", "Family", "Holds", "HoldUnits", "Keep")
    assert seller.fake.requests - before == dict.fromkeys(names, 1)
