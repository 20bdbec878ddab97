"""Calls to an account over HTTP: counted, few, and made in parallel."""

import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.accounts.contract.examples import sold
from tests.scenarios.faults.conftest import foreign
from tests.scenarios.faults.kinds import MERCHANTS, SUPPLIERS
from tests.scenarios.faults.portal import Troubled
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock

MANY = 1000
PAGE = 100
TASKS = ("import-products", "cancel-orders", "import-orders", "split-order", "update-tracking")


def skip_where_calls_do_not_count(*kinds: str) -> None:
    if "shopify" in kinds:
        pytest.skip("a shop counts points, not calls; tests of its kind check them")


@pytest.mark.slow
@pytest.mark.parametrize("merchant", MERCHANTS)
@pytest.mark.parametrize("supplier", SUPPLIERS)
def test_thousand_orders_cost_a_thousand_calls_and_the_pages(
    tmp_path: Path, merchant: str, supplier: str
) -> None:
    skip_where_calls_do_not_count(merchant, supplier)
    clock = VirtualClock()
    with (
        closing(MERCHANTS[merchant](tmp_path, clock)) as selling,
        closing(SUPPLIERS[supplier](tmp_path, clock)) as shipping,
    ):
        pair = Pair(tmp_path, selling, shipping)
        pair.imported("0")
        for number in range(MANY):
            selling.request(sold(str(1000 + number)))
            clock.sleep(1)
        before = selling.calls, shipping.calls

        ran = pair.run("import-orders")
        cost = selling.calls - before[0], shipping.calls - before[1]

    assert ran.count("done") == MANY
    assert ran.run.calls == sum(cost)
    assert cost[1] == MANY + shipping.preparing
    # The products of a WooCommerce order are read, too, once.
    assert cost[0] <= MANY / PAGE * 1.2 + 2
    assert sum(cost) <= (MANY + MANY / PAGE) * 1.01


@pytest.mark.slow
@pytest.mark.parametrize("merchant", MERCHANTS)
@pytest.mark.parametrize("supplier", SUPPLIERS)
def test_run_with_nothing_new_costs_one_call(tmp_path: Path, merchant: str, supplier: str) -> None:
    clock = VirtualClock()
    with (
        closing(MERCHANTS[merchant](tmp_path, clock)) as selling,
        closing(SUPPLIERS[supplier](tmp_path, clock)) as shipping,
    ):
        selling.pair = {**selling.pair, **selling.frugal}
        pair = Pair(tmp_path, selling, shipping)
        pair.give_every_task_work()
        able = [task for task in TASKS if pair.can_run(task)]
        for task in able:
            pair.run(task)
        clock.sleep(3600)
        # Otherwise each read sees the split order, and fetches its pieces.
        pair.imported("1004")
        clock.sleep(3600)

        costs = {}
        for task in able:
            before = selling.calls + shipping.calls
            pair.run(task)
            costs[task] = selling.calls + shipping.calls - before

        usual = {**dict.fromkeys(TASKS, 1), **selling.idle, **shipping.idle}
        assert costs == {task: usual[task] for task in able}


def test_calls_of_a_run_are_those_that_the_service_counts(as_supplier: Troubled) -> None:
    """Retries are calls, too."""
    as_supplier.pair.imported("1000")
    as_supplier.merchant.request(sold("1001"))
    as_supplier.pair.merchant.settle()
    as_supplier.foreign.meet("throttled", "create-order", times=2)
    before, tries = as_supplier.foreign.calls, as_supplier.foreign.tries

    ran = as_supplier.run("import-orders")

    assert ran.counts["done"] == 1
    assert ran.run.calls == as_supplier.foreign.calls - before
    assert as_supplier.foreign.tries - tries == 3
    assert ran.run.calls == 3 + as_supplier.foreign.preparing


@pytest.mark.parametrize("kind", SUPPLIERS)
def test_writes_go_side_by_side_and_answer_in_order(tmp_path: Path, kind: str) -> None:
    """Three at a time, never a fourth; each order gets its own link."""
    with foreign("supplier", kind, tmp_path, concurrency="3") as troubled:
        troubled.pair.imported("0")
        ids = [troubled.merchant.request(sold(str(number))) for number in range(1000, 1012)]
        troubled.pair.merchant.settle()
        together = threading.Barrier(3, timeout=10)
        troubled.foreign.meet("callback", "create-order", times=12, do=together.wait)

        ran = troubled.run("import-orders")

        assert ran.counts["done"] == 12
        assert ran.run.calls == 12 + troubled.foreign.preparing
        for place, id_ in enumerate(ids):
            order = troubled.supplier.order(troubled.pair.link(id_).supplier_id)
            assert order.number.endswith(str(1000 + place))


@pytest.mark.slow
@pytest.mark.parametrize("kind", SUPPLIERS)
def test_limit_that_is_known_is_used_and_never_broken(tmp_path: Path, kind: str) -> None:
    """At 60 calls a minute three minutes' worth of orders take three minutes and no longer."""
    skip_where_calls_do_not_count(kind)
    with foreign("supplier", kind, tmp_path, calls_per_minute="60", concurrency="1") as troubled:
        troubled.pair.imported("0")
        for number in range(1000, 1180):
            troubled.merchant.request(sold(str(number)))
        troubled.pair.merchant.settle()
        troubled.foreign.limit(60, per_s=60, clock=troubled.clock)
        began, before = troubled.clock.now(), troubled.foreign.calls

        ran = troubled.run("import-orders")

        took_s = (troubled.clock.now() - began).total_seconds()
        calls = troubled.foreign.calls - before
        assert ran.counts["done"] == 180
        # No call was refused.
        assert calls == 180 + troubled.foreign.preparing
        assert calls / 60 >= 0.97 * (took_s / 60)
