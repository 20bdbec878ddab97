"""`config check --online` of a store on PostgreSQL: the server is checked, too."""

import os
from pathlib import Path

import pytest

from tests.support.command import CONFIG, HEADER, ordosync, row, shop
from tests.support.postgres import ELSEWHERE
from tests.support.stores import configured


@pytest.mark.skipif(bool(os.environ.get(ELSEWHERE)), reason="the server is not of these tests")
def test_a_server_without_fsync_is_trouble(tmp_path: Path, postgres: str) -> None:
    shop(tmp_path, HEADER + row("1"), config=configured(CONFIG, postgres))

    offline, online = (
        ordosync(tmp_path, "config", "check"),
        ordosync(tmp_path, "config", "check", "--online"),
    )

    assert (offline.code, offline.err) == (0, "")
    assert online.code == 1
    [line] = [line for line in online.out.splitlines() if line.startswith("trouble: database")]
    assert "has fsync=off: a loss of power can send orders twice; switch it on" in online.out
    assert "geheim" not in line


def test_a_replica_is_one_line(tmp_path: Path, postgres: str) -> None:
    replica = f"{postgres}%20-cdefault_transaction_read_only%3Don"
    shop(tmp_path, HEADER + row("1"), config=configured(CONFIG, replica))

    refused = ordosync(tmp_path, "import-orders")

    assert refused.code == 4
    assert refused.err.endswith("is a replica; give the address of the primary server\n")
    assert refused.err.count("\n") == 1


def test_a_server_that_is_down_is_reported_once(tmp_path: Path) -> None:
    down = "postgresql://u@127.0.0.1:1/none"
    shop(tmp_path, HEADER + row("1"), config=configured(CONFIG, down))

    first, second = ordosync(tmp_path, "run-due"), ordosync(tmp_path, "run-due")

    assert (first.code, second.code) == (4, 4)
    assert "cannot connect: connection to server at" in first.err
    assert (second.out, second.err) == ("", "")
