"""Units that an edit adds to an order of a Supplier's shop: by an edit, and never a split of it.

The shop puts an added line into a new fulfillment order, as recorded (parts-at-services.md 1.4).
Where the units of a raised line go is not recorded, so both ways are tried.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import pytest
from msgspec.structs import replace

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.shopify.ids import gid
from ordosync.edits import LineEdit, Reduction
from ordosync.models import ParcelLine, Shipment, Split
from tests.accounts.contract.account import read, usable
from tests.accounts.contract.examples import parcel
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
from tests.accounts.shopify.listing import standing
from tests.accounts.shopify.people import ShopifySupplierPeople
from tests.fakes.shopify import Fault
from tests.support.combinations import covering

STEPS = ("BeginEdit", "SetQuantity", "AddVariant", "StagedLines", "ChangeOrder", "Keep")


@pytest.fixture(name="account")
def _account(shipper: ShopifySupplierPeople) -> Iterator[OpenSupplier]:
    with closing(opened(shipper)) as account:
        yield account


@pytest.fixture(name="raises", params=["in place", "new"], autouse=True)
def _raises(request: pytest.FixtureRequest, shipper: ShopifySupplierPeople) -> None:
    shipper.fake.switches.raised_quantity = request.param


def more(line_ids: Sequence[str]) -> tuple[LineEdit, ...]:
    """Return one more CUP and two PENs."""
    return (raised(line_ids[0], FIRST.lines[0], 3), added("PEN", 2))


def enlarged(account: OpenSupplier) -> tuple[str, tuple[str, ...]]:
    """Create an order and add units to it; return its id and the ids of CUP, MUG and PEN."""
    order_id, line_ids = created(account)
    outcome = write(account, edit(order_id, "lines", lines=more(line_ids), known_lines=line_ids))
    assert outcome.state == "done", outcome
    return order_id, (*line_ids, *outcome.line_ids)


def splits(account: OpenSupplier, shipper: ShopifySupplierPeople) -> list[Split]:
    pages = account.splits.changed(ReadRequest(cursor=None, now=shipper.settle()))
    return [split for page in pages for split in page.items]


def shipments(account: OpenSupplier, shipper: ShopifySupplierPeople) -> list[Shipment]:
    request = ReadRequest(cursor=None, now=shipper.settle())
    return usable(read(account.shipments.changed(request))[0])


def test_added_units_split_no_order(account: OpenSupplier, shipper: ShopifySupplierPeople) -> None:
    order_id, _ = enlarged(account)

    assert splits(account, shipper) == []
    assert account.orders.statuses([order_id]) == {order_id: "awaiting_fulfillment"}
    assert "lines" in current(account, order_id).groups
    listed = standing(shipper)[order_id].order
    assert sorted((each.sku, each.quantity) for each in listed.lines) == [
        ("CUP", 3),
        ("MUG", 1),
        ("PEN", 2),
    ]


def test_parcels_of_added_units_are_those_of_the_order(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, [cup, mug, pen] = enlarged(account)
    shipper.ship_part(order_id, parcel(number="1Z1"), 1, 1, 2)
    first = shipments(account, shipper)
    status = account.orders.statuses([order_id])
    shipper.ship(order_id, parcel(number="1Z2"))

    both = shipments(account, shipper)

    assert status == {order_id: "partially_shipped"}
    assert [(each.order_id, each.is_last) for each in first] == [(order_id, False)]
    assert sorted((part.line_id, part.quantity) for part in first[0].lines or ()) == sorted(
        [(cup, 1), (mug, 1), (pen, 2)]
    )
    assert [(each.order_id, each.ancestors, each.is_last) for each in both] == [
        (order_id, (), True)
    ] * 2
    assert account.orders.statuses([order_id]) == {order_id: "shipped"}


@pytest.mark.parametrize("sent", [(1, 0), (2, 0), (1, 1)])
def test_e8_units_are_added_to_a_partly_sent_order(
    account: OpenSupplier, shipper: ShopifySupplierPeople, sent: tuple[int, int]
) -> None:
    """Also where all units of a line are sent, if the shop accepts more of it."""
    order_id, line_ids = created(account)
    shipper.ship_part(order_id, parcel(number="1Z1"), *sent)

    outcome = write(account, edit(order_id, "lines", lines=more(line_ids), known_lines=line_ids))

    assert outcome.state == "done", outcome
    left = {"CUP": 3 - sent[0], "MUG": 1 - sent[1], "PEN": 2}
    assert shipper.open_units(order_id) == {sku: units for sku, units in left.items() if units}
    assert splits(account, shipper) == []
    assert account.orders.statuses([order_id]) == {order_id: "partially_shipped"}
    shipper.ship(order_id, parcel(number="1Z2"))
    assert splits(account, shipper) == []
    both = shipments(account, shipper)
    assert [(each.order_id, each.ancestors, each.is_last) for each in both] == [
        (order_id, (), True)
    ] * 2


def test_recalled_parcel_of_added_units_splits_no_order(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, _ = enlarged(account)
    shipper.ship_part(order_id, parcel(number="1Z1"), 3, 1, 2)

    shipper.recall(order_id, "1Z1")

    assert splits(account, shipper) == []
    assert account.orders.statuses([order_id]) == {order_id: "awaiting_fulfillment"}
    assert shipper.open_units(order_id) == {"CUP": 3, "MUG": 1, "PEN": 2}


def test_piece_that_people_split_off_is_still_a_piece(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, [cup, mug, pen] = enlarged(account)
    first = shipper.fake.fulfillment_orders(gid("Order", order_id))[0]
    shipper.fake.split(first.id, {"MUG": 1})

    [split] = splits(account, shipper)

    assert [sorted((part.of_line, part.quantity) for part in it.lines) for it in split.pieces] == [
        sorted([(cup, 3), (pen, 2)]),
        [(mug, 1)],
    ]


def test_added_units_are_removed_again(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, [cup, _, pen] = enlarged(account)
    lines = (ParcelLine(line_id=cup, quantity=2), ParcelLine(line_id=pen, quantity=0))

    [outcome] = account.cancellations.reduce([Reduction(order_id=order_id, lines=lines)])

    assert outcome.state == "done"
    assert splits(account, shipper) == []
    assert shipper.open_units(order_id) == {"CUP": 2, "MUG": 1}


def test_second_edit_adds_to_the_first(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, ids = enlarged(account)
    lines = (raised(ids[0], FIRST.lines[0], 7), added("JUG", 1))

    outcome = write(account, edit(order_id, "lines", lines=lines, known_lines=ids))

    assert outcome.state == "done"
    assert splits(account, shipper) == []
    assert units(shipper, order_id) == [("CUP", 7), ("JUG", 1), ("MUG", 1), ("PEN", 2)]


@pytest.mark.parametrize(
    ("step", "kind"),
    covering([*STEPS, "CommitEdit"], ["lost-reset", "lost-500", "unavailable", "twice"]),
)
def test_edit_whose_answer_was_lost_adds_units_once(
    account: OpenSupplier, shipper: ShopifySupplierPeople, step: str, kind: Any
) -> None:
    order_id, line_ids = created(account)
    wanted = edit(order_id, "address", "lines", lines=more(line_ids), known_lines=line_ids)
    shipper.fake.faults.add(Fault(kind=kind, path=f"#{step}$"))

    first = write(account, wanted)
    second = write(account, wanted)

    assert first.state != "refused", first
    assert second.state in ("done", "unchanged"), second
    assert len(second.line_ids) == 1
    assert units(shipper, order_id) == [("CUP", 3), ("MUG", 1), ("PEN", 2)]
    assert len(shipper.fake.effects("order edited")) == 1
    assert splits(account, shipper) == []


def test_process_that_ends_after_the_edit_leaves_no_split(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    """The units are recorded before they are added."""
    order_id, line_ids = created(account)
    wanted = edit(order_id, "lines", lines=more(line_ids), known_lines=line_ids)
    shipper.fake.faults.add(Fault(kind="lost-reset", path="#CommitEdit$", times=9))

    first = write(account, wanted)

    assert first.state == "unknown"
    assert splits(account, shipper) == []


def test_order_that_was_sent_meanwhile_gets_the_units_all_the_same(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, line_ids = created(account)

    def ship() -> None:
        shipper.ship_part(order_id, parcel(number="1Z1"), 1, 0)

    shipper.fake.faults.add(Fault(kind="callback", path="#CommitEdit$", do=ship))

    outcome = write(account, edit(order_id, "lines", lines=more(line_ids), known_lines=line_ids))

    assert outcome.state == "done"
    assert shipper.open_units(order_id) == {"CUP": 2, "MUG": 1, "PEN": 2}


def test_order_that_was_cancelled_meanwhile_is_not_edited(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, line_ids = created(account)

    def cancel() -> None:
        shipper.cancel(order_id)

    shipper.fake.faults.add(Fault(kind="callback", path="#BeginEdit$", do=cancel))

    outcome = write(account, edit(order_id, "lines", lines=more(line_ids), known_lines=line_ids))

    assert (outcome.state, outcome.code) == ("refused", "not-editable")
    assert "The order cannot be edited" in outcome.reason
    assert shipper.fake.effects("order edited") == []


def test_without_the_scope_nothing_is_written_and_the_reason_says_what_to_grant(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, line_ids = created(account)
    shipper.fake.shop.scopes.discard("write_order_edits")
    fresh = opened(shipper)
    before = shipper.everything()

    outcome = write(
        fresh, edit(order_id, "address", "lines", lines=more(line_ids), known_lines=line_ids)
    )

    assert (outcome.state, outcome.code) == ("refused", "not-editable")
    assert "the token lacks the scope write_order_edits: grant it" in outcome.reason
    assert shipper.everything() == before


def test_line_with_details_is_not_added(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    """The shop would lose an engraving."""
    order_id, line_ids = created(account)
    engraved = added("PEN", 1)
    engraved = replace(engraved, line=replace(engraved.line, details="Engraving: Ann"))
    before = shipper.everything()

    outcome = write(account, edit(order_id, "lines", lines=(engraved,), known_lines=line_ids))

    assert (outcome.state, outcome.code) == ("refused", "not-editable")
    assert "Ann" not in outcome.reason
    assert shipper.everything() == before


def test_record_that_people_overwrite_counts_as_empty(
    account: OpenSupplier, shipper: ShopifySupplierPeople
) -> None:
    order_id, _ = enlarged(account)
    order = shipper.fake.order(gid("Order", order_id))
    [record] = [each for each in order.metafields if each.key == "added"]
    record.value = "no JSON"

    assert len(splits(account, shipper)) == 1
