"""A backup is the whole store as it was at one moment, or it is not there."""

import os
import resource
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.database import sqlite3
from tests.support.command import HEADER, finished, numbers, ordosync, row, shop, started

pytestmark = pytest.mark.of_files

TASK = "import-orders"
MANY = [str(number) for number in range(1000, 1400)]


def is_whole(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as db:
        result: tuple[str] = db.execute("pragma integrity_check").fetchone()
    return result == ("ok",)


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_backups_while_orders_are_sent_are_whole_and_send_nothing_twice(
    tmp_path: Path, journal: str
) -> None:
    shop(tmp_path, HEADER + row("999"))
    ordosync(tmp_path, TASK)
    with closing(sqlite3.connect(tmp_path / "ordosync.db")) as db:
        db.execute(f"pragma journal_mode = {journal}")
    shop(tmp_path, HEADER + row("999") + "".join(map(row, MANY)))

    importing = started(tmp_path, TASK)
    backups: list[str] = []
    while importing.poll() is None:
        backups.append(f"{len(backups)}.db")
        result = ordosync(tmp_path, "backup", backups[-1])
        assert result.code == 0, result
    imported = finished(importing)

    assert imported.code == 0, imported
    assert all(is_whole(tmp_path / name) for name in backups)
    for name in {backups[0], backups[-1]}:
        restored = ordosync(tmp_path, "restore", name)
        again = ordosync(tmp_path, TASK, "--json")
        assert (restored.code, again.code) == (0, 0), (restored, again)
        assert again.counts.get("done", 0) == 0
        assert numbers(tmp_path) == [*MANY, "999"]


@pytest.mark.parametrize("point", ["intent-after-commit", "account-after-commit"])
def test_an_intent_in_a_backup_is_looked_up_and_not_sent_again(tmp_path: Path, point: str) -> None:
    shop(tmp_path, HEADER + row("1") + row("2"))
    ordosync(tmp_path, TASK, fault=point)
    backup = ordosync(tmp_path, "backup", "backup.db", "--json")
    ordosync(tmp_path, TASK)

    ordosync(tmp_path, "restore", "backup.db")
    again = ordosync(tmp_path, TASK, "--json")

    assert backup.json["backups"][0]["open_steps"] == 2
    assert (again.code, again.counts) == (0, {"seen": 2, "unchanged": 2})
    assert numbers(tmp_path) == ["1", "2"]
    assert ordosync(tmp_path, "show", "1", "--json").run["status"] == "interrupted"


def test_it_is_private_and_lists_included_and_missing_files(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1") + row("2", "many"))
    ordosync(tmp_path, TASK)
    previous = os.umask(0)
    try:
        result = ordosync(tmp_path, "backup", "backup.db")
    finally:
        os.umask(previous)
    [copy] = ordosync(tmp_path, "backup", "second.db", "--json").json["backups"]

    assert stat.S_IMODE((tmp_path / "backup.db").stat().st_mode) == 0o600
    assert "1 run" in result.out
    assert "1 open step" in result.out
    for name in ("config.yaml", "warehouse.db", "ordosync.db.spool"):
        assert name in result.err
    assert copy["bytes"] == (tmp_path / "second.db").stat().st_size
    assert (copy["runs"], copy["links"], copy["open_steps"]) == (1, 2, 1)


def test_no_name_and_address_is_in_it(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1", name="Canary mug") + row("2", "many", name="Canary mug"))
    ordosync(tmp_path, TASK)

    ordosync(tmp_path, "backup", "backup.db")

    content = (tmp_path / "backup.db").read_bytes()
    assert b"Canary" not in content
    assert b"Ada" not in content


def test_a_file_that_is_there_is_replaced_only_by_force(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"))
    ordosync(tmp_path, TASK)
    (tmp_path / "backup.db").write_text("precious")

    refused = ordosync(tmp_path, "backup", "backup.db")
    kept = (tmp_path / "backup.db").read_text()
    forced = ordosync(tmp_path, "backup", "backup.db", "--force")

    assert (refused.code, kept) == (1, "precious")
    assert "--force" in refused.err
    assert forced.code == 0
    assert is_whole(tmp_path / "backup.db")


def test_the_store_itself_is_never_replaced(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"))
    ordosync(tmp_path, TASK)

    result = ordosync(tmp_path, "backup", "ordosync.db", "--force")

    assert result.code == 1
    assert "the store itself" in result.err


@pytest.mark.parametrize("where", ["open", "missing", "no store"])
def test_an_unsafe_backup_is_refused(tmp_path: Path, where: str) -> None:
    shop(tmp_path, HEADER + row("1"))
    if where != "no store":
        ordosync(tmp_path, TASK)
    folder = tmp_path / "backups"
    if where != "missing":
        folder.mkdir()
    if where == "open":
        folder.chmod(0o777)

    result = ordosync(tmp_path, "backup", "backups/backup.db")

    assert result.code == 4
    assert result.err.startswith("error: database ")
    assert not folder.exists() or list(folder.iterdir()) == []


def test_a_full_disk_leaves_nothing_behind_and_the_earlier_backup_as_it_was(
    tmp_path: Path,
) -> None:
    shop(tmp_path, HEADER + "".join(map(row, MANY)))
    ordosync(tmp_path, TASK)
    ordosync(tmp_path, "backup", "backup.db")
    before = (tmp_path / "backup.db").read_bytes()
    half = len(before) // 2
    files = {path.name for path in tmp_path.iterdir()}

    full = subprocess.run(
        [sys.executable, "-m", "ordosync", "backup", "--force", "backup.db"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (half, half)),
    )

    assert full.returncode == 4, full
    assert b"Traceback" not in full.stderr
    assert (tmp_path / "backup.db").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == files


def test_a_damaged_store_makes_no_backup(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + "".join(map(row, MANY)))
    ordosync(tmp_path, TASK)
    with closing(sqlite3.connect(tmp_path / "ordosync.db")) as db:
        db.execute("pragma journal_mode = delete")
    content = (tmp_path / "ordosync.db").read_bytes()
    half = len(content) // 2 // 4096 * 4096
    (tmp_path / "ordosync.db").write_bytes(content[:half] + b"\xff" * 4096 + content[half + 4096 :])

    result = ordosync(tmp_path, "backup", "backup.db")

    assert result.code == 4
    assert "ordosync.db: damaged" in result.err
    assert not (tmp_path / "backup.db").exists()
