"""A shop as the Supplier: orders are found by their reference, products by their SKU."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.models import Shipment, Stock
from tests.accounts.contract.account import read
from tests.accounts.contract.examples import line, order
from tests.accounts.woocommerce.shops import requests, supplier
from tests.fakes.woocommerce import Fault, Switches
from tests.fakes.woocommerce.switches import Version
from tests.support.clock import START, VirtualClock

LIST = "GET /wc/v3/orders"
OLD: Version = "7.8.2"
NEW: Version = "11.0.1"


@pytest.mark.parametrize("lost", ["lost-reset", "lost-500", "cut", "notice", "html"])
@pytest.mark.parametrize("version", [OLD, NEW])
def test_order_whose_answer_was_lost_is_found_and_created_once(
    tmp_path: Path, lost: Any, version: Version
) -> None:
    with supplier(tmp_path, VirtualClock(), Switches(version=version)) as (account, fake):
        fake.faults.add(Fault(kind=lost, method="POST", path="/orders$"))
        [first] = account.orders.create([order("1001", line("MUG", 2), line("CUP"))])

        outcomes = account.orders.find(["origin:1001#1"])
        [second] = account.orders.create([order("1001")], look_first=True)

        assert first.state == "unknown"
        assert len(fake.order_ids()) == 1
        assert outcomes["origin:1001#1"] == second
        lines = fake.order(int(second.id))["line_items"]
        assert second.line_ids == tuple(str(line["id"]) for line in lines)


@pytest.mark.parametrize(("version", "calls"), [(NEW, 1 + 1 + 2), (OLD, 1 + 7)])
def test_references_are_searched_if_the_search_is_reliable(
    tmp_path: Path, version: Version, calls: int
) -> None:
    """Otherwise all orders are listed, the newest first; pages overlap by a quarter."""
    with supplier(tmp_path, VirtualClock(), Switches(version=version)) as (account, fake):
        fake.add_product("MUG")
        account.orders.create([order("old")])
        for _ in range(520):
            fake.sell("MUG")
        account.orders.create([order("new")])
        before = requests(fake)

        outcomes = account.orders.find(["origin:old#1", "origin:nobody#1"])

        assert list(outcomes) == ["origin:old#1"]
        assert requests(fake, since=before) == {LIST: calls}


@pytest.mark.parametrize(("version", "calls"), [(NEW, 1 + 1 + 1), (OLD, 1 + 7)])
def test_shop_that_has_no_reference_yet_is_searched_if_anything_was_paid_there(
    tmp_path: Path, version: Version, calls: int
) -> None:
    with supplier(tmp_path, VirtualClock(), Switches(version=version)) as (account, fake):
        fake.add_product("MUG")
        for number in range(520):
            fake.place_order({"MUG": 1}, transaction_id=f"ch_{number}" if number % 9 else "")
        before = requests(fake)

        assert account.orders.find(["origin:1001#1"]) == {}
        assert requests(fake, since=before) == {LIST: calls}


def test_transaction_that_equals_an_order_id_does_not_prove_the_search(tmp_path: Path) -> None:
    """An old shop finds an order by its id, but not by its transaction."""
    with supplier(tmp_path, VirtualClock(), Switches(version=OLD)) as (account, fake):
        fake.add_product("MUG")
        account.orders.create([order("old")])
        for _ in range(120):
            fake.sell("MUG")
        newest = fake.order_ids()[-1]
        fake.shop.orders[newest].transaction_id = str(newest)

        assert list(account.orders.find(["origin:old#1"])) == ["origin:old#1"]


def test_hundred_orders_take_a_call_each_and_one_for_their_products(tmp_path: Path) -> None:
    with supplier(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("MUG", stock=500)
        fake.add_product("SHIRT", type="variable")
        fake.add_variation("SHIRT", "SHIRT-S", stock=500)

        made = account.orders.create(
            [order(str(n), line("MUG", 2), line("SHIRT-S")) for n in range(100)]
        )

        assert {outcome.state for outcome in made} == {"done"}
        assert requests(fake) == {"GET /wc/v3/products": 1, "POST /wc/v3/orders": 100}
        assert (fake.stock("MUG"), fake.stock("SHIRT-S")) == (300, 400)


def test_unknown_sku_becomes_a_hidden_product(tmp_path: Path) -> None:
    with supplier(tmp_path, VirtualClock()) as (account, fake):
        made = account.orders.create([order("1001"), order("1002"), order("1003", line("mug"))])

        shown = fake.product("MUG")
        assert {outcome.state for outcome in made} == {"done"}
        assert (shown["status"], shown["manage_stock"]) == ("private", False)
        assert len(fake.shop.products) == 1


def test_sku_that_was_created_meanwhile_is_used(tmp_path: Path) -> None:
    with supplier(tmp_path, VirtualClock()) as (account, fake):
        fake.faults.add(
            Fault(
                kind="callback",
                method="POST",
                path="/products$",
                do=lambda: fake.add_product("MUG", stock=3),
            )
        )

        [made] = account.orders.create([order("1001", line("MUG", 2))])

        assert made.state == "done"
        assert fake.stock("MUG") == 1


def test_product_that_is_deleted_meanwhile_leaves_no_empty_line(tmp_path: Path) -> None:
    """A shop accepts a line of a deleted product, and stores an empty one."""
    with supplier(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("MUG")
        fake.add_product("CUP", stock=5)
        fake.faults.add(
            Fault(
                kind="callback",
                method="POST",
                path="/orders$",
                do=lambda: fake.delete_product("MUG", force=True),
            )
        )

        [first] = account.orders.create([order("1001", line("MUG"), line("CUP", 2))])
        between = fake.order_ids(), fake.stock("CUP")
        [second] = account.orders.create([order("1001", line("MUG"), line("CUP", 2))])

        assert (first.state, between) == ("unavailable", ([], 5))
        assert second.state == "done"


def test_product_that_is_deleted_meanwhile_stops_only_its_own_order(tmp_path: Path) -> None:
    one_by_one = {"concurrency": 1}
    with supplier(tmp_path, VirtualClock(), options=one_by_one) as (account, fake):
        fake.add_product("MUG")
        fake.add_product("CUP")
        fake.faults.add(
            Fault(
                kind="callback",
                method="POST",
                path="/orders$",
                do=lambda: fake.delete_product("MUG", force=True),
            )
        )

        outcomes = account.orders.create([order("1001", line("MUG")), order("1002", line("CUP"))])

        assert [outcome.state for outcome in outcomes] == ["unavailable", "done"]


def test_sku_that_cannot_be_looked_up_is_refused(tmp_path: Path) -> None:
    with supplier(tmp_path, VirtualClock()) as (account, fake):
        made = account.orders.create([order("1001", line("A,B")), order("1002")])

        assert [outcome.state for outcome in made] == ["refused", "done"]
        assert "comma" in made[0].reason
        assert len(fake.order_ids()) == 1


def test_address_that_the_shop_refuses_fails_alone_and_is_not_shown(tmp_path: Path) -> None:
    with supplier(tmp_path, VirtualClock()) as (account, fake):
        ann = order("1001").ship_to
        wrong = order("1001", bill_to=type(ann)(name="Ann", email="no-address"))
        made = account.orders.create([wrong, order("1002")])

        assert [outcome.state for outcome in made] == ["refused", "done"]
        assert "Invalid email" in made[0].reason
        assert "no-address" not in made[0].reason
        assert len(fake.order_ids()) == 1


def test_order_has_its_merchant_and_further_fields_in_its_metadata(tmp_path: Path) -> None:
    with supplier(tmp_path, VirtualClock(), prefix="A-") as (account, fake):
        placed = order("1001", internal_notes="VIP", tags=("gift",), discount=Decimal("1.25"))
        [made] = account.orders.create([placed])

        kept = fake.order(int(made.id))
        fields = {entry["key"]: entry["value"] for entry in kept["meta_data"]}
        assert (fields["Order number"], fields["Internal notes"]) == ("A-1001", "VIP")
        assert fields["Tags"] == "gift"
        assert kept["total"] == "1.25"
        assert kept["transaction_id"] == fields["_ordosync_reference"] == "origin:1001#1"


def test_order_that_is_completed_while_it_is_cancelled_stays_completed(tmp_path: Path) -> None:
    with supplier(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("MUG", stock=10)
        [made] = account.orders.create([order("1001", line("MUG", 2))])
        order_id = int(made.id)
        fake.faults.add(
            Fault(
                kind="callback",
                method="PUT",
                path="/orders/",
                do=lambda: fake.set_status(order_id, "completed"),
            )
        )

        [outcome] = account.cancellations.cancel([made.id])

        assert (outcome.state, outcome.code) == ("refused", "already-shipped")
        assert fake.order(order_id)["status"] == "completed"
        assert fake.stock("MUG") == 8


def test_order_with_a_parcel_is_not_cancelled_though_it_is_open(tmp_path: Path) -> None:
    with supplier(tmp_path, VirtualClock(), Switches(fulfillments=True)) as (account, fake):
        [made] = account.orders.create([order("1001")])
        fake.ship(int(made.id), "1Z1", way="fulfillment", complete=False)

        [outcome] = account.cancellations.cancel([made.id])

        assert (outcome.state, outcome.code) == ("refused", "already-shipped")
        assert account.orders.statuses([made.id]) == {made.id: "shipped"}


def test_number_in_a_field_of_some_plugin_is_read(tmp_path: Path) -> None:
    fields: dict[str, Any] = {"tracking_meta": "_parcel", "carrier_meta": "_carrier"}
    with supplier(tmp_path, VirtualClock(), **fields) as (account, fake):
        [made] = account.orders.create([order("1001")])
        meta = [{"key": "_parcel", "value": "1Z1"}, {"key": "_carrier", "value": "UPS"}]
        fake.edit_order(int(made.id), meta_data=meta, status="completed")

        [shipment], _ = read(account.shipments.changed(ReadRequest(cursor=None, now=START)))

        assert isinstance(shipment, Shipment)
        assert (shipment.tracking_number, shipment.carrier, shipment.voided) == (
            "1Z1",
            "UPS",
            False,
        )


def test_p4_each_number_is_a_parcel_and_own_orders_are_not_read(tmp_path: Path) -> None:
    with supplier(tmp_path, VirtualClock(), Switches(shipment_tracking=True)) as (account, fake):
        [made] = account.orders.create([order("1001")])
        fake.ship(int(made.id), "1Z1", way="tracking", complete=False)
        fake.ship(int(made.id), "1Z2", way="tracking")
        fake.ship(fake.sell("MUG"), "1Z9", way="tracking")

        shipments, _ = read(account.shipments.changed(ReadRequest(cursor=None, now=START)))

        numbers = [getattr(shipment, "tracking_number", "") for shipment in shipments]
        assert numbers == ["1Z1", "1Z2"]


def test_number_beside_one_that_was_deleted_is_reported(tmp_path: Path) -> None:
    with supplier(tmp_path, VirtualClock(), Switches(shipment_tracking=True)) as (account, fake):
        [made] = account.orders.create([order("1001")])
        fake.ship(int(made.id), "1Z1", way="tracking")
        fake.ship(int(made.id), "1Z2", way="tracking")
        fake.unship(int(made.id), "1Z1")

        shipments, _ = read(account.shipments.changed(ReadRequest(cursor=None, now=START)))

        assert [getattr(shipment, "tracking_number", "") for shipment in shipments] == ["1Z2"]


def test_order_that_is_only_completed_has_no_number(tmp_path: Path) -> None:
    with supplier(tmp_path, VirtualClock()) as (account, fake):
        [made] = account.orders.create([order("1001")])
        fake.set_status(int(made.id), "completed")

        [shipment], _ = read(account.shipments.changed(ReadRequest(cursor=None, now=START)))

        assert isinstance(shipment, Shipment)
        assert (shipment.tracking_number, shipment.voided) == ("", False)


def test_trashed_order_is_not_found(tmp_path: Path) -> None:
    with supplier(tmp_path, VirtualClock()) as (account, fake):
        [made] = account.orders.create([order("1001")])
        fake.trash(int(made.id))

        [outcome] = account.cancellations.cancel([made.id])

        assert (outcome.state, outcome.code) == ("refused", "not-found")
        assert account.orders.statuses([made.id]) == {}
        assert read(account.shipments.by_id([made.id]))[0] == []


def test_long_skus_of_another_script_fit_into_addresses(tmp_path: Path) -> None:
    with supplier(tmp_path, VirtualClock()) as (account, fake):
        skus = [f"茶碗-青い花-{number:03}-{'大' * 20}" for number in range(100)]
        for sku in skus:
            fake.add_product(sku, stock=5)
        lengths: list[int] = []
        fake.on_exchange = lambda exchange: lengths.append(len(exchange.request.query))

        levels = account.stock.of(skus)

        assert [levels[sku].quantity for sku in skus] == [5] * 100
        # The limit of Apache and nginx.
        assert max(lengths) < 8_000


def test_product_without_a_count_has_0_units_if_it_is_sold_out(tmp_path: Path) -> None:
    """W11: small shops set the stock status alone."""
    with supplier(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("GONE", stock_status="outofstock")
        fake.add_product("SOME", stock_status="instock")
        fake.add_product("LATER", stock_status="onbackorder")
        fake.add_product("SHIRT", type="variable")
        fake.add_variation("SHIRT", "SHIRT-S", stock_status="outofstock")
        fake.add_product("MUG", stock=3)
        expected = {"GONE": 0, "SOME": None, "LATER": None, "SHIRT-S": 0, "MUG": 3}

        items = read(account.stock.all(ReadRequest(cursor=None, now=START)))[0]
        quantities = {level.sku: level.quantity for level in items if isinstance(level, Stock)}
        again = {sku: level.quantity for sku, level in account.stock.of(list(expected)).items()}

        assert quantities == again == expected


PLUGINS = ("shipped", "packed", "partial-shipped")


@pytest.mark.parametrize("status", ["pending", "on-hold", "processing"])
def test_order_that_is_certainly_unshipped_is_cancelled(tmp_path: Path, status: str) -> None:
    with supplier(tmp_path, VirtualClock()) as (account, fake):
        [made] = account.orders.create([order("1001")])
        fake.set_status(int(made.id), status)

        [outcome] = account.cancellations.cancel([made.id])

        assert outcome.state == "done"
        assert fake.order(int(made.id))["status"] == "cancelled"


@pytest.mark.parametrize("status", PLUGINS)
def test_order_in_the_status_of_a_plugin_is_not_cancelled_automatically(
    tmp_path: Path, status: str
) -> None:
    """W3: it may be shipped already; the status does not show it."""
    with supplier(tmp_path, VirtualClock(), Switches(statuses=PLUGINS)) as (account, fake):
        [made] = account.orders.create([order("1001")])
        fake.set_status(int(made.id), status)

        [outcome] = account.cancellations.cancel([made.id])
        kept = fake.order(int(made.id))["status"]
        [by_hand] = account.cancellations.cancel([made.id], also_shipped=True)

        assert (outcome.state, outcome.code, kept) == ("refused", "maybe-shipped", status)
        assert f"has the status {status}" in outcome.reason
        assert "`shipped:`" in outcome.reason
        assert by_hand.state == "done"


def test_order_with_a_parcel_without_a_number_is_not_cancelled_automatically(
    tmp_path: Path,
) -> None:
    shop = Switches(fulfillments=True)
    with supplier(tmp_path, VirtualClock(), shop) as (account, fake):
        [made] = account.orders.create([order("1001")])
        fake.ship(int(made.id), "", way="fulfillment", complete=False)

        [outcome] = account.cancellations.cancel([made.id])

        assert (outcome.state, outcome.code) == ("refused", "maybe-shipped")
        assert fake.order(int(made.id))["status"] == "processing"


def test_status_of_a_plugin_counts_as_shipped_if_the_options_list_it(tmp_path: Path) -> None:
    """W3: for cancellations, tracking, the listing and the status."""
    options = {"shipped": ["completed", "shipped"]}
    shop = Switches(statuses=PLUGINS)
    with supplier(tmp_path, VirtualClock(), shop, options=options) as (account, fake):
        [made] = account.orders.create([order("1001")])
        fake.set_status(int(made.id), "shipped")

        [outcome] = account.cancellations.cancel([made.id])
        [shipment] = read(account.shipments.changed(ReadRequest(cursor=None, now=START)))[0]
        [snapshot] = read(account.listing.read(now=START))[0]

        assert (outcome.state, outcome.code) == ("refused", "already-shipped")
        assert account.orders.statuses([made.id]) == {made.id: "shipped"}
        assert snapshot.order.status == "shipped"
        assert isinstance(shipment, Shipment)
        assert (shipment.tracking_number, shipment.voided) == ("", False)


def test_order_in_any_shipped_status_is_not_cancelled(
    tmp_path: Path,
) -> None:
    with supplier(tmp_path, VirtualClock()) as (account, fake):
        made = account.orders.create([order(str(number)) for number in range(2)])
        fake.set_status(int(made[0].id), "completed")

        outcomes = account.cancellations.cancel([outcome.id for outcome in made])

        assert [outcome.code for outcome in outcomes] == ["already-shipped", ""]
