"""`run-due` as cron calls it: once, quietly, and never stopped by one failing portal."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ordosync.clock import Clock
from ordosync.config import load_config
from ordosync.engine import register
from ordosync.engine.scheduling import tick
from ordosync.store import Store
from tests.support.clock import Cron, VirtualClock
from tests.support.combinations import covering
from tests.support.command import (
    AT_ONCE,
    HEADER,
    numbers,
    on_a_terminal,
    ordosync,
    row,
    shop,
    wake,
)
from tests.support.stores import opened

HEAVY = ("typer", "requests", "rich", "sqlite_utils", "yaml", "logging", "dataclasses", "asyncio")
IMPORTED = (
    "import atexit, sys; from ordosync.__main__ import main; sys.argv = ['ordosync', 'run-due'];"
    f"atexit.register(lambda: print([name for name in {HEAVY!r} if name in sys.modules]));"
    "main()"
)


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.of_files
@pytest.mark.parametrize("portals", [3, 1000])
def test_an_idle_tick_imports_next_to_nothing_and_writes_nothing(
    tmp_path: Path, portals: int
) -> None:
    many = "".join(
        f'  p{n}: {{merchant: shop, supplier: warehouse, products: {{skus: ["{n}"]}}}}\n'
        for n in range(portals)
    )
    shop(tmp_path, config=AT_ONCE.partition("portals:")[0] + "portals:\n" + many)
    config = load_config(tmp_path / "config.yaml")
    with Store.open(config.database) as store:
        register(config, store, Clock())
    with closing(opened(tmp_path / "ordosync.db")) as db, db:
        db.execute("update schedule set next_at = '2099-01-01T00:00:00.000Z'")
    before = contents(tmp_path)

    result = subprocess.run(
        [sys.executable, "-c", IMPORTED], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert (result.stdout, result.stderr) == ("[]\n", "")
    assert contents(tmp_path) == before


def test_due_tasks_run_without_output(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"), config=AT_ONCE)

    first, second = ordosync(tmp_path, "run-due"), ordosync(tmp_path, "run-due")

    assert [(result.code, result.out, result.err) for result in (first, second)] == [
        (0, "", "")
    ] * 2
    assert numbers(tmp_path) == ["1"]
    (run,) = ordosync(tmp_path, "activity", "--json").json["runs"]
    assert (run["trigger"], run["status"], run["done"]) == ("schedule", "ok", 1)


def test_it_works_in_the_bare_environment_of_cron(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"), config=AT_ONCE)

    result = subprocess.run(
        [sys.executable, "-m", "ordosync", "run-due"],
        cwd="/",
        env={"ORDOSYNC_CONFIG": str(tmp_path / "config.yaml"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )

    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
    assert numbers(tmp_path) == ["1"]


def test_an_edited_interval_holds_from_the_next_tick(tmp_path: Path) -> None:
    shop(tmp_path, HEADER)
    ordosync(tmp_path, "run-due")
    (before,) = ordosync(tmp_path, "autosync", "--json").json["schedule"]

    shop(tmp_path, config=AT_ONCE + "    tasks: {import-orders: daily}\n")
    result = ordosync(tmp_path, "run-due")

    (after,) = ordosync(tmp_path, "autosync", "--json").json["schedule"]
    assert (result.code, result.err) == (0, "")
    assert (before["interval"], after["interval"]) == ("hourly", "daily")
    # The same moment in one hour of the day, when both intervals begin at once.
    assert before["next_due_at"] <= after["next_due_at"]
    assert len(ordosync(tmp_path, "activity", "--json").json["runs"]) == 1


def test_a_failed_run_is_tried_again_in_its_own_slot(tmp_path: Path) -> None:
    shop(
        tmp_path,
        config=AT_ONCE.replace("feeds/*", "later/*") + "    tasks: {import-orders: daily}\n",
    )
    cron = Cron(tmp_path, VirtualClock(datetime(2026, 11, 2, 12, tzinfo=UTC)))
    cron.tick()
    (tmp_path / "later").mkdir()

    for _ in range(3):
        cron.clock.at += timedelta(minutes=1)
        cron.tick()

    assert [run.status for run in cron.runs] == ["failed", "ok"]


def test_a_manual_run_moves_no_slot(tmp_path: Path) -> None:
    shop(tmp_path, HEADER)
    ordosync(tmp_path, "run-due")
    (before,) = ordosync(tmp_path, "autosync", "--json").json["schedule"]

    ordosync(tmp_path, "import-orders")

    assert ordosync(tmp_path, "autosync", "--json").json["schedule"] == [before]


def test_a_failing_portal_does_not_affect_the_others(tmp_path: Path) -> None:
    broken = AT_ONCE.replace("portals:", "  broken: {kind: sqlite, path: broken.db}\nportals:")
    broken = broken.rstrip() + "\n    products: {but: [CUP]}\n"
    broken += "  a-broken-one: {merchant: shop, supplier: broken, products: {skus: [CUP]}}\n"
    feed = HEADER + row("1") + row("2").replace("MUG", "CUP")
    shop(tmp_path, feed, config=broken)
    (tmp_path / "broken.db").write_bytes(b"no database")
    (tmp_path / "broken.db").chmod(0o600)

    result = ordosync(tmp_path, "run-due")
    again = ordosync(tmp_path, "run-due")

    assert (result.code, result.out) == (1, "")
    (line,) = result.err.splitlines()
    assert "portal a-broken-one: import-orders: account broken" in line
    assert ordosync(tmp_path, "orders", "list", "--account", "warehouse", "--json").json["orders"]
    # The next try is in a minute.
    assert (again.code, again.err) == (0, "")


def test_orders_that_need_a_person_are_reported_once(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1") + row("2", "many"), config=AT_ONCE)

    first = ordosync(tmp_path, "run-due")
    wake(tmp_path)
    second = ordosync(tmp_path, "run-due")

    assert first.code == 1
    assert first.err == (
        "portal shop-warehouse: import-orders: 1 failed and need you;"
        " `ordosync show 1` shows the reasons\n"
    )
    assert (second.code, second.err) == (0, "")
    assert numbers(tmp_path) == ["1"]


def test_a_wrong_configuration_is_reported_once_for_its_content(tmp_path: Path) -> None:
    shop(tmp_path, HEADER)
    ordosync(tmp_path, "run-due")

    shop(tmp_path, config=AT_ONCE + "    tasks: {import-orders: 5-minutes}\n")
    wrong = [ordosync(tmp_path, "run-due") for _ in range(3)]
    shop(tmp_path, config=AT_ONCE + "    tasks: {import-orders: 7-minutes}\n")
    otherwise = ordosync(tmp_path, "run-due")

    assert [result.code for result in [*wrong, otherwise]] == [3] * 4
    assert ["5-minutes" in result.err for result in wrong] == [True, False, False]
    assert [result.err for result in wrong[1:]] == ["", ""]
    assert "7-minutes" in otherwise.err


@pytest.mark.of_files
def test_a_store_that_cannot_be_used_is_reported_once_and_again_when_it_comes_back(
    tmp_path: Path,
) -> None:
    shop(tmp_path, HEADER)
    store = tmp_path / "ordosync.db"
    store.mkdir()

    bad = [ordosync(tmp_path, "run-due") for _ in range(2)]
    store.rmdir()
    good = ordosync(tmp_path, "run-due")

    assert [(result.code, bool(result.err)) for result in bad] == [(4, True), (4, False)]
    assert (good.code, good.err) == (0, "")
    assert not (tmp_path / "ordosync.db.told").exists()


def test_a_task_that_kills_its_process_three_times_is_left_alone_until_its_next_slot(
    tmp_path: Path,
) -> None:
    shop(tmp_path, HEADER + row("1"), config=AT_ONCE)

    killed = [ordosync(tmp_path, "run-due", fault="intent-after-commit").code for _ in range(3)]
    given_up = ordosync(tmp_path, "run-due")
    after = ordosync(tmp_path, "run-due")

    assert killed == [-9] * 3
    assert given_up.code == 1
    assert "crashed three times in this interval" in given_up.err
    assert (after.code, after.err) == (0, "")
    runs = ordosync(tmp_path, "activity", "--json").json["runs"]
    assert [run["error"]["code"] for run in runs] == ["crashed"] * 3
    cron = Cron(tmp_path, VirtualClock(Clock().now()))
    cron.clock.sleep(3600)
    cron.tick()
    assert cron.runs[-1].counts.done == 1


def test_on_a_terminal_it_says_when_something_is_due(tmp_path: Path) -> None:
    shop(tmp_path, HEADER)

    first, second = (on_a_terminal(tmp_path, "run-due", columns=200) for _ in range(2))

    assert "import-orders" in first
    assert "nothing" in first
    assert "nothing is due; next at 20" in second


@pytest.mark.parametrize(
    ("words", "closed"),
    covering(
        ["import-orders", "activity", "activity --json", "--version"],
        [">&-", "2>&-", ">&- 2>&-", ">&- 2>log"],
    ),
)
def test_commands_with_closed_streams_exit_normally(
    tmp_path: Path, words: str, closed: str
) -> None:
    shop(tmp_path, HEADER + row("1"))
    command = f"{sys.executable} -m ordosync {words} {closed}"

    result = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    log = tmp_path / "log"
    assert result.returncode == 0
    assert "Traceback" not in result.stderr
    assert not log.exists() or "Traceback" not in log.read_text()


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", ">&- 2>&-", "| true"])
def test_closed_streams_do_no_harm(tmp_path: Path, closed: str) -> None:
    shop(tmp_path, HEADER + row("1") + row("2", "many"), config=AT_ONCE)

    result = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m ordosync run-due {closed}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "Traceback" not in result.stderr
    assert numbers(tmp_path) == ["1"]


class Monitor(BaseHTTPRequestHandler):
    """A fake Healthchecks server."""

    asked: list[str] = []  # noqa: RUF012 - one server at a time

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture(name="monitor")
def _monitor() -> Iterator[str]:
    Monitor.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Monitor) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_monitor_is_informed_of_start_success_and_failure(tmp_path: Path, monitor: str) -> None:
    urls = ", ".join(f"{event}: {monitor}/{event}" for event in ("start", "success", "failure"))
    shop(tmp_path, HEADER, config=AT_ONCE + f"    ping: {{{urls}}}\n")
    (tmp_path / "config.yaml").chmod(0o600)

    good = ordosync(tmp_path, "run-due")
    ordosync(tmp_path, "run-due")
    shop(tmp_path, HEADER + row("1"), config=(tmp_path / "config.yaml").read_text())
    (tmp_path / "warehouse.db").mkdir()
    wake(tmp_path)
    bad = ordosync(tmp_path, "run-due")

    assert (good.code, bad.code) == (0, 1)
    assert Monitor.asked == ["/start", "/success", "/start", "/failure"]
    assert monitor not in ordosync(tmp_path, "config", "show").out


def test_a_monitor_that_is_down_changes_nothing(tmp_path: Path) -> None:
    urls = "    ping: {start: http://127.0.0.1:9/x, success: http://127.0.0.1:9/y}\n"
    shop(tmp_path, HEADER + row("1"), config=AT_ONCE + urls)
    (tmp_path / "config.yaml").chmod(0o600)

    result = ordosync(tmp_path, "run-due")

    assert (result.code, result.err) == (0, "")
    assert numbers(tmp_path) == ["1"]


def test_a_ping_that_is_no_url_is_a_problem_of_the_configuration(tmp_path: Path) -> None:
    shop(tmp_path, config=AT_ONCE + "    ping: {start: file:nowhere}\n")

    assert ordosync(tmp_path, "config", "check").code == 3


def test_a_mistake_of_ordosync_in_a_portal_is_in_cron_mail_once_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise TypeError("personal data")

    shop(tmp_path, HEADER + row("1"), config=AT_ONCE)
    monkeypatch.setattr(tick, "open_portal", fails)
    broken = [ordosync(tmp_path, "run-due") for _ in range(3)]
    monkeypatch.undo()
    works = ordosync(tmp_path, "run-due")

    assert [result.code for result in broken] == [1, 1, 1]
    assert [result.err.count("a bug of ordosync") for result in broken] == [1, 0, 0]
    assert "personal data" not in broken[0].err
    assert (works.code, works.err) == (0, "")
