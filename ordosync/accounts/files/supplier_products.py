"""A Supplier's products: each SKU is a product, which its stock files may name."""

from collections.abc import Sequence

from ordosync.models import Outcome, Product


class SupplierProducts:
    """Products that need not be created."""

    is_any_sku = True

    def create(self, products: Sequence[Product]) -> list[Outcome]:
        """Return `unchanged` for all of them."""
        return [Outcome(state="unchanged", id=product.sku) for product in products]
