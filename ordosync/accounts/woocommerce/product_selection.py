"""Selection of the Supplier's products, and so of its lines in the shop's orders.

A shop has no suppliers. A portal selects products by patterns of SKUs, by a tag, by a category or
by a meta field of the product. A variation has none of these, so its product is read, by
`/products`.
"""

from collections.abc import Mapping, Sequence
from threading import Lock

from ordosync.accounts.account import Selection
from ordosync.accounts.service_client import ServiceClient
from ordosync.accounts.woocommerce.catalogue import Catalogue
from ordosync.accounts.woocommerce.options import MerchantOptions
from ordosync.accounts.woocommerce.schema import LineShape, ProductShape, TermShape, value_of


class ProductSelection:
    """The Supplier's products; those that were looked up are cached for one run."""

    def __init__(
        self,
        service: ServiceClient,
        catalogue: Catalogue,
        options: MerchantOptions,
        skus: Selection,
    ) -> None:
        self._catalogue = catalogue
        self._options = options
        self._skus = skus
        self._selected: dict[int, bool] = {}
        """True if a product is selected, by its number."""
        self._lock = Lock()
        service.at_close(self._selected.clear)

    def learn(self, product_ids: Sequence[int]) -> None:
        """Look up the products that are not cached, many in a call."""
        if not self._needs_products:
            return
        with self._lock:
            missing = [
                number
                for number in dict.fromkeys(product_ids)
                if number and number not in self._selected
            ]
            action = "read the products of lines"
            products = self._catalogue.by_number(missing, action) if missing else {}
            self._selected.update(
                (number, self._matches(product)) for number, product in products.items()
            )

    def by_sku(self, skus: Sequence[str], action: str) -> Mapping[str, list[ProductShape]]:
        """Return the products of these SKUs, and learn the parents of variations."""
        products = self._catalogue.by_sku(skus, action)
        self.learn([product.parent_id for same_sku in products.values() for product in same_sku])
        return products

    def knows_line(self, line: LineShape) -> bool:
        """True if the supplier of a line is known; it is unknown for a deleted product.

        The line of a deleted product has no SKU. The line of a product without a SKU has an empty
        SKU.
        """
        if line.sku is None:
            return self._skus.are_all and not self._needs_products
        needs_product = self._needs_products and self._skus.has(line.sku)
        return not needs_product or line.product_id in self._selected

    def has_line(self, line: LineShape) -> bool:
        """True if a line is this Supplier's; its product must have been looked up before."""
        return self._skus.has(line.sku or "") and self._is_selected(line.product_id)

    def repeated(self, lines: Sequence[LineShape]) -> frozenset[int]:
        """Return the lines that repeat other lines: a bundle is sent in only one of two ways.

        Nothing is repeated if only one of the two is this Supplier's.
        """
        selected = [line for line in lines if self.has_line(line)]
        bundles = [line.id for line in selected if line.is_bundle]
        contents = [line.id for line in selected if line.is_content and line.id not in bundles]
        if not (bundles and contents):
            return frozenset()
        return frozenset(bundles if self._options.bundles == "contents" else contents)

    def has_product(self, product: ProductShape, parent: ProductShape | None = None) -> bool:
        """True if a product or variation is this Supplier's.

        If no parent is given, the parent of a variation must have been looked up before.
        """
        if not self._skus.has(product.sku):
            return False
        if product.parent_id and parent is None:
            return self._is_selected(product.parent_id)
        return self._matches(parent or product)

    @property
    def _needs_products(self) -> bool:
        options = self._options
        return bool(options.tag or options.category or options.meta)

    def _is_selected(self, product_id: int) -> bool:
        return not self._needs_products or self._selected.get(product_id, False)

    def _matches(self, product: ProductShape) -> bool:
        options = self._options
        return (
            _is_among(options.tag, product.tags)
            and _is_among(options.category, product.categories)
            and all(
                str(value_of(product.meta_data, key)) == value
                for key, value in options.meta.items()
            )
        )


def _is_among(name: str, terms: Sequence[TermShape]) -> bool:
    names = {text.casefold() for term in terms for text in (term.name, term.slug)}
    return not name or name.casefold() in names
