"""A restored store between any two accounts: later writes are found and not repeated."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.accounts.contract.examples import line, parcel
from tests.accounts.contract.people import needs, numbers
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.rebuilding import lose
from tests.support.copies import backed_up, go_back

LATER = timedelta(hours=2)


def test_orders_created_after_the_backup_are_linked_and_not_created_twice(pair: Pair) -> None:
    pair.imported("1001")
    backup = backed_up(pair.path)
    merchant_id, supplier_id = pair.imported("1002")
    go_back(pair.path, backup, pair.merchant.clock)

    caught_up = pair.run("import-orders")

    assert caught_up.count("done") == 0
    assert len(pair.supplier.orders()) == 2
    assert pair.link(merchant_id).supplier_id == supplier_id
    pair.merchant.clock.at += LATER
    pair.stays_quiet("import-orders")
    assert pair.imported("1003")


@pytest.mark.slow
@needs("update-tracking")
def test_p21_shipments_since_the_backup_are_reported_although_tracking_runs_first(
    pair: Pair,
) -> None:
    pair.imported("1001")
    pair.run("update-tracking")
    backup = backed_up(pair.path)
    merchant_id, supplier_id = pair.imported("1002")
    pair.supplier.ship(supplier_id, parcel(number="1Z2"))
    go_back(pair.path, backup, pair.merchant.clock)

    passed_over = pair.run("update-tracking")
    pair.run("import-orders")
    ran = pair.run("update-tracking")

    assert (passed_over.counts, ran.counts) == ({}, {"done": 1})
    assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z2"]
    for _ in range(2):
        pair.merchant.clock.at += LATER
        pair.stays_quiet("import-orders", "update-tracking")


@needs("update-tracking")
def test_tracking_reported_after_the_backup_is_not_reported_twice(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    backup = backed_up(pair.path)
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    pair.run("update-tracking")
    go_back(pair.path, backup, pair.merchant.clock)

    again = pair.run("update-tracking")

    assert again.counts == {"unchanged": 1}
    assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z1"]


@needs("split-order", "piece-orders")
def test_split_after_the_backup_is_not_made_twice(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2))
    backup = backed_up(pair.path)
    pieces = pair.supplier.split(supplier_id, [1], [1])
    pair.run("split-order")
    pair.supplier.ship(pieces[0], parcel(number="1Z1"))
    before = pair.merchant.pieces(merchant_id)
    go_back(pair.path, backup, pair.merchant.clock)

    for task in ("import-orders", "split-order"):
        assert {*pair.run(task).counts} <= {"unchanged", "skipped"}, task
    ran = pair.run("update-tracking")

    assert pair.merchant.pieces(merchant_id) == before
    assert ran.counts == {"done": 1}


@needs("cancel-orders", "requesting-again")
def test_what_our_task_cancelled_after_the_backup_can_be_requested_again(pair: Pair) -> None:
    merchant_id, _ = pair.imported("1001")
    backup = backed_up(pair.path)
    pair.merchant.cancel(merchant_id)
    pair.run("cancel-orders")
    go_back(pair.path, backup, pair.merchant.clock)

    pair.run("cancel-orders")
    pair.merchant.request_again(merchant_id)
    again = pair.run("import-orders")

    assert again.count("done") == 1
    assert pair.link(merchant_id).generation == 2


@needs("cancel-orders", "requesting-again", "update-tracking")
def test_what_was_cancelled_and_sent_again_after_the_backup_is_linked_as_it_is_now(
    pair: Pair,
) -> None:
    merchant_id, _ = pair.imported("1001")
    backup = backed_up(pair.path)
    pair.merchant.cancel(merchant_id)
    pair.run("cancel-orders")
    pair.merchant.request_again(merchant_id)
    pair.run("import-orders")
    again = pair.link(merchant_id)
    go_back(pair.path, backup, pair.merchant.clock)

    pair.run("import-orders")
    pair.run("import-orders")
    pair.supplier.ship(again.supplier_id, parcel(number="1Z2"))
    pair.run("update-tracking")

    # The digests by which edits are noticed come with the next read of a change.
    assert replace(pair.link(merchant_id), digests=None) == replace(again, digests=None)
    assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z2"]


Forget = Callable[[Pair], Callable[[], None]]


def _restore(pair: Pair) -> Callable[[], None]:
    backup = backed_up(pair.path)
    return lambda: _go_back(pair, backup)


def _go_back(pair: Pair, backup: Path) -> None:
    go_back(pair.path, backup, pair.merchant.clock)


def _lose(pair: Pair) -> Callable[[], None]:
    return lambda: lose(pair)


FORGETTING = pytest.mark.parametrize("forgetting", [_restore, _lose], ids=["restored", "lost"])
CATCHING_UP = ("import-orders", "split-order", "import-orders", "split-order")


@pytest.mark.slow
@FORGETTING
@pytest.mark.parametrize("mirrored", [True, False], ids=["mirrored", "not mirrored"])
@needs("split-order", "piece-orders")
def test_order_that_was_sent_and_split_by_the_supplier_since_is_not_sent_again(
    pair: Pair, forgetting: Forget, *, mirrored: bool
) -> None:
    pair.imported("1000")
    forget = forgetting(pair)
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2), line("CUP", 3))
    pieces = pair.supplier.split(supplier_id, [1, 1], [1, 2])
    if mirrored:
        pair.run("split-order")
    before = len(pair.supplier.orders())
    forget()

    for task in CATCHING_UP:
        assert "failed" not in pair.run(task).counts, task
    after = len(pair.supplier.orders())
    pair.supplier.ship(pieces[0], parcel(number="1Z1"))
    ran = pair.run("update-tracking")

    assert after == before
    assert len(pair.merchant.pieces(merchant_id)) == 2
    assert pair.link(merchant_id).supplier_id == supplier_id
    assert ran.count("done") == 1
    [piece] = [id_ for id_ in pair.merchant.pieces(merchant_id) if pair.merchant.tracking(id_)]
    assert numbers(pair.merchant.tracking(piece)) == ["1Z1"]
    pair.merchant.clock.at += LATER
    pair.stays_quiet("import-orders", "split-order")


@needs("split-order", "piece-orders", "update-tracking")
def test_tasks_that_run_before_the_first_import_of_a_new_store_read_everything_again(
    pair: Pair,
) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2), line("CUP", 3))
    other_id, shipped = pair.imported("1002")
    pair.supplier.split(supplier_id, [1, 1], [1, 2])
    pair.supplier.ship(shipped, parcel(number="1Z2"))
    lose(pair)

    for task in ("split-order", "update-tracking", "import-orders"):
        pair.run(task)
    for task in ("split-order", "update-tracking"):
        assert pair.run(task).count("done") == 1, task

    assert len(pair.merchant.pieces(merchant_id)) == 2
    assert numbers(pair.merchant.tracking(other_id)) == ["1Z2"]


@FORGETTING
@needs("piece-orders", "own-splits")
def test_order_that_was_sent_and_split_by_the_merchant_since_is_not_sent_again(
    pair: Pair, forgetting: Forget
) -> None:
    pair.imported("1000")
    forget = forgetting(pair)
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2), line("CUP", 3))
    pair.merchant.split(merchant_id, [1, 1], [1, 2])
    before = len(pair.supplier.orders())
    forget()

    first = pair.run("import-orders")
    pair.merchant.clock.at += LATER
    second = pair.run("import-orders")

    assert len(pair.supplier.orders()) == before
    assert pair.link(merchant_id).supplier_id == supplier_id
    assert (first.count("done"), second.count("done")) == (0, 0)
    pair.stays_quiet("import-orders")


@pytest.mark.slow
@FORGETTING
@needs("update-tracking", "parcels", "several-parcels")
def test_parcel_of_a_part_that_was_reported_since_is_no_edit_and_takes_nothing_off(
    pair: Pair, forgetting: Forget
) -> None:
    """The ledger is older than the parcel, and the Merchant has fewer open units than it says."""
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
    pair.run("update-tracking")
    forget = forgetting(pair)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)
    pair.run("update-tracking")
    before = pair.merchant.tracking(merchant_id), pair.supplier.open_units(supplier_id)
    forget()

    for task in ("import-orders", "cancel-orders", "update-tracking", "import-orders"):
        if pair.can_run(task):
            assert {*pair.run(task).counts} <= {"unchanged", "skipped", "waiting"}, task

    assert (pair.merchant.tracking(merchant_id), pair.supplier.open_units(supplier_id)) == before
    pair.supplier.ship_part(supplier_id, parcel(number="1Z2"), 1, 1)
    pair.merchant.clock.at += LATER
    pair.run("update-tracking")
    assert pair.merchant.status(merchant_id) == "shipped"
    pair.merchant.clock.at += LATER
    pair.stays_quiet("import-orders", "update-tracking")


@needs("update-tracking", "parcels", "several-parcels", "cancel-orders", "cancelled-units")
def test_unit_that_was_cancelled_beside_a_parcel_of_a_restored_store_is_taken_off_alone(
    pair: Pair,
) -> None:
    """Of three units one is sent and one cancelled; the third is still to be sent (F5)."""
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
    pair.run("update-tracking")
    backup = backed_up(pair.path)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)
    pair.run("update-tracking")
    pair.merchant.cancel_units(merchant_id, 1, 0)
    go_back(pair.path, backup, pair.merchant.clock)

    for _ in range(2):
        for task in ("cancel-orders", "update-tracking"):
            pair.run(task)
        pair.merchant.clock.at += LATER
    pair.run("cancel-orders")

    assert pair.supplier.open_units(supplier_id).get("MUG") == 1
    assert pair.supplier.open_units(supplier_id).get("CUP", 0) in (0, 1)
