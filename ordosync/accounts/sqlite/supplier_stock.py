"""Quantities that the Supplier can sell."""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.sqlite.client import SqliteClient
from ordosync.database import sqlite3
from ordosync.embedded import change_feed, products
from ordosync.embedded.commitments import Commitments
from ordosync.embedded.database import snapshot
from ordosync.embedded.stock import Inventory
from ordosync.models import InvalidRecord, Page, Stock

_PAGE = 500


class SupplierStock:
    """Available quantities: physical minus committed, in all warehouses or the configured ones."""

    falls_with_orders = True
    reports_archived = True

    def __init__(self, client: SqliteClient, *, warehouses: frozenset[str]) -> None:
        self._file = client.file
        self._warehouses = warehouses
        """The warehouses whose stock is written back; empty: all."""
        self._committed: tuple[int, Commitments] | None = None
        """The number of the last change, and the open units after it. Stock is read in pages."""

    def all(self, request: ReadRequest) -> Iterator[Page[Stock | InvalidRecord]]:  # noqa: ARG002
        """Yield all quantities, as they are now."""
        with self._file.reading("read stock") as db:
            for listed in products.list_all(db):
                yield Page(items=tuple(self._quantities(db, listed)))

    def of(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the quantities of these products."""
        with self._file.reading("read stock again") as db:
            found = self._quantities(db, products.listed(db, ids))
            return {product.product_id: product for product in found}

    def _quantities(
        self, db: sqlite3.Connection, listed: Sequence[tuple[str, bool]]
    ) -> list[Stock]:
        """Return the quantities of products, given as `products.listed` returns them."""
        # A shipment lowers the counts and the open units at once.
        with snapshot(db):
            inventory = Inventory(db, [sku for sku, _ in listed], self._commitments(db))
        return [
            Stock(
                product_id=sku,
                sku=sku,
                quantity=inventory.available(sku, self._warehouses),
                fixed="archived" if archived else "",
            )
            for sku, archived in listed
        ]

    def _commitments(self, db: sqlite3.Connection) -> Commitments:
        """Return the open units; read them again only if something has changed since."""
        at = change_feed.latest(db)
        if self._committed is None or self._committed[0] != at:
            self._committed = at, Commitments(db).load()
        return self._committed[1]
