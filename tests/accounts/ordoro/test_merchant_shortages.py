"""Shortages that are reported to an Ordoro Merchant; S are rules of lifecycle.md 2.5."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.models import Outcome
from ordosync.shortages import ShortageReport
from tests.accounts.contract.examples import line, sold
from tests.accounts.contract.opening import OpenMerchant, opened
from tests.accounts.ordoro.people import OrdoroMerchantPeople
from tests.accounts.shortages import TEXT, contents, report_of
from tests.fakes.faults import Kind
from tests.support.clock import VirtualClock

TAG = "supplier-short"
LOST: tuple[Kind, ...] = ("lost-reset", "lost-502", "twice")


@pytest.fixture(name="people")
def _people(tmp_path: Path) -> Iterator[OrdoroMerchantPeople]:
    with closing(OrdoroMerchantPeople(tmp_path, VirtualClock())) as people:
        yield people


@pytest.fixture(name="account")
def _account(people: OrdoroMerchantPeople) -> Iterator[OpenMerchant]:
    with closing(opened(people)) as account:
        yield account


def placed(people: OrdoroMerchantPeople) -> str:
    """Place an order of two CUP and one MUG; return its id."""
    return people.request(sold("1001", line("CUP", 2), line("MUG", 1)))


def cancelled(account: OpenMerchant, report: ShortageReport) -> Outcome:
    """Cancel until the outcome is known."""
    for _ in range(3):
        [outcome] = account.shortages.cancel([report])
        if outcome.state in ("done", "unchanged", "refused"):
            break
        account.people.settle()
    return outcome


def test_report_is_a_comment_and_a_tag(account: OpenMerchant, people: OrdoroMerchantPeople) -> None:
    order_id = placed(people)

    [outcome] = account.shortages.report([report_of(account, order_id, MUG=1)])

    assert outcome.state == "done"
    [comment] = people.timeline(order_id)
    assert comment.startswith(TEXT)
    assert people.tags(order_id) == [TAG]


def test_report_is_added_once_for_each_key(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    order_id = placed(people)
    reports = [
        report_of(account, order_id, key, MUG=1) for key in ("short:1", "short:1", "short:2")
    ]

    states = [account.shortages.report([report])[0].state for report in reports]

    assert states == ["done", "unchanged", "done"]
    assert len(people.timeline(order_id)) == 2
    assert len(people.fake.effects("tag created")) == 1


def test_report_on_a_split_order_is_on_the_piece_with_the_line(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    order_id = placed(people)
    report = report_of(account, order_id, MUG=1)
    first, second = people.split(order_id, (2, 0), (0, 1))

    [outcome] = account.shortages.report([report])

    assert outcome.state == "done"
    assert (people.timeline(first), len(people.timeline(second))) == ([], 1)


def test_unknown_order_is_refused(account: OpenMerchant, people: OrdoroMerchantPeople) -> None:
    report = ShortageReport(order_id="1-404", key="short:1", text=TEXT, lines=())

    part = account.shortages
    outcomes = [*part.report([report]), *part.hold([report])]

    assert [outcome.code for outcome in outcomes] == ["not-found", "not-found"]
    assert people.fake.ledger == []


def test_hold_is_the_tag(account: OpenMerchant, people: OrdoroMerchantPeople) -> None:
    order_id = placed(people)
    report = report_of(account, order_id, MUG=1)

    outcomes = [*account.shortages.hold([report]), *account.shortages.hold([report])]

    assert [outcome.state for outcome in outcomes] == ["done", "unchanged"]
    assert people.tags(order_id) == [TAG]
    assert people.timeline(order_id) == []


def test_s25_removed_tag_is_added_again_only_for_another_report(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    order_id = placed(people)
    first, second = (report_of(account, order_id, key, MUG=1) for key in ("short:1", "short:2"))
    account.shortages.report([first])
    people.untag(order_id, TAG)

    [again] = account.shortages.hold([first])
    tags = people.tags(order_id)
    [other] = account.shortages.hold([second])

    assert (again.state, tags) == ("unchanged", [])
    assert (other.state, people.tags(order_id)) == ("done", [TAG])


def test_short_units_are_split_off_and_cancelled(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    order_id = placed(people)
    report = report_of(account, order_id, CUP=1)

    outcome = cancelled(account, report)

    assert outcome.state == "done"
    assert contents(outcome.pieces, report) == [{"CUP": 1}, {"CUP": 1, "MUG": 1}]
    short, rest = (piece.id for piece in outcome.pieces)
    assert (people.status(short), people.status(rest)) == ("cancelled", "dropshipment_requested")
    assert people.pieces(order_id) == {short: [("CUP", 1)], rest: [("CUP", 1), ("MUG", 1)]}


def test_repeated_cancellation_writes_nothing(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    order_id = placed(people)
    report = report_of(account, order_id, CUP=1)
    first = cancelled(account, report)
    before = people.fake.ledger

    second = cancelled(account, report)

    assert (second.state, second.pieces) == ("unchanged", first.pieces)
    assert people.fake.ledger == before


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("request_", ["split-order", "cancel-order"])
def test_units_are_cancelled_once_though_an_answer_was_lost(
    account: OpenMerchant, people: OrdoroMerchantPeople, fault: Kind, request_: str
) -> None:
    order_id = people.request(sold("1001", line("CUP", 2)))
    report = report_of(account, order_id, CUP=1)
    people.meet(fault, "split-order" if request_ == "split-order" else "cancel-order")

    outcome = cancelled(account, report)

    assert outcome.state in ("done", "unchanged"), outcome
    short, rest = (piece.id for piece in outcome.pieces)
    assert (people.status(short), people.status(rest)) == ("cancelled", "dropshipment_requested")
    assert contents(outcome.pieces, report) == [{"CUP": 1}, {"CUP": 1}]
    assert len(people.fake.effects("cancelled")) == 1


def test_whole_order_is_never_cancelled(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    order_id = placed(people)

    outcome = cancelled(account, report_of(account, order_id, CUP=2, MUG=1))

    assert (outcome.state, outcome.code) == ("refused", "whole-order")
    assert people.fake.ledger == []


def test_backordered_units_are_not_cancelled(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    order_id = placed(people)

    outcome = cancelled(account, report_of(account, order_id, "short:1", "backordered", CUP=1))

    assert outcome.state == "unchanged"
    assert people.fake.ledger == []


def test_more_units_than_ordered_are_refused(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    order_id = placed(people)
    report = report_of(account, order_id, CUP=2)
    people.fake.edit_lines(order_id, {"CUP": 1})

    outcome = cancelled(account, report)

    assert (outcome.state, outcome.code) == ("refused", "more-than-ordered")


def test_shipped_order_keeps_its_units(account: OpenMerchant, people: OrdoroMerchantPeople) -> None:
    order_id = placed(people)
    report = report_of(account, order_id, CUP=1)
    people.fake.ship(order_id, "1Z1")

    outcome = cancelled(account, report)

    assert (outcome.state, outcome.code) == ("refused", "already-shipped")


def test_order_that_users_split_differently_is_refused(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    order_id = placed(people)
    report = report_of(account, order_id, CUP=1)
    people.split(order_id, (2, 0), (0, 1))

    outcome = cancelled(account, report)

    assert (outcome.state, outcome.code) == ("refused", "already-split")


def test_report_is_three_calls(account: OpenMerchant, people: OrdoroMerchantPeople) -> None:
    """The id of the tag is read once a run."""
    reports = [report_of(account, placed(people), MUG=1) for _ in range(2)]
    account.shortages.report(reports[:1])
    before = people.fake.requests

    account.shortages.report(reports[1:])

    assert people.fake.requests - before == {
        "GET /v3/order/{n}": 1,
        "POST /v3/order/{n}/tag/{id}": 1,
        "POST /v3/order/{n}/comment": 1,
    }
