"""A change of what a Supplier can sell makes the stock task of all its portals due."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ordosync.config import load_config
from ordosync.engine.scheduling.timetable import switch_task
from ordosync.idle import _nothing_is_due
from ordosync.store import Store
from ordosync.store.runs import Run
from ordosync.store.schedule_row import ScheduleRow
from tests.support.clock import Cron
from tests.support.command import ordosync
from tests.support.kills import killed_at, paused_at
from tests.support.stores import opened
from tests.tasks.portal import (
    CONFIG,
    SUPPLIER,
    Pair,
    available,
    line,
    order,
    physical,
    succeeded,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TASK = "write-inventory-back"
PORTALS = ("outlet-northwind", "shop-northwind")
OF_FILES = """
accounts:
  shop: {kind: sqlite, path: shop.db}
  depot:
    kind: files
    order_files: {folder: out, columns: {order_number: No, sku: SKU, quantity: Qty}}
    stock: {glob: "stock/*.csv", columns: {sku: SKU, quantity: Qty}}
portals:
  shop-depot:
    merchant: shop
    supplier: depot
    manage_inventory: true
"""


class World(Pair):
    """Two Merchants of one Supplier, and cron."""

    def __init__(self, folder: Path, config: str = CONFIG) -> None:
        super().__init__(folder, config)
        self.cron = Cron(folder, self.clock)

    def pass_by(self, span: timedelta, *, every: timedelta = MINUTE) -> list[Run]:
        """Let cron call; return the runs that wrote inventory back."""
        before, end = len(self.cron.runs), self.clock.at + span
        with Store.open(load_config(self.path).database) as store:
            while self.clock.at < end:
                self.clock.at += every
                self.cron.tick_if_due(self.clock.at, store)
        return [run for run in self.cron.runs[before:] if run.task == TASK]

    def row(self, portal: str) -> ScheduleRow:
        """Return the schedule of the task."""
        with Store.open(load_config(self.path).database) as store:
            row = store.schedule.get(portal, TASK)
            assert row
            return row

    def sell(self, number: str) -> None:
        """Sell one unit at the shop, and import the order."""
        self.imported(number, line())

    def link_of(self, portal: str, merchant_id: str) -> str:
        """Return the number of the Supplier's order."""
        with Store.open(load_config(self.path).database) as store:
            link = store.links(portal).of_merchant("order", [merchant_id])[merchant_id]
            return link.supplier_id

    def desk(self, *words: str) -> None:
        """Run a command of the Supplier's desk, a little later."""
        self.command(*words, "--account", "northwind")

    def command(self, *words: str) -> None:
        """Run a command, a little later."""
        self.clock.at += timedelta(seconds=1)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("ordosync.cli.context.Clock", lambda: self.clock)
            result = ordosync(self.folder, *words)
        assert result.code == 0, result


