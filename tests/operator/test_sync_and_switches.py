"""`sync` says what it runs; `autosync` pauses each task that is scheduled."""

from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any
from unittest.mock import patch

from ordosync.clock import Clock
from ordosync.engine.scheduling.registration import resume_tasks
from ordosync.store import Store
from tests.support.command import AT_ONCE, HEADER, on_a_terminal, ordosync, row, shop
from tests.support.desk import TwoAccounts
from tests.support.stores import opened


def test_m11_sync_says_what_it_runs_and_what_it_leaves_out(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"), config=AT_ONCE)

    result = ordosync(tmp_path, "sync")

    first = result.err.splitlines()[0]
    assert first.startswith("sync runs import-orders; leaves out ")
    assert "write-inventory-back (shipping-only portal)" in first
    assert "update-tracking, report-shortages (not possible with these accounts)" in first
    assert result.code == 0


def test_m11_sync_names_paused_tasks_that_it_runs(both: TwoAccounts) -> None:
    both.run("autosync", "off", "import-orders")

    first = both.run("sync").err.splitlines()[0]

    assert "import-orders (paused in the schedule), write-inventory-back;" in first
    assert "import-products, cancel-orders (off)" in first
    assert "split-order, update-tracking, report-shortages (runs at once)" in first


def test_m11_scheduled_cancellations_are_paused_and_resumed(both: TwoAccounts) -> None:
    config = both.folder / "config.yaml"
    config.write_text(config.read_text() + "    tasks: {cancel-orders: 10-minutes}\n")

    off = both.run("autosync", "off", "cancel-orders")
    paused = _interval(both)
    on = both.run("autosync", "on", "cancel-orders")

    assert (off.code, on.code) == (0, 0)
    assert paused == ("10-minutes", True)
    assert _interval(both) == ("10-minutes", False)


def test_m11_only_the_configuration_schedules_cancellations(both: TwoAccounts) -> None:
    result = both.run("autosync", "on", "cancel-orders")

    assert result.code == 1
    assert "add `cancel-orders: hourly` under `tasks:`" in result.err
    assert _interval(both) == ("off", False)


def test_m11_cancellations_stay_off_when_their_interval_is_removed(both: TwoAccounts) -> None:
    config = both.folder / "config.yaml"
    before = config.read_text()
    config.write_text(before + "    tasks: {cancel-orders: 10-minutes}\n")
    both.run("autosync", "off", "cancel-orders")
    both.run("autosync", "on", "cancel-orders")

    config.write_text(before)

    assert _interval(both) == ("off", False)


def _interval(both: TwoAccounts) -> tuple[str, bool]:
    slots = both.run("autosync", "--json").json["schedule"]
    (slot,) = (slot for slot in slots if slot["task"] == "cancel-orders")
    return slot["interval"], slot["paused"]


def test_h4_a_task_names_each_portal_that_it_leaves_out(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(
        "accounts:\n  a: {kind: sqlite, path: a.db}\n  b: {kind: sqlite, path: b.db}\n"
        "  feed: {kind: files, orders: {glob: feeds/*.csv, columns: {order_number: n, sku: s,"
        " quantity: q}}}\n"
        "portals:\n  a-b: {merchant: a, supplier: b}\n  feed-b: {merchant: feed, supplier: b}\n"
    )
    ordosync(tmp_path, "products", "add", "MUG", "--account", "a")

    result = ordosync(tmp_path, "import-products")

    assert result.code == 0
    assert "left out: portal feed-b cannot run import-products: " in result.err


def test_m11_sync_names_the_command_for_scheduled_cancellations(both: TwoAccounts) -> None:
    both.configure("manage_inventory: true\n", "tasks: {cancel-orders: hourly}\n")

    first = both.run("sync").err.splitlines()[0]

    assert "cancel-orders (follows its schedule; `ordosync cancel-orders` runs it now)" in first


def test_m11_help_of_sync_names_the_global_tasks(both: TwoAccounts) -> None:
    help_text = both.run("sync", "--help").out

    assert "The global tasks are import-orders, import-products" in help_text


def test_task_is_paused_for_some_time_and_resumed_by_run_due(both: TwoAccounts) -> None:
    both.run("autosync", "off", "import-orders", "--for", "2h")
    listed = both.run("autosync").out
    both.run("run-due")
    during = _slot(both, "import-orders")
    _pass_time(both, resumes_at="2020-01-01T00:00:00.000Z", next_at="2020-01-01T00:00:00.000Z")
    both.run("run-due")
    afterwards = _slot(both, "import-orders")

    assert "paused until " in listed
    assert (during["paused"], bool(during["paused_until"])) == (True, True)
    assert during["next_due_at"] == during["paused_until"]
    assert (afterwards["paused"], afterwards["paused_until"]) == (False, None)
    assert (afterwards["last_status"], afterwards["paused_since"]) == ("ok", None)


def _pass_time(both: TwoAccounts, *, resumes_at: str, next_at: str) -> None:
    with closing(opened(both.folder / "ordosync.db")) as db, db:
        db.execute(
            "update schedule set resumes_at = ?, next_at = ? where resumes_at is not null",
            (resumes_at, next_at),
        )


def test_health_says_how_many_tasks_are_paused(both: TwoAccounts) -> None:
    both.run("autosync", "off", "import-orders")

    assert "; 1 paused since 20" in both.run("health").out
    assert both.run("health", "--json").json["paused"][0]["task"] == "import-orders"


def test_switched_words_are_recognized(both: TwoAccounts) -> None:
    refused = both.run("autosync", "import-orders", "off")

    assert (refused.code, refused.err) == (
        2,
        "error: did you mean `autosync off import-orders`?\n",
    )


def test_for_is_only_for_a_pause(both: TwoAccounts) -> None:
    assert both.run("autosync", "on", "import-orders", "--for", "2h").code == 2
    assert both.run("autosync", "off", "import-orders", "--for", "soon").code == 2


def test_a_pause_needs_its_time(both: TwoAccounts) -> None:
    assert both.run("autosync", "off", "import-orders", "--for", "").code == 2
    assert _slot(both, "import-orders")["paused"] is False


def test_a_task_that_is_paused_again_meanwhile_stays_paused(both: TwoAccounts) -> None:
    both.run("autosync", "off", "import-orders", "--for", "2h")
    _pass_time(both, resumes_at="2020-01-01T00:00:00.000Z", next_at="2020-01-01T00:00:00.000Z")
    with Store.open(both.folder / "ordosync.db") as store:
        transaction = store.transaction

        def after_another_pause() -> AbstractContextManager[None]:
            both.run("autosync", "off", "import-orders", "--for", "7d")
            return transaction()

        with patch.object(store, "transaction", after_another_pause):
            resume_tasks(store, Clock())

    assert _slot(both, "import-orders")["paused"] is True


def _slot(both: TwoAccounts, task: str) -> dict[str, Any]:
    slots: list[dict[str, Any]] = both.run("autosync", "--json").json["schedule"]
    (slot,) = (slot for slot in slots if slot["task"] == task)
    return slot


def test_paused_task_still_shows_what_decides_its_interval(both: TwoAccounts) -> None:
    both.run("autosync", "off", "import-orders")

    heading = on_a_terminal(both.folder, "autosync", columns=80)

    assert "decided by" in heading
    assert "paused" in heading


def test_health_does_not_take_a_manual_call_for_cron(both: TwoAccounts) -> None:
    both.run("run-due")

    checked = both.run("health", "-v").out

    assert "cron is running" not in checked
    assert "ticks: run-due started " in checked
