"""Splits of the Merchant's orders."""

from collections.abc import Sequence

from ordosync.accounts.sqlite.client import FilePart
from ordosync.database import sqlite3
from ordosync.embedded import splits
from ordosync.models import Outcome, Split


class MerchantSplits(FilePart):
    """Splits of orders as the Supplier has split them."""

    def split(self, requested: Sequence[Split]) -> list[Outcome]:
        """Split open orders into all of the given pieces or none."""
        return self._file.write_each("split orders", requested, _split)


def _split(db: sqlite3.Connection, requested: Split) -> Outcome:
    return splits.split(db, requested, actor="split-order")
