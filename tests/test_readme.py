"""The README's commands do what it says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import finished, ordosync, started

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_commands_of_the_trial_run_as_written(tmp_path: Path) -> None:
    (trial,) = re.findall(r"<!-- try -->\n```sh\n(.+)\n```", README)
    words = [part.split("ordosync ", 1)[1] for part in trial.split(" && ") if "/ordosync " in part]
    (desk,) = re.findall(r"<!-- desk -->\n```sh\n(.+?)\n```", README, re.DOTALL)

    done = finished(started(tmp_path, *words[0].split()))

    assert words == ["demo"]
    assert done.code == 0, done
    for line in (
        "total 80.00 EUR",
        "split into S-1002-1, S-1002-2",
        "ship to: Uma Dupont, 33 High",
    ):
        assert line in done.out + done.err
        assert line in README
    activate, enter, *commands = desk.splitlines()
    assert (activate, enter) == (". .venv/bin/activate", "cd ordosync-demo")
    assert enter in done.out
    for command in commands:
        done = ordosync(tmp_path / "ordosync-demo", *command.split()[1:])
        assert done.code == 0, (command, done)


def test_the_commands_for_your_own_orders_run_as_written(tmp_path: Path) -> None:
    section = README.partition("## Your own orders")[2]
    block = re.search(r"```sh\n(.+?)\n```", section, re.DOTALL)
    assert block
    ordosync(tmp_path, "init")

    for command in block[1].splitlines():
        done = ordosync(tmp_path, *command.split()[1:])
        assert done.code == 0, (command, done)


def test_the_commands_for_cron_run_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "crontab"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\n[ "$1" = -l ] && exec cat {tmp_path}/table\ncat > {tmp_path}/table'
    )
    program.chmod(0o755)
    (tmp_path / "table").write_text("")
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    block = re.search(r"```sh\n(.+?)\n```", README.partition("## Cron")[2], re.DOTALL)
    assert block
    ordosync(tmp_path, "init")

    for command in block[1].splitlines():
        done = ordosync(tmp_path, *command.split()[1:])
        assert done.code == 0, (command, done)

    assert "run-due" in (tmp_path / "table").read_text()


def test_the_ping_of_the_example_configuration_is_right(tmp_path: Path) -> None:
    example = (ROOT / "config.example.yaml").read_text("utf-8")
    plain, ping, commented = example.partition("    # ping:")
    (tmp_path / "config.yaml").write_text(plain + (ping + commented).replace("    # ", "    "))
    (tmp_path / "config.yaml").chmod(0o600)

    done = ordosync(tmp_path, "config", "check")

    assert (done.code, done.err) == (0, "")


def test_the_commands_for_ordoro_run_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (block,) = re.findall(r"<!-- ordoro -->\n```sh\n(.+?)\n```", README, re.DOTALL)
    start, export, *commands = block.splitlines()
    words = start.split()
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    process = subprocess.Popen(
        [sys.executable, *words[1:]], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        while not process.stdout.readline().startswith("Configuration:"):
            pass
        for command in commands:
            done = ordosync(tmp_path, *command.split()[1:], "--config", export.partition("=")[2])
            assert done.code == 0, (command, done)
    finally:
        process.terminate()
        process.communicate()


def test_the_commands_that_keep_it_safe_run_as_written(tmp_path: Path) -> None:
    (safe,) = re.findall(r"<!-- safe -->\n```sh\n(.+?)\n```", README, re.DOTALL)
    ordosync(tmp_path, "init")
    ordosync(tmp_path, "import-orders")

    for command in safe.splitlines():
        done = ordosync(tmp_path, *command.split()[1:])
        assert done.code == 0, (command, done)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`ordosync ([a-z-]+)", README))))
def test_every_command_that_the_readme_names_has_help(command: str, tmp_path: Path) -> None:
    done = ordosync(tmp_path, command, "--help")

    assert done.code == 0, done
    assert "Usage: " in done.out


def test_every_option_of_the_example_configuration_is_right(tmp_path: Path) -> None:
    example = (ROOT / "config.example.yaml").read_text("utf-8")
    (tmp_path / "config.yaml").write_text(example)

    done = ordosync(tmp_path, "config", "check")

    assert (done.code, done.err) == (0, "")
