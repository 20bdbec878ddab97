"""A restored store checks its open steps against the accounts, and sends nothing twice."""

import dataclasses
import json
import signal
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from msgspec.structs import replace

from ordosync.accounts import KINDS
from ordosync.accounts.account import PortalContext
from ordosync.accounts.connections import Connections
from ordosync.accounts.sqlite import SqliteAccount
from ordosync.accounts.sqlite.client import SqliteClient
from ordosync.accounts.sqlite.options import SupplierOptions
from ordosync.accounts.sqlite.supplier_orders import SupplierOrders
from ordosync.accounts.supplier import Supplier
from ordosync.config import load_config
from ordosync.database import sqlite3
from ordosync.embedded.database import EmbeddedFile
from ordosync.models import Order, Outcome
from ordosync.store import Store
from ordosync.store.step_rows import StepChange
from tests.support.command import (
    AT_ONCE,
    HEADER,
    finished,
    numbers,
    ordosync,
    row,
    shop,
    started,
    wait_until_frozen,
)
from tests.support.copies import backed_up, go_back
from tests.tasks.portal import CONFIG, Pair

pytestmark = pytest.mark.of_files

TASK = "import-orders"
LATER = timedelta(hours=2)


class TrustingOrders(SupplierOrders):
    """Accepts a reference twice: only a search beforehand finds the earlier order."""

    is_away: ClassVar[bool] = False

    def create(self, wanted: Sequence[Order], *, look_first: bool = False) -> list[Outcome]:
        if TrustingOrders.is_away:
            away = Outcome(state="unavailable", code="unavailable", reason="is away")
            return [away for _ in wanted]
        if not look_first:
            known = self.find([order.reference for order in wanted])
            wanted = [
                replace(order, reference=f"{order.reference}:twice")
                if order.reference in known
                else order
                for order in wanted
            ]
        return super().create(wanted, look_first=look_first)


class Trusting(SqliteAccount):
    """An account that accepts a reference twice."""

    kind: ClassVar[str] = "trusting"

    def supplier(
        self, options: SupplierOptions, portal: PortalContext, at: Connections
    ) -> Supplier:
        client = SqliteClient(EmbeddedFile(name=self.name, path=self.path, clock=at.clock), at)
        orders = TrustingOrders(client, prefix=options.prefix, warehouse=self.warehouse)
        return dataclasses.replace(super().supplier(options, portal, at), orders=orders)


@pytest.fixture(name="pair")
def _pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pair:
    monkeypatch.setitem(KINDS, "trusting", f"{__name__}:Trusting")
    monkeypatch.setattr(TrustingOrders, "is_away", False)
    old = "northwind: {kind: sqlite"
    assert old in CONFIG
    return Pair(tmp_path, CONFIG.replace(old, "northwind: {kind: trusting"))


def orders(pair: Pair) -> list[str]:
    return sorted(order.number for order in pair.northwind.list_orders())


def record(pair: Pair, *changes: StepChange) -> None:
    with Store.open(load_config(pair.path).database) as store, store.transaction():
        store.steps.record("shop-northwind", TASK, changes, run_id=1, clock=pair.clock)


def states(pair: Pair) -> dict[str, str]:
    with closing(sqlite3.connect(load_config(pair.path).database.path)) as db:
        return dict(db.execute("select key, state from steps"))


def test_orders_created_after_the_backup_are_looked_up(pair: Pair) -> None:
    pair.imported("1001")
    backup = backed_up(pair.path)
    pair.imported("1002")
    go_back(pair.path, backup, pair.clock)

    would = pair.would(TASK)
    ran = pair.run(TASK)

    assert would == []
    assert ran.counts == {"unchanged": 1}
    assert orders(pair) == ["1001", "1002"]


def test_an_order_is_looked_up_until_the_supplier_has_answered(pair: Pair) -> None:
    pair.imported("1001")
    backup = backed_up(pair.path)
    pair.imported("1002")
    go_back(pair.path, backup, pair.clock)
    TrustingOrders.is_away = True

    away = pair.run(TASK)
    pair.clock.at += LATER
    still_away = pair.run(TASK)
    TrustingOrders.is_away = False
    pair.clock.at += LATER
    ran = pair.run(TASK)

    assert (away.step.state, still_away.step.state) == ("unknown", "unknown")
    assert ran.counts == {"unchanged": 1}
    assert orders(pair) == ["1001", "1002"]


def test_an_order_that_is_read_late_is_still_looked_up(pair: Pair) -> None:
    pair.imported("1001")
    backup = backed_up(pair.path)
    pair.imported("1002")
    go_back(pair.path, backup, pair.clock)
    pair.sql("shop", "update orders set supplier = 'nobody' where number = '1002'")
    pair.run(TASK)
    pair.shop.request("1002", "northwind")

    pair.run(TASK)

    assert orders(pair) == ["1001", "1002"]


