"""Pieces of an order that share a line: one of them loses its units, or is merged into the other.

Shopify closes the fulfillment order in both cases. The ledger of the other piece shows which it
was: after a merge, the other one has more units than were sent to the Supplier for it.
"""

from pathlib import Path

import pytest

from ordosync.accounts.shopify.ids import fulfillment_order
from tests.accounts.contract.examples import line, parcel
from tests.accounts.shopify.people import ShopifyMerchantPeople
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.scenarios.pairs.comparing import differing
from tests.scenarios.pairs.pair import Pair

TASK = "cancel-orders"


@pytest.fixture(name="pair")
def _pair(seller: ShopifyMerchantPeople, tmp_path: Path) -> Pair:
    return Pair(tmp_path, seller, SqliteSupplierPeople(tmp_path, seller.clock))


def in_pieces(pair: Pair) -> tuple[list[str], list[str]]:
    """Let the Supplier split three MUG; return the pieces of one and two at both accounts."""
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 3))
    supplied = list(pair.supplier.split(supplier_id, (1,), (2,)))
    assert pair.run("split-order").count("done") == 1
    sold = pair.merchant.pieces(merchant_id)
    return sorted(sold, key=lambda id_: [*sold[id_]]), supplied


def take(seller: ShopifyMerchantPeople, piece: str, units: int) -> None:
    """Refund units that this piece has; the fake takes them from the oldest or the newest."""
    order = seller.part(fulfillment_order(piece)).order_id
    seller.fake.refund(order, {"MUG": units}, "CANCEL")


@pytest.mark.parametrize("shrinks", ["oldest", "newest"])
def test_refund_of_all_units_of_a_piece_cancels_it_at_the_supplier(
    pair: Pair, seller: ShopifyMerchantPeople, shrinks: str
) -> None:
    sold, supplied = in_pieces(pair)
    seller.fake.switches.shrinks = shrinks  # type: ignore[assignment]
    units = 1 if shrinks == "oldest" else 2
    take(seller, sold[0], units)

    ran = pair.run(TASK)

    gone, left = (supplied[0], supplied[1]) if units == 1 else (supplied[1], supplied[0])
    assert ran.count("done") == 1, ran.steps
    assert pair.supplier.status(gone) == "cancelled"
    assert pair.supplier.open_units(left) == {"MUG": 3 - units}
    assert differing(pair) == []
    pair.stays_quiet(TASK, "import-orders", "split-order")
    pair.supplier.ship(left, parcel(number="1Z1"))
    assert pair.run("update-tracking").count("done") == 1
    pair.stays_quiet(TASK, "update-tracking")


def test_merged_piece_is_not_cancelled(pair: Pair, seller: ShopifyMerchantPeople) -> None:
    sold, supplied = in_pieces(pair)
    seller.fake.merge(fulfillment_order(sold[1]), into=fulfillment_order(sold[0]))

    ran = pair.run(TASK)

    assert ran.steps == ()
    assert [pair.supplier.open_units(id_) for id_ in supplied] == [{"MUG": 1}, {"MUG": 2}]


def test_refund_after_a_merge_takes_units_off_the_merged_piece(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    sold, supplied = in_pieces(pair)
    seller.fake.merge(fulfillment_order(sold[1]), into=fulfillment_order(sold[0]))
    take(seller, sold[0], 1)

    ran = pair.run(TASK)

    assert ran.count("done") == 1, ran.steps
    assert [pair.supplier.open_units(id_) for id_ in supplied] == [{"MUG": 1}, {"MUG": 1}]
    pair.stays_quiet(TASK)


def test_line_that_only_the_merged_piece_had_stays_wanted(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 3), line("CUP", 2))
    supplied = list(pair.supplier.split(supplier_id, (1, 0), (2, 2)))
    pair.run("split-order")
    sold = pair.merchant.pieces(merchant_id)
    mugs, both = sorted(sold, key=lambda id_: len(sold[id_]))
    seller.fake.merge(fulfillment_order(both), into=fulfillment_order(mugs))
    order = seller.part(fulfillment_order(mugs)).order_id
    seller.fake.refund(order, {"MUG": 1, "CUP": 1}, "CANCEL")

    pair.run(TASK)

    assert pair.supplier.open_units(supplied[0]) == {"MUG": 1}
    assert pair.supplier.open_units(supplied[1]) == {"MUG": 1, "CUP": 1}
    pair.stays_quiet(TASK)


def test_refund_beside_a_parcel_leaves_the_sent_unit(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    sold, supplied = in_pieces(pair)
    pair.supplier.ship_part(supplied[1], parcel(number="1Z1"), 1)
    pair.run("update-tracking")
    seller.fake.switches.shrinks = "oldest"
    take(seller, sold[0], 1)

    pair.run(TASK)

    assert pair.supplier.status(supplied[0]) == "cancelled"
    assert pair.supplier.open_units(supplied[1]) == {"MUG": 1}
    pair.stays_quiet(TASK)
