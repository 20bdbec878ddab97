"""A signal ends every wait for a service, and nothing is lost or sent twice by it."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from math import inf
from pathlib import Path

import pytest

from ordosync.accounts.account import Role
from ordosync.clock import Clock
from ordosync.http import Limits
from tests.accounts.contract.examples import sold
from tests.accounts.contract.over_http import RequestSort
from tests.fakes.faults import Kind
from tests.scenarios.faults.conftest import foreign
from tests.scenarios.faults.portal import Troubled
from tests.support.combinations import covering
from tests.support.command import Done, finished, ordosync, started

TASK = "import-orders"
LIMIT_S = Limits().read_s
"""Timeout of a response."""
GRACE_S = 2
"""Time for the response to a write after a signal, shorter than usual so that the test is fast."""
SHORT_GRACE = f"""
from ordosync.__main__ import main
from ordosync.http import Limits

Limits.__init__.__kwdefaults__["grace_s"] = {GRACE_S}
main()
"""
AT_ONCE_S = LIMIT_S / 3
"""Far below the limit, and long enough for a busy machine."""
CODES = {signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGHUP: 129}


@contextmanager
def owing(role: Role, kind: str, folder: Path, *numbers: str) -> Iterator[Troubled]:
    """Open a portal that has imported an order, and must still send these."""
    with foreign(role, kind, folder, settle_s="0", concurrency="1") as troubled:
        # Its processes use the real time.
        troubled.clock.at = Clock().now() - timedelta(hours=1)
        troubled.pair.imported("1000")
        troubled.merchant.request_all([sold(number) for number in numbers])
        troubled.clock.at = Clock().now()
        yield troubled


class Hanging:
    """A service that does not respond before the command has ended."""

    def __init__(self, folder: Path, command: str, *program: str) -> None:
        self._folder, self._command = folder, command
        self._program = program or ("-m", "ordosync")
        self._is_asked, self._may_answer = threading.Event(), threading.Event()

    def answer(self) -> None:
        """Hang; this is the callback of a fault."""
        self._is_asked.set()
        assert self._may_answer.wait(3 * LIMIT_S)

    def ended_by(self, number: signal.Signals) -> tuple[Done, float]:
        """Send the command a signal while it waits; also return how long it took to end."""
        process = started(self._folder, self._command, program=self._program)
        try:
            assert self._is_asked.wait(LIMIT_S)
            process.send_signal(number)
            began = time.monotonic()
            return finished(process), time.monotonic() - began
        finally:
            self._may_answer.set()


def is_interrupted(folder: Path) -> bool:
    run = ordosync(folder, "activity", "-n", "1", "--json").run
    return (run["status"], run["error"] and run["error"]["code"]) == ("interrupted", "signal")


def heals(troubled: Troubled, folder: Path, *, creates: int) -> None:
    """Run the task twice more: the remaining orders are sent once."""
    troubled.foreign.heal()
    healed, quiet = ordosync(folder, TASK), ordosync(folder, TASK, "--json")

    assert (healed.code, quiet.code) == (0, 0), healed
    assert quiet.counts["seen"] == quiet.counts.get("unchanged", 0)
    assert len(troubled.supplier.orders()) == 1 + creates
    assert troubled.open_steps() == []


@pytest.mark.parametrize(("number", "command"), covering([*CODES], [TASK, "run-due"]))
def test_read_that_hangs_ends_at_once(tmp_path: Path, command: str, number: signal.Signals) -> None:
    with owing("merchant", "ordoro", tmp_path, "1001") as troubled:
        service = Hanging(tmp_path, command)
        troubled.foreign.meet("callback", "read-orders", times=inf, do=service.answer)

        result, took_s = service.ended_by(number)

        assert took_s < AT_ONCE_S
        assert result.code == CODES[number]
        assert is_interrupted(tmp_path)
        heals(troubled, tmp_path, creates=1)


# A create that is unavailable may have been carried out, so no run waits to repeat it.
@pytest.mark.parametrize(
    ("role", "call", "kind"),
    [
        ("merchant", "read-orders", "throttled"),
        ("merchant", "read-orders", "unavailable"),
        ("supplier", "create-order", "throttled"),
    ],
)
def test_wait_for_retry_after_ends_at_once(
    tmp_path: Path, kind: Kind, role: Role, call: RequestSort
) -> None:
    with owing(role, "ordoro", tmp_path, "1001") as troubled:
        is_asked = threading.Event()
        troubled.foreign.meet(kind, call, times=inf, retry_after="29", do=is_asked.set)

        process = started(tmp_path, TASK)
        assert is_asked.wait(LIMIT_S)
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        result = finished(process)

        assert time.monotonic() - began < AT_ONCE_S
        assert result.code == CODES[signal.SIGTERM]
        assert is_interrupted(tmp_path)
        heals(troubled, tmp_path, creates=1)


def test_write_in_flight_is_recorded_and_no_other_write_begins(tmp_path: Path) -> None:
    numbers = ("1001", "1002", "1003", "1004")
    with owing("supplier", "ordoro", tmp_path, *numbers) as troubled:
        process = started(tmp_path, TASK)

        def answer() -> None:
            process.send_signal(signal.SIGTERM)

        troubled.foreign.meet("callback", "create-order", do=answer)
        result = finished(process)

        assert result.code == CODES[signal.SIGTERM]
        assert is_interrupted(tmp_path)
        assert len(troubled.supplier.orders()) == 2
        assert {(row.state, row.code) for row in troubled.open_steps()} == {("waiting", "stopped")}
        heals(troubled, tmp_path, creates=4)


@pytest.mark.parametrize(
    "kind",
    ["ordoro", *(pytest.param(it, marks=pytest.mark.slow) for it in ("woocommerce", "shopify"))],
)
def test_write_that_is_never_answered_is_looked_up_by_the_next_run(
    tmp_path: Path, kind: str
) -> None:
    with owing("supplier", kind, tmp_path, "1001", "1002") as troubled:
        service = Hanging(tmp_path, TASK, "-c", SHORT_GRACE)
        troubled.foreign.meet("callback", "create-order", do=service.answer)

        result, took_s = service.ended_by(signal.SIGTERM)
        states = sorted(row.state for row in troubled.open_steps())

        assert GRACE_S - 1 < took_s < GRACE_S + AT_ONCE_S < LIMIT_S
        assert GRACE_S < Limits().grace_s < LIMIT_S
        assert result.code == CODES[signal.SIGTERM]
        assert is_interrupted(tmp_path)
        assert states == ["unknown", "waiting"]
        heals(troubled, tmp_path, creates=2)
