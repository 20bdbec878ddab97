"""The value of `database:`: a path or a URL, its password, and what others can read."""

from pathlib import Path

import pytest

from ordosync.config import as_plain, load_config
from ordosync.config.database import location_of
from ordosync.errors import ConfigError
from ordosync.postgres_url import is_unencrypted, without_password
from ordosync.store.location import SqliteFile
from ordosync.store.postgres_database import PostgresDatabase

REST = """
accounts:
  shop: {kind: sqlite, path: shop.db, host: w1}
  northwind: {kind: sqlite, path: northwind.db, host: w1}
portals:
  shop-northwind: {merchant: shop, supplier: northwind}
"""


def config(folder: Path, database: str, *, mode: int = 0o600) -> Path:
    path = folder / "config.yaml"
    path.write_text(f"database: {database}\n{REST}")
    path.chmod(mode)
    return path


def place(folder: Path, database: str) -> PostgresDatabase:
    location = load_config(config(folder, database)).database
    assert isinstance(location, PostgresDatabase)
    return location


def test_a_url_is_a_database_and_files_of_this_machine_stay_beside_the_configuration(
    tmp_path: Path,
) -> None:
    found = place(tmp_path, "postgresql://ordosync@db/sync?sslmode=require")

    assert found.url == "postgresql://ordosync@db/sync?sslmode=require"
    assert found.spool == tmp_path / "ordosync.db.spool"


@pytest.mark.parametrize("text", ["sync.db", "postgresql.db", "state/postgres"])
def test_everything_else_is_a_file(tmp_path: Path, text: str) -> None:
    assert location_of(text, folder=tmp_path) == SqliteFile(tmp_path / text)


def test_a_variable_in_a_url_is_escaped_and_a_whole_url_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSWORD", "p@ss/w:rd")
    monkeypatch.setenv("WHOLE", "postgresql://u:p%40ss@db/sync")

    part = place(tmp_path, "postgresql://u:${PASSWORD}@db/sync")
    whole = place(tmp_path, "${WHOLE}")

    assert part.url == "postgresql://u:p%40ss%2Fw%3Ard@db/sync"
    assert whole.url == "postgresql://u:p%40ss@db/sync"


def test_the_password_is_shown_nowhere(tmp_path: Path) -> None:
    path = config(tmp_path, "postgresql://u:geheim@db/sync?password=geheim&sslmode=require")

    loaded = load_config(path)

    assert str(loaded.database) == "postgresql://u@db/sync?sslmode=require"
    assert "geheim" not in f"{as_plain(loaded)}{loaded!r}{loaded.database!r}"


@pytest.mark.parametrize(
    ("database", "problem"),
    [
        ("postgresql://u:geheim@db/sync", "a password in a file that others can read: `chmod o-r"),
        ("postgresql://u@db", "is no URL of a database, such as postgresql://user@host/database"),
        ("postgresql://u@[db/sync", "is no URL of a database"),
        ("postgresql://u:${NOT_SET}@db/sync", "the environment variable NOT_SET is not set"),
    ],
)
def test_a_problem_has_one_line_without_the_value(
    tmp_path: Path, database: str, problem: str
) -> None:
    path = config(tmp_path, database, mode=0o644)

    with pytest.raises(ConfigError, match=r"line 1: database: ") as caught:
        load_config(path)

    assert problem in str(caught.value)
    assert "geheim" not in str(caught.value)
    assert len(caught.value.problems) == 1


def test_a_password_of_a_variable_may_stand_in_a_file_that_others_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSWORD", "geheim")

    loaded = load_config(config(tmp_path, "postgresql://u:${PASSWORD}@db/sync", mode=0o644))

    assert str(loaded.database) == "postgresql://u@db/sync"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u@db.internal/sync", True),
        ("postgresql://u@10.0.0.7:5433/sync", True),
        ("postgresql://u@db.internal/sync?sslmode=verify-full", False),
        ("postgresql://u@localhost/sync", False),
        ("postgresql://u@127.0.0.1/sync", False),
        ("postgresql://u@[::1]/sync", False),
        ("postgresql:///sync?host=/run/postgresql", False),
        ("postgresql:///sync?host=db.internal", True),
    ],
)
def test_a_network_that_others_may_read_is_warned_of(
    tmp_path: Path, url: str, expected: bool
) -> None:
    assert is_unencrypted(url) == expected
    assert bool(place(tmp_path, url).warnings()) == expected


def test_a_url_without_a_password_is_shown_as_it_is() -> None:
    url = "postgresql://u@a:1,b:2/sync?target_session_attrs=read-write"

    assert without_password(url) == url
