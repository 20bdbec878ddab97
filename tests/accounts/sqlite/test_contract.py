from pathlib import Path

import pytest

from ordosync.embedded import change_feed
from tests.accounts.contract import MerchantContract, SupplierContract
from tests.accounts.sqlite.people import SqliteMerchantPeople, SqliteSupplierPeople
from tests.support.clock import VirtualClock

_MANY = 50


@pytest.fixture(autouse=True)
def _short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read `_MANY` changes in three pages, as in a remote account."""
    monkeypatch.setattr(change_feed, "_PAGE", _MANY * 2 // 5)


class TestSqliteAsMerchant(MerchantContract):
    many = _MANY

    def make_people(self, folder: Path, clock: VirtualClock) -> SqliteMerchantPeople:
        return SqliteMerchantPeople(folder, clock)


class TestSqliteAsSupplier(SupplierContract):
    many = _MANY

    def make_people(self, folder: Path, clock: VirtualClock) -> SqliteSupplierPeople:
        return SqliteSupplierPeople(folder, clock)
