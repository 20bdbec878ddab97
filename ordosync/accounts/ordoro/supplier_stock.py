"""Stock at the Supplier: what is available in its warehouse, or in all of them."""

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

    def __init__(self, client: OrdoroClient, options: SupplierOptions) -> None:
        self._client = client
        self._options = options
        self._available: dict[str, Stock] = {}
        self._available_until = 0.0
        client.service.at_close(self._forget)

    def _forget(self) -> None:
        self._available = {}

    def all(self, request: ReadRequest) -> Iterator[Page[Stock | InvalidRecord]]:  # noqa: ARG002
        """Yield how many of each product can be sold, as of now."""
        self._available_until = self._client.service.clock.monotonic() + STOCK_CACHE_S
        for items in self._client.product_list({}, "read stock"):
            found = [
                item if isinstance(item, InvalidRecord) else self._to_sell(item) for item in items
            ]
            self._available.update((one.product_id, one) for one in found if isinstance(one, Stock))
            yield Page(items=tuple(found))

    def of(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the same for these products; a read of the same run is used again."""
        if self._client.service.clock.monotonic() >= self._available_until:
            self._available = {}
        missing = [id_ for id_ in ids if id_ not in self._available]
        found = self._client.service.map_concurrently(
            missing, partial(self._client.product, action="read stock again")
        )
        known = {one.sku: self._to_sell(one) for one in found if one}
        return known | {id_: self._available[id_] for id_ in ids if id_ in self._available}

    def _to_sell(self, product: ProductShape) -> Stock:
        wanted = self._options.warehouse
        places = [one for one in product.warehouses or () if wanted in (None, one.id)]
        quantity = None
        if _was_counted(product, places) or product.is_kit_parent:
            quantity = floor(sum((one.available or Decimal() for one in places), Decimal()))
        return Stock(product_id=product.sku, sku=product.sku, quantity=quantity)


def _was_counted(product: ProductShape, places: Sequence[PlaceShape]) -> bool:
    """True if a user ever counted it; 0 since its creation is no count.

    Ordoro creates a product with 0, which would empty the Merchant's shop.
    """
    if any(place.physical for place in places):
        return True
    return bool(places) and product.created != product.updated