@pytest.fixture(scope="module", name="begun")
def _begun(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Let two hours of cron pass once, since they take longer than most tests."""
    world = World(tmp_path_factory.mktemp("world"))
    for desk, portal in ((world.shop, "shop-northwind"), (world.outlet, "outlet-northwind")):
        succeeded(desk.add_order(order("1", line()), supplier=SUPPLIER))
        world.run("import-orders", portal)
        world.run("import-products", portal)
    world.northwind.set_stock("MUG", "main", 22)
    world.pass_by(2 * HOUR)
    assert (physical(world.shop, "MUG"), physical(world.outlet, "MUG")) == (20, 20)
    return world


@pytest.fixture
def world(tmp_path: Path, begun: World) -> World:
    """Both Merchants show the 20 units of the Supplier, and the first hours are over."""
    shutil.copytree(begun.folder, tmp_path, dirs_exist_ok=True)
    world = World(tmp_path)
    world.clock.at = begun.clock.at
    return world


def woken(runs: list[Run]) -> list[tuple[str, datetime]]:
    return [(run.portal, run.started_at) for run in runs if run.trigger == "woken"]


def test_an_import_wakes_all_portals_of_the_supplier_and_moves_no_slot(world: World) -> None:
    slots = {portal: world.row(portal).history.done_at for portal in PORTALS}
    world.sell("2")
    at = world.clock.at

    runs = world.pass_by(MINUTE)

    assert sorted(woken(runs)) == [(portal, at + MINUTE) for portal in PORTALS]
    assert (physical(world.shop, "MUG"), physical(world.outlet, "MUG")) == (19, 19)
    assert {portal: world.row(portal).history.done_at for portal in PORTALS} == slots
    listed = ordosync(world.folder, "activity", "--all", "--json").json["runs"]
    assert [run["trigger"] for run in listed].count("woken") == 2


def test_l10_a_cancellation_wakes_them(world: World) -> None:
    world.sell("2")
    world.pass_by(MINUTE)
    succeeded(world.shop.cancel("2"))
    assert world.run("cancel-orders").count("done") == 1

    runs = world.pass_by(MINUTE)

    assert {portal for portal, _ in woken(runs)} == {*PORTALS}
    assert physical(world.outlet, "MUG") == 20


@pytest.mark.parametrize(
    "words",
    [
        ("stock", "set", "MUG", "30"),
        ("stock", "adjust", "MUG", "--by", "-3"),
        ("orders", "add", "90", "--line", "MUG=2"),
        ("orders", "cancel", "2"),
        ("orders", "short", "2", "--line", "MUG=1", "--reason", "out-of-stock"),
    ],
    ids=" ".join,
)
def test_l9_the_desk_wakes_them(world: World, words: tuple[str, ...]) -> None:
    world.sell("2")
    world.pass_by(MINUTE)
    before = physical(world.outlet, "MUG")
    world.desk(*words)

    runs = world.pass_by(2 * MINUTE)

    assert {portal for portal, _ in woken(runs)} == {*PORTALS}
    assert physical(world.outlet, "MUG") != before


@pytest.mark.parametrize(
    "words",
    [
        ("orders", "edit", "2", "--warehouse", "east"),
        ("orders", "ship", "2", "--carrier", "UPS", "--tracking", "1Z9", "--warehouse", "east"),
    ],
    ids=" ".join,
)
def test_l9_another_warehouse_wakes_them(world: World, words: tuple[str, ...]) -> None:
    text = world.path.read_text()
    limited = "supplier: {account: northwind, warehouses: [main]}"
    world.path.write_text(text.replace("supplier: northwind", limited))
    world.desk("stock", "set", "MUG", "5", "--warehouse", "east")
    world.sell("2")
    world.pass_by(MINUTE)
    before = physical(world.outlet, "MUG") or 0
    world.desk(*words)

    runs = world.pass_by(2 * MINUTE)

    assert {portal for portal, _ in woken(runs)} == {*PORTALS}
    assert physical(world.outlet, "MUG") == before + 1


def test_a_stop_and_its_end_wake_their_portal(world: World) -> None:
    world.command("stock", "stop", "MUG", "--portal", "outlet-northwind")
    stopped = world.pass_by(MINUTE)
    shown = physical(world.outlet, "MUG")
    world.command("stock", "resume", "MUG")
    resumed = world.pass_by(MINUTE)

    of_portal = [portal for portal, _ in [*woken(stopped), *woken(resumed)]]
    assert of_portal == ["outlet-northwind"] * 2
    assert (shown, physical(world.outlet, "MUG")) == (0, 20)


def test_a_stop_by_a_shortage_wakes_its_portal(world: World) -> None:
    text = world.path.read_text()
    world.path.write_text(text + "    shortages: {zero_stock: [discontinued]}\n")
    succeeded(world.outlet.add_order(order("3", line()), supplier=SUPPLIER))
    world.run("import-orders", "outlet-northwind")
    world.pass_by(MINUTE)
    number = world.link_of("outlet-northwind", "3")

    # Units that are sent later stay ordered.
    words = ("--line", "MUG=1", "--reason", "discontinued", "--later", "unknown")
    world.desk("orders", "short", number, *words)

    assert [portal for portal, _ in woken(world.pass_by(MINUTE))] == ["outlet-northwind"]
    assert physical(world.outlet, "MUG") == 0


def test_a_parcel_wakes_nothing_since_its_units_were_ordered_before(world: World) -> None:
    world.sell("2")
    world.pass_by(MINUTE)
    world.desk("orders", "ship", "2", "--carrier", "UPS", "--tracking", "1Z9")

    runs = world.pass_by(2 * HOUR)

    assert woken(runs) == []
    assert physical(world.outlet, "MUG") == 19


def test_l12_two_calls_at_once_run_a_woken_task_once(world: World) -> None:
    world.sell("2")
    world.clock.at += MINUTE

    def call_again() -> None:
        world.cron.tick()

    with paused_at("claim-before-commit", 1, call_again):
        world.cron.tick()

    assert sorted(portal for portal, _ in woken(world.cron.runs)) == [*PORTALS]


def test_l14_merchant_with_physical_on_hand_shows_less_while_an_order_is_open(
    world: World,
) -> None:
    world.sell("2")
    world.pass_by(MINUTE)

    # Orders 1 and 2 are open at the shop, and the Supplier has subtracted them, too.
    assert available(world.shop, "MUG") == 19 - 2 < (available(world.northwind, "MUG") or 0)


@pytest.mark.parametrize("days", [1, pytest.param(7, marks=pytest.mark.slow)])
def test_nothing_wakes_while_nothing_changes(world: World, days: int) -> None:
    runs = world.pass_by(timedelta(days=days), every=HOUR)

    assert [run.trigger for run in runs] == ["schedule"] * (2 * days * 24)


def test_two_portals_do_not_wake_each_other(world: World) -> None:
    world.sell("2")
    succeeded(world.outlet.add_order(order("3", line()), supplier=SUPPLIER))
    world.run("import-orders", "outlet-northwind")

    runs = world.pass_by(6 * HOUR)

    assert sorted(portal for portal, _ in woken(runs)) == [*PORTALS]
    assert len(runs) == 2 + 2 * 6


def test_they_are_woken_at_most_once_a_minute(world: World) -> None:
    start = world.clock.at.replace(second=0)
    for second in range(0, 300, 10):
        world.clock.at = start + timedelta(seconds=second)
        succeeded(world.northwind.set_stock("MUG", "main", 100 + second))
        world.desk("stock", "adjust", "MUG", "--by", "1")
        world.cron.tick()

    runs = [run for run in world.cron.runs if run.trigger == "woken"]
    minutes = [run.started_at.minute for run in runs if run.portal == "outlet-northwind"]
    assert len(minutes) == len(set(minutes)) >= 4


@pytest.mark.parametrize("way", ["paused", "off"])
def test_a_task_that_is_paused_or_off_is_not_woken(world: World, way: str) -> None:
    if way == "paused":
        config = load_config(world.path)
        with Store.open(config.database) as store:
            switch_task(config, store, "outlet-northwind", TASK, on=False, now=world.clock.now())
    else:
        world.path.write_text(f"{world.path.read_text()}    tasks: {{{TASK}: off}}\n")
    world.sell("2")

    runs = world.pass_by(3 * HOUR)

    assert {run.portal for run in runs} == {"shop-northwind"}
    assert [portal for portal, _ in woken(runs)] == ["shop-northwind"]


def test_a_process_that_is_killed_before_it_wakes_them_costs_one_interval(world: World) -> None:
    world.request("2", line())
    with killed_at("finish-after-commit", 1) as passed:
        world.run("import-orders")
    assert passed

    runs = world.pass_by(HOUR)

    assert woken(runs) == []
    assert physical(world.outlet, "MUG") == 19


def test_an_order_that_had_arrived_before_a_kill_wakes_them_once_it_is_found(
    world: World,
) -> None:
    world.request("2", line())
    with killed_at("result-before-commit", 1):
        world.run("import-orders")
    world.clock.at += 10 * MINUTE
    before = world.clock.at

    found = world.run("import-orders")

    assert found.count("done") == 0
    assert all((world.row(portal).woken_at or before) > before for portal in PORTALS)


def test_a_change_during_a_run_is_written_by_the_next_one(world: World) -> None:
    world.desk("stock", "set", "MUG", "30")
    row = world.row("outlet-northwind")
    assert row.woken_at

    with Store.open(load_config(world.path).database) as store, store.transaction():
        store.schedule.started(row.portal, TASK, now=row.woken_at - MINUTE / 2, scheduled=True)
        store.schedule.ended(row.portal, TASK, "ok", now=row.woken_at + MINUTE / 2, scheduled=True)

    assert [portal for portal, _ in woken(world.pass_by(MINUTE))] == [*PORTALS]


def test_a_wrong_clock_wakes_them_only_once(world: World) -> None:
    right = world.clock.at
    world.clock.jump(timedelta(days=1))
    world.desk("stock", "set", "MUG", "30")
    world.clock.at = right

    runs = world.pass_by(3 * HOUR)

    assert len(woken(runs)) <= 2
    assert physical(world.outlet, "MUG") == 28


@pytest.mark.of_files
def test_the_idle_tick_ends_at_once_until_a_task_is_woken(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load_config(world.path)
    monkeypatch.setattr("ordosync.idle.time.time", lambda: datetime.timestamp(world.clock.at))
    before = _nothing_is_due(str(config.database), config.digest)

    world.desk("stock", "set", "MUG", "30")
    world.clock.at += MINUTE

    assert before
    assert not _nothing_is_due(str(config.database), config.digest)


@pytest.mark.of_files
def test_what_is_due_is_found_by_two_indexes(world: World) -> None:
    statements: list[str] = []
    with Store.open(load_config(world.path).database) as store:
        connection: Any = store._connection
        connection.set_trace_callback(statements.append)
        store.schedule.due(world.clock.now())
        connection.set_trace_callback(None)
    with opened(load_config(world.path).database.path) as db:
        plan = [row[-1] for row in db.execute(f"explain query plan {statements[-1]}")]

    assert [words for words in plan if "SCAN" in words and "schedule" in words] == []
    assert {words.split("INDEX ")[-1].split()[0] for words in plan if "INDEX" in words} == {
        "schedule_next_at",
        "schedule_last_started_at",
    }


def test_files_of_stock_are_not_read_again_since_no_order_changes_them(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "stock").mkdir()
    (tmp_path / "stock" / "now.csv").write_text("SKU,Qty\nMUG,20\n")
    world = World(tmp_path, OF_FILES)
    succeeded(world.shop.add_order(order("1", line()), supplier="depot"))
    world.cron.tick()
    succeeded(world.shop.add_order(order("2", line()), supplier="depot"))
    assert world.run("import-orders", "shop-depot").count("done") == 1

    assert woken(world.pass_by(3 * HOUR)) == []
