"""The smaller findings: words and numbers that look wrong."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from ordosync.cli.output import progress
from ordosync.cli.setup import demo, templates
from ordosync.progress import Phase
from tests.support.command import ordosync
from tests.support.desk import TwoAccounts


def test_low_quantities_have_no_decimals(both: TwoAccounts) -> None:
    both.run("import-products")
    both.northwind("stock", "set", "MUG", "0")
    both.northwind("stock", "set", "MUG", "0", "--warehouse", "east")
    both.run("write-inventory-back")

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


@pytest.mark.parametrize(("calls", "text"), [(1, "1 call"), (1200, "1,200 calls")])
def test_low_one_call_is_singular(calls: int, text: str) -> None:
    phase = Phase("orders", total=None, unit="records")

    assert progress.line(phase, 0, 0, calls).endswith(f", {text}")


def test_low_readme_init_demo_and_example_use_the_same_accounts(tmp_path: Path) -> None:
    ordosync(tmp_path, "init")
    texts = (
        (tmp_path / "config.yaml").read_text(),
        files(templates).joinpath("demo.yaml").read_text(),
        ordosync(tmp_path, "config", "example").out,
    )
    readme = (Path(__file__).parents[2] / "README.md").read_text()

    assert {tuple(yaml.safe_load(text)["accounts"]) for text in texts} == {("shop", "northwind")}
    assert set(re.findall(r"--account (\S+)", readme)) == {"shop", "northwind"}
