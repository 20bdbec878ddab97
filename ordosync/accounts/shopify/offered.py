"""A shop as the Merchant: its products of this Supplier, one for each thing that is counted.

A product's id is that of its inventory item: what is on a shelf, whatever it is sold as.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from ordosync.accounts.lists import since_cursor
from ordosync.accounts.shopify.documents.stock import ITEMS, VARIANTS
from ordosync.accounts.shopify.ids import gid, number
from ordosync.accounts.shopify.lists import DEEP, Pages, instant, quoted
from ordosync.accounts.shopify.orders import digest
from ordosync.accounts.shopify.requested import RequestedOrders
from ordosync.accounts.shopify.shapes import ItemShape, VariantShape
from ordosync.models import Page, Product, Unusable

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

        They come by their ids, so one that changes meanwhile may be behind us: the cursor moves
        no further than to the beginning of the reading.
        """
        pages = since_cursor(cursor, self._variants, lambda one: one.updated_at, now=now)
        for page, after in pages:
            items = tuple(
                product
                for one in page
                if one.inventory_item and (product := self._product(one, one.inventory_item))
            )
            yield Page(items=items, cursor=after)

    def products_by_id(self, ids: Sequence[str]) -> Iterator[Page[Product | Unusable]]:
        """Read these products as they are now."""
        wanted = [gid("InventoryItem", id_) for id_ in ids]
        pages = self.raw_by_id(ITEMS, wanted, doing="read products again", location=self.location)
        for page in pages:
            items = [self.read(raw, ItemShape, doing="read products again") for raw in page]
            found = (self._product(one, item) for item in items for one in item.variants.nodes)
            yield Page(items=tuple(product for product in found if product))

    def _variants(self, after: datetime | None) -> Iterator[list[VariantShape]]:
        """Yield what is sold, by its id; a list that gets too deep goes on behind the last one."""
        terms = [f"updated_at:>='{instant(after)}'"] if after else []
        if self.options.vendor is not None:
            terms.append(f"vendor:{quoted(self.options.vendor)}")
        if self.options.product_tag is not None:
            terms.append(f"tag:{quoted(self.options.product_tag)}")
        behind = 0
        while True:
            pages = Pages(
                self.shopify,
                VARIANTS,
                VariantShape,
                doing="read products",
                first=100,
                location=self.location,
            )
            read = 0
            for page in pages.all(" AND ".join([*terms, f"id:>{behind}"] if behind else terms)):
                yield page
                read += len(page)
                behind = max([behind, *(int(number(one.id)) for one in page)])
                if read >= DEEP:
                    break
            else:
                return

    def _product(self, variant: VariantShape, item: ItemShape) -> Product | None:
        """Return a product of this Supplier; None where it is not, or is sold no more."""
        is_ours = self.is_ours(variant.product, stocked=item.inventory_level is not None)
        if variant.product.status == "ARCHIVED" or not variant.sku or not is_ours:
            return None
        title = variant.title if variant.title != "Default Title" else ""
        weight = item.measurement.weight
        grams = weight.value * GRAMS.get(weight.unit, Decimal(0)) if weight else Decimal(0)
        name = " - ".join(part for part in (variant.product.title, title) if part)
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
