"""Products at the Supplier, by SKU, private and without stock management.

Uses the list of products by SKU, and `/products`.
"""

from collections.abc import Sequence

from ordosync.accounts.service_client import ServiceClient, unless_it_exists
from ordosync.accounts.woocommerce.catalogue import Catalogue
from ordosync.models import Outcome, Product, normalized_sku
from ordosync.skus import Similar


class SupplierProducts:
    """The shop's products."""

    is_any_sku = False
    similar_is_free = True

    def __init__(self, service: ServiceClient, catalogue: Catalogue) -> None:
        self._service = service
        self._catalogue = catalogue

    def similar(self, skus: Sequence[str]) -> Similar:
        """Return the SKUs that equal these, or nearly: the search of a shop ignores case."""
        return self._catalogue.similar(skus, "search products")

    def create(self, products: Sequence[Product]) -> list[Outcome]:
        """Create products with a new SKU."""
        skus = [product.sku for product in products]
        existing = dict(self._catalogue.by_sku(skus, "search products"))

        def create(product: Product) -> Outcome:
            if product.sku in existing:
                return Outcome(state="unchanged", id=existing[product.sku][0].sku)
            created = self._catalogue.create(product.sku, product.name, product.price)
            existing[product.sku] = [created]
            return Outcome(state="done", id=created.sku)

        return self._service.write_each(
            products, unless_it_exists(create), key=lambda product: normalized_sku(product.sku)
        )
