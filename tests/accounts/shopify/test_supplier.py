"""Behaviour that only Shopify has as a Supplier."""

from decimal import Decimal

import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.models import Address
from tests.accounts.contract.account import read, usable
from tests.accounts.contract.examples import line, order, parcel, product
from tests.accounts.contract.opening import opened
from tests.accounts.shopify.people import ShopifySupplierPeople
from tests.fakes.shopify import Fault


@pytest.mark.parametrize("kind", ["lost-reset", "lost-500", "garbage"])
def test_order_whose_answer_was_lost_is_found_and_created_once(
    shipper: ShopifySupplierPeople, kind: str
) -> None:
    account = opened(shipper)
    shipper.fake.faults.add(Fault(kind=kind, path="#CreateOrder$"))  # type: ignore[arg-type]

    [first] = account.orders.create([order("1001")])
    shipper.clock.sleep(account.limits.settle_s)
    [second] = account.orders.create([order("1001")], look_first=True)

    assert (first.state, second.state) == ("unknown", "unchanged")
    assert [order.id for order in shipper.orders()] == [second.id]


def test_list_that_is_late_is_trusted_after_the_settle_time(
    shipper: ShopifySupplierPeople,
) -> None:
    shipper.fake.switches.index_lag_s = 30
    account = opened(shipper)
    [made] = account.orders.create([order("1001")])

    shipper.clock.sleep(account.limits.settle_s)

    assert account.orders.find(["origin:1001#1"])["origin:1001#1"].id == made.id


def test_reference_that_is_a_part_of_another_is_another(shipper: ShopifySupplierPeople) -> None:
    account = opened(shipper)
    account.orders.create([order("1001", reference="origin:1001#1-2")])

    assert account.orders.find(["origin:1001#1", "origin:1001"]) == {}


def test_order_has_its_source_and_sends_no_mail_to_the_buyer(
    shipper: ShopifySupplierPeople,
) -> None:
    opened(shipper).orders.create([order("1001")])

    [kept] = shipper.fake.orders()
    assert (kept.name, kept.source_identifier) == ("1001", "origin:1001#1")
    assert kept.tags == ["ordosync-shop"]
    assert kept.financial_status == "PENDING"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"currency": "USD"}, "is in USD, and the shop's prices are in GBP"),
        ({"ship_to": Address(name="Ann", country="Atlantis")}, "country is not a two-letter code"),
    ],
)
def test_order_that_a_shop_cannot_have_is_refused(
    shipper: ShopifySupplierPeople, fields: dict[str, object], message: str
) -> None:
    [outcome] = opened(shipper).orders.create([order("1001", **fields)])

    assert (outcome.state, outcome.code) == ("refused", "invalid-order")
    assert message in outcome.reason
    assert shipper.orders() == []


def test_order_that_is_shipped_does_not_wait_any_more(shipper: ShopifySupplierPeople) -> None:
    [made] = opened(shipper).orders.create([order("1001")])

    shipper.ship(made.id, parcel())

    assert shipper.orders() == []


def test_tags_beyond_the_limit_of_a_shop_are_truncated(shipper: ShopifySupplierPeople) -> None:
    account = opened(shipper, partner="the-shop-with-the-longest-name-of-all-shops")
    [made] = account.orders.create([order("1001", tags=("T" * 41,))])
    shipper.ship(made.id, parcel())

    [shipment] = usable(
        read(account.shipments.changed(ReadRequest(cursor=None, now=shipper.settle())))[0]
    )

    assert shipment.order_id == made.id
    [kept] = shipper.fake.orders()
    assert sorted(map(len, kept.tags)) == [40, 40]


def test_price_that_is_not_reported_is_0_and_not_the_shops_own(
    shipper: ShopifySupplierPeople,
) -> None:
    shipper.fake.add_product("MUG", price=99)

    opened(shipper).orders.create([order("1001", line("MUG", unit_price=None))])

    assert shipper.orders()[0].lines[0].unit_price == Decimal(0)


def test_cancellation_that_takes_a_while_is_waited_for(shipper: ShopifySupplierPeople) -> None:
    shipper.fake.switches.cancel_s = 4
    account = opened(shipper)
    [made] = account.orders.create([order("1001")])

    assert account.cancellations.cancel([made.id])[0].state == "done"


def test_cancellation_that_is_not_done_yet_is_unknown(shipper: ShopifySupplierPeople) -> None:
    shipper.fake.switches.cancel_s = 60
    account = opened(shipper)
    [made] = account.orders.create([order("1001")])

    first = account.cancellations.cancel([made.id])[0]
    shipper.clock.sleep(60)
    second = account.cancellations.cancel([made.id])[0]

    assert (first.state, second.state) == ("unknown", "unchanged")


def test_cancellation_that_the_shop_did_not_carry_out_is_refused(
    shipper: ShopifySupplierPeople,
) -> None:
    shipper.fake.switches.cancel_fails = True
    account = opened(shipper)
    [made] = account.orders.create([order("1001")])

    assert account.cancellations.cancel([made.id])[0].state == "refused"
    assert shipper.status(made.id) == "awaiting_fulfillment"


def test_order_that_ships_completely_after_a_deleted_label_was_not_split(
    shipper: ShopifySupplierPeople,
) -> None:
    account = opened(shipper)
    [made] = account.orders.create([order("1001", line("MUG", 3))])
    shipper.ship(made.id, parcel(number="1Z1"))
    shipper.void(made.id)
    shipper.ship(made.id, parcel(number="1Z2"))

    shipments = usable(
        read(account.shipments.changed(ReadRequest(cursor=None, now=shipper.settle())))[0]
    )

    assert {shipment.order_id for shipment in shipments} == {made.id}
    assert read(account.splits.changed(ReadRequest(cursor=None, now=shipper.settle())))[0] == []


def test_sku_like_another_is_another(shipper: ShopifySupplierPeople) -> None:
    shipper.fake.add_product("MUG-XL", on_hand=3)
    account = opened(shipper)

    [outcome] = account.products.create([product("MUG")])

    assert outcome.state == "done"
    assert {product.sku for product in shipper.products()} == {"MUG", "MUG-XL"}


def test_order_of_many_lines_is_complete(shipper: ShopifySupplierPeople) -> None:
    account = opened(shipper)
    lines = [line(f"SKU-{place}", id=f"m-{place}") for place in range(120)]

    [outcome] = account.orders.create([order("1001", *lines)])

    assert len({*outcome.line_ids}) == 120
    assert len(shipper.orders()[0].lines) == 120
