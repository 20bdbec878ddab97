"""Orders that were partially shipped, reduced or cancelled before their import."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.shopify.ids import fulfillment_order
from ordosync.models import Order
from tests.accounts.contract.account import quantities, read, usable
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.opening import opened
from tests.accounts.contract.people import numbers
from tests.accounts.shopify.people import ShopifyMerchantPeople
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.scenarios.pairs.pair import Pair


@pytest.fixture(name="pair")
def _pair(tmp_path: Path, seller: ShopifyMerchantPeople) -> Iterator[Pair]:
    with closing(SqliteSupplierPeople(tmp_path, seller.clock)) as shipping:
        yield Pair(tmp_path, seller, shipping)


def bought(seller: ShopifyMerchantPeople, order_id: str) -> str:
    return seller.part(fulfillment_order(order_id)).order_id


def test_f20_only_the_open_rest_goes_out_and_its_number_is_taken(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    order_id = seller.request(sold("1001", line("MUG", 3), line("CUP", 1)))
    seller.fake.ship(bought(seller, order_id), "OLD", lines={"MUG": 1})
    seller.fake.edit_lines(bought(seller, order_id), {"CUP": 0})

    pair.run("import-orders")
    supplier_id = pair.link(order_id).supplier_id
    imported = quantities(pair.supplier.order(supplier_id))
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    ran = pair.run("update-tracking")

    assert imported == [("MUG", 2)]
    assert ran.counts == {"done": 1}
    assert sorted(numbers(seller.tracking(order_id))) == ["1Z1", "OLD"]
    pair.stays_quiet("update-tracking")


def test_number_in_place_of_a_void_one_leaves_the_parcel_of_others(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    order_id = seller.request(sold("1001", line("MUG", 3)))
    seller.fake.ship(bought(seller, order_id), "OLD", lines={"MUG": 1})
    pair.run("import-orders")
    supplier_id = pair.link(order_id).supplier_id
    for number in ("1Z1", "1Z2"):
        pair.supplier.ship(supplier_id, parcel(number=number))
        pair.run("update-tracking")
        pair.supplier.void(supplier_id)
        pair.run("update-tracking")
    pair.supplier.ship(supplier_id, parcel(number="1Z3"))
    pair.run("update-tracking")

    assert sorted(numbers(seller.tracking(order_id))) == ["1Z3", "OLD"]


def test_rest_of_an_order_is_split_as_at_the_supplier(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    order_id = seller.request(sold("1001", line("MUG", 3)))
    seller.fake.ship(bought(seller, order_id), "OLD", lines={"MUG": 1})
    pair.run("import-orders")
    pair.supplier.split(pair.link(order_id).supplier_id, (1,), (1,))

    ran = pair.run("split-order")

    assert ran.counts == {"done": 1}


def test_what_was_sent_taken_off_or_cancelled_as_a_whole_does_not_go_out(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    open_id, taken_off, cancelled = seller.request_all([sold("1"), sold("2"), sold("3")])
    seller.fake.ship(bought(seller, open_id), "OLD")
    seller.fake.edit_lines(bought(seller, taken_off), {"MUG": 0})
    seller.cancel(cancelled)

    ran = pair.run("import-orders")

    assert ran.counts == {}
    assert pair.supplier.orders() == []


@pytest.mark.parametrize(
    ("method", "needed"),
    [
        ("SHIPPING", True),
        ("LOCAL", True),
        ("PICKUP_POINT", True),
        ("PICK_UP", False),
        ("RETAIL", False),
    ],
)
def test_order_that_is_picked_up_needs_no_shipping(
    seller: ShopifyMerchantPeople, method: str, *, needed: bool
) -> None:
    order_id = seller.request(sold("1001", shipping_method="Standard"))
    kept = seller.fake.order(bought(seller, order_id))
    before = _read(seller)
    kept.delivery = method

    after = _read(seller)

    assert after.needs_shipping is needed
    assert after.content == before.content


def test_order_of_which_nothing_is_shipped_needs_no_shipping(seller: ShopifyMerchantPeople) -> None:
    order_id = seller.request(sold("1001", line("MUG"), line("CARD")))
    mug, card = seller.fake.order(bought(seller, order_id)).lines
    card.requires_shipping = False
    some = _read(seller)
    mug.requires_shipping = False

    assert some.needs_shipping
    assert not _read(seller).needs_shipping


def _read(seller: ShopifyMerchantPeople) -> Order:
    [order] = usable(
        read(opened(seller).orders.changed(ReadRequest(cursor=None, now=seller.settle())))[0]
    )
    return order
