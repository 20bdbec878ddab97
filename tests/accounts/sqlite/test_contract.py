from collections.abc import Sequence
from pathlib import Path

import pytest

from ordosync.accounts.base import Account
from ordosync.accounts.sqlite import SqliteAccount
from ordosync.models import Order
from tests.accounts.contract import SupplierContract


class TestSqliteAsSupplier(SupplierContract):
    @pytest.fixture(autouse=True)
    def _in(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def make(self) -> Account:
        return SqliteAccount(
            name="northwind", spool=self.folder / "spool", path=self.folder / "northwind.db"
        )

    def there(self, account: Account) -> Sequence[Order]:
        assert isinstance(account, SqliteAccount)
        return list(account.list_orders("awaiting_fulfillment"))
