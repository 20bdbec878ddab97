"""Parcels that hold a part of a Merchant's order; P and F are rules of lifecycle.md 3.3."""

from collections.abc import Mapping, Sequence

import pytest
from msgspec.structs import replace

from ordosync.accounts.shopify.ids import fulfillment_order, gid
from ordosync.models import Outcome
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.merchant_parcels import part, placed
from tests.accounts.contract.opening import OpenMerchant, opened
from tests.accounts.shopify.people import ShopifyMerchantPeople
from tests.fakes.shopify import Fault


def parcels(seller: ShopifyMerchantPeople, order_id: str) -> list[tuple[list[str], dict[str, int]]]:
    """Return the numbers and the units by SKU of each live fulfillment of an order."""
    fake = seller.fake
    order = fake.order(seller.part(fulfillment_order(order_id)).order_id)
    skus = {line.id: line.sku or "" for line in order.lines}
    return [
        (
            [row["number"] for row in fulfillment.tracking],
            {skus[line.line_id]: line.quantity for line in fulfillment.lines},
        )
        for fulfillment in fake.fulfillments(order.id)
        if fulfillment.status == "SUCCESS"
    ]


def notified(seller: ShopifyMerchantPeople) -> Sequence[bool]:
    """Return for each change of tracking if the buyer got a mail."""
    return [
        operation.variables["notify"]
        for operation in seller.fake.operations
        if operation.name == "ChangeTracking"
    ]


def add(account: OpenMerchant, order_id: str, ids: Mapping[str, str], number: str) -> Outcome:
    """Add a parcel with one CUP."""
    return account.tracking.add([part(order_id, ids, number, CUP=1)])[0]


@pytest.mark.parametrize("lost", ["AddTracking", "Keep"])
def test_part_whose_response_was_lost_is_sent_once(
    seller: ShopifyMerchantPeople, lost: str
) -> None:
    """Issue 3: with the response of each write lost, one parcel, once."""
    account = opened(seller)
    order_id, ids = placed(account, seller)
    seller.fake.faults.add(Fault(kind="lost-reset", path=f"#{lost}$"))

    states = [add(account, order_id, ids, "1Z1").state for _ in range(3)]

    assert states[1:] == ["unchanged", "unchanged"]
    assert parcels(seller, order_id) == [(["1Z1"], {"CUP": 1})]


def test_record_that_was_not_written_is_written_by_the_next_try(
    seller: ShopifyMerchantPeople,
) -> None:
    """Issue 3: killed between the fulfillment and its record."""
    account = opened(seller)
    order_id, ids = placed(account, seller)
    seller.fake.faults.add(Fault(kind="maintenance", path="#Keep$", times=9))
    first = add(account, order_id, ids, "1Z1")
    seller.fake.faults.clear()

    second = add(account, order_id, ids, "1Z1")

    assert first.state != "done"
    assert second.state == "unchanged"
    assert parcels(seller, order_id) == [(["1Z1"], {"CUP": 1})]
    [order] = seller.fake.orders()
    kept = seller.kept(order, f"parcels_{seller.pair['location']}")
    assert [*kept["sent"].values()] == ["s-1Z1"]


def test_two_parcels_with_one_number_are_two_fulfillments(seller: ShopifyMerchantPeople) -> None:
    """P7: it is the parcel's id that says whether it is there already."""
    account = opened(seller)
    order_id, ids = placed(account, seller)
    shipments = [part(order_id, ids, "1Z1", CUP=1), part(order_id, ids, "1Z1", CUP=1)]
    first, second = shipments[0], replace(shipments[1], id="s-2")

    states = [account.tracking.add([each])[0].state for each in (first, second, first, second)]

    assert states == ["done", "done", "unchanged", "unchanged"]
    assert parcels(seller, order_id) == [(["1Z1"], {"CUP": 1})] * 2


def test_p8_new_parcel_of_the_same_units_takes_the_place_of_the_void_one(
    seller: ShopifyMerchantPeople,
) -> None:
    account = opened(seller)
    order_id, ids = placed(account, seller)
    add(account, order_id, ids, "1Z1")
    account.tracking.void([parcel(order_id, "1Z1", id="s-1Z1", voided=True)])

    states = [add(account, order_id, ids, "1Z2").state for _ in range(2)]

    assert states == ["done", "unchanged"]
    assert parcels(seller, order_id) == [(["1Z2"], {"CUP": 1})]


def test_p8_parcel_of_some_units_of_a_void_one_mails_nothing_about_the_others(
    seller: ShopifyMerchantPeople,
) -> None:
    account = opened(seller)
    order_id, ids = placed(account, seller)
    account.tracking.add([part(order_id, ids, "1Z1", CUP=2)])
    account.tracking.void([parcel(order_id, "1Z1", id="s-1Z1", voided=True)])

    outcome = add(account, order_id, ids, "1Z2")

    assert outcome.state == "done"
    assert parcels(seller, order_id) == [(["1Z2"], {"CUP": 2})]
    assert notified(seller) == [False]


def test_whole_order_in_place_of_a_void_part_is_sent_completely(
    seller: ShopifyMerchantPeople,
) -> None:
    """P8: the ledger has no sent unit any more, so the parcel comes as the whole order."""
    account = opened(seller)
    order_id, ids = placed(account, seller)
    add(account, order_id, ids, "1Z1")
    account.tracking.void([parcel(order_id, "1Z1", id="s-1Z1", voided=True)])

    [outcome] = account.tracking.add([parcel(order_id, "1Z2", id="s-1Z2")])

    assert outcome.state == "done"
    assert seller.status(order_id) == "shipped"
    assert parcels(seller, order_id) == [
        (["1Z2"], {"CUP": 1}),
        (["1Z2"], {"CUP": 1, "MUG": 1}),
    ]