@pytest.mark.parametrize("state", ["sending", "waiting", "failed"])
def test_a_step_that_was_open_then_and_sent_since_is_not_sent_again(pair: Pair, state: str) -> None:
    pair.imported("1001")
    pair.request("1002")
    TrustingOrders.is_away = True
    [step] = pair.run(TASK).steps
    backup = backed_up(pair.path)
    with closing(sqlite3.connect(backup)) as db, db:
        db.execute("update steps set state = ? where id = ?", (state, step.id))
    TrustingOrders.is_away = False
    pair.clock.at += LATER
    pair.run(TASK)
    go_back(pair.path, backup, pair.clock)

    ran = pair.run(TASK)

    assert ran.counts == {"unchanged": 1}
    assert set(states(pair).values()) == {"done"}
    assert orders(pair) == ["1001", "1002"]


def test_a_step_that_still_fails_stays_failed(pair: Pair) -> None:
    pair.imported("1001")
    failed = StepChange(key="gone#1", state="failed", content="", merchant_id="gone")
    record(pair, failed)
    go_back(pair.path, backed_up(pair.path), pair.clock)

    pair.run(TASK)

    assert states(pair)["gone#1"] == "failed"


def test_a_plan_that_waits_for_the_safety_limit_is_discarded(pair: Pair) -> None:
    pair.imported("1001")
    planned = StepChange(key="MUG", state="waiting", content="", merchant_id="MUG", code="planned")
    record(pair, planned)

    go_back(pair.path, backed_up(pair.path), pair.clock)

    assert "MUG" not in states(pair)


def test_look_ups_end_after_a_complete_read_an_hour_later(pair: Pair) -> None:
    pair.imported("1001")
    go_back(pair.path, backed_up(pair.path), pair.clock)

    def behind() -> bool:
        with Store.open(load_config(pair.path).database) as store:
            return store.schedule.restored_at("shop-northwind", TASK) is not None

    pair.run(TASK)
    soon = behind()
    pair.clock.at += LATER
    pair.run(TASK)

    assert (soon, behind()) == (True, False)


def test_a_rebuilt_store_looks_up_every_order(pair: Pair) -> None:
    for number in range(1001, 1101):
        pair.request(str(number))
    pair.run(TASK)
    for file in pair.folder.glob("ordosync.db*"):
        file.unlink()

    ran = pair.run(TASK)

    assert ran.counts == {"unchanged": 100}
    assert len(orders(pair)) == 100


