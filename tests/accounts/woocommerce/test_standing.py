"""Listing of a shop's orders: shipped and foreign ones, and the number of calls."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from ordosync.accounts.account import Role
from ordosync.clock import Clock
from ordosync.models import OrderSnapshot
from tests.accounts.contract.account import quantities, read
from tests.accounts.contract.examples import line, order, parcel, sold
from tests.accounts.contract.opening import OpenMerchant, OpenSupplier
from tests.accounts.contract.people import MerchantPeople, SupplierPeople
from tests.accounts.sqlite.people import SqliteMerchantPeople, SqliteSupplierPeople
from tests.accounts.woocommerce.people import TAG, ShopMerchantPeople, ShopSupplierPeople
from tests.accounts.woocommerce.shops import merchant, requests, supplier
from tests.fakes.woocommerce import FakeWooCommerce, Switches
from tests.fakes.woocommerce.people_parcels import Way
from tests.scenarios.pairs.comparing import compared
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.rebuilding import lose, rebuilt, would
from tests.support.clock import START, VirtualClock
from tests.support.command import ordosync

LIST = "GET /wc/v3/orders"


def standing(
    account: OpenMerchant | OpenSupplier,
) -> Mapping[str, OrderSnapshot]:
    return {snapshot.order.id: snapshot for snapshot in read(account.listing.read(now=START))[0]}


def offer(fake: FakeWooCommerce) -> None:
    fake.add_product("MUG", tags=[TAG])
    fake.add_product("CUP")


def sell(fake: FakeWooCommerce, clock: VirtualClock, sku: str, times: int) -> list[int]:
    """Sell two orders of a product every second."""
    ids = []
    for _ in range(times):
        ids.append(fake.sell(sku, 2))
        clock.at += timedelta(seconds=1)
    return ids


def test_units_returned_after_shipping_count_as_shipped(tmp_path: Path) -> None:
    """Units refunded before shipping were never to be shipped, nor imported."""
    clock = VirtualClock()
    with merchant(tmp_path, clock, tag=TAG) as (account, fake):
        offer(fake)
        order_id = fake.sell("MUG", 5)
        fake.refund(order_id, {"MUG": 2})
        clock.at += timedelta(days=1)
        account.tracking.add([parcel(str(order_id), shipped_at=clock.now())])
        clock.at += timedelta(days=9)
        fake.refund(order_id, {"MUG": 1})

        snapshot = standing(account)[str(order_id)]

        assert quantities(snapshot.order) == [("MUG", 3)]
        assert snapshot.order.status == "shipped"


def test_fully_refunded_order_is_listed_as_cancelled(tmp_path: Path) -> None:
    """Otherwise nothing would show that the Supplier is about to ship it."""
    with merchant(tmp_path, VirtualClock(), tag=TAG) as (account, fake):
        offer(fake)
        order_id = fake.place_order({"MUG": 2, "CUP": 1})
        fake.refund(order_id, {"MUG": 2})

        order = standing(account)[str(order_id)].order

        assert (order.status, quantities(order)) == ("cancelled", [("MUG", 0)])


@pytest.mark.parametrize("way", ["fulfillment", "tracking"])
def test_number_that_was_added_by_hand_is_listed(tmp_path: Path, way: Way) -> None:
    shop = Switches(fulfillments=way == "fulfillment", shipment_tracking=way == "tracking")
    with merchant(tmp_path, VirtualClock(), shop, tag=TAG) as (account, fake):
        offer(fake)
        order_id = fake.sell("MUG")
        fake.ship(order_id, "OWN1", way=way)

        snapshot = standing(account)[str(order_id)]

        assert [shipment.tracking_number for shipment in snapshot.shipments] == ["OWN1"]
        assert snapshot.order.status == "shipped"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("on-hold", "awaiting_fulfillment"),
        ("pending", "awaiting_fulfillment"),
        ("processing", "dropshipment_requested"),
        ("completed", "shipped"),
        ("cancelled", "cancelled"),
        ("refunded", "cancelled"),
        ("failed", "cancelled"),
    ],
)
def test_status_of_a_shop_is_translated(tmp_path: Path, status: str, expected: str) -> None:
    with merchant(tmp_path, VirtualClock(), tag=TAG) as (account, fake):
        offer(fake)
        order_id = fake.sell("MUG")
        fake.set_status(order_id, status)

        assert standing(account)[str(order_id)].order.status == expected


def test_order_that_was_refunded_after_shipping_is_listed_as_shipped(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock(), tag=TAG) as (account, fake):
        offer(fake)
        order_id = fake.sell("MUG")
        account.tracking.add([parcel(str(order_id))])
        fake.set_status(order_id, "refunded")

        assert standing(account)[str(order_id)].order.status == "shipped"


def test_order_without_a_line_of_the_supplier_is_listed_as_reassigned(tmp_path: Path) -> None:
    """Its product may have belonged to this Supplier before."""
    with merchant(tmp_path, VirtualClock(), tag=TAG) as (account, fake):
        offer(fake)
        other = fake.sell("CUP")

        snapshot = standing(account)[str(other)]

        assert (snapshot.is_ours, snapshot.order.lines) == (False, ())


def test_order_that_was_reported_stays_ours_whichever_supplier_has_its_product_now(
    tmp_path: Path,
) -> None:
    with merchant(tmp_path, VirtualClock(), tag=TAG) as (account, fake):
        offer(fake)
        order_id = fake.sell("MUG")
        account.tracking.add([parcel(str(order_id))])
        fake.edit_product("MUG", tags=[])
        account.close()

        snapshot = standing(account)[str(order_id)]

        assert snapshot.is_ours
        assert [shipment.tracking_number for shipment in snapshot.shipments] == ["1Z1"]


@pytest.mark.parametrize("role", ["merchant", "supplier"])
def test_line_of_a_deleted_product_has_no_sku(tmp_path: Path, role: Role) -> None:
    shop = merchant if role == "merchant" else supplier
    with shop(tmp_path, VirtualClock()) as (account, fake):
        for sku in ("MUG", "CUP"):
            fake.add_product(sku)
        if role == "merchant":
            order_id = str(fake.place_order({"MUG": 2, "CUP": 1}))
        else:
            assert isinstance(account, OpenSupplier)
            [made] = account.orders.create([order("1001", line("MUG", 2), line("CUP"))])
            order_id = made.id
        fake.delete_product("CUP", force=True)

        assert standing(account)[order_id].order.lines == ()


def test_supplier_lists_the_portals_orders_by_the_merchants_number(tmp_path: Path) -> None:
    with supplier(tmp_path, VirtualClock(), prefix="A-") as (account, fake):
        fake.add_product("MUG")
        fake.sell("MUG")
        [made] = account.orders.create([order("1001")])

        snapshots = standing(account)

        assert {id_: snapshot.order.number for id_, snapshot in snapshots.items()} == {
            made.id: "A-1001"
        }


def test_calls_of_a_merchants_list(tmp_path: Path) -> None:
    """A call for a hundred orders, one for their products, and one for each irregular order."""
    clock, shop = VirtualClock(), Switches(fulfillments=True)
    with merchant(tmp_path, clock, shop, tag=TAG) as (account, fake):
        offer(fake)
        ids, own_ids = sell(fake, clock, "MUG", 240), sell(fake, clock, "CUP", 5)
        account.tracking.add([parcel(str(id_), f"1Z{id_}") for id_ in ids[:40]])
        for id_ in (ids[150], own_ids[0]):
            fake.refund(id_, {"MUG": 1, "CUP": 1})
            clock.at += timedelta(seconds=1)
        fake.ship(ids[151], "OWN1", way="fulfillment")
        account.close()
        before = requests(fake)

        snapshots = standing(account)
        calls = requests(fake, since=before)

        assert len(snapshots) == 245
        assert calls == {
            LIST: 3,
            "GET /wp-json/": 1,
            # The new SKUs of two pages, by number for the tag and by SKU for the shipping needs.
            "GET /wc/v3/products": 4,
            "GET /wc/v3/orders/{id}/refunds": 1,
            "GET /wc/v3/orders/{id}/fulfillments": 1,
        }


def test_calls_of_a_suppliers_list(tmp_path: Path) -> None:
    """A call for a hundred orders, and one for the parcels of each order of the portal."""
    clock = VirtualClock()
    with supplier(tmp_path, clock, Switches(fulfillments=True)) as (account, fake):
        fake.add_product("MUG")
        made = account.orders.create([order(str(n)) for n in range(20)])
        own = sell(fake, clock, "MUG", 90)
        for order_id in (int(made[0].id), int(made[1].id), own[0]):
            fake.ship(order_id, f"1Z{order_id}", way="fulfillment")
        before = requests(fake)

        snapshots = standing(account)
        calls = requests(fake, since=before)

        assert len(snapshots) == 20
        # The index with the plug-ins, and two orders with parcels.
        assert calls == {
            LIST: 2,
            "GET /wp-json/": 1,
            "GET /wc/v3/orders/{id}/fulfillments": 1 + 2,
        }


@pytest.mark.parametrize("role", ["merchant", "supplier"])
def test_list_is_read_a_page_at_a_time(tmp_path: Path, role: Role) -> None:
    shop = merchant if role == "merchant" else supplier
    clock = VirtualClock()
    with shop(tmp_path, clock) as (account, fake):
        fake.add_product("MUG")
        sell(fake, clock, "MUG", 250)

        pages = account.listing.read(now=START)
        next(pages)

        assert requests(fake)[LIST] == 1
        assert len(list(pages)) == 2


@contextmanager
def pair_of(
    folder: Path,
    merchant: Callable[[Path, VirtualClock], MerchantPeople],
    supplier: Callable[[Path, VirtualClock], SupplierPeople],
) -> Iterator[Pair]:
    """Start both at the present time, since requests to a shop are signed with it."""
    clock = VirtualClock()
    clock.at = Clock().now()
    with closing(merchant(folder, clock)) as selling, closing(supplier(folder, clock)) as shipping:
        pair = Pair(folder, selling, shipping)
        pair.configure(manage_inventory="false")
        yield pair


def test_sku_that_the_suppliers_shop_spells_in_its_own_way_is_the_same(tmp_path: Path) -> None:
    with pair_of(tmp_path, SqliteMerchantPeople, ShopSupplierPeople) as pair:
        assert isinstance(pair.supplier, ShopSupplierPeople)
        pair.supplier.count("MUG", 5)
        pair.imported("1001", line("MUG", 2))
        # A new order would fail now: a SKU that is only nearly equal is not used.
        pair.supplier.fake.edit_product("MUG", sku="Mug")

        differences = compared(pair)
        lose(pair)

        assert differences == []
        assert rebuilt(pair).lines == 1


def test_cancellation_that_is_not_synced_is_left_to_the_operator(tmp_path: Path) -> None:
    """`cancelled:` lists the statuses that are synced; others are cancelled, too."""
    with pair_of(tmp_path, ShopMerchantPeople, SqliteSupplierPeople) as pair:
        assert isinstance(pair.merchant, ShopMerchantPeople)
        order_id, _ = pair.imported("1001")
        pair.merchant.fake.set_status(int(order_id), "failed")

        [difference] = compared(pair)

        assert (difference.kind, difference.task) == ("not-cancelled", "")
        assert "this status is not synced" in difference.description


def test_order_of_a_deleted_product_is_reported_as_not_compared(tmp_path: Path) -> None:
    with pair_of(tmp_path, ShopMerchantPeople, SqliteSupplierPeople) as pair:
        assert isinstance(pair.merchant, ShopMerchantPeople)
        order_id, _ = pair.imported("1001", line("MUG"), line("CUP"))
        pair.merchant.fake.delete_product("CUP", force=True)

        result = ordosync(tmp_path, "reconcile")

        assert (result.code, result.out) == (0, "")
        assert f"1 not compared by quantity, such as order {order_id}: the Merchant" in result.err


def test_order_that_cannot_be_imported_is_named_with_the_reason(tmp_path: Path) -> None:
    with pair_of(tmp_path, ShopMerchantPeople, SqliteSupplierPeople) as pair:
        assert isinstance(pair.merchant, ShopMerchantPeople)
        pair.merchant.request(sold("1001", line("MUG"), line("CUP")))
        pair.merchant.fake.delete_product("CUP", force=True)

        [difference] = compared(pair)

        assert (difference.kind, difference.task) == ("no-supplier-order", "")
        assert difference.description.startswith(
            "cannot be imported: has a line whose product was deleted"
        )


@pytest.mark.parametrize("merchant", [ShopMerchantPeople, SqliteMerchantPeople])
def test_number_of_the_merchants_own_is_not_taken_for_a_deleted_label(
    tmp_path: Path, merchant: type[MerchantPeople]
) -> None:
    """The Supplier's shop does not say whether an open order ever had a label."""
    with pair_of(tmp_path, merchant, ShopSupplierPeople) as pair:
        order_id, _ = pair.imported("1001")
        if isinstance(pair.merchant, ShopMerchantPeople):
            pair.merchant.fake.ship(int(order_id), "OWN1", way="fulfillment")
        elif isinstance(pair.merchant, SqliteMerchantPeople):
            pair.merchant.desk.ship([parcel(order_id, "OWN1")])
        differences = compared(pair)
        lose(pair)

        rebuilt(pair)

        assert [(difference.kind, difference.task) for difference in differences] == [
            ("tracking-void", "")
        ]
        assert would(pair)["update-tracking"] == []
