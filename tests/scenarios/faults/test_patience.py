"""Retries: each step counts its own attempts; attempts of weeks ago do not count."""

from datetime import timedelta
from math import inf
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.store import Store
from ordosync.store.runs import Run
from tests.accounts.contract.examples import parcel, product, sold
from tests.scenarios.faults.conftest import foreign
from tests.scenarios.faults.portal import Troubled
from tests.support.clock import Cron

TASK = "write-inventory-back"
_WEEK_S = timedelta(days=7).total_seconds()


def counted(troubled: Troubled, quantity: int) -> None:
    """Count at the Supplier and write it to the Merchant, a week later."""
    troubled.merchant.add_product(product("MUG"))
    troubled.pair.run("import-products")
    troubled.supplier.count("MUG", quantity)
    assert troubled.run(TASK).counts == {"done": 1}
    troubled.later(_WEEK_S)


@pytest.mark.parametrize("quantity", [374, 375])
def test_quantity_of_an_old_product_waits_while_the_merchant_is_away(
    tmp_path: Path, quantity: int
) -> None:
    """The quantity is a new one, or the same one that a user has overwritten at the Merchant."""
    with foreign("merchant", "woocommerce", tmp_path) as troubled:
        counted(troubled, 375)
        troubled.supplier.count("MUG", quantity)
        troubled.merchant.count("MUG", 1)
        troubled.foreign.meet("throttled", "write-stock", times=inf)

        away = troubled.run(TASK)
        troubled.foreign.heal()
        troubled.later()
        back = troubled.run(TASK)

        assert (away.counts, away.step.attempts) == ({"waiting": 1}, 1)
        assert back.counts == {"done": 1}
        assert troubled.merchant.physical("MUG") == quantity


def test_same_quantity_written_again_and_again_counts_no_attempts(tmp_path: Path) -> None:
    with foreign("merchant", "woocommerce", tmp_path) as troubled:
        counted(troubled, 375)
        for _ in range(15):
            troubled.merchant.count("MUG", 1)
            last = troubled.run(TASK)

        assert (last.step.state, last.step.attempts) == ("done", 1)


@pytest.mark.parametrize("kind", ["ordoro", "woocommerce"])
def test_order_that_was_withdrawn_while_it_waited_is_sent_when_it_is_requested_again(
    tmp_path: Path, kind: str
) -> None:
    with foreign("supplier", kind, tmp_path) as troubled:
        troubled.pair.imported("1000")
        order_id = troubled.merchant.request(sold("1001"))
        troubled.foreign.meet("throttled", "create-order", times=inf)
        away = troubled.run("import-orders")
        troubled.foreign.heal()
        troubled.merchant.cancel(order_id)
        troubled.later()
        withdrawn = troubled.run("import-orders")
        troubled.merchant.request_again(order_id)

        again = troubled.run("import-orders")

        assert (away.counts, withdrawn.counts) == ({"waiting": 1}, {"skipped": 1})
        assert again.counts == {"done": 1}


@pytest.mark.parametrize("kind", ["ordoro", "woocommerce"])
def test_ticks_while_steps_wait_leave_no_runs_and_no_output(tmp_path: Path, kind: str) -> None:
    task = "update-tracking"
    with foreign("merchant", kind, tmp_path) as troubled:
        _, supplier_id = troubled.pair.imported("1001")
        troubled.supplier.ship(supplier_id, parcel())
        cron = Cron(tmp_path, troubled.clock)
        troubled.foreign.meet("throttled", "add-tracking", times=inf, retry_after="36000")
        cron.tick()
        first = of_task(cron, task)

        for _ in range(20):
            troubled.later(600)
            troubled.read_again(task)
            cron.tick()

        assert [(run.status, run.counts.waiting) for run in first] == [("partial", 1)]
        assert of_task(cron, task) == first == logged(troubled, task)
        # The only alert is that it is late.
        assert len(cron.alerts) <= 1


def of_task(cron: Cron, task: str) -> list[Run]:
    return [run for run in cron.runs if run.task == task]


def logged(troubled: Troubled, task: str) -> list[Run]:
    with Store.open(load_config(troubled.pair.path).database) as store:
        return [run for run in store.runs.newest(99, task=task) if run.counts.seen]
