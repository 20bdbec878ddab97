"""A store in which an order of this Supplier was one parcel, with the order's id.

P and F are the rules and cases of lifecycle.md. The store of before has links of kind `shipment`,
and no numbers of lines (P20).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.store import Store
from tests.accounts.contract.examples import line, parcel
from tests.accounts.contract.opening import PORTAL
from tests.accounts.shopify.people import ShopifyMerchantPeople
from tests.accounts.woocommerce.people import ShopSupplierPeople
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock

TASK = "update-tracking"


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Iterator[Pair]:
    clock = VirtualClock()
    with (
        closing(ShopifyMerchantPeople(tmp_path, clock)) as selling,
        closing(ShopSupplierPeople(tmp_path, clock)) as shipping,
    ):
        yield Pair(tmp_path, selling, shipping)


def as_before(pair: Pair, merchant_id: str, supplier_id: str, number: str) -> None:
    """Turn the store into that of an earlier release, which has reported this number."""
    path = load_config(pair.path).database.path
    with Store.open(path) as store:
        [reported] = store.links(PORTAL).parcels_of([merchant_id])[merchant_id]
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("delete from links where kind = 'parcel'")
        db.execute(
            "insert into links (portal, kind, merchant_id, generation, supplier_id, state,"
            " linked_at) select portal, 'shipment', merchant_id, 1, ?, 'live', linked_at"
            " from links where kind = 'order'",
            (f"{supplier_id}:{number}",),
        )
        db.execute(
            "update links set order_id = null, ordered = null, sent = null, cancelled = null"
            " where kind = 'line'"
        )
        db.execute(
            "update steps set key = ?, supplier_id = ? where task = ? and key = ?",
            (f"{supplier_id}:{number}", supplier_id, TASK, f"{reported.parcel_id}:{number}"),
        )


def test_parcel_that_was_reported_by_its_order_is_not_told_again(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2))
    pair.supplier.ship(supplier_id, parcel(number="F-1"))
    pair.run(TASK)
    as_before(pair, merchant_id, supplier_id, "F-1")
    before = pair.everything()

    ran = pair.run(TASK)

    assert ran.counts == {"unchanged": 1}
    assert pair.everything() == before


def test_deleted_parcel_that_was_reported_by_its_order_is_void(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2))
    pair.supplier.ship(supplier_id, parcel(number="F-1"))
    pair.run(TASK)
    as_before(pair, merchant_id, supplier_id, "F-1")
    pair.supplier.void(supplier_id)
    pair.supplier.ship_part(supplier_id, parcel(number="F-2"), 2)

    pair.run(TASK)

    assert list(pair.merchant.all_numbers(merchant_id)) == ["F-2"]
    pair.stays_quiet(TASK)


def test_f1_part_that_waited_for_the_rest_is_told_and_waits_no_more(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2))
    pair.supplier.ship_part(supplier_id, parcel(number="F-1"), 1)
    path = load_config(pair.path).database.path
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "insert into steps (portal, task, key, state, code, reason, content, merchant_id,"
            " supplier_id, created_at, updated_at, run_id, last_run_id)"
            " select portal, ?, ?, 'waiting', 'partially-shipped', '', 'partially-shipped', ?, ?,"
            " started_at, started_at, id, id from runs limit 1",
            (TASK, f"{supplier_id}:F-1", merchant_id, supplier_id),
        )

    for _ in range(2):
        pair.run(TASK)

    assert pair.merchant.sent_units(merchant_id) == {"MUG": 1}
    assert list(pair.merchant.all_numbers(merchant_id)) == ["F-1"]
    with Store.open(path) as store:
        assert list(store.steps.open()) == []
    pair.stays_quiet(TASK)
