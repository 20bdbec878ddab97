import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from shutil import copy2
from threading import Barrier
from typing import Any

import pytest

from ordosync import database
from ordosync.database import open_database, sqlite3, transaction
from ordosync.embedded.database import EmbeddedFile
from ordosync.embedded.desk import Desk
from ordosync.embedded.migrations import APPLICATION_ID, VERSION, migrations
from ordosync.errors import RefusedError, UnavailableError
from ordosync.models import Outcome
from tests.accounts.contract import order
from tests.embedded.create import create, find

ROOT = Path(__file__).parents[2]
_BATCH = 500


def start(path: Path, count: int = 1, *, fault: str = "") -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.embedded.create", str(path), "r", str(count)],
        cwd=ROOT,
        env={**os.environ, "ORDOSYNC_FAULT": fault},
    )


def test_file_is_for_its_owner_alone(file: EmbeddedFile, path: Path) -> None:
    create(file, [order("1001")])

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["northwind.db"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "left"), [("account-before-commit", 0), ("account-after-commit", _BATCH)]
)
def test_crash_leaves_a_batch_whole_or_not_at_all(
    file: EmbeddedFile, desk: Desk, path: Path, fault: str, left: int
) -> None:
    crashed = start(path, _BATCH, fault=fault)
    assert crashed.wait() == -signal.SIGKILL
    references = [f"r{n}" for n in range(_BATCH)]

    assert len(find(file, references)) == left
    outcomes = create(file, [order("1001", reference=reference) for reference in references])

    assert {outcome.state for outcome in outcomes} == {"unchanged" if left else "done"}
    assert len(list(desk.list_orders())) == _BATCH


def test_twenty_at_once_create_one_order(file: EmbeddedFile, desk: Desk) -> None:
    together = Barrier(20)

    def create_one(_: int) -> Outcome:
        together.wait()
        [outcome] = create(file, [order("1001")])
        return outcome

    with ThreadPoolExecutor(20) as threads:
        outcomes = list(threads.map(create_one, range(20)))

    assert sorted(outcome.state for outcome in outcomes) == ["done"] + ["unchanged"] * 19
    assert {outcome.id for outcome in outcomes} == {"1001"}
    assert len(list(desk.list_orders())) == 1


def test_processes_that_start_at_once_make_one_file_and_each_order_once(
    desk: Desk, path: Path
) -> None:
    processes = [start(path, 20) for _ in range(4)]

    assert [process.wait() for process in processes] == [0, 0, 0, 0]
    assert len({order.reference for order in desk.list_orders()}) == 20
    assert len(list(desk.list_orders())) == 20


def test_reading_leaves_the_file_byte_for_byte(file: EmbeddedFile, desk: Desk, path: Path) -> None:
    create(file, [order("1001")])
    before = path.read_bytes()

    find(file, ["origin:1001#1", "nothing"])
    list(desk.list_orders())

    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["northwind.db"]


def test_file_that_another_program_locks_is_unavailable(
    file: EmbeddedFile, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(file, [order("1001")])
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0)
    holder = open_database(
        path, application_id=APPLICATION_ID, migrations=migrations, version=VERSION
    )

    with (
        closing(holder),
        transaction(holder),
        pytest.raises(UnavailableError, match=r"account northwind: create orders: .* locked"),
    ):
        create(file, [order("1002")])

    [outcome] = create(file, [order("1002")])
    assert outcome.state == "done"


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _garbage(path: Path) -> None:
    path.write_bytes(b"no database at all" * 1000)


def _flipped_page(path: Path) -> None:
    damaged = bytearray(path.read_bytes())
    damaged[4096:] = b"\xff" * (len(damaged) - 4096)
    path.write_bytes(damaged)


def _newer(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"pragma user_version = {VERSION + 1}")
    connection.close()


def _of_somebody_else(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("pragma application_id = 0")
    connection.close()


def _open_to_all(path: Path) -> None:
    path.chmod(0o666)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _dangling_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere.db")


@pytest.mark.parametrize(
    "spoil",
    [
        _empty,
        _garbage,
        _flipped_page,
        _newer,
        _of_somebody_else,
        _open_to_all,
        _folder,
        _dangling_link,
    ],
)
def test_spoiled_file_is_reported_and_left_alone(
    file: EmbeddedFile, desk: Desk, path: Path, spoil: Callable[[Path], None]
) -> None:
    create(file, [order("1001")])
    spoil(path)
    before = path.read_bytes() if path.is_file() else b""

    with pytest.raises(RefusedError, match=f"account northwind: create orders: database {path}: "):
        create(file, [order("1002")])
    with pytest.raises(RefusedError, match=f"account northwind: list orders: database {path}: "):
        list(desk.list_orders())

    assert (path.read_bytes() if path.is_file() else b"") == before


def test_missing_folder_is_reported(tmp_path: Path) -> None:
    file = EmbeddedFile(name="northwind", path=tmp_path / "no" / "n.db")

    with pytest.raises(RefusedError, match=r"account northwind: create orders: .*does not exist"):
        create(file, [order("1001")])


def test_a_run_opens_the_file_once_and_leaves_one_file(
    file: EmbeddedFile, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(file, [order("1001")])
    opened: list[Path] = []
    connect = database.connect

    def counted(path: Path, **options: Any) -> sqlite3.Connection:
        opened.append(path)
        return connect(path, **options)

    monkeypatch.setattr(database, "connect", counted)
    file.keep()

    for number in ("1002", "1003"):
        create(file, [order(number)])
        find(file, [number])
    file.close()

    assert opened == [path]
    assert [file.name for file in path.parent.iterdir()] == ["northwind.db"]


def test_a_file_that_takes_the_place_of_one_that_is_kept_open_gets_the_next_order(
    file: EmbeddedFile, desk: Desk, path: Path, tmp_path: Path
) -> None:
    create(file, [order("1001")])
    backup = tmp_path / "backup.db"
    copy2(path, backup)
    file.keep()
    create(file, [order("1002")])

    backup.replace(path)
    path.with_name(f"{path.name}-wal").unlink()
    path.with_name(f"{path.name}-shm").unlink()
    create(file, [order("1003")])
    file.close()

    assert [order.number for order in desk.list_orders()] == ["1001", "1003"]


def test_an_operation_that_fails_keeps_no_connection(file: EmbeddedFile, desk: Desk) -> None:
    create(file, [order("1001")])
    file.keep()

    def delete_and_stop() -> None:
        with file.writing("delete lines") as db:
            db.execute("delete from order_lines")
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        delete_and_stop()

    [outcome] = create(file, [order("1002")])
    file.close()
    assert outcome.state == "done"
    assert [len(order.lines) for order in desk.list_orders()] == [1, 1]


def test_changes_in_one_transaction_are_read_within_it_and_saved_together(
    desk: Desk, path: Path
) -> None:
    other = Desk(name="northwind", path=path)

    with desk.file.in_one_transaction("save the changes"):
        outcomes = [desk.add_order(order(number)) for number in ("1001", "1001", "1002")]
        seen = [desk.read_order(number) is not None for number in ("1001", "1002")]
        seen_outside = other.read_order("1001")

    assert [outcome.state for outcome in outcomes] == ["done", "refused", "done"]
    assert (seen, seen_outside) == ([True, True], None)
    assert other.read_order("1002") is not None


def test_changes_in_one_transaction_are_undone_together(desk: Desk) -> None:
    def add_and_stop() -> None:
        with desk.file.in_one_transaction("save the changes"):
            desk.add_order(order("1001"))
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        add_and_stop()

    assert desk.read_order("1001") is None
    assert desk.add_order(order("1001")).state == "done"
