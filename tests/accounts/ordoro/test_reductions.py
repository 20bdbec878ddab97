"""Units that are removed from orders at an Ordoro Supplier, and its parcels; F and P: lifecycle.md.

The `?` of parts-at-services.md 2 are tried both ways.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from math import inf
from pathlib import Path

import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.edits import Reduction
from ordosync.models import Outcome, ParcelLine, Shipment
from tests.accounts.contract.account import read, usable
from tests.accounts.contract.examples import line, order, parcel
from tests.accounts.contract.opening import OpenSupplier, opened
from tests.accounts.ordoro.people import OrdoroSupplierPeople
from tests.fakes.faults import Fault, Kind
from tests.support.clock import VirtualClock

LINE = r"/line/\d+$"


@pytest.fixture(name="people")
def _people(tmp_path: Path) -> Iterator[OrdoroSupplierPeople]:
    with closing(OrdoroSupplierPeople(tmp_path, VirtualClock())) as people:
        yield people


@pytest.fixture(name="account")
def _account(people: OrdoroSupplierPeople) -> Iterator[OpenSupplier]:
    with closing(opened(people)) as account:
        yield account


def created(account: OpenSupplier) -> tuple[str, Mapping[str, str]]:
    """Create an order of two CUP and one MUG; return its id and the ids of its lines by SKU."""
    [outcome] = account.orders.create([order("1001", line("CUP", 2), line("MUG", 1))])
    return outcome.id, dict(zip(("CUP", "MUG"), outcome.line_ids, strict=True))


def reduced(account: OpenSupplier, order_id: str, ids: Mapping[str, str], **units: int) -> Outcome:
    lines = tuple(ParcelLine(line_id=ids[sku], quantity=count) for sku, count in units.items())
    [outcome] = account.cancellations.reduce([Reduction(order_id=order_id, lines=lines)])
    return outcome


def shipments(account: OpenSupplier, people: OrdoroSupplierPeople) -> list[Shipment]:
    request = ReadRequest(cursor=None, now=people.settle())
    return list(usable(read(account.shipments.changed(request))[0]))


def test_shipped_order_keeps_its_units(account: OpenSupplier, people: OrdoroSupplierPeople) -> None:
    order_id, ids = created(account)
    people.fake.print_label(order_id, "1Z1")
    before = people.everything()

    outcome = reduced(account, order_id, ids, CUP=1)

    assert (outcome.state, outcome.code) == ("refused", "already-shipped")
    assert people.everything() == before


def test_order_that_is_shipped_meanwhile_keeps_its_units(
    account: OpenSupplier, people: OrdoroSupplierPeople
) -> None:
    order_id, ids = created(account)
    people.fake.faults.add(
        Fault(
            kind="callback",
            method="PUT",
            path=LINE,
            do=lambda: people.fake.print_label(order_id, "1Z1"),
        )
    )

    outcome = reduced(account, order_id, ids, CUP=1)

    assert (outcome.state, outcome.code) == ("refused", "already-shipped")
    assert people.fake.order(order_id)["lines"][0]["quantity"] == 2


@pytest.mark.parametrize("fault", ["lost-reset", "lost-502", "twice"])
@pytest.mark.parametrize("cups", [0, 1])
def test_units_are_taken_off_once_though_an_answer_was_lost(
    account: OpenSupplier, people: OrdoroSupplierPeople, fault: Kind, cups: int
) -> None:
    order_id, ids = created(account)
    people.fake.faults.add(Fault(kind=fault, method="PUT" if cups else "DELETE", path=LINE))

    outcomes = [reduced(account, order_id, ids, CUP=cups) for _ in range(2)]

    assert outcomes[-1].state in ("done", "unchanged"), outcomes
    assert people.open_units(order_id) == ({"CUP": cups, "MUG": 1} if cups else {"MUG": 1})


def test_all_units_taken_off_cancel_the_order(
    account: OpenSupplier, people: OrdoroSupplierPeople
) -> None:
    """No page says whether the last line can be deleted."""
    order_id, ids = created(account)

    first = reduced(account, order_id, ids, CUP=0, MUG=0)
    again = reduced(account, order_id, ids, CUP=0, MUG=0)

    assert (first.state, again.state) == ("done", "unchanged")
    assert people.status(order_id) == "cancelled"


def test_refused_change_is_not_reducible(
    account: OpenSupplier, people: OrdoroSupplierPeople
) -> None:
    """The service may refuse for a reason that its documentation does not have."""
    order_id, ids = created(account)
    people.fake.faults.add(Fault(kind="firewall", method="PUT", path=LINE, status=400, times=inf))

    outcome = reduced(account, order_id, ids, CUP=1)

    assert (outcome.state, outcome.code) == ("refused", "not-reducible")
    assert people.open_units(order_id) == {"CUP": 2, "MUG": 1}


def test_split_order_refuses(account: OpenSupplier, people: OrdoroSupplierPeople) -> None:
    order_id, ids = created(account)
    people.split(order_id, (1, 0), (1, 1))

    outcome = reduced(account, order_id, ids, CUP=1)

    assert (outcome.state, outcome.code) == ("refused", "already-split")


def test_f13_parcel_holds_the_lines_that_the_order_has_when_it_is_sent(
    account: OpenSupplier, people: OrdoroSupplierPeople
) -> None:
    order_id, ids = created(account)
    people.fake.edit_lines(order_id, {"CUP": 1, "MUG": 0})
    people.ship(order_id, parcel(number="1Z1"))

    [shipment] = shipments(account, people)

    assert shipment.lines == (ParcelLine(line_id=ids["CUP"], quantity=1, sku="CUP"),)


@pytest.mark.parametrize("kept", [False, True])
def test_order_whose_voided_label_stays_readable_is_open(
    account: OpenSupplier, people: OrdoroSupplierPeople, *, kept: bool
) -> None:
    order_id, ids = created(account)
    people.fake.print_label(order_id, "1Z1")
    people.fake.switches.voided_label = "kept" if kept else "gone"
    people.void(order_id)

    [shipment] = shipments(account, people)
    lowered = reduced(account, order_id, ids, CUP=1)
    [cancelled] = account.cancellations.cancel([order_id])

    assert shipment.voided
    assert shipment.tracking_number == ("1Z1" if kept else "")
    assert (lowered.state, cancelled.state) == ("done", "done")
    assert people.status(order_id) == "cancelled"
