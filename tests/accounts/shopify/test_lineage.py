"""Origin of fulfillment orders, which Shopify does not report."""

from pathlib import Path

import pytest

from ordosync.accounts.account import ReadRequest
from tests.accounts.contract.account import read, usable
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.merchant_splits import partition
from tests.accounts.contract.opening import opened
from tests.accounts.contract.people import numbers
from tests.accounts.shopify.people import ShopifyMerchantPeople
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.fakes.shopify import Fault
from tests.scenarios.pairs.pair import Pair


@pytest.fixture(name="pair")
def _pair(seller: ShopifyMerchantPeople, tmp_path: Path) -> Pair:
    return Pair(tmp_path, seller, SqliteSupplierPeople(tmp_path, seller.clock))


def test_part_that_the_merchant_split_off_after_the_import_is_not_sent_twice(pair: Pair) -> None:
    order_id, _ = pair.imported("1001", line("MUG", 3))
    pair.merchant.split(order_id, (1,), (2,))

    ran = pair.run("import-orders")

    assert ran.count("done") == 0
    assert [step.code for step in ran.steps if step.state == "skipped"].count(
        "split-after-import"
    ) == 1
    assert len(pair.supplier.orders()) == 1


def test_tracking_goes_to_the_parts_that_the_merchant_split_off(pair: Pair) -> None:
    order_id, supplier_id = pair.imported("1001", line("MUG", 3))
    parts = pair.merchant.split(order_id, (1,), (2,))
    pair.supplier.ship(supplier_id, parcel())

    pair.run("update-tracking")

    assert [numbers(pair.merchant.tracking(part)) for part in parts] == [["1Z1"], ["1Z1"]]


def test_parts_that_were_split_before_the_import_are_orders_of_their_own(pair: Pair) -> None:
    order_id = pair.merchant.request(sold("1001", line("MUG", 3)))
    parts = pair.merchant.split(order_id, (1,), (2,))

    ran = pair.run("import-orders")
    pair.stays_quiet("import-orders")
    link, piece_link = (pair.link(part) for part in (order_id, parts[1]))
    pair.supplier.ship(link.supplier_id, parcel())
    pair.run("update-tracking")

    assert ran.counts == {"done": 2}
    assert link.supplier_id != piece_link.supplier_id
    assert numbers(pair.merchant.tracking(order_id)) == ["1Z1"]
    assert pair.merchant.tracking(parts[1]) == []


@pytest.mark.parametrize("lost", ["Split", "Keep"])
def test_split_that_came_to_a_halt_is_finished(seller: ShopifyMerchantPeople, lost: str) -> None:
    order_id = seller.request(sold("1001", line("MUG", 3)))
    account = opened(seller)
    [order] = usable(read(account.orders.by_id([order_id]))[0])
    split = partition(order, (1,), (1,), (1,))
    seller.fake.faults.add(Fault(kind="lost-reset", path=f"#{lost}$", after=lost == "Split"))

    [first] = account.splits.split([split])
    [second] = account.splits.split([split])
    [third] = account.splits.split([split])

    assert first.state in ("unknown", "done")
    assert second.state in ("done", "unchanged")
    assert third.state == "unchanged"
    assert third.pieces == second.pieces
    assert [quantity for piece in seller.pieces(order_id).values() for _, quantity in piece] == [
        1,
        1,
        1,
    ]


@pytest.mark.parametrize(
    "broken", ['{"what": "is this"}', "", "[]", '{"1": {"at": "2026-11-02T00:00:00"}}']
)
def test_metafield_that_is_broken_is_ignored(seller: ShopifyMerchantPeople, broken: str) -> None:
    order_id = seller.request(sold("1001"))
    account = opened(seller)
    account.orders.acknowledge([order_id])
    [kept] = [
        metafield
        for order in seller.fake.orders()
        for metafield in order.metafields
        if "sent" in metafield.key
    ]
    kept.value = broken

    [complete] = usable(
        read(account.orders.changed(ReadRequest(cursor=None, now=seller.settle())))[0]
    )

    assert complete.id == order_id


def test_order_that_is_said_to_be_a_piece_of_itself_gets_its_tracking(
    seller: ShopifyMerchantPeople,
) -> None:
    order_id = seller.request(sold("1001"))
    account = opened(seller)
    account.orders.acknowledge([order_id])
    [kept] = [metafield for order in seller.fake.orders() for metafield in order.metafields]
    place = seller.pair["location"]
    kept.key, kept.value = f"split_{place}", f'{{"{order_id}": {{"{order_id}": "a"}}}}'

    [outcome] = account.tracking.add([parcel(order_id)])
    [again] = account.tracking.add([parcel(order_id)])

    assert (outcome.state, again.state) == ("done", "unchanged")


def test_parts_of_one_order_in_two_batches_are_both_kept(seller: ShopifyMerchantPeople) -> None:
    first = seller.request(sold("1001", line("MUG", 3)))
    _, second = seller.split(first, (1,), (2,))
    account = opened(seller)
    read(account.orders.changed(ReadRequest(cursor=None, now=seller.settle())))

    account.orders.acknowledge([first])
    account.orders.acknowledge([second])

    [order] = seller.fake.orders()
    assert {*seller.kept(order, f"sent_{seller.pair['location']}")} == {first, second}


def test_two_pieces_of_one_order_that_are_split_at_once_are_both_kept(
    seller: ShopifyMerchantPeople,
) -> None:
    account = opened(seller)
    order_id = seller.request(sold("1001", line("MUG", 4)))
    [order] = usable(read(account.orders.by_id([order_id]))[0])
    account.splits.split([partition(order, (2,), (2,))])
    halves = usable(read(account.orders.changed(ReadRequest(cursor=None, now=seller.settle())))[0])

    outcomes = account.splits.split(
        [
            partition(half, (1,), (1,), reference=f"origin:{place}")
            for place, half in enumerate(halves)
        ]
    )

    assert [outcome.state for outcome in outcomes] == ["done", "done"]
    assert [len(seller.pieces(half.id)) for half in halves] == [2, 2]
