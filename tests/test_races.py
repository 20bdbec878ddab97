"""Two processes at once: nothing twice, nothing lost, nobody stuck."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import HEADER, numbers, ordosync, row, shop


@pytest.mark.slow
@pytest.mark.parametrize("attempt", range(20))
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
    said = [process.communicate() for process in together]

    assert [process.returncode for process in together] == [0] * 4, said
    assert numbers(tmp_path) == [str(number) for number in range(100, 200 + attempt)]
    statuses = {run["status"] for run in ordosync(tmp_path, "activity", "--json").json["runs"]}
    assert statuses == {"ok"}


def test_a_run_whose_process_died_is_taken_over_at_once(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"))
    ordosync(tmp_path, "import-orders", fault="claim-after-commit")  # died: not at work any more

    taken_over = ordosync(tmp_path, "import-orders", "--json")

    assert (taken_over.code, taken_over.run["id"]) == (0, 2)
    first = ordosync(tmp_path, "show", "1", "--json").run
    assert (first["status"], first["error"]["code"]) == ("interrupted", "crashed")
