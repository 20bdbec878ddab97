"""Stock at the Supplier: the quantity that can be sold.

Uses the lists of products and variations, all of them or by SKU.
"""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.woocommerce.catalogue import Catalogue
from ordosync.accounts.woocommerce.schema import ProductShape, whole
from ordosync.models import InvalidRecord, Page, Stock


class SupplierStock:
    """Quantities of the shop's products."""

    falls_with_orders = True
    reports_archived = False

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def all(self, request: ReadRequest) -> Iterator[Page[Stock | InvalidRecord]]:  # noqa: ARG002
        """Yield all quantities."""
        for items in self._catalogue.pages({}, "read stock"):
            yield Page(
                items=tuple(
                    item if isinstance(item, InvalidRecord) else _stock(item[0])
                    for item in items
                    if isinstance(item, InvalidRecord) or item[0].sku
                )
            )

    def of(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the quantities of these products, as they are now."""
        products_by_sku = self._catalogue.by_sku(ids, "read stock again")
        return {sku: _stock(products[0], sku) for sku, products in products_by_sku.items()}


def _stock(product: ProductShape, sku: str = "") -> Stock:
    """Return the quantity that can be sold; a variation may have the number of its product.

    A product without stock management has 0 if the shop says that it is sold out.
    """
    quantity = 0 if product.stock_status == "outofstock" else None
    if product.manage_stock is True or product.manage_stock == "parent":
        quantity = whole(product.stock_quantity)
    return Stock(product_id=sku or product.sku, sku=product.sku, quantity=quantity)
