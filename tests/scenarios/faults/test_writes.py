"""The response to a write is lost, broken or never comes: the write is still done once.

It takes only the next run, after a settle time and a tick of cron, and no manual step.
"""

import pytest

from tests.accounts.contract.examples import line, sold
from tests.fakes.faults import Kind
from tests.scenarios.faults.portal import Troubled
from tests.scenarios.faults.writes import FAULTS, MORE_FAULTS, PendingWrite

Owing = tuple[Troubled, PendingWrite]


def heals(troubled: Troubled, pending: PendingWrite, *, before: int) -> None:
    """Check that the next run repairs everything once, and the run after it does nothing."""
    troubled.later()
    healing = troubled.run(pending.task)
    everything = troubled.pair.everything()
    troubled.later()
    quiet = troubled.run(pending.task)

    assert troubled.foreign.effects(pending.write) == before + 1
    assert (healing.run.error, quiet.run.error) == (None, None)
    assert [step.code for step in troubled.open_steps()] == ["already-shipped"] * pending.is_refused
    assert quiet.steps == ()
    assert troubled.pair.everything() == everything


@pytest.mark.parametrize("fault", [*FAULTS, *MORE_FAULTS])
def test_write_is_done_once_if_its_response_is_lost(owing: Owing, fault: Kind) -> None:
    """Cases 19, 20, 21 and 23."""
    troubled, pending = owing
    if fault == "twice" and (pending.is_part or pending.write in troubled.foreign.doubles):
        pytest.skip("a service that receives the same request twice executes it twice")
    before = troubled.foreign.effects(pending.write)
    troubled.foreign.meet(fault, pending.write)

    troubled.run(pending.task)

    assert troubled.foreign.are_all_met()
    heals(troubled, pending, before=before)


def test_record_read_again_while_its_write_is_uncertain_waits(
    owing: Owing,
) -> None:
    troubled, pending = owing
    troubled.foreign.meet("lost-reset", pending.write)
    troubled.run(pending.task)
    open_steps = [step for step in troubled.open_steps() if step.state != "failed"]
    if not open_steps or pending.is_refused:
        pytest.skip("the outcome of this write is looked up at once")

    troubled.read_again(pending.task)
    again = troubled.run(pending.task)

    assert again.run.status == "partial"
    assert again.count("waiting") == len(open_steps)


def test_write_is_done_once_when_the_connection_was_refused(owing: Owing) -> None:
    """Case 19."""
    troubled, pending = owing
    before = troubled.foreign.effects(pending.write)

    with troubled.foreign.down():
        troubled.run(pending.task)

    assert troubled.foreign.effects(pending.write) == before
    heals(troubled, pending, before=before)


@pytest.mark.parametrize("fault", ["lost-reset", "unavailable"])
def test_order_is_created_once_though_searches_find_it_late(
    as_supplier: Troubled, fault: Kind
) -> None:
    """Case 22."""
    as_supplier.pair.imported("1000")
    as_supplier.merchant.request(sold("1001"))
    as_supplier.pair.merchant.settle()
    as_supplier.foreign.lag(index_s=30)
    as_supplier.foreign.meet(fault, "create-order")

    as_supplier.run("import-orders")
    as_supplier.later(59)
    too_early = as_supplier.run("import-orders")
    as_supplier.later(1)
    as_supplier.run("import-orders")

    assert too_early.run.calls == 0
    assert as_supplier.foreign.effects("create-order") == 2
    assert as_supplier.open_steps() == []


def test_of_two_orders_with_one_reference_the_oldest_counts(as_supplier: Troubled) -> None:
    """If searches lag longer than the settle time, an order is sent twice."""
    as_supplier.pair.imported("1000")
    before = {order.id for order in as_supplier.supplier.orders()}
    id_ = as_supplier.merchant.request(sold("1001"))
    # Every list has the product of the first order.
    as_supplier.later(200)
    as_supplier.foreign.lag(index_s=200)
    as_supplier.foreign.meet("lost-reset", "create-order", times=2)

    for wait_s in (61, 600, 0):
        as_supplier.run("import-orders")
        as_supplier.later(wait_s)

    made = {order.id for order in as_supplier.supplier.orders()} - before
    assert len(made) == 2
    assert as_supplier.pair.link(id_).supplier_id == min(made, key=lambda id_: (len(id_), id_))


@pytest.mark.parametrize("ready_s", [2, 10, 100])
@pytest.mark.parametrize("fault", ["delay", "lost-reset"])
def test_order_is_split_once_though_its_pieces_appear_late(
    as_merchant: Troubled, fault: Kind, ready_s: float
) -> None:
    """Case 20; a `delay` of 0 is no fault."""
    if "late-pieces" in as_merchant.foreign.lacks:
        pytest.skip("its pieces exist at once, since ordosync keeps them itself")
    _, supplier_id = as_merchant.pair.imported("1001", line("MUG", 2))
    as_merchant.supplier.split(supplier_id, (1,), (1,))
    as_merchant.foreign.lag(split_s=ready_s)
    as_merchant.foreign.meet(fault, "split-order")

    for _ in range(3):
        as_merchant.run("split-order")
        as_merchant.later()

    assert as_merchant.foreign.effects("split-order") == 1
    assert as_merchant.open_steps() == []
    assert as_merchant.run("split-order").steps == ()


@pytest.mark.parametrize("ready_s", [1, 100])
def test_late_pieces_of_the_supplier_are_split_alike(as_supplier: Troubled, ready_s: float) -> None:
    """Case 32; other orders move the cursor meanwhile."""
    if "split-order" in as_supplier.foreign.lacks:
        pytest.skip("its orders cannot be split")
    merchant_id, supplier_id = as_supplier.pair.imported("1001", line("MUG", 2))
    as_supplier.foreign.lag(split_s=ready_s)
    as_supplier.supplier.split(supplier_id, (1,), (1,))

    for number in ("1002", "1003", "1004"):
        as_supplier.pair.imported(number)
        as_supplier.run("split-order")

    assert len(as_supplier.merchant.pieces(merchant_id)) == 2
    assert as_supplier.open_steps() == []


def test_delay_grows_while_a_write_gets_no_response(as_supplier: Troubled) -> None:
    """An order that always makes the service fail is not sent every minute."""
    as_supplier.pair.imported("1000")
    as_supplier.merchant.request(sold("1001"))
    as_supplier.pair.merchant.settle()
    as_supplier.foreign.meet("reset", "create-order", times=100)

    before = as_supplier.foreign.tries
    for _ in range(20):
        as_supplier.run("import-orders")
        as_supplier.later(60)

    # It is sent again after 1, 1, 2, 4 and 8 minutes.
    assert as_supplier.foreign.tries - before == 1 + 5
    as_supplier.foreign.heal()
    as_supplier.later(6 * 3600)
    as_supplier.run("import-orders")
    assert as_supplier.foreign.effects("create-order") == 2
    assert as_supplier.open_steps() == []
