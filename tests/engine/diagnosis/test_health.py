"""`health` distinguishes a sync that has silently stopped from one that has nothing to report."""

from datetime import timedelta
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.engine.diagnosis.health import freshness
from ordosync.engine.diagnosis.machine_checks import checks
from ordosync.slots import Slots
from ordosync.store import Store
from tests.support.clock import START, Cron, VirtualClock
from tests.support.command import AT_ONCE, HEADER, ordosync, row, shop

HOURLY = timedelta(hours=1)
GRACE = timedelta(minutes=10)


class Watched(Cron):
    """A cron that `health` monitors."""

    def troubles(self) -> list[str]:
        config = load_config(self.folder / "config.yaml")
        with Store.open(config.database, readonly=True) as store:
            stale = freshness(config, store, now=self.clock.now())
        return [f"{task.task} {task.problem}" for task in stale if task.problem]

    def run(self, minutes: int) -> None:
        for _ in range(minutes):
            self.clock.sleep(60)
            self.tick()


@pytest.fixture(name="cron")
def _cron(tmp_path: Path) -> Watched:
    shop(tmp_path, HEADER, config=AT_ONCE)
    return Watched(tmp_path, VirtualClock(START))


def test_it_is_red_until_everything_has_run_once(cron: Watched) -> None:
    before = cron.troubles()
    cron.tick()

    assert before == ["import-orders has never succeeded"]
    assert cron.troubles() == []


def test_it_turns_red_within_an_interval_and_ten_minutes_after_cron_was_removed(
    cron: Watched,
) -> None:
    cron.run(180)
    assert cron.troubles() == []

    cron.clock.sleep((HOURLY + GRACE).total_seconds())
    cron.clock.sleep(1)

    (trouble,) = cron.troubles()
    assert trouble.startswith("import-orders last succeeded 1 h")


def test_it_turns_green_by_itself_when_cron_is_back(cron: Watched) -> None:
    cron.run(60)
    cron.clock.sleep(timedelta(days=3).total_seconds())
    assert cron.troubles()

    cron.tick()

    assert cron.troubles() == []


def test_a_partial_run_is_a_success(cron: Watched) -> None:
    shop(cron.folder, HEADER + row("1") + row("2", "many"), config=AT_ONCE)

    cron.tick()

    assert [run.status for run in cron.runs] == ["partial"]
    assert cron.troubles() == []


def test_a_failed_run_is_not_a_success(cron: Watched) -> None:
    (cron.folder / "warehouse.db").mkdir()
    shop(cron.folder, HEADER + row("1"), config=AT_ONCE)

    cron.run(5)

    assert {run.status for run in cron.runs} == {"failed"}
    assert cron.troubles() == ["import-orders has never succeeded"]


def test_a_success_in_the_future_does_not_count(cron: Watched) -> None:
    cron.tick(START + timedelta(days=3650))

    cron.clock.at = START

    assert cron.troubles() == [
        "import-orders last succeeded in the future: the clock was wrong then, or is wrong now"
    ]


def test_the_command_answers_monitors_in_one_line_and_its_exit_code(tmp_path: Path) -> None:
    shop(tmp_path, HEADER, config=AT_ONCE)

    red = ordosync(tmp_path, "health")
    ordosync(tmp_path, "run-due")
    green = ordosync(tmp_path, "health")

    assert (red.code, red.err) == (1, "")
    assert red.out == (
        "trouble: import-orders of shop-warehouse has never succeeded; `ordosync health -v` shows"
        " details\n"
    )
    assert (green.code, green.out, green.err) == (0, "ok: 1 scheduled task, none is late\n", "")


def test_a_manual_run_counts_as_fresh(tmp_path: Path) -> None:
    shop(tmp_path, HEADER)

    ordosync(tmp_path, "import-orders")

    assert ordosync(tmp_path, "health").code == 0


def test_a_paused_task_is_left_out(tmp_path: Path) -> None:
    shop(tmp_path, HEADER)

    ordosync(tmp_path, "autosync", "off", "import-orders")

    assert ordosync(tmp_path, "health").code == 0


@pytest.mark.parametrize("age", ["0m", "-1h", "1", "soon", "1w", "9999999d"])
def test_an_age_that_is_invalid_is_refused(tmp_path: Path, age: str) -> None:
    shop(tmp_path)

    assert ordosync(tmp_path, "health", f"--max-age={age}").code == 2


def test_the_allowed_age_is_an_option(tmp_path: Path) -> None:
    shop(tmp_path, HEADER)
    ordosync(tmp_path, "import-orders")

    (task,) = ordosync(tmp_path, "health", "--max-age", "2h", "--json").json["tasks"]

    assert (task["fresh"], task["limit_s"]) == (True, 7200)


@pytest.mark.of_files
def test_verbose_checks_the_machine_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The crontab of this machine must not be read.
    monkeypatch.setenv("PATH", str(tmp_path))
    shop(tmp_path, HEADER, config=AT_ONCE)
    ordosync(tmp_path, "run-due")

    result = ordosync(tmp_path, "health", "-v", "--json")

    checks = {check["name"]: check for check in result.json["checks"]}
    assert result.code == 0
    assert list(checks) == ["sqlite", "permissions", "disk", "clock", "ticks", "crontab"]
    assert {name: check["state"] for name, check in checks.items() if name != "crontab"} == (
        dict.fromkeys(list(checks)[:-1], "ok")
    )
    assert checks["crontab"]["state"] == "warning"
    assert "journal" in checks["sqlite"]["text"]


@pytest.mark.of_files
def test_a_group_that_can_write_the_configuration_is_a_warning(tmp_path: Path) -> None:
    shop(tmp_path, HEADER, config=AT_ONCE)
    ordosync(tmp_path, "run-due")
    path = tmp_path / "config.yaml"
    path.chmod(0o664)

    result = ordosync(tmp_path, "health", "-v")

    assert result.code == 0
    warning = f"can write to {path}; to forbid it, run `chmod g-w {path}`"
    assert f"warning: permissions: group {path.group()} {warning}" in result.out


def test_without_a_store_it_is_red_and_makes_none(tmp_path: Path) -> None:
    shop(tmp_path)

    assert ordosync(tmp_path, "health", "-v").code == 1
    assert not (tmp_path / "ordosync.db").exists()


@pytest.mark.parametrize(("late", "state"), [(9, "warning"), (1, "ok")])
def test_ticks_that_come_too_rarely_for_the_shortest_interval_are_reported(
    tmp_path: Path, late: int, state: str
) -> None:
    shop(tmp_path, HEADER, config=AT_ONCE + "    tasks: {import-orders: 10-minutes}\n")
    slots = Slots.of("shop-warehouse", "import-orders", 600)
    begin = slots.start(slots.number(START) + 1)
    cron = Cron(tmp_path, VirtualClock())

    for slot in range(5):
        cron.tick(begin + timedelta(minutes=10 * slot + late))

    with Store.open(tmp_path / "ordosync.db", readonly=True) as store:
        results = checks(load_config(tmp_path / "config.yaml"), store, now=cron.clock.now())
        (ticks,) = (check for check in results if check.name == "ticks")
    assert ticks.state == state, ticks
