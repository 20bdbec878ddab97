"""Splits of the Merchant's orders."""

from collections.abc import Sequence

from ordosync.accounts.sqlite.client import SqliteClient
from ordosync.database import sqlite3
from ordosync.embedded import splits
from ordosync.models import Outcome, Split


class MerchantSplits:
    """Splits of orders as the Supplier has split them."""

    def __init__(self, client: SqliteClient) -> None:
        self._file = client.file

    def split(self, wanted: Sequence[Split]) -> list[Outcome]:
        """Split open orders into pieces as given, whole or not at all."""
        return self._file.each("split orders", wanted, _split)


def _split(db: sqlite3.Connection, wanted: Split) -> Outcome:
    return splits.split(db, wanted, actor="split-order")
