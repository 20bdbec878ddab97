"""Nested lists that are longer than a page: read completely, or not at all."""

from collections import Counter

import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.shopify.ids import gid
from ordosync.errors import UnavailableError
from tests.accounts.contract.account import read, usable
from tests.accounts.contract.examples import line, order, parcel, sold
from tests.accounts.contract.merchant_splits import partition
from tests.accounts.contract.opening import opened
from tests.accounts.contract.people import numbers
from tests.accounts.shopify.people import ShopifyMerchantPeople, ShopifySupplierPeople
from tests.fakes.shopify import Fault
from tests.fakes.shopify.fulfillment import everything, send
from tests.fakes.shopify.state import Json

MANY = 18


def test_order_of_many_lines_is_read_whole(seller: ShopifyMerchantPeople) -> None:
    lines = [line(f"SKU-{place}", place + 1, id=f"m-{place}") for place in range(75)]
    order_id = seller.request(sold("1001", *lines))
    account = opened(seller)

    [order] = usable(read(account.orders.changed(ReadRequest(cursor=None, now=seller.settle())))[0])
    [again] = usable(read(account.orders.by_id([order_id]))[0])

    assert [(line.sku, line.quantity) for line in order.lines] == [
        (line.sku, line.quantity) for line in lines
    ]
    assert again == order


def test_tracking_is_added_to_all_of_many_fulfillment_orders(seller: ShopifyMerchantPeople) -> None:
    order_id = seller.request(sold("1001", line("MUG", MANY)))
    opened(seller).orders.acknowledge([order_id])
    parts = seller.split(order_id, *([1] for _ in range(MANY)))

    [outcome] = opened(seller).tracking.add([parcel(order_id)])

    assert (outcome.state, outcome.code) == ("done", "on-pieces")
    assert [numbers(seller.tracking(part)) for part in parts] == [["1Z1"]] * MANY


def test_order_is_split_into_many_pieces(seller: ShopifyMerchantPeople) -> None:
    order_id = seller.request(sold("1001", line("MUG", MANY)))
    account = opened(seller)
    [order] = usable(read(account.orders.changed(ReadRequest(cursor=None, now=seller.settle())))[0])
    split = partition(order, *([1] for _ in range(MANY)))

    states = [account.splits.split([split])[0].state for _ in range(2)]

    assert states == ["done", "unchanged"]
    assert len(seller.pieces(order_id)) == MANY


@pytest.mark.parametrize("again", [False, True])
def test_all_of_many_pieces_of_a_suppliers_order_are_reported(
    shipper: ShopifySupplierPeople, again: bool
) -> None:
    account = opened(shipper)
    [made] = account.orders.create([order("1001", line("MUG", MANY))])
    pieces = shipper.split(made.id, *([1] for _ in range(MANY)))

    pages = (
        account.splits.by_id([made.id])
        if again
        else account.splits.changed(ReadRequest(cursor=None, now=shipper.settle()))
    )
    [split] = [split for page in pages for split in page.items]

    assert [piece.id for piece in split.pieces] == list(pieces)
    assert sum(part.quantity for piece in split.pieces for part in piece.lines) == MANY


def test_each_of_many_parcels_of_a_suppliers_order_is_reported(
    shipper: ShopifySupplierPeople,
) -> None:
    account = opened(shipper)
    [made] = account.orders.create([order("1001", line("MUG", MANY))])
    pieces = shipper.split(made.id, *([1] for _ in range(MANY)))
    for place, piece in enumerate(pieces):
        shipper.ship(piece, parcel(number=f"1Z{place}"))

    shipments = usable(
        read(account.shipments.changed(ReadRequest(cursor=None, now=shipper.settle())))[0]
    )
    again = usable(read(account.shipments.by_id([shipment.id for shipment in shipments]))[0])

    assert {shipment.order_id: shipment.tracking_number for shipment in shipments} == {
        piece: f"1Z{place}" for place, piece in enumerate(pieces)
    }
    assert Counter(again) == Counter(shipments)


