"""Lines of the shop's orders that need no shipping: those of virtual and downloadable products.

A line does not tell, so its product is read, by `/products`. A line is recognized by its SKU, since
only a search by SKU also finds variations; without a SKU, by the number of its product.
"""

from collections.abc import Callable, Sequence
from threading import Lock

from ordosync.accounts.service_client import ServiceClient
from ordosync.accounts.woocommerce.catalogue import Catalogue, is_shipped
from ordosync.accounts.woocommerce.schema import LineShape, OrderShape, ProductShape

_ACTION = "check if products are shipped"


class ShippingNeeds:
    """The products that need no shipping; those that were looked up are cached for one run."""

    def __init__(
        self, service: ServiceClient, catalogue: Catalogue, ignores: Callable[[str], bool]
    ) -> None:
        self._catalogue = catalogue
        self._ignores = ignores
        self._by_sku: dict[str, Sequence[ProductShape]] = {}
        self._by_number: dict[int, Sequence[ProductShape]] = {}
        self._lock = Lock()
        service.at_close(self._forget)

    def _forget(self) -> None:
        self._by_sku = {}
        self._by_number = {}

    def learn(self, lines: Sequence[LineShape]) -> None:
        """Look up the products of these lines that are not cached, many in a call."""
        with self._lock:
            skus = [line.sku for line in lines if line.sku and line.sku not in self._by_sku]
            if skus := list(dict.fromkeys(skus)):
                found = self._catalogue.by_sku(skus, _ACTION)
                self._by_sku |= {sku: found.get(sku, ()) for sku in skus}
            numbers = [
                line.product_id
                for line in lines
                if not line.sku and line.product_id and line.product_id not in self._by_number
            ]
            if numbers := list(dict.fromkeys(numbers)):
                products = self._catalogue.by_number(numbers, _ACTION)
                self._by_number |= {
                    number: [products[number]] if number in products else () for number in numbers
                }

    def unshipped(self, order: OrderShape) -> frozenset[int]:
        """Return the lines that need no shipping; the products must have been looked up before.

        The product of a bundle may be virtual although its contents are shipped.
        """
        lines = {line.id for line in order.line_items if not self._is_shipped(line)}
        return frozenset(
            line.id
            for line in order.line_items
            if line.id in lines
            and not (line.is_bundle and contents_of(line, order.line_items) - lines)
        )

    def not_awaited(self, order: OrderShape) -> frozenset[int]:
        """Return the lines that no Supplier sends, ignored ones included.

        The products must have been looked up before.
        """
        ignored = (line.id for line in order.line_items if self._ignores(line.sku or ""))
        return self.unshipped(order) | frozenset(ignored)

    def _is_shipped(self, line: LineShape) -> bool:
        """True if a line is goods, or its product is unknown."""
        products = self._by_sku.get(line.sku, ()) if line.sku else self._products_of(line)
        own = [
            product for product in products if product.id in (line.variation_id, line.product_id)
        ]
        return not products or any(map(is_shipped, own or products))

    def _products_of(self, line: LineShape) -> Sequence[ProductShape]:
        return self._by_number.get(line.product_id, ())


def contents_of(bundle: LineShape, lines: Sequence[LineShape]) -> frozenset[int]:
    """Return the lines in a bundle; those of all bundles, if a plug-in does not name it."""
    contents = [line for line in lines if line.is_content and line.id != bundle.id]
    parents = {line.id: str(line.bundled_by or line.composite_parent or "") for line in contents}
    named = [line for line in contents if parents[line.id] == str(bundle.id)]
    return frozenset(line.id for line in named or contents)
