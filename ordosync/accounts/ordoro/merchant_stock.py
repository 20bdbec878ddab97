"""Stock at the Merchant: physical on hand in the supplier's warehouse."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from types import NoneType

from msgspec.structs import replace

from ordosync.accounts.ordoro.client import OrdoroClient
from ordosync.accounts.ordoro.options import MerchantOptions
from ordosync.accounts.ordoro.schema import PlaceName, ProductShape, is_supplied_by
from ordosync.accounts.service_client import STOCK_CACHE_S
from ordosync.models import Order, Outcome, Page, Stock, refused

_FEW = 10
"""Up to this many products are read one by one; for more, all products are read."""


class MerchantStock:
    """Physical on hand in one warehouse, as Ordoro's own vendor portals write it."""

    def __init__(self, client: OrdoroClient, options: MerchantOptions) -> None:
        self._client = client
        self._options = options
        client.service.at_close(self._forget)
        self._forget()

    def _forget(self) -> None:
        self._on_hand: dict[str, Stock] = {}
        self._last_read: dict[str, int | None] = {}
        """The quantities at the service, as last read or written."""
        self._on_hand_until = 0.0
        self._linked_warehouse: int | None = None

    @property
    def falls_with_sales(self) -> bool:
        """False: physical on hand falls when a parcel is sent."""
        return False

    def current(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return physical on hand in the linked warehouse.

        For many ids all products of the supplier are read at once and used for five minutes.
        """
        if len(ids) <= _FEW and not self._on_hand:
            products = self._client.service.map_concurrently(
                ids, partial(self._client.product, action="read stock")
            )
            return {product.sku: self._stock(product) for product in products if product}
        if self._client.service.clock.monotonic() >= self._on_hand_until:
            self._read_on_hand()
        return {id_: self._on_hand[id_] for id_ in ids if id_ in self._on_hand}

    def unimported_sales(self) -> Iterator[Page[Order]]:
        """Yield nothing: physical on hand falls when a parcel is sent, not when it is sold."""
        return iter(())

    def write(self, stock: Sequence[Stock]) -> list[Outcome]:
        """Set physical on hand in the linked warehouse."""
        return self._client.service.write_each(
            stock, self._set_stock, key=lambda quantity: quantity.product_id
        )

    def warehouse(self) -> int:
        """Return the id of the warehouse with the supplier's stock."""
        if self._options.warehouse:
            return self._options.warehouse
        if self._linked_warehouse is None:
            supplier = self._client.http.get(
                f"/supplier/{self._options.supplier}/", PlaceName, action="read its warehouse"
            )
            self._linked_warehouse = supplier.warehouse_id or self._client.default_warehouse()
        return self._linked_warehouse

    def _read_on_hand(self) -> None:
        self._on_hand = {
            item.sku: self._stock(item)
            for items in self._client.product_list({}, "read stock to be written")
            for item in items
            if isinstance(item, ProductShape)
        }
        self._on_hand_until = self._client.service.clock.monotonic() + STOCK_CACHE_S

    def _stock(self, product: ProductShape) -> Stock:
        warehouse = self.warehouse()
        place = next((place for place in product.warehouses or () if place.id == warehouse), None)
        physical = None if place is None or place.physical is None else int(place.physical)
        self._last_read[product.sku] = physical
        fixed = "kit" if product.is_kit_parent else "archived" if product.archive_date else ""
        return Stock(
            product_id=product.sku,
            sku=product.sku,
            quantity=physical,
            fixed=fixed
            or ("" if is_supplied_by(product, self._options.supplier) else "unassigned"),
        )

    def _set_stock(self, stock: Stock) -> Outcome:
        if stock.fixed:
            return refused("fixed", f"is {stock.fixed} and cannot be written")
        if stock.quantity is None or stock.quantity < 0:
            return refused("invalid", f"{stock.quantity} is not a quantity to write")
        if self._last_read.get(stock.product_id) == stock.quantity:
            return Outcome(state="unchanged", id=stock.product_id)
        self._client.http.send(
            "PUT",
            self._client.stock_path(stock.product_id, self.warehouse()),
            NoneType,
            action=f"set the stock of {stock.sku}",
            json={"on_hand": stock.quantity},
            idempotent=True,
        )
        self._last_read[stock.product_id] = stock.quantity
        cached = self._on_hand.get(stock.product_id)
        if cached:
            self._on_hand[stock.product_id] = replace(cached, quantity=stock.quantity)
        return Outcome(state="done", id=stock.product_id)
