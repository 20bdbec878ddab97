"""The real command in processes of its own: killed around a write, and two of them at once."""

import signal
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ordosync.clock import Clock
from tests.accounts.contract.examples import sold
from tests.accounts.contract.opening import PORTAL
from tests.accounts.contract.over_http import OverHttp
from tests.accounts.sqlite.people import SqliteMerchantPeople
from tests.scenarios.faults.conftest import OWED, foreign
from tests.scenarios.faults.kinds import SUPPLIERS
from tests.scenarios.faults.portal import add_portal
from tests.scenarios.faults.writes import Owed
from tests.support.command import finished, ordosync, started
from tests.support.runs import run_once


class West(SqliteMerchantPeople):
    """Who sells at another desk."""

    name = "west"


class ClockOfCalls(Clock):
    """Stands still for so many calls of an account, however long they take; then it is right."""

    def __init__(self, account: OverHttp, calls: int) -> None:
        self._account, self._until = account, account.calls + calls
        self._began = super().now()

    def now(self) -> datetime:
        return self._began if self._account.calls <= self._until else super().now()


PORTALS = (PORTAL, "west")
AT_THE_WIRE = ("http-before-send", "http-after-answer")
POINTS = (
    *AT_THE_WIRE,
    "intent-before-commit",
    "intent-after-commit",
    "result-before-commit",
    "result-after-commit",
    "cursor-before-commit",
    "finish-before-commit",
)
CREATING = [pytest.param(*each, id=each[1]) for each in OWED if each[0].what == "create-order"]
OTHERS = [
    pytest.param(*each, id=f"{each[1]}-{each[0]}")
    for each in OWED
    if each[0].what != "create-order"
]


def is_killed_and_heals(folder: Path, owed: Owed, kind: str, point: str) -> None:
    with foreign(owed.role, kind, folder, settle_s="0") as troubled:
        if troubled.foreign.lacks & {*owed.needs}:
            pytest.skip(f"{kind} as {owed.role} cannot hold: {owed.needs}")
        troubled.clock.at = Clock().now() - timedelta(hours=1)  # its processes know the real time
        owed.arrange(troubled)
        troubled.clock.at = Clock().now()  # and shops refuse what is signed at another time
        before = troubled.foreign.effects(owed.what)

        killed = ordosync(folder, owed.task, fault=point)
        healed = ordosync(folder, owed.task)
        everything = troubled.pair.everything()
        quiet = ordosync(folder, owed.task)

        assert killed.code == -signal.SIGKILL
        assert (healed.code, quiet.code) == (int(owed.is_refused), 0), healed
        assert troubled.foreign.effects(owed.what) == before + 1
        assert [each.code for each in troubled.open_steps()] == (
            ["already-shipped"] * owed.is_refused
        )
        assert troubled.pair.everything() == everything


@pytest.mark.parametrize("point", AT_THE_WIRE)
@pytest.mark.parametrize(("owed", "kind"), CREATING)
def test_killed_around_a_write_the_next_run_finds_it(
    tmp_path: Path, owed: Owed, kind: str, point: str
) -> None:
    """Case 1."""
    is_killed_and_heals(tmp_path, owed, kind, point)


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS[2:])
@pytest.mark.parametrize(("owed", "kind"), CREATING)
def test_killed_anywhere_else_the_next_run_goes_on(
    tmp_path: Path, owed: Owed, kind: str, point: str
) -> None:
    """Case 1."""
    is_killed_and_heals(tmp_path, owed, kind, point)


@pytest.mark.slow
@pytest.mark.parametrize("point", AT_THE_WIRE)
@pytest.mark.parametrize(("owed", "kind"), OTHERS)
def test_killed_around_any_other_write_the_next_run_finds_it(
    tmp_path: Path, owed: Owed, kind: str, point: str
) -> None:
    """Case 1."""
    is_killed_and_heals(tmp_path, owed, kind, point)


@pytest.mark.slow
@pytest.mark.parametrize("kind", SUPPLIERS)
def test_two_runs_on_one_account_get_over_each_other(tmp_path: Path, kind: str) -> None:
    """Cron and a person at once: what one of them uses up, the other is refused for a while."""
    with foreign("supplier", kind, tmp_path) as troubled:
        troubled.clock.at = Clock().now() - timedelta(hours=1)
        east = SqliteMerchantPeople(tmp_path, troubled.clock)
        west = West(tmp_path, troubled.clock)
        add_portal(tmp_path, "west", west)
        foreign_account, config = troubled.foreign, tmp_path / "config.yaml"
        for people, portal in zip((east, west), PORTALS, strict=True):
            people.request(sold("1000"))
            run_once(config, "import-orders", portal, troubled.clock)  # or it looks before it sends
            for number in range(1001, 1030):
                people.request(sold(str(number)))
        foreign_account.limit(20, per_s=1, clock=ClockOfCalls(foreign_account, 30))
        before = foreign_account.calls

        together = [started(tmp_path, "import-orders", portal) for portal in PORTALS]
        said = [finished(process) for process in together]
        calls = foreign_account.calls - before
        troubled.clock.at = Clock().now() + timedelta(hours=1)
        # A shop refuses what is signed an hour ahead of its own clock.
        foreign_account.limit(100_000, per_s=1, clock=troubled.clock)
        for portal in PORTALS:
            run_once(config, "import-orders", portal, troubled.clock)

        assert {each.code for each in said} <= {0, 1}
        assert calls > 30  # and those after the 20th were refused
        assert foreign_account.effects("create-order") == 60
        assert troubled.open_steps() == []
