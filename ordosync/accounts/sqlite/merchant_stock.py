"""The Supplier's stock at the Merchant: physical on hand in the linked warehouse."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from ordosync.accounts.sqlite.client import SqliteClient
from ordosync.database import sqlite3
from ordosync.embedded import products, stock
from ordosync.models import Order, Outcome, Page, Stock, refused


class MerchantStock:
    """Physical on hand in one warehouse; it falls when a parcel is sent."""

    def __init__(self, client: SqliteClient, *, supplier: str, warehouse: str) -> None:
        self._file = client.file
        self._supplier = supplier
        self._warehouse = warehouse

    @property
    def falls_with_sales(self) -> bool:
        """False: a sale commits stock; physical on hand falls when a parcel is sent."""
        return False

    def current(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return physical on hand in the linked warehouse."""
        with self._file.reading("read stock") as db:
            return {
                sku: Stock(
                    product_id=sku,
                    sku=sku,
                    quantity=None if physical is None else int(Decimal(physical)),
                    fixed=self._fixed(is_kit, archived, supplier),
                )
                for sku, is_kit, archived, supplier, physical in stock.on_hand(
                    db, ids, self._warehouse
                )
            }

    def unimported_sales(self) -> Iterator[Page[Order]]:
        """Yield nothing: a sale commits stock, and does not change the physical quantity."""
        return iter(())

    def write(self, quantities: Sequence[Stock]) -> list[Outcome]:
        """Set physical on hand in the linked warehouse."""
        return self._file.write_each("write stock", quantities, self._set)

    def _set(self, db: sqlite3.Connection, requested: Stock) -> Outcome:
        product = next(iter(products.read(db, [requested.product_id])), None)
        if product is None:
            return refused("not-found", "the product does not exist")
        if product.is_kit:
            return refused("fixed", "a kit's quantity is calculated and cannot be written")
        if requested.quantity is None or requested.quantity < 0:
            return refused("invalid", f"{requested.quantity} is not a quantity to write")
        physical = stock.counted(db, [product.sku], self._warehouse).get(product.sku)
        if physical == requested.quantity:
            return Outcome(state="unchanged", id=product.id)
        stock.set_physical(db, product.sku, self._warehouse, Decimal(requested.quantity))
        return Outcome(state="done", id=product.id)

    def _fixed(self, is_kit: int, archived: int, supplier: str | None) -> str:
        """Return why a quantity cannot be written; empty if it can."""
        if is_kit:
            return "kit"
        if archived:
            return "archived"
        return "unassigned" if supplier not in (None, self._supplier) else ""
