"""Quantities that the Supplier can sell."""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.sqlite.client import SqliteClient
from ordosync.database import sqlite3
from ordosync.embedded import change_feed, products
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
        self._counted: tuple[int, Inventory] | None = None
        """The number of the last change, and the stock after it. Tasks read stock in pages."""

    def all(self, request: ReadRequest) -> Iterator[Page[Stock | InvalidRecord]]:  # noqa: ARG002
        """Yield all quantities, as they are now."""
        with self._file.reading("read stock") as db:
            listed = [(product.sku, product.archived) for product in products.read_all(db)]
            inventory = self._inventory(db)
            for start in range(0, len(listed), _PAGE):
                page = listed[start : start + _PAGE]
                yield Page(items=tuple(self._available(inventory, *item) for item in page))

    def of(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the quantities of these products."""
        with self._file.reading("read stock again") as db:
            inventory = self._inventory(db)
            return {
                product.id: self._available(inventory, product.sku, product.archived)
                for product in products.read(db, ids)
            }

    def _inventory(self, db: sqlite3.Connection) -> Inventory:
        """Return the stock; read it again only if something has changed since the last time."""
        at = change_feed.latest(db)
        if self._counted is None or self._counted[0] != at:
            self._counted = at, Inventory(db).load()
        return self._counted[1]

    def _available(self, inventory: Inventory, sku: str, archived: bool) -> Stock:
        quantity = inventory.available(sku, self._warehouses)
        fixed = "archived" if archived else ""
        return Stock(product_id=sku, sku=sku, quantity=quantity, fixed=fixed)
