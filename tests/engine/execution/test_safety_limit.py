"""The safety limit: a run that would change far too much writes nothing without `--force`."""

import signal
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.engine.execution.falling_stock import count_stock, shop_with_stock
from tests.support.command import ordosync, wake
from tests.support.desk import TwoAccounts
from tests.support.stores import opened


def _physical(both: TwoAccounts) -> list[Any]:
    return [row["physical"] for row in both.shop("stock", "list", "--json").json["stock"]]


def test_stock_that_falls_to_0_at_once_is_not_written_without_force(tmp_path: Path) -> None:
    both = shop_with_stock(tmp_path, 25)
    count_stock(both, 25, 1)

    stopped = both.run("write-inventory-back", "--json")
    again = both.run("write-inventory-back", "--json")

    for result in (stopped, again):
        assert (result.code, result.run["status"], result.run["error"]["code"]) == (
            1,
            "failed",
            "brake",
        )
        assert result.counts == {"seen": 25, "failed": 25}
        assert "would set to 0 25 of 25" in result.run["error"]["message"]
    assert _physical(both) == [8] * 25
    assert both.run("write-inventory-back", "--force", "--json").counts == {"seen": 25, "done": 25}
    assert _physical(both) == [0] * 25


def test_a_scheduled_run_that_is_stopped_each_time_is_reported_once(tmp_path: Path) -> None:
    both = shop_with_stock(tmp_path, 25)
    both.run("run-due")
    count_stock(both, 25, 1)

    wake(tmp_path)
    first = both.run("run-due")
    wake(tmp_path)
    with closing(opened(tmp_path / "ordosync.db")) as db, db:
        db.execute("update schedule set failures = 0, tried_at = null")
    second = both.run("run-due")

    assert len(first.err.splitlines()) == 1
    assert "would set to 0 25 of 25" in first.err
    assert (second.code, second.err) == (1, "")


def test_few_that_fall_to_0_are_written(tmp_path: Path) -> None:
    both = shop_with_stock(tmp_path, 19)
    count_stock(both, 19, 1)

    assert both.run("write-inventory-back", "--json").counts == {"seen": 19, "done": 19}


@pytest.mark.parametrize(("cancelled", "status"), [(25, "failed"), (6, "ok")])
def test_many_cancellations_at_once_wait_for_the_operator(
    tmp_path: Path, cancelled: int, status: str
) -> None:
    both = TwoAccounts(tmp_path)
    for number in range(25):
        both.shop("orders", "add", str(number), "--line", "MUG=1", "--supplier", "northwind")
    both.run("import-orders")
    for number in range(cancelled):
        both.shop("orders", "cancel", str(number))

    result = both.run("cancel-orders", "--json")

    assert result.run["status"] == status
    open_orders = both.northwind("orders", "list", "--status", "awaiting_fulfillment", "--json")
    left = 25 if status == "failed" else 25 - cancelled
    assert len(open_orders.json["orders"]) == left
    assert both.run("cancel-orders", "--force", "--json").run["status"] == "ok"
    counts = ordosync(tmp_path, "cancel-orders", "--json").counts
    assert counts == {"seen": 0}


@pytest.mark.parametrize("task", ["write-inventory-back", "cancel-orders"])
def test_plan_of_a_killed_command_makes_no_task_due(tmp_path: Path, task: str) -> None:
    both = shop_with_stock(tmp_path, 2)
    assert both.run("run-due").code == 0
    count_stock(both, 2, 7)
    both.shop("orders", "cancel", "1")

    killed = ordosync(tmp_path, task, fault="intent-before-commit")
    for _ in range(3):
        both.run("run-due")

    assert killed.code == -signal.SIGKILL
    newest, *_ = [run for run in both.activity() if run[0] == task]
    assert newest == (task, "manual", "interrupted")
    assert both.run(task, "--json").run["done"] > 0