def test_label_that_was_deleted_many_times_is_reported_in_the_end(
    shipper: ShopifySupplierPeople,
) -> None:
    account = opened(shipper)
    [made] = account.orders.create([order("1001")])
    for place in range(MANY):
        shipper.ship(made.id, parcel(number=f"1Z{place}"))
        if place < MANY - 1:
            shipper.void(made.id)

    shipments = usable(
        read(account.shipments.changed(ReadRequest(cursor=None, now=shipper.settle())))[0]
    )

    assert [shipment.tracking_number for shipment in shipments if not shipment.voided] == [
        f"1Z{MANY - 1}"
    ]


@pytest.mark.parametrize("lost", ["reset", "unavailable", "firewall", "garbage"])
def test_order_whose_other_lines_could_not_be_read_is_created_once(
    shipper: ShopifySupplierPeople, lost: str
) -> None:
    lines = [line(f"SKU-{place}", id=f"m-{place}") for place in range(60)]
    account = opened(shipper)
    shipper.fake.faults.add(Fault(kind=lost, path="#MoreOrderLines$", times=9))  # type: ignore[arg-type]

    [first] = account.orders.create([order("1001", *lines)])
    shipper.fake.faults.clear()
    shipper.settle()
    [second] = account.orders.create([order("1001", *lines)], look_first=True)

    assert (first.state, second.state) == ("unknown", "unchanged")
    assert len({*second.line_ids}) == 60


def test_list_without_progress_is_a_failure(seller: ShopifyMerchantPeople) -> None:
    seller.request_all([sold(str(number)) for number in range(60)])
    seller.fake.faults.add(
        Fault(kind="edited", path="#RequestedOrders$", edit=_without_a_cursor, times=9)
    )

    with pytest.raises(UnavailableError, match="keeps returning the same page"):
        read(opened(seller).orders.changed(ReadRequest(cursor=None, now=seller.settle())))


def _without_a_cursor(page: dict[str, object]) -> object:
    page["data"]["fulfillmentOrders"]["pageInfo"]["endCursor"] = None  # type: ignore[index]
    return page


def test_piece_of_many_lines_has_all_of_them(shipper: ShopifySupplierPeople) -> None:
    account = opened(shipper)
    lines = [line(f"SKU-{place}", 2, id=f"m-{place}") for place in range(25)]
    [made] = account.orders.create([order("1001", *lines)])
    shipper.split(made.id, [1] * 25, [1] * 25)

    [split] = read(account.splits.by_id([made.id]))[0]

    assert [len(piece.lines) for piece in split.pieces] == [25, 25]


def test_parcel_with_several_pieces_is_reported_on_each(
    shipper: ShopifySupplierPeople,
) -> None:
    account = opened(shipper)
    [made] = account.orders.create([order("1001", line("MUG", 3))])
    pieces = shipper.split(made.id, (1,), (1,), (1,))
    parts = [shipper.part(gid("FulfillmentOrder", piece.partition("/")[2])) for piece in pieces]
    tracking: list[Json] = [{"company": "UPS", "number": "1Z1", "url": None}]
    send(shipper.fake.shop, [(part, everything(part)) for part in parts[:2]], tracking)
    shipper.ship(pieces[2], parcel(number="1Z2"))

    [split] = [
        split
        for page in account.splits.changed(ReadRequest(cursor=None, now=shipper.settle()))
        for split in page.items
    ]
    shipments = usable(
        read(account.shipments.changed(ReadRequest(cursor=None, now=shipper.settle())))[0]
    )
    again = usable(read(account.shipments.by_id([shipment.id for shipment in shipments]))[0])

    assert [piece.id for piece in split.pieces] == list(pieces)
    assert [(shipment.order_id, shipment.tracking_number) for shipment in shipments] == [
        (pieces[0], "1Z1"),
        (pieces[1], "1Z1"),
        (pieces[2], "1Z2"),
    ]
    assert len({shipment.id for shipment in shipments}) == 3
    assert Counter(again) == Counter(shipments)
