"""Pieces, units and parcels of an order at Shopify, also after parcels were recalled."""

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
    splits: list[Split] = []
    for page in opened(shipper).splits.changed(ReadRequest(cursor=None, now=shipper.settle())):
        splits += page.items
    return [
        [sum(part.quantity for part in piece.lines) for piece in split.pieces] for split in splits
    ]


def shipments(shipper: ShopifySupplierPeople) -> list[Shipment]:
    return usable(
        read(opened(shipper).shipments.changed(ReadRequest(cursor=None, now=shipper.settle())))[0]
    )


def units(shipment: Shipment) -> list[tuple[str, int]]:
    return [(part.sku, part.quantity) for part in shipment.lines or ()]


def test_recall_of_the_first_of_two_parcels_splits_no_order(
    shipper: ShopifySupplierPeople,
) -> None:
    """Difference 4 of parts-at-services.md: a piece's units are not `totalQuantity`."""
    id_ = created(shipper)
    shipper.ship_part(id_, parcel(number="A"), 1)
    shipper.ship_part(id_, parcel(number="B"), 2)

    shipper.recall(id_, "A")

    assert splits(shipper) == []
    assert [
        (shipment.order_id, shipment.tracking_number, shipment.voided)
        for shipment in shipments(shipper)
    ] == [
        (id_, "A", True),
        (id_, "B", False),
    ]
    assert [shipment.is_last for shipment in shipments(shipper)] == [False, False]
    assert quantities(standing(shipper)[id_].order) == [("MUG", 3)]


def test_recalled_units_that_ship_again_count_once(
    shipper: ShopifySupplierPeople,
) -> None:
    id_ = created(shipper)
    shipper.ship_part(id_, parcel(number="A"), 1)
    shipper.ship_part(id_, parcel(number="B"), 2)
    shipper.recall(id_, "A")
    shipper.ship_part(id_, parcel(number="C"), 1)
    shipper.recall(id_, "C")
    shipper.ship_part(id_, parcel(number="D"), 1)

    valid = [shipment for shipment in shipments(shipper) if not shipment.voided]

    assert splits(shipper) == []
    assert [(shipment.tracking_number, units(shipment)) for shipment in valid] == [
        ("B", [("MUG", 2)]),
        ("D", [("MUG", 1)]),
    ]
    assert all(shipment.is_last for shipment in valid)
    assert quantities(standing(shipper)[id_].order) == [("MUG", 3)]


def test_piece_keeps_its_units_when_its_parcel_is_recalled(
    shipper: ShopifySupplierPeople,
) -> None:
    id_ = created(shipper, 6)
    first, second = shipper.split(id_, (3,), (3,))
    before = splits(shipper)
    shipper.ship_part(first, parcel(number="A"), 1)
    shipper.ship_part(first, parcel(number="B"), 2)

    shipper.recall(id_, "A")

    assert splits(shipper) == before == [[3, 3]]
    [void, shipment] = shipments(shipper)
    assert (void.order_id, void.voided) == (first, True)
    assert (shipment.order_id, shipment.is_last) == (first, False)
    snapshots = standing(shipper)
    assert [quantities(snapshots[piece].order) for piece in (first, second)] == [[("MUG", 3)]] * 2


@pytest.mark.parametrize("has_lines", [True, False])
def test_merged_fulfillment_order_is_not_shipped(
    seller: ShopifyMerchantPeople, *, has_lines: bool
) -> None:
    order_id = seller.request(sold("1001", line("MUG", 3)))
    _, merged = seller.split(order_id, (2,), (1,))
    stays, fulfillment_order = (
        seller.fake.shop.sure(FulfillmentOrder, gid("FulfillmentOrder", id_))
        for id_ in (order_id, merged)
    )
    stays.lines[0].total_quantity = stays.lines[0].remaining_quantity = 3
    fulfillment_order.lines[0].total_quantity = fulfillment_order.lines[0].remaining_quantity = 0
    fulfillment_order.lines = fulfillment_order.lines if has_lines else []
    fulfillment_order.status = "CLOSED"
    seller.fake.shop.touch(stays, fulfillment_order)

    snapshots = standing(seller)
    [outcome] = opened(seller).tracking.add([parcel(merged)])

    assert snapshots[order_id].order.status == "dropshipment_requested"
    assert quantities(snapshots[order_id].order) == [("MUG", 3)]
    assert snapshots[merged].order.status != "shipped"
    assert snapshots[merged].order.is_split
    assert (outcome.state, outcome.code) == ("refused", "not-found")


