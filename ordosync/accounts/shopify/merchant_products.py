"""Merchant products: the products of this Supplier in the shop, one for each inventory item.

The id of a product is the id of its inventory item, which is counted; any variant may sell it.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import gid, number
from ordosync.accounts.shopify.location import SupplierLocation
from ordosync.accounts.shopify.options import MerchantOptions
from ordosync.accounts.shopify.order_mapping import digest
from ordosync.accounts.shopify.pagination import quoted, read_all
from ordosync.accounts.shopify.queries.stock import ITEMS, MORE_VARIANTS, PRODUCTS
from ordosync.accounts.shopify.schema import (
    InventoryItem,
    ProductWithVariants,
    ShopProduct,
    Variant,
)
from ordosync.models import InvalidRecord, Page, Product

_VARIANTS = 5
"""The number of variants that are read with a product; further variants are read separately."""
GRAMS = {
    "GRAMS": Decimal(1),
    "KILOGRAMS": Decimal(1000),
    "OUNCES": Decimal("28.349523125"),
    "POUNDS": Decimal("453.59237"),
}
"""The grams of each unit of weight."""


class MerchantProducts:
    """Products of this Supplier, by its location, vendor or tag."""

    def __init__(
        self, client: ShopifyClient, location: SupplierLocation, options: MerchantOptions
    ) -> None:
        self._client = client
        self._location = location
        terms = {"vendor": options.vendor, "tag": options.product_tag}
        self._where = [f"{name}:{quoted(text)}" for name, text in terms.items() if text is not None]

    def changed(self, request: ReadRequest) -> Iterator[Page[Product | InvalidRecord]]:
        """Yield this Supplier's products that changed since the cursor.

        Variants are not listed directly: they do not count as changed if their product gets
        another vendor, tag or name, or is stocked at the Supplier's location.
        """
        action = "read products"
        pages = self._client.changed(
            PRODUCTS,
            request.cursor,
            self._where,
            now=request.now,
            action=action,
            first=25,
            variants=_VARIANTS,
            location=self._location.gid,
        )
        for page, after in pages:
            products = (self._client.read(raw, ProductWithVariants, action=action) for raw in page)
            items = (item for product in products for item in self._items(product))
            yield Page(items=tuple(items), cursor=after)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Product | InvalidRecord]]:
        """Yield these products as they are now."""
        gids, action = [gid("InventoryItem", id_) for id_ in ids], "read products again"
        pages = self._client.raw_by_id(ITEMS, gids, action=action, location=self._location.gid)
        for page in pages:
            items = [self._client.read(raw, InventoryItem, action=action) for raw in page]
            products = (
                self._product(variant, item, variant.product)
                for item in items
                for variant in item.variants.nodes
            )
            yield Page(items=tuple(product for product in products if product))

    def _items(self, sold: ProductWithVariants) -> Iterator[Product]:
        variants = read_all(
            self._client.graphql,
            sold.variants,
            MORE_VARIANTS,
            Variant,
            of=sold.id,
            action=f"read the variants of product {number(sold.id)}",
            location=self._location.gid,
        )
        for variant in variants:
            item = variant.inventory_item
            if item and (product := self._product(variant, item, sold)):
                yield product

    def _product(self, variant: Variant, item: InventoryItem, sold: ShopProduct) -> Product | None:
        """Return a product of this Supplier; None if it is not the Supplier's, or is archived."""
        is_supplied = self._location.has_product(sold, is_stocked=item.inventory_level is not None)
        if sold.status == "ARCHIVED" or not variant.sku or not is_supplied:
            return None
        title = variant.title if variant.title != "Default Title" else ""
        weight = item.measurement.weight
        grams = weight.value * GRAMS.get(weight.unit, Decimal(0)) if weight else Decimal(0)
        name = " - ".join(part for part in (sold.title, title) if part)
        content = (variant.sku, name, variant.price, grams, variant.requires_components)
        return Product(
            id=number(item.id),
            sku=variant.sku,
            name=name or variant.sku,
            price=variant.price,
            weight_g=grams or None,
            is_kit=variant.requires_components,
            content=digest(content),
            needs_shipping=item.requires_shipping and not sold.is_gift_card,
        )
