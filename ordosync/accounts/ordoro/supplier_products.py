"""Products at the Supplier."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from types import NoneType

from ordosync.accounts.ordoro.client import OrdoroClient
from ordosync.accounts.ordoro.schema import pounds
from ordosync.accounts.service_client import recheck_refusals, unless_it_exists
from ordosync.models import Outcome, Product


class SupplierProducts:
    """Products by SKU."""

    is_any_sku = False

    def __init__(self, client: OrdoroClient) -> None:
        self._client = client

    def create(self, products: Sequence[Product]) -> list[Outcome]:
        """Create products with a new SKU and unset stock."""
        write = unless_it_exists(recheck_refusals(self._create))
        return self._client.service.write_each(products, write, key=lambda product: product.sku)

    def known(self, skus: Sequence[str]) -> AbstractSet[str]:
        """Return those of these SKUs that exist."""
        find = partial(self._client.product, action="find products")
        found = self._client.service.map_concurrently(skus, find)
        return frozenset(sku for sku, product in zip(skus, found, strict=True) if product)

    def _create(self, product: Product) -> Outcome:
        if self._client.product(product.sku, f"find product {product.sku}"):
            return Outcome(state="unchanged", id=product.sku)
        body: dict[str, object] = {"sku": product.sku, "name": product.name}
        if product.price is not None:
            body["price"] = product.price
        if product.weight_g is not None:
            body["weight"] = pounds(product.weight_g)
        self._client.http.send(
            "POST", "/product/", NoneType, action=f"create product {product.sku}", json=body
        )
        return Outcome(state="done", id=product.sku)