def test_order_of_many_lines_is_sent_in_part_while_its_last_line_is_open(
    shipper: ShopifySupplierPeople,
) -> None:
    many = [line(f"SKU-{place}") for place in range(30)]
    [made] = opened(shipper).orders.create([order("1001", *many)])
    shipper.ship_part(made.id, parcel(number="A"), *(1,) * 29, 0)

    [shipment] = shipments(shipper)

    assert not shipment.is_last


def test_f20_units_shipped_before_the_first_import_are_not_sent_and_block_no_number(
    seller: ShopifyMerchantPeople,
) -> None:
    """f20, as at WooCommerce: only the open units are imported, and have their own parcel."""
    id_ = seller.request(sold("1001", line("MUG", 3), line("CUP", 1)))
    part = gid("FulfillmentOrder", id_)
    seller.fake.ship_piece(part, "OLD1", lines={"MUG": 1, "CUP": 1})
    account = opened(seller)

    [order] = usable(read(account.orders.changed(ReadRequest(cursor=None, now=seller.settle())))[0])
    [made] = account.tracking.add([parcel(id_, "NEW1")])

    assert quantities(order) == [("MUG", 2)]
    assert made.state == "done"
    assert seller.fake.tracking(seller.fake.shop.sure(FulfillmentOrder, part).order_id) == [
        "OLD1",
        "NEW1",
    ]


def test_f20_partly_shipped_order_is_listed_with_its_open_units(
    seller: ShopifyMerchantPeople,
) -> None:
    """f20: the number of the earlier parcel does not belong to the Supplier."""
    id_ = seller.request(sold("1001", line("MUG", 3), line("CUP", 1)))
    seller.fake.ship_piece(gid("FulfillmentOrder", id_), "OLD1", lines={"MUG": 1, "CUP": 1})
    account = opened(seller)
    [order] = usable(read(account.orders.changed(ReadRequest(cursor=None, now=seller.settle())))[0])
    seller.settle()
    account.orders.acknowledge([order.id])

    [snapshot] = read(account.listing.read(now=seller.settle()))[0]

    assert snapshot.order.status == "dropshipment_requested"
    assert quantities(snapshot.order) == quantities(order) == [("MUG", 2)]
    assert snapshot.shipments == ()


def test_foreign_parcel_from_before_the_import_does_not_belong_to_the_suppliers_order(
    seller: ShopifyMerchantPeople,
) -> None:
    many = [line(f"SKU-{place}") for place in range(60)]
    id_ = seller.request(sold("1001", line("MUG", 3), *many))
    part = gid("FulfillmentOrder", id_)
    seller.fake.ship_piece(part, "OLD1", lines={"MUG": 1, **{line.sku: 1 for line in many}})
    seller.settle()
    account = opened(seller)
    account.orders.acknowledge([id_])
    seller.settle()
    account.tracking.add([parcel(id_, "NEW1")])

    snapshot = standing(seller)[id_]

    assert (snapshot.order.status, quantities(snapshot.order)) == ("shipped", [("MUG", 2)])
    assert [shipment.tracking_number for shipment in snapshot.shipments] == ["NEW1"]


def test_units_of_a_recalled_parcel_are_open_again(
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

    snapshots = standing(seller)
    snapshot = snapshots.pop(id_)
    [again] = snapshots.values()

    assert (snapshot.order.is_split, quantities(snapshot.order)) == (True, [("MUG", 2)])
    assert again.order.ancestors == (id_,)
    assert quantities(again.order) == [("MUG", 2)]


def test_foreign_parcel_after_the_import_counts_as_units_of_the_supplier(
    seller: ShopifyMerchantPeople,
) -> None:
    id_ = seller.request(sold("1001", line("MUG", 3)))
    account = opened(seller)
    account.orders.acknowledge([id_])
    seller.settle()
    seller.fake.ship_piece(gid("FulfillmentOrder", id_), "OWN1", lines={"MUG": 1})
    seller.settle()
    account.tracking.add([parcel(id_, "NEW1")])

    snapshot = standing(seller)[id_]

    assert quantities(snapshot.order) == [("MUG", 3)]
