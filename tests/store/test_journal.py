"""Case 54: write-ahead logging only where the library is free of the bug that resets it."""

import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from ordosync import database
from ordosync.clock import SLICE_S
from ordosync.store import Store

pytestmark = pytest.mark.of_files


def journal_of(path: Path) -> str:
    with Store.open(path):
        pass
    with closing(database.sqlite3.connect(path)) as db:
        return str(db.execute("pragma journal_mode").fetchone()[0])


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 7, 0), False),
        ((3, 40, 1), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 0), True),
    ],
)
def test_only_a_library_with_the_fix_is_safe(version: tuple[int, ...], *, safe: bool) -> None:
    assert database.wal_is_safe(version) is safe


@pytest.mark.parametrize(("safe", "journal"), [(True, "wal"), (False, "delete")])
def test_a_store_is_made_with_the_journal_that_is_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: str, *, safe: bool
) -> None:
    monkeypatch.setattr(database, "wal_is_safe", lambda: safe)

    assert journal_of(tmp_path / "ordosync.db") == journal


def test_a_file_that_is_opened_again_keeps_the_lock_of_an_open_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing any descriptor of a file drops the locks of the process on it."""
    monkeypatch.setattr(database, "wal_is_safe", lambda: False)
    path = tmp_path / "ordosync.db"
    rival = f"""
import sqlite3
db = sqlite3.connect({str(path)!r}, timeout=0, isolation_level=None)
try:
    db.execute("begin immediate")
except sqlite3.OperationalError as error:
    print(error)
"""
    with Store.open(path) as store, store.transaction():
        with Store.open(path, readonly=True):
            pass
        result = subprocess.run(
            [sys.executable, "-c", rival], capture_output=True, text=True, check=True
        )

    assert result.stdout == "database is locked\n"


@pytest.mark.skipif(not database.wal_is_safe(), reason="this SQLite library creates no WAL files")
def test_a_read_waits_as_long_as_another_process_recovers_the_file(tmp_path: Path) -> None:
    path = tmp_path / "ordosync.db"
    assert journal_of(path) == "wal"
    # Like a recovery, this mode keeps readers away from the index of the log.
    recovering = subprocess.Popen(
        [sys.executable, "-c", _RECOVERING, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert recovering.stdout is not None
    assert recovering.stdout.readline() == "recovering\n"

    end = threading.Timer(SLICE_S * 2, recovering.communicate)
    end.start()
    with Store.open(path) as store:
        assert store.config_digest is None
    end.join()


_RECOVERING = """
import sys
try:
    import pysqlite3.dbapi2 as sqlite3
except ImportError:
    import sqlite3
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("pragma locking_mode = exclusive")
db.execute("begin immediate")
print("recovering", flush=True)
sys.stdin.read()
"""
