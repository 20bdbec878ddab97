"""Products that ordosync creates at the Supplier."""

from collections.abc import Sequence

from ordosync.accounts.sqlite.client import FilePart
from ordosync.database import sqlite3
from ordosync.embedded import products
from ordosync.models import Outcome, Product
from ordosync.skus import Similar


class SupplierProducts(FilePart):
    """The Supplier's products, by SKU."""

    is_any_sku = False
    similar_is_free = True

    def create(self, new: Sequence[Product]) -> list[Outcome]:
        """Create products with a new SKU and unset stock."""
        return self._file.write_each("create products", new, _create)

    def similar(self, skus: Sequence[str]) -> Similar:
        """Return the SKUs that equal these, or nearly."""
        with self._file.reading("find products") as db:
            return products.similar(db, skus)


def _create(db: sqlite3.Connection, product: Product) -> Outcome:
    # A kit becomes a plain product: its components are not sent, and the Supplier's may differ.
    plain = Product(
        id="", sku=product.sku, name=product.name, price=product.price, weight_g=product.weight_g
    )
    is_new = products.create(db, plain)
    return Outcome(state="done" if is_new else "unchanged", id=product.sku)
