"""Orders of a Supplier's shop that are sent from several locations; P14 of lifecycle.md 3.3."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.accounts.shopify.ids import gid
from tests.accounts.contract.examples import line, parcel
from tests.accounts.shopify.people import ShopifySupplierPeople
from tests.accounts.sqlite.people import SqliteMerchantPeople
from tests.scenarios.pairs.pair import Pair

TASK = "update-tracking"


@pytest.fixture(name="pair")
def _pair(shipper: ShopifySupplierPeople, tmp_path: Path) -> Iterator[Pair]:
    with closing(SqliteMerchantPeople(tmp_path, shipper.clock)) as selling:
        yield Pair(tmp_path, selling, shipper)


def routed(shipper: ShopifySupplierPeople, order_id: str) -> str:
    """Give all MUG of a new order to another location; return their fulfillment order."""
    [first] = shipper.fake.fulfillment_orders(gid("Order", order_id))
    return shipper.fake.move(first.id, shipper.fake.add_location("Annex"), {"MUG": 2})


def test_p14_order_of_two_locations_is_split_and_each_piece_is_sent_in_parts(
    pair: Pair, shipper: ShopifySupplierPeople
) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 3), line("MUG", 2))
    there = routed(shipper, supplier_id)
    pair.run("split-order")
    cups, mugs = pair.merchant.pieces(merchant_id)

    shipper.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)
    shipper.fake.ship_piece(there, "1Z2", lines={"MUG": 1})
    pair.run(TASK)
    shown = [pair.merchant.status(piece) for piece in (cups, mugs)]
    shipper.ship_part(supplier_id, parcel(number="1Z3"), 2, 0)
    pair.run(TASK)

    assert shown == ["partially_shipped", "partially_shipped"]
    assert (pair.merchant.status(cups), pair.merchant.status(mugs)) == (
        "shipped",
        "partially_shipped",
    )
    assert pair.merchant.sent_units(merchant_id) == {"CUP": 3, "MUG": 1}
    assert [sorted(pair.merchant.all_numbers(piece)) for piece in (cups, mugs)] == [
        ["1Z1", "1Z3"],
        ["1Z2"],
    ]
    pair.stays_quiet("import-orders", "split-order", TASK)
