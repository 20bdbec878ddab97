"""A shop as the Merchant: its products of this Supplier, one for each thing that is counted.

A product's id is that of its inventory item: what is on a shelf, whatever it is sold as.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial

from ordosync.accounts.pagination import since_cursor
from ordosync.accounts.shopify.ids import gid, number
from ordosync.accounts.shopify.merchant_orders import RequestedOrders
from ordosync.accounts.shopify.order_mapping import digest
from ordosync.accounts.shopify.pagination import Changes, at_of, quoted, whole
from ordosync.accounts.shopify.queries.stock import ITEMS, MORE_VARIANTS, PRODUCTS
from ordosync.accounts.shopify.schema import ItemShape, OfferedProduct, ProductShape, VariantShape
from ordosync.models import Page, Product, Unusable

_VARIANTS = 5
"""So many of a product come with it; the rest is asked for."""
GRAMS = {
    "GRAMS": Decimal(1),
    "KILOGRAMS": Decimal(1000),
    "OUNCES": Decimal("28.349523125"),
    "POUNDS": Decimal("453.59237"),
}
"""How much each unit of a weight is."""


class OfferedProducts(RequestedOrders):
    """Who sells."""

    def products(self, cursor: str | None, *, now: datetime) -> Iterator[Page[Product | Unusable]]:
        """Read this Supplier's products that changed since `cursor`.

        Variants could be listed, too, but do not count as changed when their product is given
        another vendor, tag or name, or is stocked at the Supplier's location.
        """
        action = "read products"
        changes = Changes(
            self.shopify,
            PRODUCTS,
            action=action,
            first=25,
            variants=_VARIANTS,
            location=self.location,
        )
        pages = since_cursor(cursor, partial(changes.since, where=self._where()), at_of, now=now)
        for page, after in pages:
            found = (self.read(raw, OfferedProduct, action=action) for _, raw in page)
            yield Page(
                items=tuple(one for sold in found for one in self._offered(sold)), cursor=after
            )

    def products_by_id(self, ids: Sequence[str]) -> Iterator[Page[Product | Unusable]]:
        """Read these products as they are now."""
        wanted = [gid("InventoryItem", id_) for id_ in ids]
        pages = self.raw_by_id(ITEMS, wanted, action="read products again", location=self.location)
        for page in pages:
            items = [self.read(raw, ItemShape, action="read products again") for raw in page]
            found = (
                self._product(one, item, one.product)
                for item in items
                for one in item.variants.nodes
            )
            yield Page(items=tuple(product for product in found if product))

    def _where(self) -> Sequence[str]:
        wanted = {"vendor": self.options.vendor, "tag": self.options.product_tag}
        return [f"{name}:{quoted(text)}" for name, text in wanted.items() if text is not None]

    def _offered(self, sold: OfferedProduct) -> Iterator[Product]:
        variants = whole(
            self.shopify,
            sold.variants,
            MORE_VARIANTS,
            VariantShape,
            of=sold.id,
            action=f"read the variants of product {number(sold.id)}",
            location=self.location,
        )
        for one in variants:
            item = one.inventory_item
            if item and (product := self._product(one, item, sold)):
                yield product

    def _product(
        self, variant: VariantShape, item: ItemShape, sold: ProductShape
    ) -> Product | None:
        """Return a product of this Supplier; None where it is not, or is sold no more."""
        is_ours = self.is_ours(sold, stocked=item.inventory_level is not None)
        if sold.status == "ARCHIVED" or not variant.sku or not is_ours:
            return None
        title = variant.title if variant.title != "Default Title" else ""
        weight = item.measurement.weight
        grams = weight.value * GRAMS.get(weight.unit, Decimal(0)) if weight else Decimal(0)
        name = " - ".join(part for part in (sold.title, title) if part)
        travels = (variant.sku, name, variant.price, grams, variant.requires_components)
        return Product(
            id=number(item.id),
            sku=variant.sku,
            name=name or variant.sku,
            price=variant.price,
            weight_g=grams or None,
            is_kit=variant.requires_components,
            content=digest(travels),
        )
