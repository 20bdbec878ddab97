"""A store and accounts from before the second migration: nothing is sent or reported again."""

from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlite_utils import Database

from ordosync.accounts.connections import Connections
from ordosync.config import load_config
from ordosync.database import sqlite3
from ordosync.engine import open_portal
from ordosync.engine.comparison.ledger_filling import fill_ledger
from ordosync.engine.comparison.reconcile import compare
from ordosync.engine.scheduling.timetable import can_run
from ordosync.store import Store
from ordosync.store.migrations import migrations
from tests.store.recorded import PORTALS, OldWorld, old_world
from tests.support.command import ordosync

TASKS = (
    "import-products",
    "import-orders",
    "split-order",
    "update-tracking",
    "cancel-orders",
    "write-inventory-back",
)
SETTLED = ("done", "skipped")
OWED = {
    # A write that had not arrived when the process was killed, or the response lost, is sent once.
    *(f"{portal}-{ending}" for portal in PORTALS for ending in ("LOST-UNWRITTEN", "WAITING")),
    "shop-depot-KILLED",
    "feed-northwind-KILLED",
}
PREFIXES = {"shop-depot": "S-", "feed-northwind": "F-"}


@pytest.fixture(name="world")
def _world(tmp_path: Path) -> OldWorld:
    return old_world(tmp_path)


def run_all(world: OldWorld) -> dict[tuple[str, str], Counter[str]]:
    """Run each task of each portal once; return the counts."""
    config = load_config(world.config)
    counted = {}
    for task in TASKS:
        for portal in PORTALS:
            if can_run(config.portals[portal], task):
                ran = world.run(task, portal, may_fail=True)
                assert ran.run.error is None, ran.run
                counted[portal, task] = Counter(ran.counts)
    return counted


def test_commands_that_only_read_migrate_an_older_store_and_older_accounts(
    world: OldWorld,
) -> None:
    folder = world.config.parent

    shown = [
        ordosync(folder, *words)
        for words in (["activity"], ["orders", "list", "--account", "northwind"])
    ]

    assert [result.code for result in shown] == [0, 0], shown


def test_only_unsent_orders_are_sent_again_once(world: OldWorld) -> None:
    before = world.supplied()

    run_all(world)

    prefixed = {PREFIXES.get(n.rpartition("-")[0].removesuffix("-LOST"), "") + n for n in OWED}
    assert Counter(world.supplied()) - Counter(before) == Counter(prefixed)
    assert Counter(before) - Counter(world.supplied()) == Counter()


def test_settled_and_failed_steps_keep_their_state_and_are_not_reported_again(
    world: OldWorld,
) -> None:
    before = world.steps()

    counted = run_all(world)

    after = world.steps()
    settled = {key: row.state for key, row in before.items() if row.state in SETTLED}
    assert {key: row.state for key, row in after.items() if key in settled} == settled
    # Its label was deleted after the refusal, so it is cancelled after all.
    reopened = ("shop-northwind", "cancel-orders", "LATE-REOPENED#1")
    failed = {key for key, row in before.items() if row.state == "failed"}
    assert {key for key, row in after.items() if row.state == "failed"} == failed - {reopened}
    assert sum(counts["failed"] for counts in counted.values()) == 0


def test_old_links_stay(world: OldWorld) -> None:
    before = {*world.links()}

    run_all(world)

    # The first read of each order fills in the digests by which edits are noticed.
    removed = before - {replace(link, digests=None) for link in world.links()}
    assert {(link.kind, link.merchant_id, link.state) for link in removed} == {
        # The task cancels it.
        ("order", "LATE-REOPENED", "reopened"),
        ("order", "SPLIT-UNTOLD", "live"),
        ("order", "SPLIT-FIRST", "live"),
    }


def test_no_old_order_counts_as_edited(world: OldWorld) -> None:
    before = {*world.steps()}

    run_all(world)

    new = {key: row for key, row in world.steps().items() if key not in before}
    assert {key for key, row in new.items() if row.code == "edited"} == set()


