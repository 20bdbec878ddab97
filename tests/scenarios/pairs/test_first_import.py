"""Orders that a Merchant has sent or cancelled itself before the first import."""

from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.accounts.shopify.ids import fulfillment_order
from tests.accounts.contract.account import quantities
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.people import MerchantPeople
from tests.accounts.ordoro.people import OrdoroMerchantPeople
from tests.accounts.shopify.people import ShopifyMerchantPeople, ShopifyServicePeople
from tests.accounts.sqlite.people import SqliteMerchantPeople, SqliteSupplierPeople
from tests.accounts.woocommerce.people import ShopMerchantPeople
from tests.scenarios.pairs.comparing import compared
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock


def _ship_at_desk(people: MerchantPeople, order_id: str) -> None:
    assert isinstance(people, SqliteMerchantPeople)
    people.desk.ship([parcel(order_id, "OLD")])


def _ship_at_ordoro(people: MerchantPeople, order_id: str) -> None:
    assert isinstance(people, OrdoroMerchantPeople)
    people.fake.ship(order_id, "OLD")


_KINDS: Mapping[
    str,
    tuple[Callable[[Path, VirtualClock], MerchantPeople], Callable[[MerchantPeople, str], None]],
] = {
    "sqlite": (SqliteMerchantPeople, _ship_at_desk),
    "ordoro": (OrdoroMerchantPeople, _ship_at_ordoro),
}


@pytest.mark.parametrize("kind", _KINDS)
def test_f20_lines_sent_or_cancelled_before_the_first_import_are_not_sent(
    kind: str, tmp_path: Path
) -> None:
    people, ship = _KINDS[kind]
    clock = VirtualClock()
    with (
        closing(people(tmp_path, clock)) as selling,
        closing(SqliteSupplierPeople(tmp_path, clock)) as shipping,
    ):
        pair = Pair(tmp_path, selling, shipping)
        sent, cancelled, wanted = selling.request_all([sold("1"), sold("2"), sold("3")])
        ship(selling, sent)
        selling.cancel(cancelled)

        ran = pair.run("import-orders")

        assert ran.counts == {"done": 1}
        assert [order.id for order in shipping.orders()] == [pair.link(wanted).supplier_id]


def _part_at_shopify(people: MerchantPeople, order_id: str) -> None:
    assert isinstance(people, ShopifyMerchantPeople)
    part = people.part(fulfillment_order(order_id)).id
    people.fake.ship_piece(part, "OLD", lines={"MUG": 1, "CUP": 1})


def _part_as_fulfillment(people: MerchantPeople, order_id: str) -> None:
    assert isinstance(people, ShopMerchantPeople)
    some = {"MUG": 1, "CUP": 1}
    people.fake.ship(int(order_id), "OLD", way="fulfillment", quantities=some, complete=False)


def _piece_at_ordoro(people: MerchantPeople, order_id: str) -> None:
    _, piece = people.split(order_id, (2, 0), (1, 1))
    _ship_at_ordoro(people, piece)


def _piece_at_desk(people: MerchantPeople, order_id: str) -> None:
    _, piece = people.split(order_id, (2, 0), (1, 1))
    _ship_at_desk(people, piece)


def _refund_at_shopify(people: MerchantPeople, order_id: str) -> None:
    assert isinstance(people, ShopifyMerchantPeople)
    order = people.part(fulfillment_order(order_id)).order_id
    people.fake.edit_lines(order, {"MUG": 2, "CUP": 0})


def _refund_at_shop(people: MerchantPeople, order_id: str) -> None:
    assert isinstance(people, ShopMerchantPeople)
    people.fake.refund(int(order_id), {"MUG": 1, "CUP": 1})


_PARTS: Mapping[
    str,
    tuple[Callable[[Path, VirtualClock], MerchantPeople], Callable[[MerchantPeople, str], None]],
] = {
    "sqlite-piece": (SqliteMerchantPeople, _piece_at_desk),
    "ordoro-piece": (OrdoroMerchantPeople, _piece_at_ordoro),
    "shopify-parcel": (ShopifyMerchantPeople, _part_at_shopify),
    "shopify-service-parcel": (ShopifyServicePeople, _part_at_shopify),
    "shopify-refund": (ShopifyMerchantPeople, _refund_at_shopify),
    "woocommerce-parcel": (ShopMerchantPeople, _part_as_fulfillment),
    "woocommerce-refund": (ShopMerchantPeople, _refund_at_shop),
}


@pytest.mark.parametrize("way", _PARTS)
def test_f20_units_sent_or_refunded_before_the_import_are_no_difference(
    way: str, tmp_path: Path
) -> None:
    people, take_part = _PARTS[way]
    clock = VirtualClock()
    with (
        closing(people(tmp_path, clock)) as selling,
        closing(SqliteSupplierPeople(tmp_path, clock)) as shipping,
    ):
        pair = Pair(tmp_path, selling, shipping)
        pair.configure(manage_inventory="false")
        take_part(selling, selling.request(sold("1001", line("MUG", 3), line("CUP", 1))))
        selling.settle()

        imported = pair.run("import-orders")
        [order] = shipping.orders()
        open_ = compared(pair)
        shipping.ship(order.id, parcel(number="NEW"))
        ran = pair.run("update-tracking")

        assert (imported.counts, quantities(order)) == ({"done": 1}, [("MUG", 2)])
        assert (open_, ran.counts) == ([], {"done": 1})
        assert compared(pair) == []
