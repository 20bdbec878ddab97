"""Report shortages after a restore: the ledger may lack units that a task has cancelled."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.command import ordosync
from tests.support.copies import backed_up, go_back
from tests.tasks.editing import configure
from tests.tasks.portal import Pair, succeeded
from tests.tasks.short_orders import TASK, reports, with_order


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Pair:
    """Return a portal with the order 1001, whose tasks have run."""
    pair = with_order(Pair(tmp_path))
    _complete_the_ledger(pair)
    return pair


@pytest.mark.of_files
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


@pytest.mark.of_files
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


@pytest.mark.of_files
@pytest.mark.parametrize("is_paused", [True, False])
def test_wait_for_a_task_that_does_not_run_says_what_to_do(pair: Pair, is_paused: bool) -> None:
    if is_paused:
        run_every_hour(pair)
        assert ordosync(pair.folder, "autosync", "off", "cancel-orders").code == 0
    backup = backed_up(pair.path)
    succeeded(pair.northwind.cancel("1001"))
    go_back(pair.path, backup, pair.clock)
    first = pair.run(TASK).step
    for _ in range(2):
        _complete_the_ledger(pair)

    again = pair.run(TASK)

    command = "run `ordosync cancel-orders shop-northwind` an hour after the restore"
    assert (first.state, first.code) == ("waiting", "cancellations-first")
    assert command in (first.reason or "")
    assert again.counts == {"failed": 1}


@pytest.mark.of_files
def test_wait_for_a_task_that_runs_names_no_command(pair: Pair) -> None:
    run_every_hour(pair)
    backup = backed_up(pair.path)
    succeeded(pair.northwind.cancel("1001"))
    go_back(pair.path, backup, pair.clock)

    reason = pair.run(TASK).step.reason or ""

    assert reason.startswith("waits until cancel-orders")
    assert "ordosync cancel-orders" not in reason


def run_every_hour(pair: Pair) -> None:
    """Let cancel-orders run automatically."""
    configure(pair, "tasks: {cancel-orders: hourly}")
    assert ordosync(pair.folder, "autosync").code == 0


def _complete_the_ledger(pair: Pair) -> None:
    """Run the tasks that report-shortages waits for, long after the round before."""
    pair.clock.at += timedelta(hours=7)
    for task in ("cancel-orders", "import-orders"):
        pair.run(task)
