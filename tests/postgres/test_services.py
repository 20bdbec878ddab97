"""The units of systemd and the workloads of Kubernetes on the page about several hosts."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.command import CONFIG as SHOP
from tests.support.command import ordosync
from tests.support.stores import configured

PAGE = Path(__file__).parents[2] / "ordosync" / "docs" / "postgresql.md"
UNIT = re.compile(r"^```ini\n# /etc/systemd/system/(\S+)\n(.+?)^```", re.MULTILINE | re.DOTALL)
WORKLOAD = re.compile(r"^```yaml\n(apiVersion:.+?)^```", re.MULTILINE | re.DOTALL)
PROGRAM, CONFIG = "/opt/ordosync/bin/ordosync", "/etc/ordosync/config.yaml"
UNITS = dict(UNIT.findall(PAGE.read_text("utf-8")))


def containers(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the containers of a workload, wherever they are in it."""
    values = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict):
        yield from value.get("containers", ())
    for each in values if isinstance(value, dict | list) else ():
        yield from containers(each)


def commands() -> list[list[str]]:
    """Return the words after `ordosync` that systemd and Kubernetes start."""
    of_units = re.findall(rf"^ExecStart={PROGRAM} (.+)$", "".join(UNITS.values()), re.MULTILINE)
    workloads = [yaml.safe_load(text) for text in WORKLOAD.findall(PAGE.read_text("utf-8"))]
    return [
        *map(shlex.split, of_units),
        *(container["args"] for workload in workloads for container in containers(workload)),
    ]


def test_units_are_valid_for_systemd(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze")
    true = shutil.which("true") or "/bin/true"
    for name, text in UNITS.items():
        (tmp_path / name).write_text(text.replace(PROGRAM, true))

    checked = subprocess.run(
        ["systemd-analyze", "verify", *(tmp_path / name for name in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert sorted(UNITS) == ["ordosync-work.service", "ordosync.service", "ordosync.timer"]
    assert (checked.returncode, checked.stderr) == (0, "")


def test_services_start_both_ways_of_working() -> None:
    assert sorted(words[0] for words in commands()) == ["run-due", "run-due", "work", "work"]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_commands_of_services_take_their_options(words: list[str], tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(configured(SHOP, "postgresql://127.0.0.1:9/orders"))

    ran = ordosync(tmp_path, *(word.replace(CONFIG, str(path)) for word in words))

    # Their words were understood: they fail since there is no server.
    assert ran.code == 4
    assert "postgresql://127.0.0.1:9/orders" in ran.err
