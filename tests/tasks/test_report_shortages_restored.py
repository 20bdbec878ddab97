"""Report shortages after a restore: the ledger may lack units that a task has cancelled."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.copies import backed_up, go_back
from tests.tasks.portal import Pair, succeeded
from tests.tasks.short_orders import TASK, reports, with_order


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Pair:
    """Return a portal with the order 1001, whose tasks have run."""
    pair = with_order(Pair(tmp_path))
    _complete_the_ledger(pair)
    return pair


def test_cancellation_is_reported_once_when_the_ledger_is_complete(pair: Pair) -> None:
    backup = backed_up(pair.path)
    succeeded(pair.northwind.cancel("1001"))
    go_back(pair.path, backup, pair.clock)

    # In the first round, cancel-orders may still lack links.
    for expected in ({"waiting": 1}, {"failed": 1}, {}):
        _complete_the_ledger(pair)
        assert pair.run(TASK).counts == expected

    assert len(reports(pair)) == 1
    assert pair.link("1001").state == "cancelled_by_supplier"


def test_units_that_a_task_cancelled_before_the_restore_are_no_shortage(pair: Pair) -> None:
    backup = backed_up(pair.path)
    succeeded(pair.shop.cancel("1001"))
    assert pair.run("cancel-orders").counts == {"done": 1}
    go_back(pair.path, backup, pair.clock)

    for _ in range(3):
        pair.run(TASK)
        _complete_the_ledger(pair)

    assert (reports(pair), pair.failed(TASK)) == ([], [])
    assert pair.link("1001").state == "cancelled_by_task"


def _complete_the_ledger(pair: Pair) -> None:
    """Run the tasks that report-shortages waits for, long after the round before."""
    pair.clock.at += timedelta(hours=7)
    for task in ("cancel-orders", "import-orders"):
        pair.run(task)
