"""Stock at the Supplier: available quantities in one warehouse, or in all of them."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from math import floor

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.ordoro.client import OrdoroClient
from ordosync.accounts.ordoro.options import SupplierOptions
from ordosync.accounts.ordoro.schema import PlaceShape, ProductShape
from ordosync.accounts.service_client import STOCK_CACHE_S
from ordosync.models import InvalidRecord, Page, Stock


class SupplierStock:
    """Available quantities."""

    falls_with_orders = True
    reports_archived = True

    def __init__(self, client: OrdoroClient, options: SupplierOptions) -> None:
        self._client = client
        self._options = options
        self._available: dict[str, Stock] = {}
        self._available_until = 0.0
        client.service.at_close(self._forget)

    def _forget(self) -> None:
        self._available = {}

    def all(self, request: ReadRequest) -> Iterator[Page[Stock | InvalidRecord]]:  # noqa: ARG002
        """Yield the available quantities of all products, as they are now."""
        self._available_until = self._client.service.clock.monotonic() + STOCK_CACHE_S
        for items in self._client.product_list({}, "read stock"):
            quantities = [
                item if isinstance(item, InvalidRecord) else self._to_sell(item) for item in items
            ]
            self._available.update(
                (stock.product_id, stock) for stock in quantities if isinstance(stock, Stock)
            )
            yield Page(items=tuple(quantities))

    def of(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the available quantities of these products; a recent read of all is reused."""
        if self._client.service.clock.monotonic() >= self._available_until:
            self._available = {}
        missing = [id_ for id_ in ids if id_ not in self._available]
        products = self._client.service.map_concurrently(
            missing, partial(self._client.product, action="read stock again")
        )
        stock = {product.sku: self._to_sell(product) for product in products if product}
        return stock | {id_: self._available[id_] for id_ in ids if id_ in self._available}

    def _to_sell(self, product: ProductShape) -> Stock:
        warehouse = self._options.warehouse
        places = [place for place in product.warehouses or () if warehouse in (None, place.id)]
        quantity = None
        if _was_counted(product, places) or product.is_kit_parent:
            quantity = floor(sum((place.available or Decimal() for place in places), Decimal()))
        fixed = "archived" if product.archive_date else ""
        return Stock(product_id=product.sku, sku=product.sku, quantity=quantity, fixed=fixed)


def _was_counted(product: ProductShape, places: Sequence[PlaceShape]) -> bool:
    """True if a user ever counted a product.

    Ordoro creates a product with 0. This 0 is not a count: written back, it would empty the
    Merchant's shop.
    """
    if any(place.physical for place in places):
        return True
    return bool(places) and product.created != product.updated