@pytest.mark.parametrize("number", ["1Z1", "1Z2"])
def test_whole_order_in_place_of_a_void_part_is_sent_without_added_units(
    seller: ShopifyMerchantPeople, number: str
) -> None:
    account = opened(seller)
    order_id, ids = placed(account, seller)
    add(account, order_id, ids, "1Z1")
    account.tracking.void([parcel(order_id, "1Z1", id="s-1Z1", voided=True)])
    seller.raise_units(order_id, 2, 0)
    at_most = part(order_id, ids, number, CUP=2, MUG=1).lines or ()

    whole = parcel(order_id, number, id="s-2", at_most=at_most)
    states = [account.tracking.add([whole])[0].state for _ in range(2)]

    assert states == ["done", "unchanged"]
    assert seller.sent_units(order_id) == {"CUP": 2, "MUG": 1}
    assert seller.status(order_id) != "shipped"
    assert {*seller.all_numbers(order_id)} == {number}


def test_p11_units_of_two_fulfillment_orders_are_in_one_parcel(
    seller: ShopifyMerchantPeople,
) -> None:
    account = opened(seller)
    order_id, ids = placed(account, seller)
    account.orders.acknowledge([order_id])
    seller.split(order_id, (1, 1), (1, 0))

    [outcome] = account.tracking.add([part(order_id, ids, "1Z1", CUP=2)])

    assert outcome.state == "done"
    assert parcels(seller, order_id) == [(["1Z1"], {"CUP": 2})]
    assert seller.status(order_id) == "partially_shipped"


def test_p12_further_number_is_added_to_the_parcel_that_it_is_of(
    seller: ShopifyMerchantPeople,
) -> None:
    account = opened(seller)
    order_id, ids = placed(account, seller)
    add(account, order_id, ids, "1Z1")
    account.tracking.add([part(order_id, ids, "1Z2", MUG=1)])
    further = parcel(order_id, "1Z9", id="s-1Z1", is_last=False)

    states = [account.tracking.add([further])[0].state for _ in range(2)]

    assert states == ["done", "unchanged"]
    assert parcels(seller, order_id) == [
        (["1Z1", "1Z9"], {"CUP": 1}),
        (["1Z2"], {"MUG": 1}),
    ]


def test_p3_number_without_units_is_shown_with_the_parcel_that_completes_the_order(
    seller: ShopifyMerchantPeople,
) -> None:
    account = opened(seller)
    order_id, _ = placed(account, seller)
    account.tracking.add([parcel(order_id, "1Z1", id="s-1", is_last=False)])
    between = parcels(seller, order_id)

    account.tracking.add([parcel(order_id, "1Z2", id="s-2")])

    assert between == []
    assert [text for text in seller.timeline(order_id) if "1Z1" in text]
    assert parcels(seller, order_id) == [(["1Z2", "1Z1"], {"CUP": 2, "MUG": 1})]


def test_parcel_of_units_that_the_merchant_sent_itself_is_other_tracking(
    seller: ShopifyMerchantPeople,
) -> None:
    """P6: it is refused so only if no unit is open for it."""
    account = opened(seller)
    order_id, ids = placed(account, seller)
    seller.fake.ship_piece(fulfillment_order(order_id), "OWN", lines={"MUG": 1, "CUP": 1})

    [mug] = account.tracking.add([part(order_id, ids, "1Z1", MUG=1)])
    [cups] = account.tracking.add([part(order_id, ids, "1Z2", CUP=2)])
    cup = add(account, order_id, ids, "1Z3")

    assert (mug.state, mug.code) == ("refused", "other-tracking")
    assert (cups.state, cups.code) == ("refused", "more-than-ordered")
    assert cup.state == "done"


def test_units_on_hold_are_not_sent(seller: ShopifyMerchantPeople) -> None:
    account = opened(seller)
    order_id, ids = placed(account, seller)
    account.orders.acknowledge([order_id])
    seller.fake.hold(fulfillment_order(order_id))

    outcome = add(account, order_id, ids, "1Z1")

    assert (outcome.state, outcome.code) == ("refused", "on-hold")


def test_units_that_a_service_gave_back_are_open(seller: ShopifyMerchantPeople) -> None:
    """Difference 17: `INCOMPLETE` keeps its units and offers `CREATE_FULFILLMENT`."""
    account = opened(seller)
    order_id, ids = placed(account, seller)
    seller.part(gid("FulfillmentOrder", order_id)).status = "INCOMPLETE"

    outcome = add(account, order_id, ids, "1Z1")

    assert outcome.state == "done"


def test_all_parcels_of_an_order_are_known_however_many(seller: ShopifyMerchantPeople) -> None:
    account = opened(seller)
    order_id = seller.request(sold("1001", line("CUP", 12)))
    [order] = [item for page in account.orders.by_id([order_id]) for item in page.items]
    ids = {"CUP": order.lines[0].id}  # type: ignore[union-attr]

    for _ in range(2):
        states = {add(account, order_id, ids, f"1Z{place}").state for place in range(12)}

    assert states == {"unchanged"}
    assert parcels(seller, order_id) == [([f"1Z{place}"], {"CUP": 1}) for place in range(12)]
    assert seller.status(order_id) == "shipped"
