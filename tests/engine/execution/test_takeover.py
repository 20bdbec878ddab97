"""Processes that die, freeze or are stopped: the next tick continues, and nothing is sent twice."""

import json
import os
import signal
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ordosync.clock import Clock
from ordosync.store import Store, leases
from ordosync.store.leases import Lease, is_alive, this_process
from tests.support.clock import START, Cron, VirtualClock
from tests.support.combinations import covering
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
    wake,
)
from tests.support.stores import opened

POINTS = [
    f"{name}-{when}-commit"
    for name in ("claim", "intent", "account", "result", "cursor", "finish")
    for when in ("before", "after")
]


def change_store(folder: Path, sql: str, *values: object) -> None:
    with closing(opened(folder / "ordosync.db")) as db, db:
        db.execute(sql, values)


def owner(folder: Path) -> list[Any] | None:
    with closing(opened(folder / "ordosync.db")) as db:
        (name,) = db.execute("select owner from leases where resource = 'orders'").fetchone()
    return json.loads(name) if name else None


def runs(folder: Path) -> list[dict[str, Any]]:
    """Return all runs, the oldest first."""
    listed: list[dict[str, Any]] = ordosync(folder, "activity", "-n", "99", "--json").json["runs"]
    return listed[::-1]


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_the_next_tick_takes_over(tmp_path: Path, point: str) -> None:
    shop(tmp_path, HEADER + row("1") + row("2"), config=AT_ONCE)

    killed = ordosync(tmp_path, "run-due", fault=point)
    taken_over = ordosync(tmp_path, "run-due")
    third = ordosync(tmp_path, "run-due")

    assert killed.code == -signal.SIGKILL
    assert (taken_over.code, taken_over.out, taken_over.err) == (0, "", "")
    assert (third.code, third.err) == (0, "")
    assert numbers(tmp_path) == ["1", "2"]
    assert owner(tmp_path) is None
    statuses = [(run["status"], run["error"] and run["error"]["code"]) for run in runs(tmp_path)]
    assert statuses[-1] == ("ok", None)
    assert set(statuses[:-1]) <= {("interrupted", "crashed")}
    assert ordosync(tmp_path, "autosync", "--json").json["schedule"][0]["last_status"] == "ok"


@pytest.mark.parametrize("point", ["intent-after-commit", "result-before-commit"])
def test_a_thawed_process_whose_lease_was_taken_over_commits_nothing(
    tmp_path: Path, point: str
) -> None:
    shop(tmp_path, HEADER + row("1"), config=AT_ONCE)
    thawed = started(tmp_path, "run-due", fault=f"{point}:1:STOP")
    wait_until_frozen(thawed)
    silent = ordosync(tmp_path, "run-due")
    change_store(tmp_path, "update leases set until_boot_s = 0")

    taken_over = ordosync(tmp_path, "run-due")
    before = runs(tmp_path)
    thawed.send_signal(signal.SIGCONT)
    result = finished(thawed)

    # At this time the lease was still held.
    assert (silent.code, silent.err) == (0, "")
    assert (taken_over.code, taken_over.err) == (0, "")
    assert result.code == 1
    assert "another process took over the orders" in result.err
    assert runs(tmp_path) == before
    assert [run["status"] for run in before] == ["interrupted", "ok"]
    assert numbers(tmp_path) == ["1"]


