"""Products at the Merchant that this portal's supplier delivers."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.ordoro.client import OrdoroClient
from ordosync.accounts.ordoro.options import MerchantOptions
from ordosync.accounts.ordoro.schema import ProductShape, is_supplied_by, moment, product_of
from ordosync.accounts.pagination import changed_since
from ordosync.models import InvalidRecord, Page, Product


class MerchantProducts:
    """Products that have the supplier."""

    def __init__(self, client: OrdoroClient, options: MerchantOptions) -> None:
        self._client = client
        self._options = options

    def changed(self, request: ReadRequest) -> Iterator[Page[Product | InvalidRecord]]:
        """Yield the products of this portal's supplier that changed since the cursor."""
        supplied = {"supplier": str(self._options.supplier)}

        def read(after: datetime | None) -> Iterator[Sequence[ProductShape | InvalidRecord]]:
            since = {"updated_after": after.isoformat()} if after else {}
            return self._client.product_list(supplied | since, "read products")

        for items, after in changed_since(request.cursor, read, self._updated_at, now=request.now):
            yield Page(items=tuple(self._products(items)), cursor=after)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Product | InvalidRecord]]:
        """Yield these products as they are now."""
        products = self._client.service.map_concurrently(
            ids, partial(self._client.product, action="read a product again")
        )
        yield Page(items=tuple(self._products([product for product in products if product])))

    def _updated_at(self, item: ProductShape | InvalidRecord) -> datetime | None:
        return None if isinstance(item, InvalidRecord) else moment(item.updated, self._client.zone)

    def _products(
        self, items: Sequence[ProductShape | InvalidRecord]
    ) -> Iterator[Product | InvalidRecord]:
        for item in items:
            if isinstance(item, InvalidRecord):
                yield item
            elif item.archive_date is None and is_supplied_by(item, self._options.supplier):
                yield product_of(item, self._options.supplier)
