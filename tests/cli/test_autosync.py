"""`autosync`: tasks that an operator may switch, and those that the configuration decides."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.command import AT_ONCE, HEADER, ordosync, row, shop, wake


def schedule(folder: Path, task: str = "import-orders") -> dict[str, Any]:
    result = ordosync(folder, "autosync", "--json")
    assert result.code == 0, result
    (slot,) = (slot for slot in result.json["schedule"] if slot["task"] == task)
    return dict(slot)


def test_it_shows_what_is_scheduled_before_anything_ran(tmp_path: Path) -> None:
    shop(tmp_path, HEADER)

    slot = schedule(tmp_path)

    assert slot.pop("next_due_at")
    assert slot == {
        "portal": "shop-warehouse",
        "task": "import-orders",
        "interval": "hourly",
        "paused": False,
        "decided_by": "default",
        "last_status": None,
        "paused_since": None,
        "paused_until": None,
    }
    assert not (tmp_path / "ordosync.db").exists()


def test_off_pauses_and_on_resumes(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"), config=AT_ONCE)

    off = ordosync(tmp_path, "autosync", "off", "import-orders")
    ordosync(tmp_path, "run-due")
    paused = schedule(tmp_path)
    assert off.code == 0
    assert (paused["paused"], paused["next_due_at"], paused["last_status"]) == (True, None, None)

    ordosync(tmp_path, "autosync", "on", "import-orders")
    ordosync(tmp_path, "run-due")
    resumed = schedule(tmp_path)
    assert (resumed["paused"], resumed["last_status"]) == (False, "ok")


def test_a_pause_outlives_an_edit_of_the_interval(tmp_path: Path) -> None:
    shop(tmp_path, HEADER, config=AT_ONCE)
    ordosync(tmp_path, "autosync", "off", "import-orders")

    shop(tmp_path, config=AT_ONCE + "    tasks: {import-orders: 10-minutes}\n")
    wake(tmp_path)
    ordosync(tmp_path, "run-due")

    slot = schedule(tmp_path)
    assert (slot["paused"], slot["interval"], slot["last_status"]) == (True, "10-minutes", None)


def test_a_paused_task_still_runs_by_hand(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"))
    ordosync(tmp_path, "autosync", "off", "import-orders")

    assert ordosync(tmp_path, "import-orders", "--json").run["done"] == 1


@pytest.mark.parametrize("switch", ["on", "off"])
def test_task_that_the_configuration_turns_off_stays_off(tmp_path: Path, switch: str) -> None:
    shop(tmp_path, HEADER, config=AT_ONCE + "    tasks: {import-orders: off}\n")

    result = ordosync(tmp_path, "autosync", switch, "import-orders")

    assert result.code == 1
    assert "the configuration sets `import-orders: off`; change it there" in result.err
    assert schedule(tmp_path)["interval"] == "off"


@pytest.mark.parametrize("task", ["update-tracking", "split-order"])
def test_a_task_that_runs_at_once_has_no_switch(tmp_path: Path, task: str) -> None:
    shop(tmp_path)

    result = ordosync(tmp_path, "autosync", "on", task)

    assert result.code == 2
    assert f"{task} has no switch" in result.err


def test_a_shipping_only_portal_has_no_inventory_to_switch(tmp_path: Path) -> None:
    shop(tmp_path)

    result = ordosync(tmp_path, "autosync", "on", "write-inventory-back")

    assert result.code == 2
    assert "shipping-only" in result.err


@pytest.mark.parametrize("words", [["on"], ["import-orders"], ["maybe", "import-orders"]])
def test_incomplete_command_is_refused(tmp_path: Path, words: list[str]) -> None:
    shop(tmp_path)

    result = ordosync(tmp_path, "autosync", *words)

    assert (result.code, result.out) == (2, "")


def test_one_portal_can_be_switched_alone(tmp_path: Path) -> None:
    two = AT_ONCE.rstrip() + '\n    products: {but: ["X"]}\n'
    two += '  other: {merchant: shop, supplier: warehouse, products: {skus: ["X"]}}\n'
    shop(tmp_path, HEADER, config=two)

    ordosync(tmp_path, "autosync", "off", "import-orders", "--portal", "other")

    result = ordosync(tmp_path, "autosync", "--json")
    paused = {
        slot["portal"]: slot["paused"]
        for slot in result.json["schedule"]
        if slot["task"] == "import-orders"
    }
    assert paused == {"shop-warehouse": False, "other": True}
    assert ordosync(tmp_path, "autosync", "--portal", "nobody").code == 2
