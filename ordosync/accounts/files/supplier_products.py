"""A Supplier's products: every SKU counts as a product."""

from collections.abc import Sequence

from ordosync.models import Outcome, Product
from ordosync.skus import Similar


class SupplierProducts:
    """Products that need not be created."""

    is_any_sku = True
    similar_is_free = True

    def create(self, products: Sequence[Product]) -> list[Outcome]:
        """Return `unchanged` for all of them."""
        return [Outcome(state="unchanged", id=product.sku) for product in products]

    def similar(self, skus: Sequence[str]) -> Similar:  # noqa: ARG002
        """Return no SKU: the account has no list of products."""
        return {}
