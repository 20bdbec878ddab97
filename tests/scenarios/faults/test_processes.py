"""The real command in its own processes: killed around a write, and two at the same time."""

import signal
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ordosync.clock import Clock
from tests.accounts.contract.examples import sold
from tests.accounts.contract.opening import PORTAL
from tests.accounts.contract.over_http import OverHttp
from tests.accounts.sqlite.people import SqliteMerchantPeople
from tests.scenarios.faults.conftest import PENDING, about_to_write, foreign
from tests.scenarios.faults.kinds import SUPPLIERS
from tests.scenarios.faults.portal import add_portal
from tests.scenarios.faults.writes import PendingWrite
from tests.support.command import finished, ordosync, started
from tests.support.runs import run_once


class West(SqliteMerchantPeople):
    """The people of another Merchant."""

    name = "west"


class ClockOfCalls(Clock):
    """A clock that stands still for the next `calls` calls of an account, then shows real time."""

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
CREATING = [
    pytest.param(*write, id=write[1]) for write in PENDING if write[0].write == "create-order"
]
OTHERS = [
    pytest.param(
        *write,
        point,
        id=f"{write[1]}-{write[0]}-{point}",
        marks=[pytest.mark.matrix] * ((place + of_point) % 2),
    )
    for place, write in enumerate(PENDING)
    if write[0].write != "create-order"
    for of_point, point in enumerate(AT_THE_WIRE)
]
"""Each other write is killed at one of the points, and at both in the matrix."""


def is_killed_and_heals(folder: Path, pending: PendingWrite, kind: str, point: str) -> None:
    with about_to_write(pending, kind, folder) as troubled:
        before = troubled.foreign.effects(pending.write)

        killed = ordosync(folder, pending.task, fault=point)
        healed = ordosync(folder, pending.task)
        everything = troubled.pair.everything()
        quiet = ordosync(folder, pending.task)

        assert killed.code == -signal.SIGKILL
        assert (healed.code, quiet.code) == (int(pending.is_refused), 0), healed
        assert troubled.foreign.effects(pending.write) == before + 1
        assert [step.code for step in troubled.open_steps()] == (
            ["already-shipped"] * pending.is_refused
        )
        assert troubled.pair.everything() == everything


@pytest.mark.parametrize("point", AT_THE_WIRE)
@pytest.mark.parametrize(("pending", "kind"), CREATING)
def test_killed_around_a_create_the_next_run_finds_the_record(
    tmp_path: Path, pending: PendingWrite, kind: str, point: str
) -> None:
    """Case 1."""
    is_killed_and_heals(tmp_path, pending, kind, point)


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS[2:])
@pytest.mark.parametrize(("pending", "kind"), CREATING)
def test_killed_anywhere_else_the_next_run_goes_on(
    tmp_path: Path, pending: PendingWrite, kind: str, point: str
) -> None:
    """Case 1."""
    is_killed_and_heals(tmp_path, pending, kind, point)


@pytest.mark.slow
@pytest.mark.parametrize(("pending", "kind", "point"), OTHERS)
def test_killed_around_any_other_write_the_next_run_finds_it(
    tmp_path: Path, pending: PendingWrite, kind: str, point: str
) -> None:
    """Case 1."""
    is_killed_and_heals(tmp_path, pending, kind, point)


@pytest.mark.slow
@pytest.mark.parametrize("kind", SUPPLIERS)
def test_two_runs_on_one_account_share_its_rate_limit(tmp_path: Path, kind: str) -> None:
    """Cron and an operator at the same time: they share the rate limit."""
    with foreign("supplier", kind, tmp_path) as troubled:
        troubled.clock.at = Clock().now() - timedelta(hours=1)
        east = SqliteMerchantPeople(tmp_path, troubled.clock)
        west = West(tmp_path, troubled.clock)
        add_portal(tmp_path, "west", west)
        foreign_account, config = troubled.foreign, tmp_path / "config.yaml"
        for people, portal in zip((east, west), PORTALS, strict=True):
            people.request(sold("1000"))
            # Otherwise it searches before it sends.
            run_once(config, "import-orders", portal, troubled.clock)
            for number in range(1001, 1030):
                people.request(sold(str(number)))
        foreign_account.limit(20, per_s=1, clock=ClockOfCalls(foreign_account, 30))
        before = foreign_account.calls

        together = [started(tmp_path, "import-orders", portal) for portal in PORTALS]
        results = [finished(process) for process in together]
        calls = foreign_account.calls - before
        troubled.clock.at = Clock().now() + timedelta(hours=1)
        # A shop refuses what is signed an hour ahead of its clock.
        foreign_account.limit(100_000, per_s=1, clock=troubled.clock)
        for portal in PORTALS:
            run_once(config, "import-orders", portal, troubled.clock)

        assert {result.code for result in results} <= {0, 1}
        # The calls after the 20th were refused.
        assert calls > 30
        assert foreign_account.effects("create-order") == 60
        assert troubled.open_steps() == []
