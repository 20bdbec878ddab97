"""An embedded account as the Merchant: orders that a supplier ships, and what comes of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from ordosync.accounts.sqlite.client import MerchantOptions, Side
from ordosync.database import sqlite3
from ordosync.embedded import change_feed, orders, products, shipments, splits, stock
from ordosync.errors import RefusedError
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
    refused,
)


class MerchantSide(Side):
    """Who sells."""

    def orders(
        self,
        cursor: str | None,
        *,
        now: datetime,  # noqa: ARG002 - the feed is in order by itself
        patient: bool = False,  # noqa: ARG002 - nothing is half written
    ) -> Iterator[Page[Order | Unusable]]:
        """Read the orders requested from this portal's Supplier that changed since `cursor`."""
        self._check_there(cursor, "read orders")
        with self.reading("read orders") as db:
            for numbers, after in change_feed.since(db, "order", cursor):
                yield Page(items=self._requested(db, numbers), cursor=after)

    def orders_by_id(self, ids: Sequence[str]) -> Iterator[Page[Order | Unusable]]:
        """Read these orders as they are now."""
        with self.reading("read orders again") as db:
            yield Page(items=self._requested(db, ids))

    def requested_ever(self) -> Iterator[Page[Standing]]:
        """Read every order that was ever requested from this portal's Supplier, as it stands."""
        with self.reading("read all orders") as db:
            for page in orders.pages(db):
                numbers = [order.number for order in page]
                still = orders.requested_from(db, self._supplier, numbers)
                sent = shipments.of_orders(db, numbers, as_told=True)
                # Restored, it is ours to ship by ourselves: no supplier has it, nobody else either.
                nobodys = orders.without_supplier(db, numbers)
                yield Page(
                    items=tuple(
                        Standing(
                            order=order,
                            shipments=tuple(sent.get(order.number, ())),
                            is_ours=still[order.number] or order.number in nobodys,
                        )
                        for order in page
                        if order.number in still
                    )
                )

    def cancelled_orders(
        self,
        cursor: str | None,
        *,
        now: datetime,  # noqa: ARG002 - the feed is in order by itself
    ) -> Iterator[Page[str]]:
        """Read which orders changed since `cursor` and now are cancelled, unshipped."""
        self._check_there(cursor, "read cancelled orders")
        with self.reading("read cancelled orders") as db:
            for numbers, after in change_feed.since(db, "order", cursor):
                gone = orders.cancelled_unshipped(db, numbers)
                yield Page(items=tuple(n for n in numbers if n in gone), cursor=after)

    def ancestors_of(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return what each of these orders was split from, nearest first."""
        with self.reading("read what orders were split from") as db:
            found = {id_: orders.ancestors(db, id_) for id_ in ids}
        return {id_: family for id_, family in found.items() if family}

    def cancelled_among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders are cancelled, unshipped, at this moment."""
        with self.reading("read cancelled orders") as db:
            return orders.cancelled_unshipped(db, ids)

    def products(
        self,
        cursor: str | None,
        *,
        now: datetime,  # noqa: ARG002 - the feed is in order by itself
    ) -> Iterator[Page[Product | Unusable]]:
        """Read the products of this Supplier, or of none in particular, changed since `cursor`."""
        self._check_there(cursor, "read products")
        with self.reading("read products") as db:
            for skus, after in change_feed.since(db, "product", cursor):
                yield Page(items=self._offered(db, skus), cursor=after)

    def products_by_id(self, ids: Sequence[str]) -> Iterator[Page[Product | Unusable]]:
        """Read these products as they are now."""
        with self.reading("read products again") as db:
            yield Page(items=self._offered(db, ids))

    def stock_to_write(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return what is on the shelf in the linked warehouse: physical, not available."""
        with self.reading("read stock") as db:
            physical = stock.counted(db, ids, self._warehouse)
            others = products.of_others(db, self._supplier, ids)
            return {
                product.id: Stock(
                    product_id=product.id,
                    sku=product.sku,
                    quantity=_whole(physical.get(product.sku)),
                    fixed="kit"
                    if product.is_kit
                    else "archived"
                    if product.archived
                    else "unassigned"
                    if product.sku in others
                    else "",
                )
                for product in products.read(db, ids)
            }

    def write_stock(self, stock: Sequence[Stock]) -> list[Outcome]:
        """Set physical on hand in the linked warehouse."""
        return self.each("write stock", stock, self._set)

    def add_tracking(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Tell what was sent; the order becomes shipped, and its physical stock stays."""
        return self.each("add tracking", shipments, _add_tracking)

    def void_tracking(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Flag what was told as void; the order stays shipped."""
        return self.each("void tracking", shipments, _void_tracking)

    def split_orders(self, splits: Sequence[Split]) -> list[Outcome]:
        """Split open orders into pieces as given, whole or not at all."""
        return self.each("split orders", splits, _split)

    def _check_there(self, cursor: str | None, action: str) -> None:
        """Refuse to read nothing where there was something: the file is gone, or is another one.

        Before that, a file that its desk has not made yet reads as empty: it may be new.
        """
        if int(cursor or 0) and not self.is_there:
            raise RefusedError(
                f"account {self.name}", action, f"there is no file {self.path}; check `path:`"
            )

    @property
    def _supplier(self) -> str:
        pair = self.pair if isinstance(self.pair, MerchantOptions) else MerchantOptions()
        return pair.supplier or self.partner

    @property
    def _warehouse(self) -> str:
        pair = self.pair if isinstance(self.pair, MerchantOptions) else MerchantOptions()
        return pair.warehouse

    def _requested(
        self, db: sqlite3.Connection, numbers: Sequence[str]
    ) -> tuple[Order | Unusable, ...]:
        still = orders.requested_from(db, self._supplier, numbers)
        split = orders.split_among(db, numbers)
        found: list[Order | Unusable] = []
        for order in orders.read_many(db, [number for number in numbers if number in still]):
            if order.status != "dropshipment_requested" or order.number in split:
                continue
            found.append(order if still[order.number] else _reassigned(order))
        return tuple(found)

    def _offered(self, db: sqlite3.Connection, skus: Sequence[str]) -> tuple[Product, ...]:
        others = products.of_others(db, self._supplier, skus)
        return tuple(
            product
            for product in products.read(db, skus)
            if not product.archived and product.sku not in others
        )

    def _set(self, db: sqlite3.Connection, wanted: Stock) -> Outcome:
        product = next(iter(products.read(db, [wanted.product_id])), None)
        if product is None:
            return refused("not-found", "the product is gone")
        if product.is_kit:
            return refused("fixed", "a kit's quantity is calculated and cannot be written")
        if wanted.quantity is None or wanted.quantity < 0:
            return refused("invalid", f"{wanted.quantity} is no quantity to write")
        known = stock.counted(db, [product.sku], self._warehouse).get(product.sku)
        if known == wanted.quantity:
            return Outcome(state="unchanged", id=product.id)
        stock.set_physical(db, product.sku, self._warehouse, Decimal(wanted.quantity))
        return Outcome(state="done", id=product.id)


def _add_tracking(db: sqlite3.Connection, shipment: Shipment) -> Outcome:
    return shipments.add_tracking(db, shipment)


def _void_tracking(db: sqlite3.Connection, shipment: Shipment) -> Outcome:
    return shipments.void_tracking(db, shipment)


def _split(db: sqlite3.Connection, wanted: Split) -> Outcome:
    return splits.split(db, wanted, actor="split-order")


def _reassigned(order: Order) -> Unusable:
    return Unusable(
        id=order.id,
        code="reassigned",
        reason="was given to another supplier",
        content=order.content,
        skip=True,
    )


def _whole(quantity: Decimal | None) -> int | None:
    return None if quantity is None else int(quantity)