def test_a_frozen_process_keeps_its_lease_until_it_ends(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"), config=AT_ONCE)
    holder = started(tmp_path, "run-due", fault="intent-after-commit:1:STOP")
    wait_until_frozen(holder)

    by_cron = ordosync(tmp_path, "run-due")
    by_hand = ordosync(tmp_path, "import-orders")
    as_json = ordosync(tmp_path, "import-orders", "--json")
    holder.send_signal(signal.SIGCONT)

    assert (by_cron.code, by_cron.err) == (0, "")
    assert (by_hand.code, by_hand.out) == (0, "")
    assert "import-orders is running since" in by_hand.err
    assert by_hand.err.endswith("run 1\n")
    assert (as_json.code, as_json.run["id"], as_json.run["status"]) == (0, 1, "running")
    assert finished(holder).code == 0
    assert [run["status"] for run in runs(tmp_path)] == ["ok"]


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_wall_clock_that_is_set_takes_no_lease_from_a_living_owner(
    tmp_path: Path, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(tmp_path, HEADER + row("1"), config=AT_ONCE)
    holder = started(tmp_path, "run-due", fault="intent-after-commit:1:STOP")
    wait_until_frozen(holder)
    set_to = datetime.now(UTC) + timedelta(hours=hours)
    monkeypatch.setattr(Clock, "now", lambda _: set_to)

    by_hand = ordosync(tmp_path, "import-orders")
    monkeypatch.undo()
    holder.send_signal(signal.SIGCONT)

    assert "import-orders is running since" in by_hand.err
    assert finished(holder).code == 0
    assert [run["status"] for run in runs(tmp_path)] == ["ok"]


def test_the_lease_of_an_older_version_ends_at_its_wall_time(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"), config=AT_ONCE)
    holder = started(tmp_path, "run-due", fault="intent-after-commit:1:STOP")
    wait_until_frozen(holder)
    change_store(tmp_path, "update leases set until_boot_s = null")
    change_store(tmp_path, "update steps set sent_boot_s = null")

    while_it_lasts = ordosync(tmp_path, "import-orders")
    change_store(tmp_path, "update leases set until = '2020-01-01T00:00:00.000Z'")
    later = ordosync(tmp_path, "import-orders")

    holder.kill()
    holder.communicate()
    assert "import-orders is running since" in while_it_lasts.err
    assert later.code == 0
    assert numbers(tmp_path) == ["1"]


@pytest.mark.of_files
def test_an_owner_in_another_container_is_not_taken_for_dead(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"), config=AT_ONCE)
    ordosync(tmp_path, "run-due", fault="intent-after-commit")
    change_store(
        tmp_path, "update leases set owner = ?", json.dumps([*(owner(tmp_path) or [])[:3], "pid:1"])
    )

    while_it_lasts = ordosync(tmp_path, "import-orders")
    change_store(tmp_path, "update leases set until_boot_s = 0")
    later = ordosync(tmp_path, "import-orders")

    assert "import-orders is running since" in while_it_lasts.err
    assert later.code == 0
    assert numbers(tmp_path) == ["1"]


def test_where_no_process_can_be_seen_a_lease_ends_by_time_or_by_a_new_start_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_boot_id", "_container"):
        monkeypatch.setattr(leases, name, lambda: "")
    monkeypatch.setattr(leases, "_started", lambda _: None)
    monkeypatch.setattr(leases, "_owner", leases._owner.__wrapped__)
    clock = VirtualClock()
    with Store.open(tmp_path / "ordosync.db") as store:

        def claim() -> bool:
            with store.transaction():
                return isinstance(store.leases.claim("portal", "orders", clock=clock), Lease)

        first = claim()
        held = claim()
        clock.sleep(601)
        run_out = claim()
        clock.restart()
        later = claim()

    assert [first, held, run_out, later] == [True, False, True, True]


@pytest.mark.of_files
@pytest.mark.parametrize("other", ["pid reused", "other boot", "zombie"])
def test_an_owner_that_only_seems_alive_is_taken_over(tmp_path: Path, other: str) -> None:
    shop(tmp_path, HEADER + row("1"), config=AT_ONCE)
    ordosync(tmp_path, "run-due", fault="intent-after-commit")
    boot_id, *_ = owner(tmp_path) or []
    _, ours, since, _ = json.loads(this_process())
    child = subprocess.Popen(["sleep", "60"])
    named = {
        "pid reused": [boot_id, ours, "1"],
        "other boot": ["an earlier boot", ours, since],
        "zombie": [boot_id, child.pid, _started(child.pid)],
    }[other]
    change_store(tmp_path, "update leases set owner = ?", json.dumps(named))
    if other == "zombie":
        assert is_alive(json.dumps(named))
    # No process waits for the child yet, so it stays a zombie.
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    result = ordosync(tmp_path, "run-due")

    child.wait()
    assert (result.code, result.err) == (0, "")
    assert numbers(tmp_path) == ["1"]
    assert [run["status"] for run in runs(tmp_path)] == ["interrupted", "ok"]


def _started(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


@pytest.mark.parametrize(
    ("signalled", "command"),
    covering([("TERM", 143), ("INT", 130), ("HUP", 129)], ["run-due", "import-orders"]),
)
def test_a_signal_ends_the_run_after_the_write_under_way(
    tmp_path: Path, command: str, signalled: tuple[str, int]
) -> None:
    name, code = signalled
    # These are three batches.
    many = [str(number) for number in range(1000, 2100)]
    shop(tmp_path, HEADER + "".join(map(row, many)), config=AT_ONCE)

    stopped = ordosync(tmp_path, command, fault=f"account-before-commit:1:{name}")
    sent = numbers(tmp_path)
    again = ordosync(tmp_path, command)

    assert stopped.code == code
    assert 0 < len(sent) < len(many)
    (first, second) = runs(tmp_path)
    assert (first["status"], first["error"]["code"]) == ("interrupted", "signal")
    assert (first["done"], first["done"] + second["done"]) == (len(sent), len(many))
    assert owner(tmp_path) is None
    assert again.code == 0
    assert numbers(tmp_path) == many
    # The task is due again immediately, although its slot has begun.
    if command == "run-due":
        assert second["trigger"] == "schedule"


class SlowClock(VirtualClock):
    """A clock that moves a quarter of an hour each time it is read."""

    def monotonic(self) -> float:
        self.sleep(900)
        return super().monotonic()


def test_a_run_past_its_deadline_ends_silently_and_goes_on_at_the_next_tick(
    tmp_path: Path,
) -> None:
    many = [str(number) for number in range(1000, 4000)]
    shop(tmp_path, HEADER + "".join(map(row, many)), config=AT_ONCE)
    cron = Cron(tmp_path, SlowClock(START))

    while not cron.runs or cron.runs[-1].status == "interrupted":
        cron.tick()

    assert [run.error and run.error.code for run in cron.runs][:-1] == ["deadline"] * (
        len(cron.runs) - 1
    )
    assert len(cron.runs) > 1
    assert cron.runs[-1].status == "ok"
    assert cron.alerts == []
    assert numbers(tmp_path) == many


def test_a_wait_of_many_ticks_counts_as_no_attempt_and_no_crash(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"), config=AT_ONCE)
    holder = started(tmp_path, "import-orders", fault="intent-after-commit:1:STOP")
    wait_until_frozen(holder)

    waited = [ordosync(tmp_path, "run-due") for _ in range(5)]
    holder.send_signal(signal.SIGCONT)
    finished(holder)
    wake(tmp_path)
    result = ordosync(tmp_path, "run-due")

    assert [(result.code, result.err) for result in waited] == [(0, "")] * 5
    assert (result.code, result.err) == (0, "")
    assert len(runs(tmp_path)) == 2
