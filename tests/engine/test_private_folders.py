"""Copies of accounts that a killed process has left are deleted by the next one."""

import json
import os
import subprocess
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ordosync.engine.private_folders import delete_abandoned, private_folder
from ordosync.store.leases import this_process
from tests.support.command import HEADER, ordosync, row, shop
from tests.support.desk import TwoAccounts


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


def _followed_by(look: Callable[..., None], step: Callable[..., None]) -> Callable[..., None]:
    def followed(*args: Any, **options: Any) -> None:
        step(*args, **options)
        look()

    return followed


def name_of(owner: str, random: str = "a1b2c3d4") -> str:
    return f"ordosync-dry-run-{urlsafe_b64encode(owner.encode()).decode()}-{random}"


def left(temp: Path, name: str, *, mode: int = 0o700) -> Path:
    """Make a folder as a process leaves it."""
    folder = temp / name
    folder.mkdir()
    (folder / "store.db").write_text("Ada Lovelace")
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
    left(temp, name_of(ended_process()).replace("dry-run", "comparison"))

    both.run("reconcile")

    assert [*temp.iterdir()] == []


def test_a_folder_of_a_process_that_runs_stays(temp: Path) -> None:
    with private_folder("dry-run") as mine, private_folder("comparison") as second:
        assert {*temp.iterdir()} == {mine, second}
        assert mine.stat().st_mode & 0o777 == 0o700

    assert [*temp.iterdir()] == []


def test_an_earlier_boot_of_the_machine_has_ended(temp: Path) -> None:
    boot, pid, started, container = json.loads(this_process())
    left(temp, name_of(json.dumps([f"{boot}x", pid, started, container])))

    delete_abandoned()

    assert [*temp.iterdir()] == []


@pytest.mark.parametrize("owner", ["", "{}", "[]", "7", "\x00"])
def test_a_folder_that_names_no_process_stays(temp: Path, owner: str) -> None:
    folder = left(temp, name_of(owner))

    delete_abandoned()

    assert folder.exists()


def test_a_folder_names_its_process_from_its_first_moment_to_its_last(
    temp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def as_another_process_sees_it() -> None:
        delete_abandoned()
        seen.append(len([*temp.iterdir()]))

    # Looks for the folder for temporary files, which writes to it.
    tempfile.gettempdir()
    for step in (os.mkdir, os.unlink):
        monkeypatch.setattr(os, step.__name__, _followed_by(as_another_process_sees_it, step))
    with private_folder("dry-run") as folder:
        (folder / "store.db").write_text("Ada Lovelace")

    assert seen == [1, 1]


def test_foreign_folders_files_and_links_stay(temp: Path) -> None:
    owner = ended_process()
    elsewhere = left(temp, "mine")
    kept = [
        elsewhere,
        left(temp, "ordosync-dry-run-notes"),
        left(temp, name_of(owner, "a1b2c3d4x")),
        left(temp, name_of(owner, "b1b2c3d4"), mode=0o755),
        temp / name_of(owner, "c1b2c3d4"),
        temp / name_of(owner, "d1b2c3d4"),
    ]
    kept[4].symlink_to(elsewhere)
    kept[5].write_text("a file")

    delete_abandoned()

    assert {*temp.iterdir()} == {*kept}
    assert (elsewhere / "store.db").read_text() == "Ada Lovelace"


def test_a_link_inside_an_abandoned_folder_is_not_followed(temp: Path) -> None:
    elsewhere = left(temp, "mine")
    folder = left(temp, name_of(ended_process()))
    (folder / "accounts").symlink_to(elsewhere)

    delete_abandoned()

    assert {*temp.iterdir()} == {elsewhere}
    assert (elsewhere / "store.db").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
def test_a_folder_of_another_user_stays(temp: Path) -> None:
    folder = left(temp, name_of(ended_process()))
    with suppress(OSError):
        os.chown(folder, 12345, -1)

    delete_abandoned()

    assert folder.exists()
