"""Orders that were partially shipped, refunded or cancelled, before or after the import."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.models import Order, OrderSnapshot
from tests.accounts.contract.account import read, whole_orders
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.opening import OpenMerchant
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.accounts.woocommerce.people import TAG, ShopMerchantPeople
from tests.accounts.woocommerce.shops import merchant, requests
from tests.fakes.woocommerce import FakeWooCommerce, Switches
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import START, VirtualClock

NATIVE = Switches(fulfillments=True)
RIVAL = Switches(advanced_shipment_tracking=True)
WAYS = {"fulfillments": ("fulfillment", NATIVE), "rival": ("tracking", RIVAL)}


def offer(fake: FakeWooCommerce) -> None:
    fake.add_product("MUG", tags=[TAG])
    fake.add_product("BOARD", tags=[TAG])
    fake.add_product("CUP")


def basket(order: object) -> list[tuple[str, int]]:
    """Return the units that are still to be sent."""
    assert isinstance(order, Order)
    return [(line.sku, line.quantity) for line in order.lines if line.quantity]


def codes(account: OpenMerchant) -> list[str]:
    return [
        order.code
        for order in read(account.orders.changed(ReadRequest(cursor=None, now=START)))[0]
        if hasattr(order, "code")
    ]


def outcome(account: OpenMerchant, order_id: int, number: str) -> tuple[str, str]:
    [made] = account.tracking.add([parcel(str(order_id), number)])
    return made.state, made.code


def standing(account: OpenMerchant, order_id: int) -> OrderSnapshot:
    snapshots = read(account.listing.read(now=START))[0]
    return next(snapshot for snapshot in snapshots if snapshot.order.id == str(order_id))


def contents(fake: FakeWooCommerce, order_id: int) -> dict[str, dict[str, int]]:
    """Return the units by SKU of each parcel, by its number."""
    skus = {line["id"]: line["sku"] for line in fake.order(order_id)["line_items"]}
    contents_by_number = {}
    for fulfillment in fake.parcels(order_id):
        fields = {field["key"]: field["value"] for field in fulfillment["meta_data"]}
        items = {skus[item["item_id"]]: item["qty"] for item in fields["_items"]}
        contents_by_number[fields.get("_tracking_number", "")] = items
    return contents_by_number


@pytest.mark.parametrize("way", list(WAYS))
def test_f20_units_shipped_before_the_first_import_are_not_sent(tmp_path: Path, way: str) -> None:
    """f20: only the open units are imported."""
    how, shop = WAYS[way]
    with merchant(tmp_path, VirtualClock(), shop) as (account, fake):
        offer(fake)
        order_id = fake.place_order({"MUG": 3, "BOARD": 1})
        quantities = {"MUG": 1}
        fake.ship(order_id, "OLD1", way=how, quantities=quantities, complete=False)  # type: ignore[arg-type]
        fake.refund(order_id, {"BOARD": 1})

        [order] = read(account.orders.changed(ReadRequest(cursor=None, now=START)))[0]
        [again] = read(account.orders.by_id([str(order_id)]))[0]

        assert basket(order) == basket(again) == [("MUG", 2)]


@pytest.mark.parametrize("way", list(WAYS))
def test_f20_number_of_an_earlier_parcel_does_not_block_the_number_of_the_open_units(
    tmp_path: Path, way: str
) -> None:
    """f20: the open units are a second parcel, which completes the order."""
    how, shop = WAYS[way]
    with merchant(tmp_path, VirtualClock(), shop) as (account, fake):
        offer(fake)
        order_id = fake.place_order({"MUG": 3, "BOARD": 1})
        fake.ship(order_id, "OLD1", way=how, quantities={"MUG": 1}, complete=False)  # type: ignore[arg-type]

        outcomes = [outcome(account, order_id, "1Z2") for _ in range(2)]

        assert outcomes == [("done", ""), ("unchanged", "")]
        assert fake.order(order_id)["status"] == "completed"
        if shop is NATIVE:
            assert contents(fake, order_id) == {"OLD1": {"MUG": 1}, "1Z2": {"MUG": 2, "BOARD": 1}}
        assert {"OLD1", "1Z2"} <= {
            *contents(fake, order_id),
            *(tracking["tracking_number"] for tracking in fake.trackings(order_id)),
        }


def test_planned_parcel_of_the_shop_ships_no_units(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock(), NATIVE) as (account, fake):
        offer(fake)
        order_id = fake.place_order({"MUG": 3})
        fake.ship(order_id, "OLD1", way="fulfillment", quantities={"MUG": 1}, complete=False)
        fake.plan(order_id, {"MUG": 1})

        [order] = read(account.orders.changed(ReadRequest(cursor=None, now=START)))[0]

        assert basket(order) == [("MUG", 2)]


def test_order_that_was_shipped_before_the_first_import_has_nothing_to_ship(
    tmp_path: Path,
) -> None:
    with merchant(tmp_path, VirtualClock(), NATIVE) as (account, fake):
        offer(fake)
        order_id = fake.place_order({"MUG": 1})
        fake.ship(order_id, "OLD1", way="fulfillment", complete=False)

        assert codes(account) == ["nothing-to-ship"]
        found, _ = read(account.cancellations.changed(ReadRequest(cursor=None, now=START)))
        assert whole_orders(found) == []


def test_f20_partly_shipped_order_is_listed_with_its_open_units(tmp_path: Path) -> None:
    """f20: a comparison expects the imported units, before and after they ship."""
    with merchant(tmp_path, VirtualClock(), NATIVE) as (account, fake):
        offer(fake)
        order_id = fake.place_order({"MUG": 3})
        fake.ship(order_id, "OLD1", way="fulfillment", quantities={"MUG": 1}, complete=False)
        before = standing(account, order_id)
        outcome(account, order_id, "1Z2")

        after = standing(account, order_id)

        assert (before.order.status, before.shipments) == ("dropshipment_requested", ())
        assert after.order.status == "shipped"
        assert [shipment.tracking_number for shipment in after.shipments] == ["1Z2"]
        assert basket(before.order) == basket(after.order) == [("MUG", 2)]


def test_ordinary_orders_are_read_without_a_call_for_parcels(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock(), NATIVE) as (account, fake):
        offer(fake)
        for _ in range(5):
            fake.sell("MUG")

        read(account.orders.changed(ReadRequest(cursor=None, now=START)))

        assert requests(fake) == {
            "GET /wp-json/": 1,
            "GET /wc/v3/orders": 1,
            "GET /wc/v3/products": 1,
        }


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Iterator[Pair]:
    clock = VirtualClock()
    with (
        closing(ShopMerchantPeople(tmp_path, clock)) as selling,
        closing(SqliteSupplierPeople(tmp_path, clock)) as shipping,
    ):
        yield Pair(tmp_path, selling, shipping)


def test_refund_of_all_items_before_anything_was_sent_is_a_cancellation(pair: Pair) -> None:
    """f23: the order keeps its status, and its shipping is not refunded."""
    assert isinstance(pair.merchant, ShopMerchantPeople)
    fake = pair.merchant.fake
    order_id, supplier_id = pair.imported("1001", line("MUG", 2))
    fake.edit_order(int(order_id), shipping_lines=[SHIPPING])
    fake.refund(int(order_id), {"MUG": 2})

    ran = pair.run("cancel-orders")

    assert fake.order(int(order_id))["status"] == "processing"
    assert ran.counts == {"done": 1}
    assert pair.supplier.status(supplier_id) == "cancelled"


def test_order_whose_items_were_all_refunded_before_the_import_has_nothing_to_ship(
    pair: Pair,
) -> None:
    """f23."""
    assert isinstance(pair.merchant, ShopMerchantPeople)
    order_id = pair.merchant.request(sold("1001", line("MUG", 2)))
    pair.merchant.fake.edit_order(int(order_id), shipping_lines=[SHIPPING])
    pair.merchant.fake.refund(int(order_id), {"MUG": 2})

    ran = pair.run("import-orders")

    assert (ran.counts, ran.step.code) == ({"skipped": 1}, "nothing-to-ship")
    assert pair.supplier.orders() == []


def test_refund_of_the_whole_amount_before_anything_was_sent_is_a_cancellation(pair: Pair) -> None:
    """f23: `cancelled:` contains the status `refunded` by default."""
    assert isinstance(pair.merchant, ShopMerchantPeople)
    order_id, supplier_id = pair.imported("1001", line("MUG", 2))
    pair.merchant.fake.refund(int(order_id))

    ran = pair.run("cancel-orders")

    assert pair.merchant.fake.order(int(order_id))["status"] == "refunded"
    assert ran.counts == {"done": 1}
    assert pair.supplier.status(supplier_id) == "cancelled"


@pytest.mark.parametrize("how", ["report", "by hand", "fulfillment", "number"])
@pytest.mark.parametrize("items", [True, False], ids=["items", "amount"])
def test_refund_after_shipping_is_not_a_cancellation(tmp_path: Path, how: str, items: bool) -> None:
    """f23: the goods were returned, so there is nothing to cancel."""
    shop = Switches(fulfillments=how != "number", shipment_tracking=how == "number")
    with merchant(tmp_path, VirtualClock(), shop, tag=TAG) as (account, fake):
        offer(fake)
        order_id = fake.place_order({"MUG": 2, "BOARD": 1}, shipping_lines=[SHIPPING])
        if how == "report":
            outcome(account, order_id, "1Z1")
        elif how == "by hand":
            fake.set_status(order_id, "completed")
        else:
            way: Any = "fulfillment" if how == "fulfillment" else "tracking"
            fake.ship(order_id, "1Z9", way=way, complete=False)
        fake.refund(order_id, {"MUG": 2, "BOARD": 1} if items else None)

        assert read(account.cancellations.changed(ReadRequest(cursor=None, now=START)))[0] == []
        assert account.cancellations.among([str(order_id)]) == frozenset()
        assert standing(account, order_id).order.status == "shipped"


def test_refund_of_some_items_or_of_another_supplier_is_not_a_cancellation(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock(), tag=TAG) as (account, fake):
        offer(fake)
        some = fake.place_order({"MUG": 2, "BOARD": 1})
        fake.refund(some, {"MUG": 2})
        beside = fake.place_order({"MUG": 1, "CUP": 1})
        fake.refund(beside, {"CUP": 1})
        ours = fake.place_order({"MUG": 1, "CUP": 1})
        fake.refund(ours, {"MUG": 1})

        found, _ = read(account.cancellations.changed(ReadRequest(cursor=None, now=START)))
        assert whole_orders(found) == [str(ours)]


def test_refund_beside_a_line_of_a_deleted_product_is_not_a_cancellation(tmp_path: Path) -> None:
    """The line may belong to the Supplier, who may be packing it."""
    with merchant(tmp_path, VirtualClock(), tag=TAG) as (account, fake):
        offer(fake)
        order_id = fake.place_order({"MUG": 1, "BOARD": 1})
        fake.refund(order_id, {"MUG": 1})
        fake.delete_product("BOARD", force=True)

        assert account.cancellations.among([str(order_id)]) == frozenset()


def test_cancelled_orders_are_read_without_a_call_for_missing_refunds(
    tmp_path: Path,
) -> None:
    with merchant(tmp_path, VirtualClock(), tag=TAG) as (account, fake):
        offer(fake)
        for _ in range(5):
            fake.cancel(fake.sell("MUG"))
            fake.sell("MUG")

        found, _ = read(account.cancellations.changed(ReadRequest(cursor=None, now=START)))

        assert len(whole_orders(found)) == 5
        assert requests(fake) == {"GET /wc/v3/orders": 1}


SHIPPING = {"method_id": "flat_rate", "method_title": "Post", "total": "5"}
