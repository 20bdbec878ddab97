"""An Ordoro account as the Supplier: its products, and how many of them can be sold."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from math import floor
from pathlib import Path
from types import NoneType

from ordosync.accounts.ordoro.schema import PlaceShape, ProductShape, pounds
from ordosync.accounts.ordoro.supplier_orders import MadeOrders
from ordosync.accounts.service_client import STOCK_CACHE_S, recheck_refusals, unless_it_exists
from ordosync.models import Outcome, Page, Product, Stock, Unusable


class MadeProducts(MadeOrders):
    """Who ships."""

    def __init__(self, *, name: str, spool: Path = Path(), concurrency: int) -> None:
        super().__init__(name=name, spool=spool, concurrency=concurrency)
        self._available: dict[str, Stock] = {}
        self._available_until = 0.0

    def close(self) -> None:
        """Forget what was read for one run."""
        super().close()
        self._available = {}

    def create_products(self, products: Sequence[Product]) -> list[Outcome]:
        """Make products whose SKU is new here, their stock unset."""
        create = unless_it_exists(recheck_refusals(self._create_product))
        return self.each(products, create, about=lambda one: one.sku)

    def stock(
        self,
        *,
        now: datetime,  # noqa: ARG002 - it is always as of now
        patient: bool = False,  # noqa: ARG002 - nothing is half written
    ) -> Iterator[Page[Stock | Unusable]]:
        """Read how many of each product can be sold, always all of them."""
        self._available_until = self.needed_connections.clock.monotonic() + STOCK_CACHE_S
        for items in self.product_list({}, "read stock"):
            found = [item if isinstance(item, Unusable) else self._to_sell(item) for item in items]
            self._available.update((one.product_id, one) for one in found if isinstance(one, Stock))
            yield Page(items=tuple(found))

    def stock_of(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the same for these products; what a run has just read is believed."""
        if self.needed_connections.clock.monotonic() >= self._available_until:
            self._available = {}
        missing = [id_ for id_ in ids if id_ not in self._available]
        found = self.side_by_side(missing, partial(self.product, action="read stock again"))
        known = {one.sku: self._to_sell(one) for one in found if one}
        return known | {id_: self._available[id_] for id_ in ids if id_ in self._available}

    def _create_product(self, product: Product) -> Outcome:
        if self.product(product.sku, f"look for product {product.sku}"):
            return Outcome(state="unchanged", id=product.sku)
        body: dict[str, object] = {"sku": product.sku, "name": product.name}
        if product.price is not None:
            body["price"] = product.price
        if product.weight_g is not None:
            body["weight"] = pounds(product.weight_g)
        self.http.send(
            "POST", "/product/", NoneType, action=f"create product {product.sku}", json=body
        )
        return Outcome(state="done", id=product.sku)

    def _to_sell(self, product: ProductShape) -> Stock:
        wanted = self.channel.warehouse
        places = [one for one in product.warehouses or () if wanted in (None, one.id)]
        quantity = None
        if _was_counted(product, places) or product.is_kit_parent:
            quantity = floor(sum((one.available or Decimal() for one in places), Decimal()))
        return Stock(product_id=product.sku, sku=product.sku, quantity=quantity)


def _was_counted(product: ProductShape, places: Sequence[PlaceShape]) -> bool:
    """Whether anybody ever said how many there are; 0 from the beginning on is no count.

    Ordoro makes a new product with 0, which would empty the Merchant's shop.
    """
    if any(place.physical for place in places):
        return True
    return bool(places) and product.created != product.updated
