"""Pieces, units and parcels of an order at Shopify, also after parcels were taken back."""

import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.shopify.ids import gid
from ordosync.models import Shipment, Split
from tests.accounts.contract.account import quantities, read, usable
from tests.accounts.contract.examples import line, order, parcel, sold
from tests.accounts.contract.opening import opened
from tests.accounts.shopify.listing import standing
from tests.accounts.shopify.people import ShopifyMerchantPeople, ShopifySupplierPeople
from tests.fakes.shopify.state import FulfillmentOrder


def created(shipper: ShopifySupplierPeople, quantity: int = 3) -> str:
    [made] = opened(shipper).orders.create([order("1001", line("MUG", quantity))])
    return made.id


def splits(shipper: ShopifySupplierPeople) -> list[list[int]]:
    """Return the units in each piece of the orders that are split."""
    found: list[Split] = []
    for page in opened(shipper).splits.changed(ReadRequest(cursor=None, now=shipper.settle())):
        found += page.items
    return [[sum(part.quantity for part in piece.lines) for piece in one.pieces] for one in found]


def shipments(shipper: ShopifySupplierPeople) -> list[Shipment]:
    return usable(
        read(opened(shipper).shipments.changed(ReadRequest(cursor=None, now=shipper.settle())))[0]
    )


def test_taking_back_the_first_of_two_parcels_splits_no_order(
    shipper: ShopifySupplierPeople,
) -> None:
    id_ = created(shipper)
    shipper.ship_part(id_, parcel(number="A"), 1)
    shipper.ship_part(id_, parcel(number="B"), 2)

    shipper.recall(id_, "A")

    assert splits(shipper) == []
    assert [(one.order_id, one.tracking_number, one.voided) for one in shipments(shipper)] == [
        (id_, "A", True),
        (id_, "B", False),
    ]
    assert [one.is_partial for one in shipments(shipper)] == [False, True]
    assert quantities(standing(shipper)[id_].order) == [("MUG", 3)]


def test_units_that_were_taken_back_and_sent_again_are_counted_once(
    shipper: ShopifySupplierPeople,
) -> None:
    id_ = created(shipper)
    shipper.ship_part(id_, parcel(number="A"), 1)
    shipper.ship_part(id_, parcel(number="B"), 2)
    shipper.recall(id_, "A")
    shipper.ship_part(id_, parcel(number="C"), 1)
    shipper.recall(id_, "C")
    shipper.ship_part(id_, parcel(number="D"), 1)

    *_, newest = shipments(shipper)

    assert splits(shipper) == []
    assert (newest.tracking_number, newest.other_numbers) == ("D", ("B",))
    assert not newest.is_partial
    assert quantities(standing(shipper)[id_].order) == [("MUG", 3)]


def test_piece_keeps_its_units_when_a_parcel_of_it_is_taken_back(
    shipper: ShopifySupplierPeople,
) -> None:
    id_ = created(shipper, 6)
    first, second = shipper.split(id_, (3,), (3,))
    before = splits(shipper)
    shipper.ship_part(first, parcel(number="A"), 1)
    shipper.ship_part(first, parcel(number="B"), 2)

    shipper.recall(id_, "A")

    assert splits(shipper) == before == [[3, 3]]
    [void, sent] = shipments(shipper)
    assert (void.order_id, void.voided) == (first, True)
    assert (sent.order_id, sent.is_partial) == (first, True)
    there = standing(shipper)
    assert [quantities(there[piece].order) for piece in (first, second)] == [[("MUG", 3)]] * 2


@pytest.mark.parametrize("has_lines", [True, False])
def test_what_was_merged_into_another_is_not_shipped(
    seller: ShopifyMerchantPeople, *, has_lines: bool
) -> None:
    asked = seller.request(sold("1001", line("MUG", 3)))
    _, merged = seller.split(asked, (2,), (1,))
    stays, gone = (
        seller.fake.shop.sure(FulfillmentOrder, gid("FulfillmentOrder", id_))
        for id_ in (asked, merged)
    )
    stays.lines[0].total_quantity = stays.lines[0].remaining_quantity = 3
    gone.lines[0].total_quantity = gone.lines[0].remaining_quantity = 0
    gone.lines = gone.lines if has_lines else []
    gone.status = "CLOSED"
    seller.fake.shop.touch(stays, gone)

    found = standing(seller)
    [outcome] = opened(seller).tracking.add([parcel(merged)])

    assert found[asked].order.status == "dropshipment_requested"
    assert quantities(found[asked].order) == [("MUG", 3)]
    assert found[merged].order.status != "shipped"
    assert found[merged].order.is_split
    assert (outcome.state, outcome.code) == ("refused", "not-found")


