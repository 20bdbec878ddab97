"""Copies of accounts that a killed process has left are deleted by the next one."""

import json
import os
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from ordosync.engine.private_folders import delete_abandoned, private_folder
from ordosync.store.leases import this_process
from tests.support.command import HEADER, ordosync, row, shop
from tests.support.desk import TwoAccounts

_A_DAY_S = 86_400


@pytest.fixture(name="temp")
def _temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder for temporary files."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def ended_process() -> str:
    """Return the id of a process that has ended."""
    with subprocess.Popen(["true"]) as process:
        pid = process.pid
    boot, _, _, container = json.loads(this_process())
    return json.dumps([boot, pid, "1", container])


def left(temp: Path, name: str, owner: str | None, *, mode: int = 0o700) -> Path:
    """Make a folder as a process leaves it."""
    folder = temp / name
    folder.mkdir()
    (folder / "store.db").write_text("Ada Lovelace")
    if owner is not None:
        (folder / "owner").write_text(owner)
    folder.chmod(mode)
    return folder


@pytest.mark.parametrize("fault", ["reading", "result-after-commit"])
def test_copies_of_a_killed_dry_run_are_deleted_by_the_next_one(
    tmp_path: Path, temp: Path, fault: str
) -> None:
    shop(tmp_path, HEADER + row("1001"))

    killed = ordosync(tmp_path, "import-orders", "--dry-run", fault=fault)
    [copies] = temp.iterdir()
    has_copies = (copies / "accounts").is_dir()
    again = ordosync(tmp_path, "import-orders", "--dry-run")

    assert (killed.code, has_copies, again.code) == (-9, True, 0)
    assert [*temp.iterdir()] == []


def test_copies_of_a_killed_dry_run_are_deleted_by_pruning(tmp_path: Path, temp: Path) -> None:
    shop(tmp_path, HEADER + row("1001"))
    ordosync(tmp_path, "import-orders", "--dry-run", fault="reading")

    assert ordosync(tmp_path, "prune").code == 0
    assert [*temp.iterdir()] == []


def test_copies_of_a_killed_comparison_are_deleted(both: TwoAccounts, temp: Path) -> None:
    left(temp, "ordosync-comparison-a1b2c3d4", ended_process())

    both.run("reconcile")

    assert [*temp.iterdir()] == []


def test_a_folder_of_a_process_that_runs_stays(temp: Path) -> None:
    with private_folder("dry-run") as mine, private_folder("comparison") as second:
        assert {*temp.iterdir()} == {mine, second}
        assert mine.stat().st_mode & 0o777 == 0o700

    assert [*temp.iterdir()] == []


def test_an_earlier_boot_of_the_machine_has_ended(temp: Path) -> None:
    boot, pid, started, container = json.loads(this_process())
    left(temp, "ordosync-dry-run-a1b2c3d4", json.dumps([f"{boot}x", pid, started, container]))

    delete_abandoned(now_s=0)

    assert [*temp.iterdir()] == []


@pytest.mark.parametrize("owner", [None, "", "{}", "[]", "7"])
def test_a_folder_that_names_no_process_stays_for_a_day(temp: Path, owner: str | None) -> None:
    folder = left(temp, "ordosync-dry-run-a1b2c3d4", owner)
    made_s = folder.stat().st_mtime

    delete_abandoned(now_s=made_s + _A_DAY_S)
    stays = folder.exists()
    delete_abandoned(now_s=made_s + _A_DAY_S + 1)

    assert (stays, folder.exists()) == (True, False)


def test_foreign_folders_files_and_links_stay(temp: Path) -> None:
    owner = ended_process()
    elsewhere = left(temp, "mine", owner)
    kept = [
        elsewhere,
        left(temp, "ordosync-dry-run-notes", owner),
        left(temp, "ordosync-dry-run-a1b2c3d4x", owner),
        left(temp, "ordosync-dry-run-b1b2c3d4", owner, mode=0o755),
        temp / "ordosync-dry-run-c1b2c3d4",
        temp / "ordosync-dry-run-d1b2c3d4",
    ]
    kept[4].symlink_to(elsewhere)
    kept[5].write_text("a file")

    delete_abandoned(now_s=0)

    assert {*temp.iterdir()} == {*kept}
    assert (elsewhere / "store.db").read_text() == "Ada Lovelace"


def test_a_link_inside_an_abandoned_folder_is_not_followed(temp: Path) -> None:
    elsewhere = left(temp, "mine", None)
    folder = left(temp, "ordosync-dry-run-a1b2c3d4", ended_process())
    (folder / "accounts").symlink_to(elsewhere)

    delete_abandoned(now_s=0)

    assert {*temp.iterdir()} == {elsewhere}
    assert (elsewhere / "store.db").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
def test_a_folder_of_another_user_stays(temp: Path) -> None:
    folder = left(temp, "ordosync-dry-run-a1b2c3d4", ended_process())
    with suppress(OSError):
        os.chown(folder, 12345, -1)

    delete_abandoned(now_s=0)

    assert folder.exists()
