"""Supplier stock: the `available` quantity of inventory items at one location.

An item that is not tracked was never counted. A tracked item that is not stocked at the location is
omitted.
"""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.service_client import STOCK_CACHE_S
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import gid, number
from ordosync.accounts.shopify.options import SupplierOptions
from ordosync.accounts.shopify.pagination import Pages, by_id
from ordosync.accounts.shopify.queries.stock import SELLABLE, SELLABLE_BY_ID
from ordosync.accounts.shopify.schema import InventoryItem
from ordosync.models import InvalidRecord, Page, Stock


class SupplierStock:
    """Sellable quantities at the Supplier's location."""

    falls_with_orders = True
    reports_archived = False

    def __init__(self, client: ShopifyClient, options: SupplierOptions) -> None:
        self._client = client
        self._location = gid("Location", str(options.location))
        self._forget()
        client.service.at_close(self._forget)

    def _forget(self) -> None:
        self._cache: dict[str, Stock] = {}
        self._cached_until = 0.0

    def all(self, request: ReadRequest) -> Iterator[Page[Stock | InvalidRecord]]:  # noqa: ARG002
        """Yield the quantities of all items that are stocked at the location or untracked."""
        self._cached_until = self._client.service.clock.monotonic() + STOCK_CACHE_S
        pages = Pages(
            self._client.graphql,
            SELLABLE,
            InventoryItem,
            action="read stock",
            first=150,
            location=self._location,
        )
        for page in by_id(pages):
            stock = [quantity for item in page if (quantity := _stock(item))]
            self._cache.update((quantity.product_id, quantity) for quantity in stock)
            yield Page(items=tuple(stock))

    def of(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the available quantities of these items; a recent read of all stock is reused."""
        if self._client.service.clock.monotonic() >= self._cached_until:
            self._cache = {}
        missing = [gid("InventoryItem", id_) for id_ in ids if id_ not in self._cache]
        items = self._client.by_id(
            SELLABLE_BY_ID,
            InventoryItem,
            missing,
            action="read stock again",
            location=self._location,
        )
        stock = {quantity.product_id: quantity for item in items if (quantity := _stock(item))}
        return stock | {id_: self._cache[id_] for id_ in ids if id_ in self._cache}


def _stock(item: InventoryItem) -> Stock | None:
    """Return the quantity; None for an item without SKU, or not stocked at the location."""
    if not item.sku or (item.tracked and item.inventory_level is None):
        return None
    quantity = None
    if item.tracked and item.inventory_level:
        quantity = item.inventory_level.count("available")
    return Stock(product_id=number(item.id), sku=item.sku, quantity=quantity)
