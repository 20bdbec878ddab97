"""An embedded account as the Supplier: orders to be shipped, and the stock they come from."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from ordosync.accounts.sqlite.client import Side, SupplierOptions, one_of
from ordosync.database import sqlite3
from ordosync.embedded import change_feed, order_creation, orders, products, shipments, splits
from ordosync.embedded.database import savepoint
from ordosync.embedded.stock import Inventory, Level
from ordosync.models import (
    Order,
    Outcome,
    Page,
    Product,
    Shipment,
    Split,
    Standing,
    Stock,
    Unusable,
)

_PAGE = 500


class SupplierSide(Side):
    """Who ships."""

    _counted: tuple[int, Inventory] | None = None
    """The stock as of the last change by then: tasks ask for it a page at a time."""

    def close(self) -> None:
        """Forget the stock."""
        self._counted = None

    def create_orders(
        self,
        orders: Sequence[Order],
        *,
        look_first: bool = False,  # noqa: ARG002 - the reference is always looked up
    ) -> list[Outcome]:
        """Create the orders in one transaction; one that is refused leaves the others alone."""
        prefix = self.pair.prefix if isinstance(self.pair, SupplierOptions) else ""

        def create(db: sqlite3.Connection, order: Order) -> Outcome:
            return order_creation.create(db, order, prefix=prefix, warehouse=self.warehouse)

        with self.writing("create orders") as db:
            made: dict[str, Outcome | None] = {}
            with suppress(sqlite3.IntegrityError, sqlite3.DataError), savepoint(db):
                fresh = order_creation.plainly_new(db, orders, prefix=prefix)
                made |= order_creation.create_new(db, fresh, warehouse=self.warehouse)
            return [made.pop(one.reference, None) or one_of(db, one, create) for one in orders]

    def find_orders(self, references: Sequence[str]) -> Mapping[str, Outcome]:
        """Look up the orders that carry these references."""
        with self.reading("find orders") as db:
            return orders.find(db, references)

    def to_be_shipped_ever(self) -> Iterator[Page[Standing]]:
        """Read every order, whoever made it, as it stands."""
        with self.reading("read all orders") as db:
            for page in orders.pages(db):
                sent = shipments.of_orders(db, [one.number for one in page], as_told=False)
                yield Page(
                    items=tuple(
                        Standing(order=one, shipments=tuple(sent.get(one.number, ())))
                        for one in page
                    )
                )

    def cancel_orders(self, ids: Sequence[str], *, also_shipped: bool = False) -> list[Outcome]:
        """Cancel open orders; a shipped one only with `also_shipped`."""

        def cancel(db: sqlite3.Connection, number: str) -> Outcome:
            return orders.cancel(db, number, actor="cancel-orders", also_shipped=also_shipped)

        return self.each("cancel orders", ids, cancel)

    def create_products(self, products: Sequence[Product]) -> list[Outcome]:
        """Make products whose SKU is new here, their stock unset."""
        return self.each("create products", products, _create_product)

    def stock(
        self,
        *,
        now: datetime,  # noqa: ARG002 - it is always as of now
        patient: bool = False,  # noqa: ARG002 - nothing is half written
    ) -> Iterator[Page[Stock | Unusable]]:
        """Read how many of each product can be sold, always all of them."""
        with self.reading("read stock") as db:
            skus = [product.sku for product in products.read_all(db)]
            inventory = self._inventory(db)
            for start in range(0, len(skus), _PAGE):
                page = skus[start : start + _PAGE]
                yield Page(items=tuple(self._available(inventory, sku) for sku in page))

    def stock_of(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the same for these products."""
        with self.reading("read stock again") as db:
            inventory = self._inventory(db)
            return {
                product.id: self._available(inventory, product.sku)
                for product in products.read(db, ids)
            }

    def levels_of(self, sku: str) -> list[Level]:
        """Return what the quantity of a product comes from, by warehouse; a kit has none."""
        with self.reading("read stock again") as db:
            inventory = self._inventory(db)
            levels = () if inventory.is_kit(sku) else inventory.levels(sku)
            wanted = self._warehouses
            return [one for one in levels if not wanted or one.warehouse in wanted]

    def shipments(
        self,
        cursor: str | None,
        *,
        now: datetime,  # noqa: ARG002 - the feed is in order by itself
        patient: bool = False,  # noqa: ARG002 - nothing is half written
    ) -> Iterator[Page[Shipment | Unusable]]:
        """Read the shipments that changed since `cursor`, oldest change first."""
        with self.reading("read shipments") as db:
            if turned := tuple(shipments.without_label(change_feed.turned(db, cursor))):
                yield Page(items=turned)
            for ids, after in change_feed.since(db, "shipment", cursor):
                yield Page(items=tuple(shipments.read(db, ids)), cursor=after)

    def shipments_by_id(self, ids: Sequence[str]) -> Iterator[Page[Shipment | Unusable]]:
        """Read these shipments as they are now."""
        with self.reading("read shipments again") as db:
            yield Page(items=tuple(shipments.read(db, ids)))

    def splits(
        self,
        cursor: str | None,
        *,
        now: datetime,  # noqa: ARG002 - the feed is in order by itself
    ) -> Iterator[Page[Split]]:
        """Read the orders that were split since `cursor`, in the order in which they were."""
        with self.reading("read splits") as db:
            for numbers, after in change_feed.since(db, "split", cursor):
                yield Page(items=tuple(splits.read(db, numbers)), cursor=after)

    def splits_by_id(self, ids: Sequence[str]) -> Iterator[Page[Split]]:
        """Read how these orders are split now."""
        with self.reading("read splits again") as db:
            yield Page(items=tuple(splits.read(db, ids)))

    def statuses(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the status of each of these orders that is here."""
        with self.reading("read statuses") as db:
            return {order.number: order.status for order in orders.read_many(db, ids)}

    def _inventory(self, db: sqlite3.Connection) -> Inventory:
        """Return the stock, read anew only if something has changed since the last time."""
        at = change_feed.latest(db)
        if self._counted is None or self._counted[0] != at:
            self._counted = at, Inventory(db).load()
        return self._counted[1]

    @property
    def _warehouses(self) -> frozenset[str]:
        """Whose stock is written back; none: that of all."""
        pair = self.pair if isinstance(self.pair, SupplierOptions) else SupplierOptions()
        return frozenset(pair.warehouses)

    def _available(self, inventory: Inventory, sku: str) -> Stock:
        quantity = inventory.available(sku, self._warehouses)
        return Stock(product_id=sku, sku=sku, quantity=quantity)


def _create_product(db: sqlite3.Connection, product: Product) -> Outcome:
    # A kit comes as a plain product: its components never travel, and it may be a kit of ours.
    plain = Product(
        id="", sku=product.sku, name=product.name, price=product.price, weight_g=product.weight_g
    )
    made = products.create(db, plain)
    return Outcome(state="done" if made else "unchanged", id=product.sku)
