"""The place of the store, and the files of this machine that belong to it."""

from pathlib import Path

import pytest

from ordosync.store import Store
from ordosync.store.location import SqliteFile


@pytest.fixture(name="location")
def _location(tmp_path: Path) -> SqliteFile:
    return SqliteFile(tmp_path / "ordosync.db")


def test_a_file_is_opened_by_its_path_or_by_its_place(location: SqliteFile) -> None:
    with Store.open(location) as store, store.transaction():
        store.set_config_digest("7")

    with Store.open(location.path) as store:
        assert store.config_digest == "7"


def test_a_file_exists_once_it_was_opened_for_writing(location: SqliteFile) -> None:
    with Store.open(location, readonly=True) as store:
        assert store.config_digest is None
    before = location.exists()

    Store.open(location).close()

    assert (before, location.exists()) == (False, True)


def test_files_of_the_machine_have_the_name_of_the_store(location: SqliteFile) -> None:
    files = (location.spool, location.places, location.key_file, location.reported_problems)

    assert {file.parent for file in files} == {location.folder}
    assert {file.name.removeprefix("ordosync.db") for file in files} == {
        *(".spool", ".places", ".key", ".told"),
    }


def test_messages_name_the_file(location: SqliteFile) -> None:
    assert str(location) == str(location.path)
