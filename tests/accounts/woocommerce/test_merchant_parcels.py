"""Parcels that hold a part of an order, in each way in which a shop shows them.

P and F are rules of lifecycle.md; the numbered differences are those of parts-at-services.md 0.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.models import Order, Piece, PieceLine, Split
from tests.accounts.contract.account import read
from tests.accounts.contract.examples import parcel
from tests.accounts.contract.opening import OpenMerchant
from tests.accounts.woocommerce.parcels import (
    EARLY,
    EXTENDED,
    FIRST,
    NATIVE,
    OLD,
    RIVAL,
    Shop,
    add,
    lines_of,
    offered,
    part,
    void,
)
from tests.accounts.woocommerce.people import TAG, ShopMerchantPeople
from tests.accounts.woocommerce.shops import merchant, requests
from tests.fakes.woocommerce import FakeWooCommerce, Fault, Switches
from tests.support.clock import START, VirtualClock

WAYS = {
    "fulfillments": NATIVE,
    "early": EARLY,
    "wrapped": FIRST,
    "extension": EXTENDED,
    "rival": RIVAL,
    "notes": OLD,
}


@pytest.fixture(name="shop", params=list(WAYS.values()), ids=list(WAYS))
def _shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    with merchant(tmp_path, VirtualClock(), request.param, tag=TAG) as opened:
        yield opened


@pytest.fixture(name="native")
def _native(tmp_path: Path) -> Iterator[Shop]:
    with merchant(tmp_path, VirtualClock(), NATIVE, tag=TAG) as opened:
        yield opened


def open_units(account: OpenMerchant, order_id: int) -> Mapping[str, int]:
    [order] = read(account.orders.by_id([str(order_id)]))[0]
    assert isinstance(order, Order)
    return {line.sku: line.quantity for line in order.lines}


def people(account: OpenMerchant) -> ShopMerchantPeople:
    assert isinstance(account.people, ShopMerchantPeople)
    return account.people


def contents(fake: FakeWooCommerce, order_id: int) -> Mapping[str, Mapping[str, int]]:
    """Return the units by SKU of each fulfillment that is sent, by its number."""
    skus = {int(id_): sku for sku, id_ in lines_of(fake, order_id).items()}
    found = {}
    for made in fake.parcels(order_id):
        fields = {field["key"]: field["value"] for field in made["meta_data"]}
        if made["is_fulfilled"] == "1":
            items = {skus[item["item_id"]]: item["qty"] for item in fields["_items"]}
            found[str(fields.get("_tracking_number", ""))] = items
    return found


def test_p1_order_is_completed_with_its_last_parcel(shop: Shop) -> None:
    account, fake = shop
    order_id = offered(fake)

    first = add(account, part(fake, order_id, "1Z1", MUG=1, CUP=2))
    between = (fake.order(order_id)["status"], open_units(account, order_id))
    second = add(account, part(fake, order_id, "1Z2", MUG=2))

    assert (first, second) == (("done", ""), ("done", ""))
    assert between == ("processing", {"MUG": 2, "CUP": 0})
    assert fake.order(order_id)["status"] == "completed"
    assert people(account).seen_numbers(order_id) == ["1Z1", "1Z2"]
    assert people(account).sent_units(str(order_id)) == {"MUG": 3, "CUP": 2}


def test_p1_units_of_a_part_are_shown_as_the_shop_can(shop: Shop) -> None:
    """3.3: fulfillments have `_items`, the rival has SKUs and units, a note names them."""
    account, fake = shop
    order_id = offered(fake)

    add(account, part(fake, order_id, "1Z1", MUG=1, CUP=2))

    if fake.switches.fulfillments:
        assert account.tracking.takes == "lines"
        assert contents(fake, order_id) == {"1Z1": {"MUG": 1, "CUP": 2}}
    else:
        assert account.tracking.takes == "numbers"
    if fake.switches.advanced_shipment_tracking:
        [made] = people(account).field(str(order_id), "_wc_shipment_tracking_items")
        assert [item["qty"] for item in made["products_list"]] == ["1", "2"]
    if fake.switches.old:
        assert "Shipped by UPS Ground: 1 MUG, 2 CUP; tracking number 1Z1" in fake.notes(order_id)


@pytest.mark.parametrize("lost", ["lost-reset", "lost-500"])
@pytest.mark.parametrize("which", [0, 1])
def test_lost_answer_sends_no_part_twice(shop: Shop, lost: Any, which: int) -> None:
    """A part takes two writes, and the answer to either may be lost."""
    account, fake = shop
    order_id = offered(fake)
    paths = (r"(fulfillments|shipment-trackings|notes)", r"/orders/\d+$")
    fake.faults.add(Fault(kind=lost, method=("POST", "PUT")[which], path=paths[which], times=4))
    shipment = part(fake, order_id, "1Z1", MUG=1)

    first = add(account, shipment)
    fake.faults.clear()
    again = [add(account, shipment) for _ in range(2)]

    assert first[0] == "unknown"
    assert again[0][0] in ("done", "unchanged")
    assert again[1] == ("unchanged", "")
    assert people(account).seen_numbers(order_id) == ["1Z1"]
    assert people(account).sent_units(str(order_id)) == {"MUG": 1}
    assert open_units(account, order_id) == {"MUG": 2, "CUP": 2}


def test_interrupted_parcel_does_not_stop_the_next_one(shop: Shop) -> None:
    """The first is shown but not recorded; its units are still its own."""
    account, fake = shop
    order_id = offered(fake)
    first, second = part(fake, order_id, "1Z1", MUG=1), part(fake, order_id, "1Z2", MUG=2)
    fake.faults.add(Fault(kind="unavailable", method="PUT", path=rf"/orders/{order_id}$", times=9))
    add(account, first)
    fake.faults.clear()

    outcomes = [add(account, second), add(account, first)]

    assert outcomes == [("done", ""), ("done", "")]
    assert people(account).seen_numbers(order_id) == ["1Z1", "1Z2"]
    assert open_units(account, order_id) == {"MUG": 0, "CUP": 2}


def test_p3_number_alone_sends_no_unit_until_the_order_is_complete(shop: Shop) -> None:
    account, fake = shop
    order_id = offered(fake)
    number = parcel(str(order_id), "1Z1", is_last=False)

    outcomes = [add(account, number) for _ in range(2)]
    between = (fake.order(order_id)["status"], open_units(account, order_id))
    complete = add(account, parcel(str(order_id), "1Z1"))

    assert outcomes == [("done", ""), ("unchanged", "")]
    assert between == ("processing", {"MUG": 3, "CUP": 2})
    assert complete == ("done", "")
    assert {*people(account).seen_numbers(order_id)} == {"1Z1"}
    assert fake.order(order_id)["status"] == "completed"


def test_p3_buyer_gets_one_mail_about_a_number_whose_units_come_later(native: Shop) -> None:
    account, fake = native
    order_id = offered(fake)
    add(account, parcel(str(order_id), "1Z1", is_last=False))

    add(account, part(fake, order_id, "1Z1", id="s-1", MUG=1))

    assert contents(fake, order_id) == {"1Z1": {"MUG": 1}}
    assert fake.effects("customer mailed") == []


def test_p6_more_units_than_are_open_are_refused(shop: Shop) -> None:
    """3.1: a shop accepts more units than were ordered, so ordosync does not send them."""
    account, fake = shop
    order_id = offered(fake)
    add(account, part(fake, order_id, "1Z1", MUG=2))

    outcome = add(account, part(fake, order_id, "1Z2", MUG=2))

    assert outcome == ("refused", "more-than-ordered")
    assert people(account).seen_numbers(order_id) == ["1Z1"]


def test_p7_second_parcel_of_the_same_number_has_its_own_units(shop: Shop) -> None:
    """One box may be two fulfillments of the Supplier: never more than ordered."""
    account, fake = shop
    order_id = offered(fake)
    first = part(fake, order_id, "1Z1", id="s-1", MUG=3)
    second = part(fake, order_id, "1Z1", id="s-2", CUP=2)

    outcomes = [add(account, shipment) for shipment in (first, second, first, second)]
    third = add(account, part(fake, order_id, "1Z1", id="s-3", CUP=2))

    assert [state for state, _ in outcomes] == ["done", "done", "unchanged", "unchanged"]
    assert third == ("refused", "more-than-ordered")
    assert people(account).sent_units(str(order_id)) == {"MUG": 3, "CUP": 2}
    assert fake.order(order_id)["status"] == "completed"


def test_p8_new_parcel_takes_the_place_of_a_void_one(shop: Shop) -> None:
    account, fake = shop
    order_id = offered(fake)
    first = part(fake, order_id, "1Z1", MUG=2)
    add(account, first)
    void(account, first)
    between = open_units(account, order_id)

    outcome = add(account, part(fake, order_id, "1Z2", MUG=1))

    assert between == {"MUG": 3, "CUP": 2}
    assert outcome == ("done", "")
    assert open_units(account, order_id) == {"MUG": 2, "CUP": 2}
    assert people(account).all_numbers(str(order_id)) == ["1Z2"]
    if fake.switches.fulfillments:
        assert contents(fake, order_id) == {"1Z2": {"MUG": 1}}


def test_p8_void_parcel_of_an_interrupted_run_is_not_valid_any_more(shop: Shop) -> None:
    """It is shown but not recorded; a note stays, and another one says that it is void."""
    account, fake = shop
    order_id = offered(fake)
    first = part(fake, order_id, "1Z1", MUG=2)
    fake.faults.add(Fault(kind="unavailable", method="PUT", path=rf"/orders/{order_id}$", times=9))
    add(account, first)
    fake.faults.clear()

    outcomes = [void(account, first).state, void(account, first).state]
    again = add(account, part(fake, order_id, "1Z2", MUG=1))

    assert (outcomes, again) == (["done", "unchanged"], ("done", ""))
    assert people(account).all_numbers(str(order_id)) == ["1Z2"]
    assert people(account).sent_units(str(order_id)) == {"MUG": 1}
    assert open_units(account, order_id) == {"MUG": 2, "CUP": 2}
    text = "Tracking 1Z1 is void, the Supplier deleted its label"
    assert fake.notes(order_id).count(text) == 1
    assert fake.switches.old or people(account).seen_numbers(order_id) == ["1Z2"]


def test_p8_parcel_takes_the_place_of_two_void_ones(native: Shop) -> None:
    account, fake = native
    order_id = offered(fake)
    for number, units in (("1Z1", {"MUG": 1}), ("1Z2", {"MUG": 2})):
        shipment = part(fake, order_id, number, **units)
        add(account, shipment)
        void(account, shipment)

    add(account, part(fake, order_id, "1Z3", MUG=3))

    assert contents(fake, order_id) == {"1Z3": {"MUG": 3}}
    assert open_units(account, order_id) == {"MUG": 0, "CUP": 2}


def test_p9_void_of_one_of_two_parcels_leaves_the_other(shop: Shop) -> None:
    account, fake = shop
    order_id = offered(fake)
    first, second = part(fake, order_id, "1Z1", MUG=1), part(fake, order_id, "1Z2", MUG=1)
    for shipment in (first, second):
        add(account, shipment)

    states = [void(account, first).state for _ in range(2)]

    assert states == ["done", "unchanged"]
    assert people(account).all_numbers(str(order_id)) == ["1Z2"]
    assert open_units(account, order_id) == {"MUG": 2, "CUP": 2}
    assert not any("1Z2 is void" in note for note in fake.notes(order_id))


def test_p9_number_of_a_parcel_that_lives_is_not_called_void(shop: Shop) -> None:
    account, fake = shop
    order_id = offered(fake)
    first = part(fake, order_id, "1Z1", id="s-1", MUG=1)
    add(account, first)
    add(account, part(fake, order_id, "1Z1", id="s-2", CUP=1))

    void(account, first)

    assert people(account).all_numbers(str(order_id)) == ["1Z1"]
    assert not any("is void" in note for note in fake.notes(order_id))
    assert open_units(account, order_id) == {"MUG": 3, "CUP": 1}


def test_p12_further_numbers_are_shown_beside_the_first(shop: Shop) -> None:
    account, fake = shop
    order_id = offered(fake)
    shipment = part(fake, order_id, "1Z1", MUG=1, more_numbers=("1Z2",))
    further = parcel(str(order_id), "1Z3", id=shipment.id, is_last=False)

    states = [add(account, each)[0] for each in (shipment, further, shipment, further)]

    assert states == ["done", "done", "unchanged", "unchanged"]
    assert sorted(people(account).seen_numbers(order_id)) == ["1Z1", "1Z2", "1Z3"]
    assert open_units(account, order_id) == {"MUG": 2, "CUP": 2}


@pytest.mark.parametrize("lines", [True, False], ids=["lines", "whole"])
def test_units_that_the_merchant_sent_itself_keep_its_number(native: Shop, lines: bool) -> None:
    account, fake = native
    order_id = offered(fake)
    fake.ship(order_id, "OWN1", way="fulfillment", quantities={"MUG": 3}, complete=False)
    shipment = part(fake, order_id, "1Z1", MUG=2)

    outcome = add(account, shipment if lines else part(fake, order_id, "1Z1", CUP=2))

    assert outcome == (("refused", "other-tracking") if lines else ("done", ""))
    assert open_units_or_none(account, order_id) == ({"CUP": 2} if lines else None)


def open_units_or_none(account: OpenMerchant, order_id: int) -> Mapping[str, int] | None:
    orders = read(account.orders.by_id([str(order_id)]))[0]
    found = [order for order in orders if isinstance(order, Order)]
    return {line.sku: line.quantity for line in found[0].lines} if found else None


def test_unit_that_was_refunded_and_is_sent_all_the_same_is_sent(native: Shop) -> None:
    """S5: shipped wins, so the number of what is on its way reaches the buyer."""
    account, fake = native
    order_id = offered(fake)
    fake.refund(order_id, {"MUG": 2})

    outcomes = [
        add(account, part(fake, order_id, "1Z1", MUG=3)),
        add(account, part(fake, order_id, "1Z2", CUP=2)),
    ]

    assert outcomes == [("done", ""), ("done", "")]
    assert fake.order(order_id)["status"] == "completed"


def test_f9_partial_refund_lowers_an_order(shop: Shop) -> None:
    account, fake = shop
    order_id = offered(fake)
    add(account, part(fake, order_id, "1Z1", MUG=1))
    fake.refund(order_id, {"MUG": 1, "CUP": 2})

    [found] = read(account.cancellations.changed(ReadRequest(cursor=None, now=START)))[0]

    assert [(line.sku, line.quantity) for line in found.lines or ()] == [("MUG", 1), ("CUP", 0)]
    assert account.cancellations.among([str(order_id)]) == frozenset()
    assert open_units(account, order_id) == {"MUG": 1, "CUP": 0}


def test_f5_refund_of_the_whole_rest_leaves_no_open_unit(shop: Shop) -> None:
    """Difference 7: the status of the shop stays partial, so it is not asked."""
    account, fake = shop
    order_id = offered(fake)
    add(account, part(fake, order_id, "1Z1", MUG=1))
    fake.refund(order_id, {"MUG": 2, "CUP": 2})

    [found] = read(account.cancellations.changed(ReadRequest(cursor=None, now=START)))[0]

    assert [line.quantity for line in found.lines or ()] == [0, 0]
    assert open_units(account, order_id) == {"MUG": 0, "CUP": 0}


def test_f5_cancelled_order_of_which_a_part_was_sent_is_cancelled(shop: Shop) -> None:
    account, fake = shop
    order_id = offered(fake)
    add(account, part(fake, order_id, "1Z1", MUG=1))
    fake.cancel(order_id)

    [found] = read(account.cancellations.changed(ReadRequest(cursor=None, now=START)))[0]

    assert (found.order_id, found.lines) == (str(order_id), None)
    assert account.cancellations.among([str(order_id)]) == {str(order_id)}


def test_only_orders_with_refunds_cost_a_call(native: Shop) -> None:
    account, fake = native
    order_ids = [offered(fake), *(fake.place_order({"MUG": 2}) for _ in range(5))]
    fake.refund(order_ids[1], {"MUG": 1})

    read(account.cancellations.changed(ReadRequest(cursor=None, now=START)))

    calls = requests(fake)
    assert calls["GET /wc/v3/orders/{id}/refunds"] == 1
    assert "GET /wc/v3/orders/{id}/fulfillments" not in calls


def test_order_that_is_sent_in_part_is_listed_with_its_parcels(shop: Shop) -> None:
    """P20: `reconcile` and `rebuild-state` read the units of each parcel."""
    account, fake = shop
    order_id = offered(fake)
    add(account, part(fake, order_id, "1Z1", MUG=1, more_numbers=("1Z2",)))

    [snapshot] = read(account.listing.read(now=START))[0]

    assert snapshot.order.status == "partially_shipped"
    assert [line.quantity for line in snapshot.order.lines] == [3, 2]
    found = {
        each.tracking_number: (each.id, [line.quantity for line in each.lines or ()])
        for each in snapshot.shipments
    }
    assert found == {"1Z1": ("s-1Z1", [1]), "1Z2": ("s-1Z1", [])}


def test_difference_6_downloadable_line_is_no_part_of_the_order(native: Shop) -> None:
    """The shop sends it by itself, without a number; the order is completed with the rest."""
    account, fake = native
    for sku, downloadable in (("MUG", False), ("FILE", True)):
        fake.add_product(sku, tags=[TAG], downloadable=downloadable)
    order_id = fake.place_order({"MUG": 2, "FILE": 1})

    before = open_units(account, order_id)
    outcomes = [
        add(account, part(fake, order_id, "1Z1", MUG=1)),
        add(account, part(fake, order_id, "1Z2", MUG=1)),
    ]

    assert before == {"MUG": 2}
    assert outcomes == [("done", ""), ("done", "")]
    assert fake.order(order_id)["status"] == "completed"


def test_difference_8_piece_is_sent_although_a_refund_took_its_plan_away(native: Shop) -> None:
    """The shop takes refunded units out of planned parcels, and deletes an empty one."""
    account, fake = native
    order_id = offered(fake)
    [order] = read(account.orders.by_id([str(order_id)]))[0]
    assert isinstance(order, Order)
    mug, cup = (line.id for line in order.lines)
    pieces = (
        Piece(reference="A", lines=(PieceLine(of_line=mug, quantity=3),)),
        Piece(reference="B", lines=(PieceLine(of_line=cup, quantity=2),)),
    )
    [made] = account.splits.split([Split(order_id=order.id, pieces=pieces)])
    fake.refund(order_id, {"CUP": 2})
    planned = len(fake.parcels(order_id))

    outcome = add(account, parcel(made.pieces[1].id, "1Z1"))

    assert planned == 1
    assert outcome == ("done", "")
    assert contents(fake, order_id) == {"1Z1": {"CUP": 2}}


def test_rest_of_an_order_can_be_split_after_a_part_was_sent(shop: Shop) -> None:
    account, fake = shop
    order_id = offered(fake)
    add(account, part(fake, order_id, "1Z1", MUG=1))
    ids = lines_of(fake, order_id)
    pieces = (
        Piece(reference="A", lines=(PieceLine(of_line=ids["MUG"], quantity=2),)),
        Piece(reference="B", lines=(PieceLine(of_line=ids["CUP"], quantity=2),)),
    )

    [made] = account.splits.split([Split(order_id=str(order_id), pieces=pieces)])
    outcomes = [
        add(account, parcel(piece.id, number))
        for piece, number in zip(made.pieces, ("1Z2", "1Z3"), strict=True)
    ]

    assert outcomes == [("done", ""), ("done", "")]
    if fake.switches.fulfillments:
        assert people(account).sent_units(str(order_id)) == {"MUG": 3, "CUP": 2}
    assert sorted(people(account).all_numbers(str(order_id))) == ["1Z1", "1Z2", "1Z3"]
    assert fake.order(order_id)["status"] == "completed"


@pytest.mark.parametrize("switches", [NATIVE, EARLY])
def test_difference_9_parcel_is_added_if_the_place_for_it_was_deleted(
    tmp_path: Path, switches: Switches
) -> None:
    """The change of a deleted fulfillment is confirmed and not saved; 10.5.0 refuses it."""
    with merchant(tmp_path, VirtualClock(), switches, tag=TAG) as (account, fake):
        order_id = offered(fake)
        first = part(fake, order_id, "1Z1", MUG=1)
        add(account, first)
        add(account, parcel(str(order_id), "1Z2", id="s-1Z2", is_last=False))
        fake.unship(order_id, "1Z1")

        outcome = add(account, part(fake, order_id, "1Z1", MUG=2))

        assert outcome == ("done", "")
        assert contents(fake, order_id) == {"1Z1": {"MUG": 2}}


@pytest.mark.parametrize("switches", [NATIVE, EARLY])
def test_difference_9_void_parcel_that_the_shop_deleted_stays_deleted(
    tmp_path: Path, switches: Switches
) -> None:
    with merchant(tmp_path, VirtualClock(), switches, tag=TAG) as (account, fake):
        order_id = offered(fake)
        first = part(fake, order_id, "1Z1", MUG=1)
        add(account, first)
        fake.unship(order_id, "1Z1")

        outcome = void(account, first)

        assert outcome.state == "done"
        assert contents(fake, order_id) == {}


def test_difference_10_a_change_of_a_parcel_mails_nobody(native: Shop) -> None:
    account, fake = native
    order_id = offered(fake)
    first = part(fake, order_id, "1Z1", MUG=1)
    add(account, first)

    add(account, part(fake, order_id, "1Z1", MUG=2))
    void(account, first)

    assert len(fake.effects("customer mailed")) == 1


@pytest.mark.parametrize(
    ("form", "day"), [("%d-%m-%Y", 2), ("%d-%m-%Y", 25), ("%m-%d-%Y", 2)], ids=str
)
def test_difference_14_day_is_right_in_both_forms_of_dates(
    tmp_path: Path, form: Any, day: int
) -> None:
    shop = Switches(advanced_shipment_tracking=True, ast_dates=form)
    with merchant(tmp_path, VirtualClock(), shop, tag=TAG) as (account, fake):
        order_id = offered(fake)
        sent_at = datetime(2026, 10, day, 15, 30, tzinfo=UTC)

        add(account, part(fake, order_id, "1Z1", MUG=1, shipped_at=sent_at))

        [made] = fake.trackings(order_id)
        assert made["date_shipped"] == f"2026-10-{day:02}"


def test_difference_14_number_that_the_rival_refuses_is_shown_in_a_note(tmp_path: Path) -> None:
    shop = Switches(advanced_shipment_tracking=True, ast_refuses_repeats=True)
    with merchant(tmp_path, VirtualClock(), shop, tag=TAG) as (account, fake):
        order_id = offered(fake)

        outcomes = [add(account, part(fake, order_id, "1Z/1", MUG=1)) for _ in range(2)]

        assert outcomes == [("done", ""), ("unchanged", "")]
        assert people(account).seen_numbers(order_id) == ["1Z/1"]


def test_difference_14_no_number_and_no_status_is_written_over(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock(), RIVAL, tag=TAG) as (account, fake):
        order_id = offered(fake)
        fake.ship(order_id, "OWN1", way="tracking", quantities={"MUG": 1}, complete=False)

        add(account, part(fake, order_id, "1Z1", MUG=1))

        assert people(account).seen_numbers(order_id) == ["OWN1", "1Z1"]
        assert fake.order(order_id)["status"] == "processing"
        assert open_units(account, order_id)["MUG"] == 1


def test_p18_order_is_completed_without_the_virtual_lines_of_any_supplier(native: Shop) -> None:
    account, fake = native
    fake.add_product("MUG", tags=[TAG])
    fake.add_product("EBOOK", virtual=True)
    fake.add_product("OWN")
    order_id = fake.place_order({"MUG": 2, "EBOOK": 1})
    mixed = fake.place_order({"MUG": 1, "EBOOK": 1, "OWN": 1})

    outcomes = [add(account, parcel(str(id_), f"1Z{id_}")) for id_ in (order_id, mixed)]

    assert outcomes == [("done", ""), ("done", "")]
    assert fake.order(order_id)["status"] == "completed"
    # The shop itself still has to send a line.
    assert fake.order(mixed)["status"] == "processing"
