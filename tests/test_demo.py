"""The demo shows the whole circle, and does no harm when it is called again."""

from pathlib import Path

from tests.command import ordosync


def test_the_demo_runs_every_task_and_can_be_called_again(tmp_path: Path) -> None:
    first, second = ordosync(tmp_path, "demo"), ordosync(tmp_path, "demo")

    assert (first.code, second.code) == (0, 0), (first, second)
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
    assert len(shipped) == 24  # twice one by hand, ten from a file, and a piece
    assert "$ ordosync activity" in first.out


def test_the_demo_leaves_another_configuration_alone(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("mine: yes\n")

    done = ordosync(tmp_path, "demo", ".")

    assert (done.code, done.out) == (2, "")
    assert (tmp_path / "config.yaml").read_text() == "mine: yes\n"
    assert len(list(tmp_path.iterdir())) == 1
