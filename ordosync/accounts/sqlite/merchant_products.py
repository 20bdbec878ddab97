"""The Merchant's products that this portal's Supplier may deliver."""

from collections.abc import Iterator, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.sqlite.client import AssignedPart
from ordosync.database import sqlite3
from ordosync.embedded import change_feed, products
from ordosync.models import InvalidRecord, Page, Product


class MerchantProducts(AssignedPart):
    """The products that are assigned to this Supplier, or to no supplier."""

    def changed(self, request: ReadRequest) -> Iterator[Page[Product | InvalidRecord]]:
        """Yield the products that changed since the cursor."""
        self._client.check_exists(request.cursor, "read products")
        with self._file.reading("read products") as db:
            for skus, after in change_feed.since(db, "product", request.cursor):
                yield Page(items=self._offered(db, skus), cursor=after)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Product | InvalidRecord]]:
        """Yield these products as they are now."""
        with self._file.reading("read products again") as db:
            yield Page(items=self._offered(db, ids))

    def _offered(self, db: sqlite3.Connection, skus: Sequence[str]) -> tuple[Product, ...]:
        assigned_elsewhere = products.of_other_suppliers(db, self._supplier, skus)
        return tuple(
            product
            for product in products.read(db, skus)
            if not product.archived and product.sku not in assigned_elsewhere
        )
