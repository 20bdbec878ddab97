"""Edits that are written to orders of a Supplier's shop; E: the cases of lifecycle.md 1.6."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest
from msgspec.structs import replace

from ordosync.accounts.shopify.ids import gid
from ordosync.edits import EditGroup, OrderEdit
from ordosync.models import Address
from tests.accounts.contract.examples import line, parcel
from tests.accounts.contract.opening import OpenSupplier, opened
from tests.accounts.contract.supplier_edits import (
    EDITED,
    FIRST,
    added,
    created,
    current,
    edit,
    possible,
    raised,
    units,
    write,
)
from tests.accounts.shopify.people import ShopifySupplierPeople
from tests.fakes.shopify import Fault

MOVED: Address = EDITED["address"]["ship_to"]
AMERICAN = replace(
    MOVED, street1="3 Bad Province", city="Chicago", state="IL", zip="60601", country="US"
)


@pytest.fixture(name="account")
def _account(shipper: ShopifySupplierPeople) -> Iterator[OpenSupplier]:
    with closing(opened(shipper)) as account:
        yield account


def moved(order_id: str, **fields: str) -> OrderEdit:
    """Return an edit of the address only."""
    return edit(order_id, "address", ship_to=replace(MOVED, **fields))


def kept(shipper: ShopifySupplierPeople, order_id: str) -> Mapping[str, Any]:
    """Return the address of an order as the shop has it."""
    return shipper.fake.order(gid("Order", order_id)).shipping_address or {}


def writes(shipper: ShopifySupplierPeople) -> int:
    return len(shipper.fake.effects("order updated")) + len(shipper.fake.effects("order edited"))


def test_calls_of_edits(account: OpenSupplier, shipper: ShopifySupplierPeople) -> None:
    """One mutation has all fields; lines need an edit of the order and a record of the units."""
    order_id, line_ids = created(account)
    shipper.fake.add_product("PEN")
    lines = (raised(line_ids[0], FIRST.lines[0], 3), added("PEN", 1))
    groups: tuple[EditGroup, ...] = ("address", "contact", "lines", "notes")
    edited = possible(edit(order_id, *groups, lines=lines, known_lines=line_ids), shipper)
    before = Counter(shipper.fake.requests)

    write(account, edited)
    first = Counter(shipper.fake.requests) - before
    again = write(account, edited)
    second = Counter(shipper.fake.requests) - before - first
    write(account, replace(edit(order_id, "address"), groups=frozenset({"address"})))

    assert first == {
        "EditableOrders": 2,
        "BeginEdit": 1,
        "KnownSkus": 1,
        "SetQuantity": 1,
        "AddVariant": 1,
        "StagedLines": 1,
        "ChangeOrder": 1,
        "Keep": 1,
        "CommitEdit": 1,
    }
    assert again.state == "unchanged"
    assert second == {"EditableOrders": 1}


def test_address_costs_three_calls_and_notes_two(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, _ = created(account)
    before = Counter(shipper.fake.requests)

    write(account, edit(order_id, "address"))
    address = Counter(shipper.fake.requests) - before
    write(account, edit(order_id, "notes"))

    assert address == {"EditableOrders": 2, "ChangeOrder": 1}
    assert Counter(shipper.fake.requests) - before - address == {
        "EditableOrders": 1,
        "ChangeOrder": 1,
    }


def test_nobody_is_mailed(account: OpenSupplier, shipper: ShopifySupplierPeople) -> None:
    order_id, line_ids = created(account)
    lines = (raised(line_ids[0], FIRST.lines[0], 3), added("PEN", 1))

    write(account, edit(order_id, "address", "lines", lines=lines, known_lines=line_ids))

    assert len(shipper.fake.effects("order edited")) == 1
    assert shipper.fake.effects("order edited mailed") == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "Enter a last name"),
        ({"zip": ""}, "Enter a ZIP code"),
        ({"state": "ON"}, "State is not a valid state in United States"),
    ],
    ids=["name", "zip", "state"],
)
def test_e13_address_that_the_shop_refuses_changes_nothing(
    account: OpenSupplier,
    shipper: ShopifySupplierPeople,
    fields: Mapping[str, str],
    words: str,
) -> None:
    """The reason has the words of the shop, as recorded, and no value of the address."""
    order_id, line_ids = created(account)
    before = shipper.everything()
    wanted = replace(AMERICAN, **fields)
    lines = (raised(line_ids[0], FIRST.lines[0], 3), added("CUP", 1))
    changes: dict[str, Any] = {"ship_to": wanted, "lines": lines, "known_lines": line_ids}

    outcome = write(account, edit(order_id, "address", "lines", **changes))

    assert (outcome.state, outcome.code) == ("refused", "refused")
    assert words in outcome.reason
    for value in (wanted.name, wanted.street1, wanted.city, wanted.zip):
        assert not value or value not in outcome.reason
    assert shipper.everything() == before
    assert writes(shipper) == 0


def test_value_that_the_shop_repeats_is_removed_from_its_words(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, _ = created(account)
    errors = [{"field": None, "message": f"{MOVED.street1} cannot be delivered to"}]
    answer = {"data": {"orderUpdate": {"userErrors": errors}}}
    shipper.fake.faults.add(Fault(kind="edited", path="#ChangeOrder$", edit=lambda _: answer))

    outcome = write(account, moved(order_id))

    assert outcome.state == "refused"
    assert "cannot be delivered to" in outcome.reason
    assert MOVED.street1 not in outcome.reason


def test_e28_address_of_the_parcels_is_shown_if_the_shop_keeps_the_old_one(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    """No recording shows if the fulfillment orders get the address of their order."""
    order_id, _ = created(account)
    shipper.fake.switches.destination_lag_s = 3600

    outcome = write(account, moved(order_id))
    now = current(account, order_id).order

    assert outcome.state == "done"
    assert kept(shipper, order_id)["address1"] == MOVED.street1
    assert now
    assert now.ship_to == FIRST.ship_to


def test_write_waits_a_bit_until_the_parcels_have_the_address(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, _ = created(account)
    shipper.fake.switches.destination_lag_s = 3

    write(account, moved(order_id))
    now = current(account, order_id).order

    assert now
    assert now.ship_to.street1 == MOVED.street1


def test_details_and_a_split_are_shown(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    engraved = line("CUP", 2, details="Engraving: Ann")
    order_id, _ = created(account, replace(FIRST, lines=(engraved, FIRST.lines[1])))
    before = current(account, order_id).order
    shipper.split(order_id, (2, 0), (0, 1))

    after = current(account, order_id).order

    assert before
    assert after
    assert [each.details for each in before.lines] == ["Engraving: Ann", ""]
    assert (before.is_split, after.is_split) == (False, True)


def test_e8_address_of_a_partly_sent_order_is_that_of_its_rest(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, _ = created(account)
    shipper.ship_part(order_id, parcel(number="1Z1"), 1, 0)

    now = current(account, order_id)
    outcome = write(account, moved(order_id))

    assert now.groups == {"address", "contact", "lines", "notes"}
    assert not now.has_label
    assert now.order
    assert (now.order.status, [each.quantity for each in now.order.lines]) == (
        "partially_shipped",
        [2, 1],
    )
    assert outcome.state == "done"
    assert writes(shipper) == 1


def test_e8_notes_of_a_partly_sent_order_are_set(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, _ = created(account)
    shipper.ship_part(order_id, parcel(number="1Z1"), 1, 0)

    outcome = write(account, edit(order_id, "notes"))

    assert outcome.state == "done"
    assert shipper.order(order_id).customer_notes == "Leave at the door"


def test_e9_pieces_share_the_address_and_get_no_more_units(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, line_ids = created(account)
    pieces = shipper.split(order_id, (2, 0), (0, 1))
    lines = (raised(f"{pieces[0]}:{line_ids[0]}", FIRST.lines[0], 3),)

    now = account.edits.current(pieces)
    outcomes = account.edits.write([moved(piece) for piece in pieces])
    refusal = write(account, edit(pieces[0], "lines", lines=lines, known_lines=line_ids))

    assert [each.groups for each in now.values()] == [{"address", "contact", "notes"}] * 2
    assert [
        [(line_.id, line_.sku, line_.quantity) for line_ in each.order.lines]
        for each in now.values()
        if each.order
    ] == [
        [(f"{pieces[0]}:{line_ids[0]}", "CUP", 2)],
        [(f"{pieces[1]}:{line_ids[1]}", "MUG", 1)],
    ]
    assert [outcome.id for outcome in outcomes] == pieces
    assert {outcome.state for outcome in outcomes} <= {"done", "unchanged"}
    assert kept(shipper, order_id)["address1"] == MOVED.street1
    assert (refusal.state, refusal.code) == ("refused", "not-editable")


def test_sent_piece_is_not_edited_and_the_open_one_is(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, _ = created(account)
    cups, mugs = shipper.split(order_id, (2, 0), (0, 1))
    shipper.ship(cups, parcel(number="1Z1"))

    now = account.edits.current([cups, mugs])
    sent, open_ = account.edits.write([moved(cups), moved(mugs)])

    assert [each.has_label for each in now.values()] == [True, False]
    assert (sent.state, sent.code) == ("refused", "shipped")
    assert open_.state == "done"


def test_contact_alone_keeps_the_place_and_the_state(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    """`orderUpdate` overwrites the whole address."""
    order_id, _ = created(account, replace(FIRST, ship_to=AMERICAN))
    before = dict(kept(shipper, order_id))
    wanted = replace(AMERICAN, phone="+1 312 555 0100", email="new@example.org")

    outcome = write(account, possible(edit(order_id, "contact", ship_to=wanted), shipper))

    after = dict(kept(shipper, order_id))
    assert outcome.state == "done"
    assert after == {**before, "phone": "+1 312 555 0100", "id": after["id"]}
    assert shipper.fake.order(gid("Order", order_id)).email == "new@example.org"


def test_bill_to_address_cannot_be_changed_and_nothing_else_is(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, _ = created(account)
    before = shipper.everything()

    outcome = write(account, edit(order_id, "address", "contact"))

    assert (outcome.state, outcome.code) == ("refused", "not-editable")
    assert "Bill To" in outcome.reason
    assert shipper.everything() == before


def test_notes_keep_the_attributes_tags_and_metafields_of_others(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, _ = created(account)
    order = shipper.fake.order(gid("Order", order_id))
    order.custom_attributes.append({"key": "Delivery day", "value": "Monday"})
    before = list(order.tags), [(each.key, each.value) for each in order.metafields]

    outcome = write(account, edit(order_id, "notes", internal_notes="Wrap it"))

    assert outcome.state == "done"
    assert order.note == "Leave at the door"
    assert sorted((each["key"], each["value"]) for each in order.custom_attributes) == [
        ("Delivery day", "Monday"),
        ("Internal notes", "Wrap it"),
    ]
    assert (list(order.tags), [(each.key, each.value) for each in order.metafields]) == before


def test_method_is_refused(account: OpenSupplier, shipper: ShopifySupplierPeople) -> None:
    """A shipping line has a price."""
    order_id, _ = created(account)

    outcome = write(account, edit(order_id, "address", "method"))

    assert "method" not in account.edits.groups
    assert (outcome.state, outcome.code) == ("refused", "not-editable")
    assert writes(shipper) == 0


def test_archived_order_gets_an_address_and_no_units(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    """`merchantEditable` is false for it."""
    order_id, _ = created(account)
    shipper.fake.change(gid("Order", order_id), closed_at=shipper.clock.now())

    assert current(account, order_id).groups == {"address", "contact", "notes"}


@pytest.mark.parametrize("kind", ["lost-reset", "lost-500", "unavailable", "twice"])
def test_address_whose_answer_was_lost_is_set_once(
    account: OpenSupplier, shipper: ShopifySupplierPeople, kind: Any
) -> None:
    order_id, _ = created(account)
    shipper.fake.faults.add(Fault(kind=kind, path="#ChangeOrder$"))

    first, second = write(account, moved(order_id)), write(account, moved(order_id))

    assert first.state != "refused"
    assert second.state in ("done", "unchanged")
    assert kept(shipper, order_id)["address1"] == MOVED.street1


def test_line_after_the_first_page_is_shown_and_raised(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    many = tuple(line(f"S{count:02}", 1, id=f"m-{count}") for count in range(55))
    order_id, line_ids = created(account, replace(FIRST, lines=many))
    lines = (raised(line_ids[-1], many[-1], 2),)

    outcome = write(account, edit(order_id, "lines", lines=lines, known_lines=line_ids))
    now = current(account, order_id).order

    assert outcome.state == "done", outcome
    assert now
    assert len(now.lines) == 55
    assert units(shipper, order_id)[-1] == ("S54", 2)
