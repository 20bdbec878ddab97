"""Shortages that are reported to a WooCommerce Merchant; S are rules of lifecycle.md 2.5."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ordosync.models import ParcelLine
from ordosync.shortages import ShortageReport
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.opening import OpenMerchant, opened
from tests.accounts.shortages import TEXT, report_of
from tests.accounts.woocommerce.people import ShopMerchantPeople
from tests.accounts.woocommerce.shops import merchant, requests
from tests.fakes.faults import Kind
from tests.fakes.woocommerce import FakeWooCommerce, Fault, Switches
from tests.support.clock import VirtualClock

Shop = tuple[OpenMerchant, FakeWooCommerce]
LOST: tuple[Kind, ...] = ("lost-reset", "lost-502")


@pytest.fixture(name="shop")
def _shop(tmp_path: Path) -> Iterator[Shop]:
    with merchant(tmp_path, VirtualClock(), Switches(fulfillments=True)) as (account, fake):
        yield account, fake
        assert not [call for call in requests(fake) if call.startswith("POST") and "refund" in call]


def placed(account: OpenMerchant) -> str:
    """Place an order of two CUP and one MUG; return its id."""
    people = account.people
    assert isinstance(people, ShopMerchantPeople)
    return people.request(sold("1001", line("CUP", 2), line("MUG", 1)))


def status(fake: FakeWooCommerce, order_id: str) -> str:
    return str(fake.order(int(order_id))["status"])


def test_report_is_a_private_note(shop: Shop) -> None:
    account, fake = shop
    order_id = placed(account)

    [outcome] = account.shortages.report([report_of(account, order_id, MUG=1)])

    assert outcome.state == "done"
    *_, note = fake.shop.orders[int(order_id)].notes
    assert note.text.startswith(TEXT)
    assert not note.to_customer
    assert status(fake, order_id) == "processing"


def test_report_is_added_once_for_each_key(shop: Shop) -> None:
    account, fake = shop
    order_id = placed(account)
    reports = [
        report_of(account, order_id, key, MUG=1) for key in ("short:1", "short:1", "short:2")
    ]

    states = [account.shortages.report([report])[0].state for report in reports]

    assert states == ["done", "unchanged", "done"]
    assert len(fake.effects("note", order_id)) == 2


def test_report_on_a_piece_is_on_its_order(shop: Shop) -> None:
    account, fake = shop
    order_id = placed(account)
    report = ShortageReport(order_id=f"{order_id}/1", key="short:1", text=TEXT, lines=())

    [outcome] = account.shortages.report([report])

    assert (outcome.state, len(fake.effects("note", order_id))) == ("done", 1)


def test_unknown_order_is_refused(shop: Shop) -> None:
    account, fake = shop
    report = ShortageReport(order_id="404404", key="short:1", text=TEXT, lines=())

    outcomes = [*account.shortages.report([report]), *account.shortages.hold([report])]

    assert [outcome.code for outcome in outcomes] == ["not-found", "not-found"]
    assert fake.ledger == []


def test_hold_is_a_status(shop: Shop) -> None:
    account, fake = shop
    order_id = placed(account)
    report = report_of(account, order_id, MUG=1)

    outcomes = [*account.shortages.hold([report]), *account.shortages.hold([report])]

    assert [outcome.state for outcome in outcomes] == ["done", "unchanged"]
    assert status(fake, order_id) == "on-hold"


@pytest.mark.parametrize("fault", LOST)
def test_order_is_held_though_an_answer_was_lost(shop: Shop, fault: Kind) -> None:
    account, fake = shop
    order_id = placed(account)
    report = report_of(account, order_id, MUG=1)
    fake.faults.add(Fault(kind=fault, method="PUT", path=r"/orders/\d+$"))

    account.shortages.hold([report])
    [outcome] = account.shortages.hold([report])

    assert outcome.state == "unchanged"
    assert status(fake, order_id) == "on-hold"


def test_s25_ended_hold_is_set_again_only_for_another_report(shop: Shop) -> None:
    account, fake = shop
    order_id = placed(account)
    first, second = (report_of(account, order_id, key, MUG=1) for key in ("short:1", "short:2"))
    account.shortages.hold([first])
    fake.set_status(int(order_id), "processing")

    [again] = account.shortages.hold([first])
    between = status(fake, order_id)
    [other] = account.shortages.hold([second])

    assert (again.state, between) == ("unchanged", "processing")
    assert (other.state, status(fake, order_id)) == ("done", "on-hold")


@pytest.mark.parametrize(
    ("now", "code"),
    [
        ("cancelled", "cancelled"),
        ("refunded", "cancelled"),
        ("completed", "already-shipped"),
        ("pending", "not-held"),
    ],
)
def test_order_that_is_not_open_is_not_held(shop: Shop, now: str, code: str) -> None:
    account, fake = shop
    order_id = placed(account)
    report = report_of(account, order_id, MUG=1)
    fake.set_status(int(order_id), now)

    [outcome] = account.shortages.hold([report])

    assert (outcome.state, outcome.code) == ("refused", code)
    assert status(fake, order_id) == now


def test_order_that_is_completed_meanwhile_stays_completed(shop: Shop) -> None:
    account, fake = shop
    order_id = placed(account)
    report = report_of(account, order_id, MUG=1)

    def complete() -> None:
        fake.set_status(int(order_id), "completed")

    fake.faults.add(Fault(kind="callback", method="PUT", path=r"/orders/\d+$", do=complete))

    [outcome] = account.shortages.hold([report])

    assert (outcome.state, outcome.code) == ("refused", "already-shipped")
    assert status(fake, order_id) == "completed"


def test_held_order_is_completed_with_its_last_unit(shop: Shop) -> None:
    account, fake = shop
    order_id = placed(account)
    report = report_of(account, order_id, MUG=1)
    account.shortages.hold([report])
    rest = [ParcelLine(line_id=it.line_id, quantity=it.quantity) for it in report.rest]
    short = [ParcelLine(line_id=it.line_id, quantity=it.quantity) for it in report.lines]

    first = parcel(order_id, "1Z1", id="s-1", lines=tuple(rest), is_last=False)
    [sent] = account.tracking.add([first])
    between = status(fake, order_id)
    [last] = account.tracking.add([parcel(order_id, "1Z2", id="s-2", lines=tuple(short))])

    assert (sent.state, between) == ("done", "on-hold")
    assert (last.state, status(fake, order_id)) == ("done", "completed")


def test_held_order_is_still_read_by_its_id(shop: Shop) -> None:
    account, fake = shop
    held, by_users = placed(account), placed(account)
    account.shortages.hold([report_of(account, held, MUG=1)])
    fake.set_status(int(by_users), "on-hold")

    [page] = account.orders.by_id([held, by_users])

    assert [item.id for item in page.items] == [held]


def test_hold_of_users_stays_when_all_is_sent(shop: Shop) -> None:
    account, fake = shop
    order_id = placed(account)
    fake.set_status(int(order_id), "on-hold")

    account.tracking.add([parcel(order_id, "1Z1")])

    assert status(fake, order_id) == "on-hold"


def test_units_are_not_cancelled(shop: Shop) -> None:
    account, fake = shop
    order_id = placed(account)

    [outcome] = account.shortages.cancel([report_of(account, order_id, MUG=1)])

    assert not account.shortages.can_cancel
    assert (outcome.state, outcome.code) == ("refused", "not-supported")
    assert fake.ledger == []


def test_orders_on_hold_that_are_to_be_shipped_cannot_be_held(tmp_path: Path) -> None:
    people = ShopMerchantPeople(tmp_path, VirtualClock())
    account = opened(people, options={"statuses": ["processing", "on-hold"]})

    assert not account.shortages.can_hold
    people.close()


def test_check_says_that_lifting_a_hold_mails_the_buyer(shop: Shop) -> None:
    account, _ = shop

    texts = [result.text for result in account.check()]

    assert any("the shop mails the buyer that" in text for text in texts)


def test_report_and_hold_are_two_calls_each(shop: Shop) -> None:
    account, fake = shop
    report = report_of(account, placed(account), MUG=1)
    before = fake.requests

    account.shortages.report([report])
    account.shortages.hold([report])

    assert requests(fake, since=before) == {
        "GET /wc/v3/orders/{id}/notes": 1,
        "POST /wc/v3/orders/{id}/notes": 1,
        "GET /wc/v3/orders/{id}": 1,
        "PUT /wc/v3/orders/{id}": 1,
    }