def test_the_replaced_store_is_kept_and_can_be_restored(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"))
    ordosync(tmp_path, TASK)
    ordosync(tmp_path, "backup", "first.db")
    shop(tmp_path, HEADER + row("1") + row("2"))
    ordosync(tmp_path, TASK)

    [back] = ordosync(tmp_path, "restore", "first.db", "--json").json["restored"]
    [forth] = ordosync(tmp_path, "restore", back["kept"], "--json").json["restored"]

    assert (back["runs"], forth["runs"]) == (1, 2)
    assert Path(back["kept"]).name.startswith("ordosync.db.before-restore-")
    assert Path(back["kept"]).stat().st_mode & 0o777 == 0o600


def test_a_run_under_way_is_not_disturbed(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"), config=AT_ONCE)
    ordosync(tmp_path, "run-due")
    ordosync(tmp_path, "backup", "backup.db")
    holder = started(tmp_path, TASK, fault="claim-after-commit:1:STOP")
    wait_until_frozen(holder)

    refused = ordosync(tmp_path, "restore", "backup.db")
    holder.send_signal(signal.SIGCONT)
    result = finished(holder)

    assert refused.code == 1
    assert "run 2, import-orders of shop-warehouse, is in progress" in refused.err
    assert result.code == 0
    assert len(ordosync(tmp_path, "activity", "--json").json["runs"]) == 2
    assert list(tmp_path.glob("*before-restore*")) == []


def test_a_run_from_before_a_restore_commits_nothing_even_after_other_runs(
    tmp_path: Path,
) -> None:
    shop(tmp_path, HEADER + row("1"))
    ordosync(tmp_path, TASK)
    ordosync(tmp_path, "backup", "backup.db")
    shop(tmp_path, HEADER + row("1") + row("2"))
    frozen = started(tmp_path, TASK, fault="result-before-commit:1:STOP")
    wait_until_frozen(frozen)
    with closing(sqlite3.connect(tmp_path / "ordosync.db")) as db, db:
        # It is frozen for longer than its lease.
        db.execute("update leases set until_boot_s = 0")

    restored = ordosync(tmp_path, "restore", "backup.db")
    with closing(sqlite3.connect(tmp_path / "ordosync.db")) as db:
        (fence,) = db.execute("select max(fence) from leases").fetchone()
    shop(tmp_path, HEADER + row("1") + row("2"))
    again = ordosync(tmp_path, TASK)
    frozen.send_signal(signal.SIGCONT)
    thawed = finished(frozen)

    assert (restored.code, again.code) == (0, 0)
    assert "another process took over the orders" in thawed.err
    # The next claim after the restore must not get the fence of the frozen run.
    assert fence > 2
    assert numbers(tmp_path) == ["1", "2"]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("empty", "is empty"),
        ("garbage", "is not a SQLite file"),
        ("cut", "is truncated"),
        ("page", "damaged"),
        ("foreign", "was not created by ordosync"),
        ("newer", "is of a newer ordosync"),
        ("open", "other users may read"),
        ("missing", "does not exist"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_nothing_changes(
    tmp_path: Path, damage: str, message: str
) -> None:
    shop(tmp_path, HEADER + "".join(row(str(number)) for number in range(500)))
    ordosync(tmp_path, TASK)
    ordosync(tmp_path, "backup", "backup.db")
    spoil(tmp_path / "backup.db", damage)
    before = (tmp_path / "ordosync.db").read_bytes()
    files = {path.name for path in tmp_path.iterdir()}

    result = ordosync(tmp_path, "restore", "backup.db")

    assert result.code == 4
    assert message in result.err
    assert "backup.db" in result.err
    assert (tmp_path / "ordosync.db").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == files


def spoil(path: Path, damage: str) -> None:
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "open":
        path.chmod(0o644)
    elif damage in ("foreign", "newer"):
        name = "application_id" if damage == "foreign" else "user_version"
        with closing(sqlite3.connect(path)) as db:
            db.execute(f"pragma {name} = 99")
    else:
        half = len(content) // 2 // 4096 * 4096
        path.write_bytes(
            {
                "empty": b"",
                "garbage": b"garbage!" * 1000,
                "cut": content[:half],
                "page": content[:half] + b"\xff" * 4096 + content[half + 4096 :],
            }[damage]
        )


@pytest.mark.parametrize("damage", ["empty", "garbage", "cut", "missing"])
def test_a_damaged_store_is_put_aside_and_replaced(tmp_path: Path, damage: str) -> None:
    shop(tmp_path, HEADER + row("1"))
    ordosync(tmp_path, TASK)
    ordosync(tmp_path, "backup", "backup.db")
    spoil(tmp_path / "ordosync.db", damage)

    broken = ordosync(tmp_path, TASK) if damage != "missing" else None
    result = ordosync(tmp_path, "restore", "backup.db")
    again = ordosync(tmp_path, TASK, "--json")

    assert broken is None or broken.code == 4
    assert result.code == 0, result
    assert (again.code, again.counts) == (0, {"seen": 0})
    assert numbers(tmp_path) == ["1"]


def move_machine(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        assert db.execute("update meta set value = 'another' where key = 'machine'").rowcount == 1


def test_the_store_of_another_machine_is_refused_until_it_is_declared_moved(
    tmp_path: Path,
) -> None:
    shop(tmp_path, HEADER + row("1"), config=AT_ONCE)
    ordosync(tmp_path, "run-due")
    shop(tmp_path, HEADER + row("1") + row("2"), config=AT_ONCE)
    with closing(sqlite3.connect(tmp_path / "ordosync.db")) as db, db:
        db.execute("update schedule set next_at = '2020-01-01T00:00:00.000Z'")
    move_machine(tmp_path / "ordosync.db")
    before = (tmp_path / "ordosync.db").read_bytes()

    refused = [ordosync(tmp_path, word) for word in (TASK, "run-due", "activity")]
    unchanged = (tmp_path / "ordosync.db").read_bytes() == before
    moved = ordosync(tmp_path, "restore", "--moved")
    result = ordosync(tmp_path, TASK, "--json")

    assert [result.code for result in refused] == [4, 4, 4]
    assert all("ordosync restore --moved" in result.err for result in refused)
    assert unchanged
    assert moved.code == 0, moved
    assert (result.code, result.counts) == (0, {"seen": 2, "done": 1, "unchanged": 1})


def test_the_backup_of_another_machine_is_restored_only_as_moved(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"))
    ordosync(tmp_path, TASK)
    ordosync(tmp_path, "backup", "backup.db")
    move_machine(tmp_path / "backup.db")

    refused = ordosync(tmp_path, "restore", "backup.db")
    moved = ordosync(tmp_path, "restore", "--moved", "backup.db")

    assert (refused.code, moved.code) == (4, 0)
    assert "restore --moved backup.db" in refused.err
    assert ordosync(tmp_path, TASK).code == 0


def test_a_restore_without_a_file_is_a_usage_error(tmp_path: Path) -> None:
    shop(tmp_path, HEADER)

    assert ordosync(tmp_path, "restore").code == 2


def test_a_scheduled_import_is_due_at_once(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"), config=AT_ONCE)
    ordosync(tmp_path, "run-due")
    ordosync(tmp_path, "backup", "backup.db")
    ordosync(tmp_path, "restore", "backup.db")

    result = ordosync(tmp_path, "run-due")

    runs = ordosync(tmp_path, "activity", "--json").json["runs"]
    assert (result.code, result.err) == (0, "")
    assert [(run["trigger"], run["status"]) for run in runs] == [("schedule", "ok")] * 2
    assert json.loads(ordosync(tmp_path, "health", "--json").out)["healthy"] is True
