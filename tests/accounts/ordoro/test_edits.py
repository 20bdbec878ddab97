"""Edits that are written to orders at an Ordoro Supplier; E: the cases of lifecycle.md 1.6.

The `?` of parts-at-services.md 2 are tried both ways.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from unittest.mock import Mock

import pytest
from msgspec.structs import replace

from ordosync.models import Outcome
from tests.accounts.contract.examples import line, order, parcel
from tests.accounts.contract.opening import OpenSupplier, opened
from tests.accounts.contract.supplier_edits import (
    FIRST,
    added,
    created,
    current,
    edit,
    raised,
    units,
    write,
)
from tests.accounts.ordoro.people import OrdoroSupplierPeople
from tests.fakes.faults import Fault, Kind
from tests.fakes.ordoro import edits
from tests.fakes.ordoro.checks import Refused
from tests.support.clock import VirtualClock

ADDRESS = r"/shipping_address$"
LINE = r"/line/\d+$"
TAG = "merchant-edited"


@pytest.fixture(name="people")
def _people(tmp_path: Path) -> Iterator[OrdoroSupplierPeople]:
    with closing(OrdoroSupplierPeople(tmp_path, VirtualClock())) as people:
        yield people


@pytest.fixture(name="account")
def _account(people: OrdoroSupplierPeople) -> Iterator[OpenSupplier]:
    with closing(opened(people)) as account:
        yield account


def requests(people: OrdoroSupplierPeople, before: Mapping[str, int]) -> dict[str, int]:
    """Return the number of calls by operation, since an earlier count."""
    now = people.fake.requests
    return {
        name: now[name] - before.get(name, 0) for name in now if now[name] > before.get(name, 0)
    }


def tags(people: OrdoroSupplierPeople, order_id: str) -> list[str]:
    return [tag["text"] for tag in people.fake.order(order_id)["tags"]]


def hold(account: OpenSupplier, order_id: str) -> Outcome:
    [outcome] = account.edits.hold([order_id], reason="address")
    return outcome


def test_each_part_of_an_edit_is_one_call(
    account: OpenSupplier, people: OrdoroSupplierPeople
) -> None:
    order_id, line_ids = created(account)
    people.fake.add_product("PEN")
    lines = (raised(line_ids[0], FIRST.lines[0], 3), added("PEN", 1))
    edited = edit(
        order_id, "address", "contact", "lines", "notes", lines=lines, known_lines=line_ids
    )
    before = {**people.fake.requests}

    write(account, edited)
    first = requests(people, before)
    before = {**people.fake.requests}
    again = write(account, edited)
    current(account, order_id)

    each = "/v3/order/{n}"
    assert first == {
        f"GET {each}": 1,
        "GET /product/{sku}/": 1,
        f"PUT {each}/shipping_address": 1,
        f"PUT {each}/billing_address": 1,
        f"PUT {each}": 1,
        f"PUT {each}/line/{{id}}": 1,
        f"POST {each}/line": 1,
    }
    assert again.state == "unchanged"
    assert requests(people, before) == {f"GET {each}": 2}


def test_address_is_not_validated(account: OpenSupplier, people: OrdoroSupplierPeople) -> None:
    """Ordoro would correct it."""
    bodies = []
    people.fake.on_exchange = lambda exchange: bodies.append(
        (exchange.request.method, exchange.request.body)
    )
    order_id, _ = created(account)

    write(account, edit(order_id, "address"))

    [body] = [body for method, body in bodies if method == "PUT"]
    assert b'"validate":false' in body.replace(b" ", b"")


@pytest.mark.parametrize("fault", ["lost-reset", "lost-502", "twice"])
def test_added_line_is_added_once_though_its_answer_was_lost(
    account: OpenSupplier, people: OrdoroSupplierPeople, fault: Kind
) -> None:
    order_id, line_ids = created(account)
    people.fake.add_product("PEN")
    lines = (added("PEN", 3),)
    edited = edit(order_id, "lines", lines=lines, known_lines=line_ids)
    people.fake.faults.add(Fault(kind=fault, method="POST", path=r"/line$"))

    outcomes = [write(account, edited) for _ in range(2)]

    assert outcomes[-1].state in ("done", "unchanged"), outcomes
    assert len(outcomes[-1].line_ids) == 1
    assert units(people, order_id) == [("CUP", 2), ("MUG", 1), ("PEN", 3)]


@pytest.mark.parametrize("fault", ["lost-reset", "lost-502", "twice"])
@pytest.mark.parametrize("path", [ADDRESS, r"/billing_address$", LINE, r"/v3/order/[^/]+$"])
def test_edit_is_written_though_an_answer_was_lost(
    account: OpenSupplier, people: OrdoroSupplierPeople, fault: Kind, path: str
) -> None:
    order_id, line_ids = created(account)
    lines = (raised(line_ids[0], FIRST.lines[0], 3),)
    groups = sorted(account.edits.groups)
    edited = edit(order_id, *groups, lines=lines, known_lines=line_ids)
    people.fake.faults.add(Fault(kind=fault, method="PUT", path=path))

    outcome = write(account, edited)

    assert outcome.state == "done", outcome
    assert people.order(order_id).ship_to == edited.order.ship_to
    assert people.order(order_id).customer_notes == edited.order.customer_notes
    assert units(people, order_id) == [("CUP", 3), ("MUG", 1)]


@pytest.mark.parametrize("taken", [False, True])
def test_e10_label_that_is_made_meanwhile_is_reported(
    account: OpenSupplier, people: OrdoroSupplierPeople, *, taken: bool
) -> None:
    """No page says whether Ordoro changes the address of an order with a label."""
    order_id, _ = created(account)
    people.fake.switches.label_edits = "taken" if taken else "refused"
    people.fake.faults.add(
        Fault(
            kind="callback",
            method="PUT",
            path=ADDRESS,
            do=lambda: people.fake.print_label(order_id, "1Z1"),
        )
    )

    outcome = write(account, edit(order_id, "address"))

    expected = ("done", "") if taken else ("refused", "shipped")
    assert (outcome.state, outcome.code) == expected
    assert current(account, order_id).has_label


def test_order_whose_label_was_deleted_can_be_edited(
    account: OpenSupplier, people: OrdoroSupplierPeople
) -> None:
    order_id, _ = created(account)
    people.fake.switches.voided_label = "kept"
    people.fake.print_label(order_id, "1Z1")
    people.void(order_id)

    now, outcome = current(account, order_id), write(account, edit(order_id, "address"))

    assert (now.has_label, now.groups) == (False, account.edits.groups)
    assert outcome.state == "done"


def test_e13_refusal_has_the_words_of_the_service_and_no_value(
    account: OpenSupplier, people: OrdoroSupplierPeople, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id, line_ids = created(account)
    edited = edit(order_id, "address", "lines", lines=(added("PEN", 1),), known_lines=line_ids)
    answer = Refused("2 Low Road in\nLS2 2BB: the address of Ann Jones needs a state")
    monkeypatch.setattr(edits, "change_address", Mock(side_effect=answer))

    outcome = write(account, edited)

    assert (outcome.state, outcome.code) == ("refused", "refused")
    assert "needs a state" in outcome.reason
    assert "\n" not in outcome.reason
    assert not [word for word in ("Road", "Jones") if word in outcome.reason]
    assert units(people, order_id) == [("CUP", 2), ("MUG", 1)]


@pytest.mark.parametrize("created_by_service", [False, True])
def test_e19_unknown_product_of_an_added_line_has_its_name(
    account: OpenSupplier, people: OrdoroSupplierPeople, *, created_by_service: bool
) -> None:
    people.fake.switches.unknown_sku = "created" if created_by_service else "refused"
    order_id, line_ids = created(account)

    write(account, edit(order_id, "lines", lines=(added("PEN", 1),), known_lines=line_ids))

    assert people.fake.product("PEN")["name"] == "A PEN"


def test_line_that_was_removed_completely_gets_units_again(
    account: OpenSupplier, people: OrdoroSupplierPeople
) -> None:
    """Its id does not change, so what is known about it is still right."""
    order_id, line_ids = created(account)
    people.fake.edit_lines(order_id, {"CUP": 0})
    lines = (raised(line_ids[0], FIRST.lines[0], 2),)

    outcome = write(account, edit(order_id, "lines", lines=lines, known_lines=line_ids))

    assert (outcome.state, outcome.line_ids) == ("done", ())
    now = current(account, order_id).order
    assert now
    assert [(each.id, each.quantity) for each in now.lines] == [(line_ids[0], 2), (line_ids[1], 1)]


def test_added_line_belongs_to_the_order_as_the_others_do(account: OpenSupplier) -> None:
    """A lost store is rebuilt by the reference of the order and the names of its lines."""
    order_id, line_ids = created(account)
    edited = edit(order_id, "lines", lines=(added("PEN", 1),), known_lines=line_ids)
    outcome = write(account, edited)

    [found] = account.orders.find([FIRST.reference]).values()

    assert found.line_ids == (*line_ids, *outcome.line_ids)


def test_e9_order_that_was_split_cannot_be_edited_and_its_pieces_can(
    account: OpenSupplier, people: OrdoroSupplierPeople
) -> None:
    order_id, _ = created(account)
    piece, _ = people.split(order_id, (2, 0), (0, 1))

    outcome = write(account, edit(order_id, "address"))
    now = current(account, order_id)
    of_piece = write(account, edit(piece, "address"))

    assert (outcome.state, outcome.code) == ("refused", "not-editable")
    assert now.order
    assert (now.order.is_split, now.groups) == (True, frozenset())
    assert of_piece.state == "done"
    assert people.order(piece).ship_to.street1 == "2 Low Road"


def test_hold_is_one_tag_that_users_see_and_do_not_have_to_obey(
    account: OpenSupplier, people: OrdoroSupplierPeople
) -> None:
    order_id, other_id = created(account)[0], created(account, order("1002", line("MUG")))[0]

    outcomes = [hold(account, order_id), hold(account, other_id), hold(account, order_id)]

    assert [outcome.state for outcome in outcomes] == ["done", "done", "unchanged"]
    assert tags(people, order_id) == tags(people, other_id) == [TAG]
    assert len(people.fake.shop.tags) == 1
    people.ship(order_id, parcel())
    assert people.status(order_id) == "shipped"


def test_end_of_a_hold_removes_no_other_tag(
    account: OpenSupplier, people: OrdoroSupplierPeople
) -> None:
    order_id, _ = created(account, replace(FIRST, tags=("gift",)))
    hold(account, order_id)

    [outcome] = account.edits.release([order_id])

    assert (outcome.state, tags(people, order_id)) == ("done", ["gift"])


def test_tag_that_a_user_created_is_used_though_the_account_has_many(
    account: OpenSupplier, people: OrdoroSupplierPeople
) -> None:
    many = tuple(f"tag {number}" for number in range(120))
    created(account, replace(FIRST, tags=(*many, TAG)))
    order_id, _ = created(account, order("1002", tags=("gift",)))
    before = len(people.fake.shop.tags)

    hold(account, order_id)

    assert tags(people, order_id) == ["gift", TAG]
    assert len(people.fake.shop.tags) == before
