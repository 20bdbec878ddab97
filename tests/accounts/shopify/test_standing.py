"""Listing of a shop's orders: open units, hidden orders, and the cost of the list."""

from pathlib import Path

from ordosync.accounts.shopify.ids import fulfillment_order
from tests.accounts.contract.account import quantities, read
from tests.accounts.contract.examples import line, order, parcel, sold
from tests.accounts.contract.opening import opened
from tests.accounts.shopify.listing import standing
from tests.accounts.shopify.people import ShopifyMerchantPeople, ShopifySupplierPeople
from tests.accounts.sqlite.people import SqliteMerchantPeople, SqliteSupplierPeople
from tests.scenarios.pairs.comparing import compared
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.rebuilding import lose
from tests.support.command import ordosync

MANY = [line(f"SKU-{place}", place + 1, id=f"m-{place}") for place in range(75)]


def test_order_of_many_lines_is_listed_completely(
    seller: ShopifyMerchantPeople, shipper: ShopifySupplierPeople
) -> None:
    order_id = seller.request(sold("1001", *MANY))
    [made] = opened(shipper).orders.create([order("1001", *MANY)])

    snapshot, at_supplier = standing(seller)[order_id], standing(shipper)[made.id]

    expected = [(line.sku, line.quantity) for line in MANY]
    assert quantities(snapshot.order) == quantities(at_supplier.order) == expected
    assert tuple(line.id for line in at_supplier.order.lines) == made.line_ids


def test_closed_fulfillment_order_of_a_recalled_parcel_is_not_listed(
    seller: ShopifyMerchantPeople, tmp_path: Path
) -> None:
    """Shopify closes the fulfillment order and opens another one."""
    pair = Pair(tmp_path, seller, SqliteSupplierPeople(tmp_path, seller.clock))
    order_id, supplier_id = pair.imported("1001", line("MUG", 2))
    pair.supplier.ship(supplier_id, parcel())
    pair.run("update-tracking")
    bought = seller.part(fulfillment_order(order_id)).order_id
    [fulfillment] = seller.fake.fulfillments(bought)
    seller.fake.recall(fulfillment.id)

    snapshots = standing(seller)

    assert snapshots.pop(order_id).order.is_split
    [again] = snapshots.values()
    assert again.order.ancestors == (order_id,)
    assert (again.order.status, quantities(again.order)) == (
        "dropshipment_requested",
        [("MUG", 2)],
    )


def test_fulfillment_order_that_was_split_off_after_the_import_is_a_piece(
    seller: ShopifyMerchantPeople,
) -> None:
    order_id = seller.request(sold("1001", line("MUG", 3)))
    opened(seller).orders.acknowledge([order_id])
    _, part = seller.split(order_id, (1,), (2,))

    assert standing(seller)[part].order.ancestors == (order_id,)


def test_number_that_replaced_a_void_one_is_listed(
    seller: ShopifyMerchantPeople,
) -> None:
    order_id = seller.request(sold("1001"))
    account = opened(seller)
    account.tracking.add([parcel(order_id, "1Z1")])
    account.tracking.void([parcel(order_id, "1Z1", voided=True)])
    void = standing(seller)[order_id].shipments
    account.tracking.add([parcel(order_id, "1Z2")])

    now = standing(seller)[order_id].shipments

    assert [(shipment.tracking_number, shipment.voided) for shipment in void] == [("1Z1", True)]
    assert [(shipment.tracking_number, shipment.voided) for shipment in now] == [("1Z2", False)]


def test_supplier_lists_the_portals_orders_only(shipper: ShopifySupplierPeople) -> None:
    shipper.count("MUG", 5)
    shipper.sell("MUG", 1)
    [made] = opened(shipper).orders.create([order("1001")])

    assert {*standing(shipper)} == {made.id}


