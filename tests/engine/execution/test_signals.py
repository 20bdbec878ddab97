"""A signal ends every wait for a locked file at once, and nothing is lost or sent twice by it."""

import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ordosync.database import BUSY_TIMEOUT_S, sqlite3
from tests.support.combinations import some
from tests.support.command import (
    AT_ONCE,
    HEADER,
    Started,
    finished,
    numbers,
    ordosync,
    row,
    shop,
    started,
    wait_until_frozen,
    wake,
)

LIMIT_S = 3 * BUSY_TIMEOUT_S
"""The limit of a wait in these tests, so that the next one can be long."""
AT_ONCE_S = LIMIT_S / 2
"""Far below the limit, and long enough for a busy machine, on which a process ends late."""
PATIENT = f"""
from ordosync import database
from ordosync.__main__ import main

database.BUSY_TIMEOUT_S = {LIMIT_S}
main()
"""
"""The program, which waits longer for a locked file."""
COMMANDS = ["import-orders", "run-due"]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Lock a database, as a program does that never commits."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("begin immediate")
        yield
        db.execute("rollback")


@pytest.fixture(name="owing")
def _owing(tmp_path: Path) -> Path:
    """Return a folder with an imported order and another one that must still be sent."""
    shop(tmp_path, HEADER + row("1001"), config=AT_ONCE)
    assert ordosync(tmp_path, "run-due").code == 0
    shop(tmp_path, HEADER + row("1001") + row("1002"), config=AT_ONCE)
    wake(tmp_path)
    return tmp_path


def patient(folder: Path, command: str, fault: str) -> Started:
    """Start a command that would wait for a locked file until the limit."""
    return started(folder, command, fault=fault, program=("-c", PATIENT))


def heals(folder: Path, command: str) -> None:
    """Run the command again: the remaining order is sent once."""
    wake(folder)
    assert ordosync(folder, command).code == 0
    assert numbers(folder) == ["1001", "1002"]
    assert ordosync(folder, "attention").code == 0


@pytest.mark.parametrize("command", some(COMMANDS, COMMANDS[0]))
@pytest.mark.parametrize(
    ("file", "point"),
    [("ordosync.db", "claim-before-commit"), ("warehouse.db", "intent-after-commit")],
)
def test_wait_for_a_locked_file_ends_at_once(
    owing: Path, command: str, file: str, point: str
) -> None:
    process = patient(owing, command, f"{point}:1:STOP")
    wait_until_frozen(process)
    with locked(owing / file):
        began = time.monotonic()
        # The thread that goes on first could receive the signal in place of the main thread.
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        result = finished(process)

    assert time.monotonic() - began < AT_ONCE_S
    assert result.code == 143
    assert numbers(owing) == ["1001"]
    heals(owing, command)


def test_order_whose_result_could_not_be_recorded_is_found_by_the_next_run(owing: Path) -> None:
    process = patient(owing, "import-orders", "result-before-commit:1:STOP")
    wait_until_frozen(process)
    began = time.monotonic()
    with locked(owing / "ordosync.db"):
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        result = finished(process)

    assert time.monotonic() - began < AT_ONCE_S
    assert (result.code, result.err) == (143, "")
    assert numbers(owing) == ["1001", "1002"]
    heals(owing, "import-orders")


@pytest.mark.of_files
def test_wait_for_a_file_that_nobody_may_read_is_left_at_once(owing: Path) -> None:
    with closing(sqlite3.connect(owing / "ordosync.db", isolation_level=None)) as store:
        # Readers wait for writers under a rollback journal only.
        store.execute("pragma journal_mode = delete")
        process = patient(owing, "import-orders", "intent-after-commit:1:STOP")
        wait_until_frozen(process)
        store.execute("begin exclusive")
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        began = time.monotonic()
        done = finished(process)
        store.execute("rollback")

    assert time.monotonic() - began < AT_ONCE_S
    assert (done.code, done.err) == (143, "")
    heals(owing, "import-orders")
