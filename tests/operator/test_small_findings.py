"""The smaller findings: words and numbers that look wrong."""

from pathlib import Path

import pytest

from ordosync.cli.setup import demo
from tests.support.command import ordosync
from tests.support.desk import TwoAccounts


def test_low_quantities_have_no_decimals(both: TwoAccounts) -> None:
    both.northwind("stock", "set", "MUG", "0")
    both.northwind("stock", "set", "MUG", "0", "--warehouse", "east")
    both.run("sync")

    story = both.run("why", "MUG").out

    assert "0 on hand" in story
    assert "0.0" not in story


def test_low_demo_in_the_current_folder_needs_no_change_of_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    inside = list(demo.shell_lines(Path()))
    beside = list(demo.shell_lines(Path("demo")))

    assert [line for line in inside if line.startswith("cd ")] == []
    assert "cd demo" in beside


def test_low_options_of_the_program_work_before_the_command(tmp_path: Path) -> None:
    assert ordosync(tmp_path, "-V").code == 0
    assert ordosync(tmp_path, "help").code == 0
