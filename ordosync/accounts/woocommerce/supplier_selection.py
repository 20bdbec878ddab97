"""Which products of a shop are this portal's Supplier's, and so which lines of its orders.

A shop knows no suppliers. The portal says it by patterns of SKUs, or by what the shop has for
such a purpose: a tag, a category or a field of the product. A variation has none of these of its
own, so its product is asked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal

from ordosync.accounts.account import Selection as Skus
from ordosync.accounts.woocommerce.schema import LineShape, ProductShape, TermShape, value_of


@dataclass(frozen=True, kw_only=True)
class MerchantOptions:
    """What a portal may say about its Merchant."""

    supplier: str = ""
    """The name of what is kept on orders for this Supplier; its account's name by default."""
    tag: str = ""
    """Only products with this tag, by name or slug."""
    category: str = ""
    """Only products of this category, by name or slug."""
    meta: Mapping[str, str] = field(default_factory=dict)
    """Only products whose fields have these values."""
    bundles: Literal["parent", "contents"] = "parent"
    """What of a bundle is sent, which has a line of its own and one for each thing in it."""


class Selection:
    """Tells whose a product is; what has to be looked up for it is remembered."""

    def __init__(
        self,
        options: MerchantOptions,
        skus: Skus,
        look_up: Callable[[Sequence[int]], Mapping[int, ProductShape]],
    ) -> None:
        self._options = options
        self._skus = skus
        self._look_up = look_up
        self._known: dict[int, bool] = {}
        self._asking = Lock()

    def learn(self, product_ids: Sequence[int]) -> None:
        """Look up those products that are not known yet, many in a call."""
        if not self._asks_products:
            return
        with self._asking:
            missing = [one for one in dict.fromkeys(product_ids) if one and one not in self._known]
            found = self._look_up(missing) if missing else {}
            self._known |= {one: self._suits(product) for one, product in found.items()}

    def knows_line(self, line: LineShape) -> bool:
        """Whether anybody can tell whose a line is: a product that was deleted does not say it.

        Such a line has no SKU any more; one of a product without a SKU has an empty one.
        """
        if line.sku is None:
            return self._skus.are_all and not self._asks_products
        is_asked = self._asks_products and self._has_sku(line.sku)
        return not is_asked or line.product_id in self._known

    def has_line(self, line: LineShape) -> bool:
        """Whether a line is this Supplier's; its product is known by now."""
        return self._has_sku(line.sku or "") and self._is_known(line.product_id)

    def repeated(self, lines: Sequence[LineShape]) -> frozenset[int]:
        """Return the lines that say once more what others say: a bundle is sent in one way.

        Where only one of the two ways is this Supplier's, nothing is said twice.
        """
        ours = [line for line in lines if self.has_line(line)]
        bundles = [line.id for line in ours if line.is_bundle]
        contents = [line.id for line in ours if line.is_content and line.id not in bundles]
        if not (bundles and contents):
            return frozenset()
        return frozenset(bundles if self._options.bundles == "contents" else contents)

    def has_product(self, product: ProductShape, parent: ProductShape | None = None) -> bool:
        """Whether a product or variation is this Supplier's.

        Without the parent of a variation, that has been learned.
        """
        if not self._has_sku(product.sku):
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

    def _has_sku(self, sku: str) -> bool:
        return self._skus.has(sku)

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


def _is_among(wanted: str, terms: Sequence[TermShape]) -> bool:
    known = {text.casefold() for term in terms for text in (term.name, term.slug)}
    return not wanted or wanted.casefold() in known
