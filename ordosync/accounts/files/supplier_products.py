"""A Supplier's products: every SKU counts as a product."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from ordosync.models import Outcome, Product


class SupplierProducts:
    """Products that need not be created."""

    is_any_sku = True

    def create(self, products: Sequence[Product]) -> list[Outcome]:
        """Return `unchanged` for all of them."""
        return [Outcome(state="unchanged", id=product.sku) for product in products]

    def known(self, skus: Sequence[str]) -> AbstractSet[str]:  # noqa: ARG002
        """Return no SKU: the account has no list of products."""
        return frozenset()
