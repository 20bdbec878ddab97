"""Each write of each task, with its worker killed or frozen at each point: another one goes on."""

import signal
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.scenarios.faults.conftest import PENDING, about_to_write
from tests.scenarios.faults.portal import Troubled
from tests.scenarios.faults.writes import WRITES, PendingWrite
from tests.scenarios.pairs.pair import Pair
from tests.support.command import finished, ordosync, started, wait_until_frozen
from tests.support.stores import keep_on_postgres

POINTS = (
    *(f"claim-{when}-commit" for when in ("before", "after")),
    *("reading", "http-before-send", "http-after-answer"),
    *(
        f"{name}-{when}-commit"
        for name in ("intent", "result", "cursor", "finish")
        for when in ("before", "after")
    ),
)
_EACH = 57
"""One of so many cases is slow, and the others are in the matrix; see the last test."""
_MOST_TRIES = 2000


class Case(NamedTuple):
    """A worker that is about to make a write, and what happens to it at a point."""

    pending: PendingWrite
    kind: str
    point: str
    signal: str


ALL = [
    Case(pending, kind, point, name)
    for point in POINTS
    for name in ("KILL", "STOP")
    for pending, kind in PENDING
]
SLOW = ALL[::_EACH]


@pytest.fixture(autouse=True)
def _on_postgres(monkeypatch: pytest.MonkeyPatch, postgres: str) -> None:
    """Keep the store of each pair on PostgreSQL, also when its options change."""
    configure = Pair.configure

    def on_postgres(self: Pair, **portal: object) -> Path:
        path = configure(self, **portal)
        keep_on_postgres(self.folder, postgres)
        return path

    monkeypatch.setattr(Pair, "configure", on_postgres)


def until_it_is_done(folder: Path, troubled: Troubled, pending: PendingWrite, before: int) -> None:
    """Run the task in other workers, as cron does, until the write is made and recorded."""
    refused = ["already-shipped"] * pending.is_refused
    for _ in range(_MOST_TRIES):
        ordosync(folder, pending.task)
        is_made = troubled.foreign.effects(pending.write) > before
        if is_made and [step.code for step in troubled.open_steps()] == refused:
            return
    raise AssertionError(troubled.open_steps())


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=f"{case.kind}-{case.pending}-{case.point}-{case.signal}",
            marks=pytest.mark.slow if case in SLOW else pytest.mark.matrix,
        )
        for case in ALL
    ],
)
def test_another_worker_makes_the_write_of_one_that_is_killed_or_frozen_once(
    tmp_path: Path, case: Case
) -> None:
    pending = case.pending
    with about_to_write(pending, case.kind, tmp_path) as troubled:
        before = troubled.foreign.effects(pending.write)

        worker = started(tmp_path, pending.task, fault=f"{case.point}:1:{case.signal}")
        if case.signal == "STOP":
            wait_until_frozen(worker)
        else:
            assert finished(worker).code == -signal.SIGKILL
        until_it_is_done(tmp_path, troubled, pending, before)
        everything = troubled.pair.everything()
        if case.signal == "STOP":
            worker.send_signal(signal.SIGCONT)
            # Its run was taken over, or its connection is gone; if it had ended, all is well.
            assert finished(worker).code in (0, 1)
        again = ordosync(tmp_path, pending.task)

        assert again.code == 0
        assert troubled.foreign.effects(pending.write) == before + 1
        assert troubled.pair.everything() == everything


def test_slow_cases_have_each_point_signal_and_write() -> None:
    assert {case.point for case in SLOW} == {*POINTS}
    assert {case.signal for case in SLOW} == {"KILL", "STOP"}
    assert {str(case.pending) for case in SLOW} == {str(pending) for pending in WRITES}
