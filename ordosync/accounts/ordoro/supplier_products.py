"""Products at the Supplier."""

from collections.abc import Sequence
from types import NoneType

from ordosync.accounts.ordoro.client import OrdoroClient
from ordosync.accounts.ordoro.schema import pounds
from ordosync.accounts.service_client import recheck_refusals, unless_it_exists
from ordosync.models import InvalidRecord, Outcome, Product
from ordosync.skus import Similar, similar, spellings


class SupplierProducts:
    """Products by SKU."""

    is_any_sku = False
    similar_is_free = False

    def __init__(self, client: OrdoroClient) -> None:
        self._client = client
        self._known: set[str] = set()
        """SKUs that were found in this run."""
        client.service.at_close(self._known.clear)

    def create(self, products: Sequence[Product]) -> list[Outcome]:
        """Create products with a new SKU and unset stock."""
        write = unless_it_exists(recheck_refusals(self._create))
        return self._client.service.write_each(products, write, key=lambda product: product.sku)

    def similar(self, skus: Sequence[str]) -> Similar:
        """Return the SKUs that equal these, or nearly: those on the first page of a search."""
        found = self._client.service.map_concurrently(skus, self._similar_to)
        return similar(skus, [sku for existing in found for sku in existing])

    def _similar_to(self, sku: str) -> Sequence[str]:
        action = f"find product {sku}"
        if self._exists(sku, action):
            return [sku]
        pages = [
            next(self._client.product_list({"search": spelling}, action), [])
            for spelling in spellings(sku)
            if spelling.strip()
        ]
        return [item.sku for page in pages for item in page if not isinstance(item, InvalidRecord)]

    def _create(self, product: Product) -> Outcome:
        if self._exists(product.sku, f"find product {product.sku}"):
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

    def _exists(self, sku: str, action: str) -> bool:
        if sku not in self._known and self._client.product(sku, action):
            self._known.add(sku)
        return sku in self._known
