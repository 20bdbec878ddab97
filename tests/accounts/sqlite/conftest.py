from pathlib import Path

import pytest

from ordosync.accounts.sqlite import SqliteAccount


@pytest.fixture(name="account")
def _account(tmp_path: Path) -> SqliteAccount:
    return SqliteAccount(name="northwind", spool=tmp_path, path=tmp_path / "northwind.db")
