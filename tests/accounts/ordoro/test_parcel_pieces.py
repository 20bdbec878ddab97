"""Parcels of a part of a Merchant's order at Ordoro: a piece for each; P are rules of lifecycle.md.

No page of Ordoro says that a split takes a reference, so a piece is found by its units or number.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from ordosync.models import ParcelLine, Shipment
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.merchant_parcels import lines_of
from tests.accounts.contract.opening import OpenMerchant, opened
from tests.accounts.ordoro.people import OrdoroMerchantPeople
from tests.fakes.faults import Kind
from tests.support.clock import VirtualClock

LOST: tuple[Kind, ...] = ("lost-reset", "lost-502", "twice")


@pytest.fixture(name="people")
def _people(tmp_path: Path) -> Iterator[OrdoroMerchantPeople]:
    with closing(OrdoroMerchantPeople(tmp_path, VirtualClock())) as people:
        yield people


@pytest.fixture(name="account")
def _account(people: OrdoroMerchantPeople) -> Iterator[OpenMerchant]:
    with closing(opened(people)) as account:
        yield account


def placed(account: OpenMerchant, people: OrdoroMerchantPeople) -> tuple[str, Shipment]:
    """Place an order of two CUP and one MUG; return its id and a parcel of one CUP."""
    order_id = people.request(sold("1001", line("CUP", 2), line("MUG", 1)))
    return order_id, part(account, order_id, "1Z1", CUP=1)


def part(account: OpenMerchant, order_id: str, number: str, **units: int) -> Shipment:
    """Return a parcel with these units of an open order, and with what stays open after it."""
    shown = lines_of(account, order_id)
    lines = tuple(ParcelLine(line_id=shown[sku][0], quantity=n) for sku, n in units.items())
    rest = tuple(
        ParcelLine(line_id=id_, quantity=quantity - units.get(sku, 0))
        for sku, (id_, quantity) in shown.items()
        if quantity > units.get(sku, 0)
    )
    return parcel(order_id, number, id=number, lines=lines, rest=rest, is_last=not rest)


def calls(people: OrdoroMerchantPeople, path: str) -> Mapping[str, int]:
    """Return the writes at orders whose path ends like this."""
    return {
        request: count
        for request, count in people.fake.requests.items()
        if request.endswith(path) and not request.startswith("GET")
    }


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("request_", ["split-order", "add-tracking"])
def test_parcel_is_sent_once_though_an_answer_was_lost(
    account: OpenMerchant, people: OrdoroMerchantPeople, fault: Kind, request_: str
) -> None:
    order_id, shipment = placed(account, people)
    people.meet(fault, "split-order" if request_ == "split-order" else "add-tracking")

    outcomes = [account.tracking.add([shipment])[0] for _ in range(2)]

    assert outcomes[-1].state in ("done", "unchanged"), outcomes
    assert len(people.pieces(order_id)) == len(outcomes[-1].pieces) == 2
    assert people.sent_units(order_id) == {"CUP": 1}
    assert people.all_numbers(order_id) == ["1Z1"]
    assert (people.effects("split-order"), people.effects("add-tracking")) == (1, 1)


def test_parcel_whose_process_was_killed_after_its_split_is_sent_on_its_piece(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    order_id, shipment = placed(account, people)
    people.split(order_id, (1, 0), (1, 1))

    [outcome] = account.tracking.add([shipment])

    assert outcome.state == "done"
    assert [piece.id for piece in outcome.pieces] == list(people.pieces(order_id))
    assert [
        [(part.of_line, part.quantity) for part in piece.lines] for piece in outcome.pieces
    ] == [
        [(part.line_id, part.quantity) for part in parts]
        for parts in (shipment.lines or (), shipment.rest)
    ]
    assert people.sent_units(order_id) == {"CUP": 1}
    assert people.effects("split-order") == 0


@pytest.mark.parametrize("has_number", [False, True])
def test_p8_pieces_of_a_void_parcel_whose_run_was_killed_are_found(
    account: OpenMerchant, people: OrdoroMerchantPeople, *, has_number: bool
) -> None:
    order_id, shipment = placed(account, people)
    if has_number:
        account.tracking.add([shipment])
    else:
        people.split(order_id, (1, 0), (1, 1))

    [outcome] = account.tracking.void([replace(shipment, voided=True)])

    assert outcome.state == ("done" if has_number else "unchanged")
    assert [piece.id for piece in outcome.pieces] == list(people.pieces(order_id))
    assert people.all_numbers(order_id) == []


def test_ids_of_lines_are_those_of_the_pieces(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    _, shipment = placed(account, people)

    [outcome] = account.tracking.add([shipment])

    rest = outcome.pieces[1]
    assert {sku: id_ for sku, (id_, _) in lines_of(account, rest.id).items()} == {
        "CUP": rest.lines[0].id,
        "MUG": rest.lines[1].id,
    }


def test_two_parcels_of_the_same_units_take_a_piece_each(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    order_id = people.request(sold("1001", line("MUG", 2)))
    first = part(account, order_id, "1Z1", MUG=1)
    [outcome] = account.tracking.add([first])
    rest = outcome.pieces[1].id

    [second] = account.tracking.add([part(account, rest, "1Z2", MUG=1)])
    [again] = account.tracking.add([first])

    assert second.state == "done"
    assert (again.state, again.pieces) == ("unchanged", outcome.pieces)
    assert sorted(people.all_numbers(order_id)) == ["1Z1", "1Z2"]


def test_after_a_restore_the_pieces_of_later_parcels_are_the_rest(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    order_id = people.request(sold("1001", line("MUG", 3)))
    first = part(account, order_id, "1Z1", MUG=1)
    [outcome] = account.tracking.add([first])
    rest = outcome.pieces[1].id
    later = part(account, rest, "1Z2", MUG=1)
    [split] = account.tracking.add([later])
    before = people.everything()

    [early] = account.tracking.add([replace(later, order_id=order_id, lines=first.lines)])
    [again] = account.tracking.add([first])
    [line_id] = [part.id for part in again.pieces[1].lines]
    lines = (ParcelLine(line_id=line_id, quantity=1),)
    [second] = account.tracking.add([replace(later, lines=lines, rest=lines)])

    assert (early.state, early.code) == ("unavailable", "earlier-parcel")
    assert again.pieces[0] == outcome.pieces[0]
    assert again.pieces[1].id == rest
    assert [piece.id for piece in second.pieces] == [piece.id for piece in split.pieces]
    assert people.everything() == before


def test_p16_order_that_the_merchant_split_otherwise_refuses(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    order_id, shipment = placed(account, people)
    people.split(order_id, (2, 0), (0, 1))
    before = people.everything()

    [outcome] = account.tracking.add([shipment])

    assert (outcome.state, outcome.code) == ("refused", "split-refused")
    assert people.everything() == before


def test_p16_line_that_the_merchant_took_off_refuses(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    order_id, shipment = placed(account, people)
    people.fake.edit_lines(order_id, {"CUP": 0})

    [outcome] = account.tracking.add([shipment])

    assert (outcome.state, outcome.code) == ("refused", "split-refused")
    assert people.all_numbers(order_id) == []


def test_p3_number_without_units_is_not_added_while_units_are_open(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    order_id, shipment = placed(account, people)

    outcomes = account.tracking.add(
        [
            replace(shipment, lines=None, rest=(), is_last=False),
            replace(shipment, order_id=order_id, lines=None, rest=(), is_last=False),
        ]
    )

    assert {outcome.code for outcome in outcomes} == {"which-lines"}
    assert people.all_numbers(order_id) == []


def test_p4_second_number_of_a_shipped_order_leaves_the_first(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    """The form of `package_tracking` is in no document, so it is not written."""
    order_id, shipment = placed(account, people)
    account.tracking.add([parcel(order_id, "1Z1")])

    [outcome] = account.tracking.add([replace(shipment, tracking_number="1Z2")])

    assert (outcome.state, outcome.code) == ("refused", "other-tracking")
    assert people.fake.order(order_id)["shipping_info"]["package_tracking"] is None


def test_p8_new_number_of_a_voided_parcel_goes_to_its_piece(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    order_id, shipment = placed(account, people)
    [outcome] = account.tracking.add([shipment])
    piece = outcome.pieces[0].id
    account.tracking.void([parcel(piece, "1Z1", id="1Z1", voided=True)])

    [again] = account.tracking.add([parcel(piece, "1Z2", id="1Z1")])

    assert again.state == "done"
    assert people.all_numbers(order_id) == ["1Z2"]
    assert people.status(outcome.pieces[1].id) == "dropshipment_requested"


def test_parcel_that_holds_all_that_the_merchant_still_wants_is_not_split_off(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    order_id, shipment = placed(account, people)
    people.fake.edit_lines(order_id, {"CUP": 1, "MUG": 0})

    [outcome] = account.tracking.add([shipment])

    assert (outcome.state, outcome.pieces) == ("done", ())
    assert people.status(order_id) == "shipped"
    assert people.effects("split-order") == 0


def test_whole_order_is_shipped_with_two_calls(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    order_id = people.request(sold("1001"))
    before = people.fake.requests.total()

    account.tracking.add([parcel(order_id)])

    assert people.fake.requests.total() - before == 2


def test_p17_parcel_of_a_cancelled_piece_is_refused(
    account: OpenMerchant, people: OrdoroMerchantPeople
) -> None:
    order_id, shipment = placed(account, people)
    [piece, _] = people.split(order_id, (1, 0), (1, 1))
    people.cancel(piece)

    [outcome] = account.tracking.add([shipment])

    assert (outcome.state, outcome.code) == ("refused", "cancelled")
    assert people.all_numbers(order_id) == []
