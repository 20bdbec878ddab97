"""Selection of this portal's Supplier's products, and so of its lines in the shop's orders.

A shop has no suppliers. A portal selects products by patterns of SKUs, or by data that the shop
has for such a purpose: a tag, a category or a field of the product. A variation has none of
these, so its product is asked, by `/products`.
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
        self._known: dict[int, bool] = {}
        """True for each product that is selected, by its number."""
        self._lock = Lock()
        service.at_close(self._known.clear)

    def learn(self, product_ids: Sequence[int]) -> None:
        """Look up those of these products that are not cached, many in a call."""
        if not self._asks_products:
            return
        with self._lock:
            missing = [one for one in dict.fromkeys(product_ids) if one and one not in self._known]
            action = "look whose products these are"
            found = self._catalogue.by_number(missing, action) if missing else {}
            self._known.update((one, self._suits(product)) for one, product in found.items())

    def by_sku(self, skus: Sequence[str], action: str) -> Mapping[str, list[ProductShape]]:
        """Return the products of these SKUs, and learn the parents of variations."""
        found = self._catalogue.by_sku(skus, action)
        self.learn([product.parent_id for products in found.values() for product in products])
        return found

    def knows_line(self, line: LineShape) -> bool:
        """True if it is known whose a line is, which it is not for a deleted product.

        The line of a deleted product has no SKU. The line of a product without a SKU has an empty
        one.
        """
        if line.sku is None:
            return self._skus.are_all and not self._asks_products
        is_asked = self._asks_products and self._skus.has(line.sku)
        return not is_asked or line.product_id in self._known

    def has_line(self, line: LineShape) -> bool:
        """True if a line is this Supplier's; its product was learned before."""
        return self._skus.has(line.sku or "") and self._is_known(line.product_id)

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

        A variation that is given without its parent needs a parent that was learned before.
        """
        if not self._skus.has(product.sku):
            return False
        if product.parent_id and parent is None:
            return self._is_known(product.parent_id)
        return self._suits(parent or product)

    @property
    def _asks_products(self) -> bool:
        options = self._options
        return bool(options.tag or options.category or options.meta)

    def _is_known(self, product_id: int) -> bool:
        return not self._asks_products or self._known.get(product_id, False)

    def _suits(self, product: ProductShape) -> bool:
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
