"""Parallel processes: nothing is sent twice, lost or blocked."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from ordosync.slots import Slots
from tests.support.command import AT_ONCE, HEADER, finished, numbers, ordosync, row, shop, started

HOURLY = Slots.of("shop-warehouse", "import-orders", 3600)


@pytest.mark.slow
@pytest.mark.parametrize(
    "attempt",
    [pytest.param(n, marks=pytest.mark.matrix) if n % 3 else n for n in range(20)],
)
def test_processes_started_together_import_each_order_once(tmp_path: Path, attempt: int) -> None:
    shop(tmp_path, HEADER + "".join(row(str(number)) for number in range(100, 200 + attempt)))

    together = [
        subprocess.Popen(
            [sys.executable, "-m", "ordosync", "import-orders"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    output = [process.communicate() for process in together]

    assert [process.returncode for process in together] == [0] * 4, output
    assert numbers(tmp_path) == [str(number) for number in range(100, 200 + attempt)]
    statuses = {run["status"] for run in ordosync(tmp_path, "activity", "--json").json["runs"]}
    assert statuses == {"ok"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("processes", "times"),
    [
        *((2, 8), (8, 3)),
        *(pytest.param(*counts, marks=pytest.mark.matrix) for counts in ((2, 25), (8, 10))),
    ],
)
def test_ticks_at_the_same_moment_make_one_run_a_slot(
    tmp_path: Path, processes: int, times: int
) -> None:
    for time in range(times):
        folder = tmp_path / str(time)
        folder.mkdir()
        shop(folder, HEADER + "".join(row(str(number)) for number in range(20)), config=AT_ONCE)

        together = [started(folder, "run-due") for _ in range(processes)]
        results = [finished(process) for process in together]

        assert [(result.code, result.out, result.err) for result in results] == [
            (0, "", "")
        ] * processes
        assert numbers(folder) == sorted(str(number) for number in range(20))
        runs = ordosync(folder, "activity", "--json").json["runs"]
        assert {run["status"] for run in runs} == {"ok"}
        assert sum(run["done"] for run in runs) == 20
        # A new slot may begin during the test.
        slots = [HOURLY.number(datetime.fromisoformat(run["started_at"])) for run in runs]
        assert len({*slots}) == len(slots)


def test_a_run_whose_process_died_is_taken_over_at_once(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"))
    # The process is killed, so it releases no lease.
    ordosync(tmp_path, "import-orders", fault="claim-after-commit")

    taken_over = ordosync(tmp_path, "import-orders", "--json")

    assert (taken_over.code, taken_over.run["id"]) == (0, 2)
    first = ordosync(tmp_path, "show", "1", "--json").run
    assert (first["status"], first["error"]["code"]) == ("interrupted", "crashed")
