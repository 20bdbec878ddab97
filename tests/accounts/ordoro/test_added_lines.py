"""Lines that a Supplier adds to an order at Ordoro, and splits off.

The Merchant's order stays whole, and gets the parcel of the other piece.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.accounts.contract.examples import line, parcel
from tests.accounts.ordoro.people import OrdoroSupplierPeople
from tests.accounts.sqlite.people import SqliteMerchantPeople
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.parcels import ledger, open_steps
from tests.support.clock import VirtualClock

TASKS = ("split-order", "update-tracking", "import-orders", "cancel-orders", "report-shortages")


class OrdoroPair(Pair):
    """A Merchant with a local account, and a Supplier at Ordoro."""

    supplier: OrdoroSupplierPeople


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Iterator[OrdoroPair]:
    clock = VirtualClock()
    with (
        closing(SqliteMerchantPeople(tmp_path, clock)) as selling,
        closing(OrdoroSupplierPeople(tmp_path, clock)) as shipping,
    ):
        yield OrdoroPair(tmp_path, selling, shipping)


def with_gift_split_off(pair: OrdoroPair) -> tuple[str, list[str]]:
    """Return the Merchant's order, and the Supplier's pieces: with the order, and with the gift."""
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
    pair.supplier.count("GIFT", 5)
    pair.supplier.fake.edit_lines(supplier_id, {"GIFT": 1})
    return merchant_id, [*pair.supplier.split(supplier_id, (2, 1, 0), (0, 0, 1))]


def run_all(pair: OrdoroPair) -> None:
    for task in TASKS:
        pair.run(task)


def test_parcel_beside_an_added_line_ships_the_merchants_order(pair: OrdoroPair) -> None:
    merchant_id, (own, gift) = with_gift_split_off(pair)
    run_all(pair)
    assert open_steps(pair) == []
    pair.supplier.ship(own, parcel(number="1Z1"))
    pair.supplier.ship(gift, parcel(number="1Z2"))

    run_all(pair)

    assert pair.merchant.all_numbers(merchant_id) == ["1Z1"]
    assert pair.merchant.status(merchant_id) == "shipped"
    assert ledger(pair, merchant_id) == {"CUP": (0, 2, 0), "MUG": (0, 1, 0)}
    assert [(step.key, step.code) for step in open_steps(pair)] == [(f"{gift}:1Z2", "other-lines")]
    pair.stays_quiet(*TASKS)


def test_cancelled_order_beside_an_added_line_needs_the_operator(pair: OrdoroPair) -> None:
    """The order was split at Ordoro, so it is read-only there."""
    merchant_id, _ = with_gift_split_off(pair)
    run_all(pair)
    pair.merchant.cancel(merchant_id)

    run_all(pair)

    [step] = open_steps(pair)
    assert (step.merchant_id, step.code) == (merchant_id, "already-split")
