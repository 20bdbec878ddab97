"""The demo runs every task, and does no harm when it is called again."""

import shutil
from pathlib import Path

import pytest

from tests.support.command import ordosync
from tests.support.shared import DEMO, demo_files, demo_output


def test_the_demo_runs_every_task_and_can_be_called_again(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made, first = demo_files(tmp_path_factory), demo_output(tmp_path_factory)
    folder = shutil.copytree(made, tmp_path / DEMO)

    second = ordosync(tmp_path, "demo")

    assert second.code == 0, second
    assert first.splitlines()[-4:] == [
        f"All files are in {made}. To try the commands yourself:",
        "  . venv/bin/activate",
        "  cd ordosync-demo",
        "  ordosync orders list --account northwind",
    ]
    assert first.splitlines()[-12:-5] == [
        "In short:",
        "from\tsent\tto",
        "shop\t300 orders, each exactly once\tnorthwind",
        "northwind\t97 quantities of stock\tshop",
        "northwind\t1 split\tshop",
        "northwind\t12 tracking numbers\tshop",
        "shop\t1 cancellation\tnorthwind",
    ]
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
    assert "$ ordosync activity" in first
    assert "\n\n\n" not in first


def test_the_demo_leaves_another_configuration_alone(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("mine: yes\n")

    result = ordosync(tmp_path, "demo", ".")

    assert (result.code, result.out) == (2, "")
    assert (tmp_path / "config.yaml").read_text() == "mine: yes\n"
    assert len(list(tmp_path.iterdir())) == 1
