"""Databases of one run are in a file without a name, which no other process can open."""

from contextlib import closing
from pathlib import Path

import pytest

from ordosync.temporary_database import temporary_database

PACKAGE = Path(__file__).parents[1] / "ordosync"


@pytest.fixture(name="folder", autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_the_rows_are_in_a_file_and_not_in_memory(folder: Path) -> None:
    with closing(temporary_database()) as db:
        [(_, _, file)] = db.execute("pragma database_list")

    assert Path(file).parent == folder


def test_the_file_has_no_name_any_more_once_it_is_open(folder: Path) -> None:
    with closing(temporary_database()) as db:
        db.execute("create table rows (text text)")
        db.executemany("insert into rows values (?)", [["x" * 1000]] * 5000)

        assert list(folder.iterdir()) == []
        assert db.execute("select count(*) from rows").fetchone() == (5000,)


def test_two_databases_share_nothing() -> None:
    with closing(temporary_database()) as one, closing(temporary_database()) as other:
        one.execute("create table rows (text text)")

        assert other.execute("select count(*) from sqlite_master").fetchone() == (0,)


def test_no_module_uses_a_database_that_may_be_in_memory() -> None:
    modules = [
        path.name for path in PACKAGE.rglob("*.py") if 'sqlite3.connect("",' in path.read_text()
    ]

    assert modules == []
