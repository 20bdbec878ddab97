"""Listing of a Merchant's orders that are sent in parts; P is a rule of lifecycle.md 3.3."""

from ordosync.accounts.shopify.ids import fulfillment_order
from tests.accounts.contract.account import quantities
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.merchant_parcels import part, placed
from tests.accounts.contract.opening import opened
from tests.accounts.shopify.listing import standing
from tests.accounts.shopify.people import ShopifyMerchantPeople


def test_order_that_is_sent_in_part_is_listed_with_its_parcels(
    seller: ShopifyMerchantPeople,
) -> None:
    """Lines have the sent and the open units; a parcel has its id at the Supplier and its units."""
    account = opened(seller)
    order_id, ids = placed(account, seller)
    account.orders.acknowledge([order_id])
    seller.settle()
    account.tracking.add([part(order_id, ids, "1Z1", CUP=1)])
    between = standing(seller)[order_id]

    account.tracking.add([part(order_id, ids, "1Z2", CUP=1, MUG=1)])
    after = standing(seller)[order_id]

    assert between.order.status == "partially_shipped"
    assert quantities(between.order) == quantities(after.order) == [("CUP", 2), ("MUG", 1)]
    assert [(each.id, each.tracking_number) for each in after.shipments] == [
        ("s-1Z1", "1Z1"),
        ("s-1Z2", "1Z2"),
    ]
    assert [
        {line.line_id: line.quantity for line in each.lines or ()} for each in after.shipments
    ] == [{ids["CUP"]: 1}, {ids["CUP"]: 1, ids["MUG"]: 1}]
    assert after.order.status == "shipped"


def test_more_parcels_than_a_page_are_listed(seller: ShopifyMerchantPeople) -> None:
    account = opened(seller)
    order_id = seller.request(sold("1001", line("CUP", 7)))
    [order] = [item for page in account.orders.by_id([order_id]) for item in page.items]
    ids = {"CUP": order.lines[0].id}  # type: ignore[union-attr]
    account.orders.acknowledge([order_id])
    seller.settle()
    for place in range(7):
        account.tracking.add([part(order_id, ids, f"1Z{place}", CUP=1)])

    snapshot = standing(seller)[order_id]

    assert [each.tracking_number for each in snapshot.shipments] == [f"1Z{n}" for n in range(7)]
    assert (snapshot.order.status, quantities(snapshot.order)) == ("shipped", [("CUP", 7)])


def test_fulfillment_order_that_is_closed_without_a_parcel_is_not_shipped(
    seller: ShopifyMerchantPeople,
) -> None:
    """Fault 5 of parts-at-services: it is merged, released, moved or replaced."""
    account = opened(seller)
    order_id, _ = placed(account, seller)
    first, second = seller.split(order_id, (1, 1), (1, 0))
    account.orders.acknowledge([order_id, second])
    seller.fake.merge(fulfillment_order(second), into=fulfillment_order(first))

    snapshots = standing(seller)

    assert snapshots[second].order.status != "shipped"
    assert snapshots[second].order.is_split
    assert quantities(snapshots[order_id].order) == [("CUP", 2), ("MUG", 1)]


def test_number_without_units_is_listed(seller: ShopifyMerchantPeople) -> None:
    """P3: a comparison finds it, and no second one is written."""
    account = opened(seller)
    order_id, _ = placed(account, seller)
    account.tracking.add([parcel(order_id, "1Z1", is_last=False)])

    snapshot = standing(seller)[order_id]

    assert [(each.tracking_number, each.lines) for each in snapshot.shipments] == [("1Z1", ())]
    assert snapshot.order.status == "dropshipment_requested"
