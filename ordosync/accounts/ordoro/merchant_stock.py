"""An Ordoro account as the Merchant: its products of this supplier, and how many there are."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from types import NoneType

from msgspec.structs import replace

from ordosync.accounts.ordoro.merchant_orders import MerchantOptions, RequestedOrders
from ordosync.accounts.ordoro.schema import PlaceName, ProductShape, moment, product_of
from ordosync.accounts.pagination import since_cursor
from ordosync.accounts.service_client import STOCK_CACHE_S
from ordosync.models import Outcome, Page, Product, Stock, Unusable, refused

_FEW = 10
"""So many products are asked for one by one rather than all read."""


class OfferedProducts(RequestedOrders):
    """Who sells."""

    def __init__(self, *, name: str, spool: Path = Path(), concurrency: int) -> None:
        super().__init__(name=name, spool=spool, concurrency=concurrency)
        self._forget()

    def close(self) -> None:
        """Forget what was read for one run."""
        super().close()
        self._forget()

    def _forget(self) -> None:
        self._on_hand: dict[str, Stock] = {}
        self._known: dict[str, int | None] = {}
        self._on_hand_until = 0.0
        self._linked_warehouse: int | None = None

    def products(self, cursor: str | None, *, now: datetime) -> Iterator[Page[Product | Unusable]]:
        """Read the products of this portal's supplier that changed since `cursor`."""
        wanted = {"supplier": str(self.supplier_id)}

        def read(after: datetime | None) -> Iterator[Sequence[ProductShape | Unusable]]:
            since = {"updated_after": after.isoformat()} if after else {}
            return self.product_list(wanted | since, "read products")

        for items, after in since_cursor(cursor, read, self._updated_at, now=now):
            yield Page(items=tuple(self._products(items)), cursor=after)

    def products_by_id(self, ids: Sequence[str]) -> Iterator[Page[Product | Unusable]]:
        """Read these products as they are now."""
        found = self.side_by_side(ids, partial(self.product, action="read a product again"))
        yield Page(items=tuple(self._products([one for one in found if one])))

    def stock_to_write(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return physical on hand in the linked warehouse.

        Where many are asked for, all of the supplier's products are read once, for five minutes.
        """
        if len(ids) <= _FEW and not self._on_hand:
            found = self.side_by_side(ids, partial(self.product, action="read stock"))
            return {one.sku: self._to_write(one) for one in found if one}
        if self.needed_connections.clock.monotonic() >= self._on_hand_until:
            self._read_on_hand()
        return {id_: self._on_hand[id_] for id_ in ids if id_ in self._on_hand}

    def write_stock(self, stock: Sequence[Stock]) -> list[Outcome]:
        """Set physical on hand in the linked warehouse."""
        return self.each(stock, self._set_stock, about=lambda one: one.product_id)

    def _updated_at(self, item: ProductShape | Unusable) -> datetime | None:
        return None if isinstance(item, Unusable) else moment(item.updated, self.zone)

    def _products(self, items: Sequence[ProductShape | Unusable]) -> Iterator[Product | Unusable]:
        for item in items:
            if isinstance(item, Unusable):
                yield item
            elif item.archive_date is None and self._is_ours(item):
                yield product_of(item, self.supplier_id)

    def _is_ours(self, product: ProductShape) -> bool:
        return any(one.id == self.supplier_id for one in product.suppliers or ())

    def warehouse(self) -> int:
        """Return the id of where the supplier's stock is kept as physical on hand."""
        if isinstance(self.pair, MerchantOptions) and self.pair.warehouse:
            return self.pair.warehouse
        if self._linked_warehouse is None:
            supplier = self.http.get(
                f"/supplier/{self.supplier_id}/", PlaceName, action="look for its warehouse"
            )
            self._linked_warehouse = supplier.warehouse_id or self.default_warehouse()
        return self._linked_warehouse

    def _read_on_hand(self) -> None:
        self._on_hand = {
            item.sku: self._to_write(item)
            for items in self.product_list({}, "read stock to be written")
            for item in items
            if isinstance(item, ProductShape)
        }
        self._on_hand_until = self.needed_connections.clock.monotonic() + STOCK_CACHE_S

    def _to_write(self, product: ProductShape) -> Stock:
        warehouse = self.warehouse()
        there = next((one for one in product.warehouses or () if one.id == warehouse), None)
        physical = None if there is None or there.physical is None else int(there.physical)
        self._known[product.sku] = physical
        fixed = "kit" if product.is_kit_parent else "archived" if product.archive_date else ""
        return Stock(
            product_id=product.sku,
            sku=product.sku,
            quantity=physical,
            fixed=fixed or ("" if self._is_ours(product) else "unassigned"),
        )

    def _set_stock(self, wanted: Stock) -> Outcome:
        if wanted.fixed:
            return refused("fixed", f"is {wanted.fixed} and cannot be written")
        if wanted.quantity is None or wanted.quantity < 0:
            return refused("invalid", f"{wanted.quantity} is no quantity to write")
        if self._known.get(wanted.product_id) == wanted.quantity:
            return Outcome(state="unchanged", id=wanted.product_id)
        self.http.send(
            "PUT",
            self.stock_path(wanted.product_id, self.warehouse()),
            NoneType,
            action=f"set the stock of {wanted.sku}",
            json={"on_hand": wanted.quantity},
            idempotent=True,
        )
        self._known[wanted.product_id] = wanted.quantity
        known = self._on_hand.get(wanted.product_id)
        if known:
            self._on_hand[wanted.product_id] = replace(known, quantity=wanted.quantity)
        return Outcome(state="done", id=wanted.product_id)