def test_second_run_of_all_tasks_writes_nothing(world: OldWorld) -> None:
    run_all(world)
    before = {key: (row.state, row.updated_at) for key, row in world.steps().items()}
    supplied = world.supplied()

    counted = run_all(world)

    assert {key: (row.state, row.updated_at) for key, row in world.steps().items()} == before
    assert world.supplied() == supplied
    assert sum(counts["done"] for counts in counted.values()) == 0


def test_file_that_was_refused_before_is_closed_once_it_has_changed(world: OldWorld) -> None:
    key = ("feed-northwind", "import-orders", "file:3.csv")
    before = world.steps()[key]
    (world.folder / "feeds" / "3.csv").unlink()

    world.run("import-orders", "feed-northwind", may_fail=True)

    after = world.steps()[key]
    assert (before.state, after.state, after.code) == ("failed", "skipped", "mended")


def test_units_of_old_orders_are_added_from_both_accounts_and_nothing_is_reported(
    world: OldWorld,
) -> None:
    """Rule P20: no numbers means all, until `reconcile` adds them."""
    run_all(world)
    before = {key: (row.state, row.updated_at) for key, row in world.steps().items()}

    filled = fill(world, "shop-northwind")
    counted = run_all(world)

    assert filled > 0
    assert fill(world, "shop-northwind") == 0
    assert {key: (row.state, row.updated_at) for key, row in world.steps().items()} == before
    assert sum(counts["done"] + counts["failed"] for counts in counted.values()) == 0


def fill(world: OldWorld, portal: str) -> int:
    """Add the units of both accounts to the links, as `reconcile` does; return of how many."""
    config = load_config(world.config)
    with Store.open(config.database) as store, closing(Connections(world.clock)) as connections:
        opened = open_portal(config, config.portals[portal], store, connections)
        numbers = compare(opened, able=frozenset(), now=world.clock.now()).numbers
        fill_ledger(portal, store, world.clock, numbers)
        opened.close()
    return len(numbers)


def test_store_of_the_second_version_is_migrated_and_nothing_is_reported_twice(
    world: OldWorld,
) -> None:
    path = load_config(world.config).database.path
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrations(path).apply(Database(db), stop_before="m003_ledger")
        assert db.execute("pragma user_version").fetchone() == (2,)
    supplied = world.supplied()

    run_all(world)
    before = {key: (row.state, row.updated_at) for key, row in world.steps().items()}
    counted = run_all(world)

    assert len(world.supplied()) == len(supplied) + len(OWED)
    assert {key: (row.state, row.updated_at) for key, row in world.steps().items()} == before
    assert sum(counts["done"] for counts in counted.values()) == 0


def test_store_of_the_fourth_version_gets_links_that_were_never_mapped(world: OldWorld) -> None:
    path = load_config(world.config).database.path
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrations(path).apply(Database(db), stop_before="m005_sku_maps")
        assert db.execute("pragma user_version").fetchone() == (4,)
    run_all(world)

    before = {key: (row.state, row.updated_at) for key, row in world.steps().items()}
    counted = run_all(world)

    assert {(link.pack, link.merchant_sku) for link in world.links()} == {(None, None)}
    assert {key: (row.state, row.updated_at) for key, row in world.steps().items()} == before
    assert sum(counts["done"] for counts in counted.values()) == 0


@pytest.mark.of_files
def test_store_of_the_fifth_version_finds_an_order_number_in_any_case(world: OldWorld) -> None:
    path = load_config(world.config).database.path
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrations(path).apply(Database(db), stop_before="m006_several_hosts")
        db.execute("insert into order_numbers values ('p', '17', 'Web-1001')")

    with Store.open(path) as store:
        connection: Any = store._connection
        plan = connection.execute(
            "explain query plan select merchant_id from order_numbers"
            " where portal = 'p' and lower(number) = 'x'"
        ).fetchall()

        assert store.order_numbers("p").ids("wEB-1001") == ["17"]
        assert [row[-1].split(" USING ")[0] for row in plan] == ["SEARCH order_numbers"]
