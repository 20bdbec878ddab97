"""The demo runs every task, and does no harm when it is called again."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.command import Done, finished, ordosync


def by_its_path(folder: Path) -> Done:
    """Call the demo as the README does: by its path, since the program is not on the PATH."""
    program = folder / "venv" / "bin" / "ordosync"
    program.parent.mkdir(parents=True)
    program.with_name("activate").touch()
    program.write_text(
        f"#!{sys.executable}\nfrom ordosync.__main__ import main\n\nmain()\n", "utf-8"
    )
    program.chmod(0o755)
    return finished(
        subprocess.Popen(
            ["venv/bin/ordosync", "demo"],
            cwd=folder,
            env={**os.environ, "PATH": "/usr/bin:/bin"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    )


def test_the_demo_runs_every_task_and_can_be_called_again(tmp_path: Path) -> None:
    first, second = by_its_path(tmp_path), ordosync(tmp_path, "demo")

    assert (first.code, second.code) == (0, 0), (first, second)
    assert first.out.splitlines()[-4:] == [
        f"All files are in {tmp_path}/ordosync-demo. To try the commands yourself:",
        "  . venv/bin/activate",
        "  cd ordosync-demo",
        "  ordosync orders list --account northwind",
    ]
    assert first.out.splitlines()[-12:-5] == [
        "In short:",
        "from\tsent\tto",
        "shop\t300 orders, each exactly once\tnorthwind",
        "northwind\t97 quantities of stock\tshop",
        "northwind\t1 split\tshop",
        "northwind\t12 tracking numbers\tshop",
        "shop\t1 cancellation\tnorthwind",
    ]
    folder = tmp_path / "ordosync-demo"
    runs = ordosync(folder, "activity", "-n", "50", "--json").json["runs"]
    assert {run["status"] for run in runs} == {"ok"}
    assert {run["task"] for run in runs} == {
        "import-orders",
        "import-products",
        "write-inventory-back",
        "update-tracking",
        "split-order",
        "cancel-orders",
    }
    shipped = ordosync(
        folder, "orders", "list", "--account", "shop", "--status", "shipped", "--json"
    ).json["orders"]
    # Each demo ships one order manually, ten from a file, and a piece.
    assert len(shipped) == 24
    assert "$ ordosync activity" in first.out
    assert "\n\n\n" not in first.out


def test_the_demo_leaves_another_configuration_alone(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("mine: yes\n")

    result = ordosync(tmp_path, "demo", ".")

    assert (result.code, result.out) == (2, "")
    assert (tmp_path / "config.yaml").read_text() == "mine: yes\n"
    assert len(list(tmp_path.iterdir())) == 1
