"""Cancellations of the Supplier's orders."""

from collections.abc import Sequence

from ordosync.accounts.sqlite.client import SqliteClient
from ordosync.database import sqlite3
from ordosync.embedded import orders
from ordosync.models import Outcome


class SupplierCancellations:
    """Cancellations by the task `cancel-orders`."""

    def __init__(self, client: SqliteClient) -> None:
        self._file = client.file

    def cancel(self, ids: Sequence[str], *, also_shipped: bool = False) -> list[Outcome]:
        """Cancel open orders; a shipped one only with `also_shipped`."""

        def cancel(db: sqlite3.Connection, number: str) -> Outcome:
            return orders.cancel(db, number, actor="cancel-orders", also_shipped=also_shipped)

        return self._file.write_each("cancel orders", ids, cancel)