def test_parcel_is_read_by_the_id_of_any_parcel_of_its_order(
    shipper: ShopifySupplierPeople,
) -> None:
    id_ = created(shipper)
    shipper.ship_part(id_, parcel(number="A"), 1)
    [first] = shipments(shipper)
    shipper.ship_part(id_, parcel(number="B"), 2)

    [found] = usable(read(opened(shipper).shipments.by_id([first.id]))[0])

    assert (found.tracking_number, found.other_numbers, found.other_ids) == (
        "B",
        ("A",),
        (first.id,),
    )


def test_order_of_many_lines_is_sent_in_part_while_its_last_line_is_open(
    shipper: ShopifySupplierPeople,
) -> None:
    many = [line(f"SKU-{place}") for place in range(30)]
    [made] = opened(shipper).orders.create([order("1001", *many)])
    shipper.ship_part(made.id, parcel(number="A"), *(1,) * 29, 0)

    [found] = shipments(shipper)

    assert found.is_partial


def test_what_was_sent_before_the_first_import_does_not_go_out_and_blocks_no_number(
    seller: ShopifyMerchantPeople,
) -> None:
    """f20, as at WooCommerce: the open rest alone travels, and has its own parcel."""
    id_ = seller.request(sold("1001", line("MUG", 3), line("CUP", 1)))
    part = gid("FulfillmentOrder", id_)
    seller.fake.ship_piece(part, "OLD1", lines={"MUG": 1, "CUP": 1})
    account = opened(seller)

    [found] = usable(read(account.orders.changed(ReadRequest(cursor=None, now=seller.settle())))[0])
    [made] = account.tracking.add([parcel(id_, "NEW1")])

    assert quantities(found) == [("MUG", 2)]
    assert made.state == "done"
    assert seller.fake.tracking(seller.fake.shop.sure(FulfillmentOrder, part).order_id) == [
        "OLD1",
        "NEW1",
    ]


def test_order_that_was_partly_sent_before_stands_as_its_rest(
    seller: ShopifyMerchantPeople,
) -> None:
    """f20: the number of what was sent before is none of the Supplier's."""
    id_ = seller.request(sold("1001", line("MUG", 3), line("CUP", 1)))
    seller.fake.ship_piece(gid("FulfillmentOrder", id_), "OLD1", lines={"MUG": 1, "CUP": 1})
    account = opened(seller)
    [found] = usable(read(account.orders.changed(ReadRequest(cursor=None, now=seller.settle())))[0])
    seller.settle()
    account.orders.acknowledge([found.id])

    [stands] = read(account.listing.read(now=seller.settle()))[0]

    assert stands.order.status == "dropshipment_requested"
    assert quantities(stands.order) == quantities(found) == [("MUG", 2)]
    assert stands.shipments == ()


def test_parcel_of_others_from_before_the_import_is_no_part_of_the_suppliers_order(
    seller: ShopifyMerchantPeople,
) -> None:
    many = [line(f"SKU-{place}") for place in range(60)]
    id_ = seller.request(sold("1001", line("MUG", 3), *many))
    part = gid("FulfillmentOrder", id_)
    seller.fake.ship_piece(part, "OLD1", lines={"MUG": 1, **{one.sku: 1 for one in many}})
    seller.settle()
    account = opened(seller)
    account.orders.acknowledge([id_])
    seller.settle()
    account.tracking.add([parcel(id_, "NEW1")])

    found = standing(seller)[id_]

    assert (found.order.status, quantities(found.order)) == ("shipped", [("MUG", 2)])
    assert [one.tracking_number for one in found.shipments] == ["NEW1"]


def test_rest_whose_parcel_was_taken_back_is_what_is_open_again(
    seller: ShopifyMerchantPeople,
) -> None:
    id_ = seller.request(sold("1001", line("MUG", 3)))
    seller.fake.ship_piece(gid("FulfillmentOrder", id_), "OLD1", lines={"MUG": 1})
    seller.settle()
    account = opened(seller)
    account.orders.acknowledge([id_])
    seller.settle()
    account.tracking.add([parcel(id_, "NEW1")])
    bought = seller.part(gid("FulfillmentOrder", id_)).order_id
    seller.fake.recall(seller.fake.fulfillments(bought)[-1].id)

    found = standing(seller)
    whole = found.pop(id_)
    [again] = found.values()

    assert (whole.order.is_split, quantities(whole.order)) == (True, [("MUG", 2)])
    assert again.order.ancestors == (id_,)
    assert quantities(again.order) == [("MUG", 2)]


def test_parcel_of_others_after_the_import_is_sent_of_what_the_supplier_has(
    seller: ShopifyMerchantPeople,
) -> None:
    id_ = seller.request(sold("1001", line("MUG", 3)))
    account = opened(seller)
    account.orders.acknowledge([id_])
    seller.settle()
    seller.fake.ship_piece(gid("FulfillmentOrder", id_), "OWN1", lines={"MUG": 1})
    seller.settle()
    account.tracking.add([parcel(id_, "NEW1")])

    found = standing(seller)[id_]

    assert quantities(found.order) == [("MUG", 3)]