def test_calls_and_cost_of_a_list(
    seller: ShopifyMerchantPeople, shipper: ShopifySupplierPeople
) -> None:
    for people in (seller, shipper):
        people.fake.switches.points = 20_000
    for number in range(200):
        seller.clock.sleep(1)
        seller.request(sold(str(number)))
    opened(shipper).orders.create([order(str(number)) for number in range(200)])
    merchant, supplier = opened(seller), opened(shipper)

    requested, _ = read(merchant.listing.read(now=seller.settle()))
    received, _ = read(supplier.listing.read(now=shipper.settle()))

    assert len(requested) == len(received) == 200
    assert merchant.client.calls <= 10
    assert supplier.client.calls <= 20
    assert merchant.client.cost / 200 < 15
    assert supplier.client.cost / 200 < 20


def test_hidden_orders_are_reported_and_do_not_count_as_missing(
    shipper: ShopifySupplierPeople, tmp_path: Path
) -> None:
    """Without the scope, orders older than 60 days are hidden from lists and searches."""
    pair = Pair(tmp_path, SqliteMerchantPeople(tmp_path, shipper.clock), shipper)
    pair.configure(manage_inventory="false")
    pair.imported("1001")
    shipper.fake.shop.scopes.discard("read_all_orders")
    shipper.clock.sleep(61 * 86_400)
    pair.merchant.request(sold("1002"))

    differences = compared(pair)
    result = ordosync(tmp_path, "reconcile", "--json")
    lose(pair)
    refused = ordosync(tmp_path, "rebuild-state")

    assert [
        (difference.kind, difference.merchant, difference.task) for difference in differences
    ] == [("no-supplier-order", "1002", "")]
    hidden = "does not show orders of more than 60 days ago, since the token lacks the scope"
    assert f"account northwind (shopify) {hidden} read_all_orders" in result.err
    assert (refused.code, hidden in refused.err) == (1, True)


def test_order_that_the_merchant_hides_is_not_reported_as_missing(
    seller: ShopifyMerchantPeople, tmp_path: Path
) -> None:
    pair = Pair(tmp_path, seller, SqliteSupplierPeople(tmp_path, seller.clock))
    pair.configure(manage_inventory="false")
    order_id, _ = pair.imported("1001")
    seller.fake.shop.drop(seller.part(fulfillment_order(order_id)))

    differences = compared(pair)
    seller.fake.shop.scopes.discard("read_all_orders")
    hidden = compared(pair)

    assert [difference.kind for difference in differences] == ["no-merchant-order"]
    assert hidden == []


def test_rebuild_warns_about_a_kind_that_lists_only_orders_with_a_link(
    shipper: ShopifySupplierPeople, tmp_path: Path
) -> None:
    """Otherwise all of them would seem missing, and would be created again."""
    pair = Pair(tmp_path, SqliteMerchantPeople(tmp_path, shipper.clock), shipper)
    pair.merchant.request(sold("1001"))

    result = ordosync(tmp_path, "import-orders", "--adopt")

    assert (result.code, result.out) == (0, "")
    assert (
        "account northwind (shopify) lists only orders with a reference of ordosync" in result.err
    )


def test_order_in_many_pieces_is_listed_with_all_of_them(shipper: ShopifySupplierPeople) -> None:
    [made] = opened(shipper).orders.create([order("1001", line("MUG", 12))])
    shipper.split(made.id, *[(1,)] * 12)

    snapshots = standing(shipper)

    pieces = [
        snapshot.order for snapshot in snapshots.values() if snapshot.order.ancestors == (made.id,)
    ]
    assert [quantities(order) for order in pieces] == [[("MUG", 1)]] * 12
    assert quantities(snapshots[made.id].order) == [("MUG", 12)]


def test_list_is_read_a_page_at_a_time(seller: ShopifyMerchantPeople) -> None:
    for number in range(100):
        seller.clock.sleep(1)
        seller.request(sold(str(number)))
    account = opened(seller)

    pages = account.listing.read(now=seller.settle())
    first = next(pages)

    assert account.client.calls == 1
    assert len(first.items) < 100 == len(first.items) + sum(len(page.items) for page in pages)
