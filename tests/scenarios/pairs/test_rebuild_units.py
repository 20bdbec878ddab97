"""The ledger after `rebuild-state`: its units are those that both accounts show."""

from collections.abc import Callable

import pytest

from ordosync.config import load_config
from ordosync.store import Store
from tests.accounts.contract.examples import parcel
from tests.accounts.contract.people import needs
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.parcels import open_and_sent, ordered, sent, totals
from tests.scenarios.pairs.rebuilding import lose, rebuilt

TASKS = ("import-orders", "update-tracking", "cancel-orders", "split-order")
pytestmark = [
    pytest.mark.needs("listing", "update-tracking"),
    pytest.mark.slow,
    pytest.mark.parametrize("is_lost", [True, False], ids=["lost", "before-the-ledger"]),
]


def forget_units(pair: Pair) -> None:
    """Make the links of lines and parcels like those from before the ledger."""
    with Store.open(load_config(pair.path).database) as store, store.transaction():
        store._connection.execute(
            "update links set ordered = null, sent = null, cancelled = null, units = null"
        )
        store._connection.execute("update links set order_id = null where kind = 'line'")


def same_after_rebuild(
    pair: Pair, *, is_lost: bool, by: Callable[[Pair], object] = open_and_sent
) -> None:
    """Rebuild the store, which has lost its links or their units; the ledger is as before."""
    before = by(pair)
    assert before
    lose(pair) if is_lost else forget_units(pair)
    assert is_lost or open_and_sent(pair) == {}

    rebuilt(pair, add=True)

    assert by(pair) == before
    shown = pair.everything()
    tasks = [task for task in TASKS if pair.can_run(task)]
    for task in tasks:
        pair.run(task)
    assert pair.everything() == shown
    pair.stays_quiet(*tasks)
    assert by(pair) == before


def test_open_and_sent_orders_keep_their_units(pair: Pair, *, is_lost: bool) -> None:
    ordered(pair, "1001")
    _, supplier_id = ordered(pair, "1002")
    pair.supplier.ship(supplier_id, parcel(number="1Z2"))
    pair.run("update-tracking")

    same_after_rebuild(pair, is_lost=is_lost)


@needs("parcels", "several-parcels", "parcel-lines")
def test_order_that_is_sent_in_several_parcels_keeps_its_units(
    pair: Pair, *, is_lost: bool
) -> None:
    _, supplier_id = ordered(pair)
    sent(pair, supplier_id, "1Z1", 1, 0)
    same_after_rebuild(pair, is_lost=is_lost)

    sent(pair, supplier_id, "1Z2", 0, 1)

    same_after_rebuild(pair, is_lost=is_lost)


@needs("parcels", "several-parcels", "parcel-lines", "voided-labels")
def test_units_of_a_void_parcel_are_open(pair: Pair, *, is_lost: bool) -> None:
    _, supplier_id = ordered(pair)
    sent(pair, supplier_id, "1Z1", 1, 0)
    sent(pair, supplier_id, "1Z2", 1, 0)
    pair.supplier.recall(supplier_id, "1Z1")
    pair.run("update-tracking")

    same_after_rebuild(pair, is_lost=is_lost)


@needs("parcels", "several-parcels", "parcel-lines", "cancel-orders", "reductions")
def test_units_that_were_cancelled_beside_a_parcel_stay_cancelled(
    pair: Pair, *, is_lost: bool
) -> None:
    merchant_id, supplier_id = ordered(pair)
    sent(pair, supplier_id, "1Z1", 1, 0)
    pair.merchant.cancel_rest(merchant_id)
    pair.run("cancel-orders")

    same_after_rebuild(pair, is_lost=is_lost)


@needs("cancel-orders", "cancelled-units", "reductions")
def test_units_that_were_cancelled_before_any_parcel_stay_cancelled(
    pair: Pair, *, is_lost: bool
) -> None:
    if not is_lost:
        pytest.skip("before the ledger, no task cancelled units")
    merchant_id, _ = ordered(pair)
    pair.merchant.cancel_units(merchant_id, 1, 0)
    pair.run("cancel-orders")

    same_after_rebuild(pair, is_lost=is_lost)


@needs("split-order", "parcels")
def test_pieces_keep_their_units(pair: Pair, *, is_lost: bool) -> None:
    _, supplier_id = ordered(pair)
    first, _ = pair.supplier.split(supplier_id, (1, 0), (1, 1))
    pair.run("split-order")
    pair.supplier.ship(first, parcel(number="1Z1"))
    pair.run("update-tracking")

    same_after_rebuild(pair, is_lost=is_lost)


@needs("split-order", "parcels", "several-parcels", "parcel-lines")
@pytest.mark.parametrize("is_sent", [False, True])
def test_pieces_of_a_rest_that_was_split_keep_their_units(
    pair: Pair, *, is_lost: bool, is_sent: bool
) -> None:
    """Shopify counts the parcel before the split in one of its pieces, other kinds do not."""
    _, supplier_id = ordered(pair)
    sent(pair, supplier_id, "1Z1", 1, 0)
    first, _ = pair.supplier.split(supplier_id, (1, 0), (0, 1))
    pair.run("split-order")
    if is_sent:
        pair.supplier.ship(first, parcel(number="1Z2"))
        pair.run("update-tracking")

    same_after_rebuild(pair, is_lost=is_lost, by=totals)


@needs("split-order", "parcels", "several-parcels", "parcel-lines", "voided-labels")
def test_parcel_from_before_a_split_is_void_where_it_was_reported(
    pair: Pair, *, is_lost: bool
) -> None:
    merchant_id, supplier_id = ordered(pair)
    sent(pair, supplier_id, "1Z1", 1, 0)
    pair.supplier.split(supplier_id, (1, 0), (0, 1))
    pair.run("split-order")
    same_after_rebuild(pair, is_lost=is_lost, by=totals)
    pair.supplier.recall(supplier_id, "1Z1")

    pair.run("update-tracking")

    assert pair.merchant.all_numbers(merchant_id) == []
    pair.stays_quiet("update-tracking")
