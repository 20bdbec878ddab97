"""A shop as the Supplier: its products, and how many of each can be sold.

A product's id is that of its inventory item. One that is not tracked was never counted; that is
how a product is made of an SKU that was not known.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from ordosync.accounts.account import outcome_of
from ordosync.accounts.service_client import STOCK_CACHE_S, unless_it_exists
from ordosync.accounts.shopify.client import Side
from ordosync.accounts.shopify.ids import gid, number
from ordosync.accounts.shopify.pagination import Pages, by_id, quoted
from ordosync.accounts.shopify.queries.stock import (
    CREATE_PRODUCT,
    KNOWN_SKUS,
    SELLABLE,
    SELLABLE_BY_ID,
)
from ordosync.accounts.shopify.schema import Connection, ItemShape, UserError, VariantShape
from ordosync.models import Outcome, Page, Product, Stock, Unusable

LONGEST_TAG = 40
_AT_ONCE = 25


@dataclass(frozen=True, kw_only=True)
class SupplierOptions:
    """What a portal says about its Supplier."""

    location: int
    """The id of the location whose stock is written back."""
    tag: str | None = None
    """What marks the portal's orders; `ordosync-` and the Merchant's name by default. Shipments
    are looked for by it."""
    prefix: str = ""
    """Put before the Merchant's number, so that people see whose order it is."""

    def __post_init__(self) -> None:
        if self.tag is not None and (not 0 < len(self.tag) <= LONGEST_TAG or "," in self.tag):
            raise ValueError(f"tag: must have 1 to {LONGEST_TAG} characters, and no comma")


class _Made(Struct, frozen=True):
    variants: Connection[VariantShape]


class _ProductAnswer(Struct, frozen=True, rename="camel"):
    user_errors: list[UserError]
    product: _Made | None = None


_LONGEST_SKU = 255
"""No product has a longer one, and a search for it would be refused with those beside it."""


class MadeProducts(Side):
    """Who ships."""

    def __init__(self, *, name: str, spool: Path = Path(), concurrency: int) -> None:
        super().__init__(name=name, spool=spool, concurrency=concurrency)
        self._forget()

    def close(self) -> None:
        """Forget what was read for one run."""
        super().close()
        self._forget()

    def _forget(self) -> None:
        self._known_variants: dict[str, VariantShape] = {}
        self._sellable: dict[str, Stock] = {}
        self._sellable_until = 0.0

    @property
    def channel(self) -> SupplierOptions:
        """What the portal says."""
        return self.pair if isinstance(self.pair, SupplierOptions) else SupplierOptions(location=0)

    @property
    def stockroom(self) -> str:
        """What Shopify calls the location."""
        return gid("Location", str(self.channel.location))

    def create_products(self, products: Sequence[Product]) -> list[Outcome]:
        """Make products whose SKU is new here, not tracked; known ones stay as they are."""
        self.look_for_skus([one.sku for one in products])
        create = unless_it_exists(self._create_product)
        return self.each(products, create, about=lambda one: one.sku)

    def stock(
        self,
        *,
        now: datetime,  # noqa: ARG002 - it is always as of now
        patient: bool = False,  # noqa: ARG002 - nothing is half written
    ) -> Iterator[Page[Stock | Unusable]]:
        """Read what is available at the location, of all that is counted there or not at all."""
        self._sellable_until = self.needed_connections.clock.monotonic() + STOCK_CACHE_S
        pages = Pages(
            self.shopify,
            SELLABLE,
            ItemShape,
            action="read stock",
            first=150,
            location=self.stockroom,
        )
        for page in by_id(pages):
            found = [stock for item in page if (stock := _stock(item))]
            self._sellable.update((one.product_id, one) for one in found)
            yield Page(items=tuple(found))

    def stock_of(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the same for these products; what a run has just read is believed."""
        if self.needed_connections.clock.monotonic() >= self._sellable_until:
            self._sellable = {}
        missing = [gid("InventoryItem", id_) for id_ in ids if id_ not in self._sellable]
        items = self.by_id(
            SELLABLE_BY_ID, ItemShape, missing, action="read stock again", location=self.stockroom
        )
        known = {one.product_id: one for item in items if (one := _stock(item))}
        return known | {id_: self._sellable[id_] for id_ in ids if id_ in self._sellable}

    def look_for_skus(self, skus: Sequence[str]) -> None:
        """Learn which variants have these SKUs; where several have one, the oldest."""
        asked = [sku for sku in dict.fromkeys(skus) if 0 < len(sku) <= _LONGEST_SKU]
        missing = [sku for sku in asked if sku not in self._known_variants]
        for start in range(0, len(missing), _AT_ONCE):
            wanted = missing[start : start + _AT_ONCE]
            pages = Pages(
                self.shopify, KNOWN_SKUS, VariantShape, action="look for SKUs", first=_AT_ONCE
            )
            for page in pages.all(" OR ".join(f"sku:{quoted(sku)}" for sku in wanted)):
                for one in page:
                    if one.sku in wanted:  # a search finds more than what is the same
                        self._known_variants.setdefault(one.sku, one)

    def known_variant(self, sku: str) -> VariantShape | None:
        """Return the variant of an SKU that was looked for, if there is one."""
        return self._known_variants.get(sku)

    def make_products(self, products: Sequence[Product]) -> Mapping[str, Outcome]:
        """Make products of SKUs that were looked for and are not known; what came of each."""
        missing = {one.sku: one for one in products if one.sku not in self._known_variants}
        create = unless_it_exists(self._create_product)
        made = self.side_by_side(list(missing.values()), lambda one: outcome_of(one, create))
        return dict(zip(missing, made, strict=True))

    def _create_product(self, product: Product) -> Outcome:
        known = self._known_variants.get(product.sku)
        if known and known.inventory_item:
            return Outcome(state="unchanged", id=number(known.inventory_item.id))
        asked = _input(product)
        answer = self.shopify.write(
            CREATE_PRODUCT,
            dict[str, _ProductAnswer],
            action=f"create product {product.sku}",
            input=asked,
        )["productSet"]
        if answer.user_errors or answer.product is None:
            return self.denied(answer.user_errors, asked)
        [variant] = answer.product.variants.nodes
        self._known_variants[product.sku] = variant
        item = variant.inventory_item
        return Outcome(state="done", id=number(item.id) if item else "")


def _stock(item: ItemShape) -> Stock | None:
    """Return how many can be sold; None of what has no SKU or is not stocked at the location."""
    if not item.sku or (item.tracked and item.inventory_level is None):
        return None
    quantity = None
    if item.tracked and item.inventory_level:
        quantity = item.inventory_level.count("available")
    return Stock(product_id=number(item.id), sku=item.sku, quantity=quantity)


def _input(product: Product) -> Mapping[str, object]:
    counted: dict[str, object] = {"sku": product.sku, "tracked": False}
    if product.weight_g:
        counted["measurement"] = {"weight": {"value": product.weight_g, "unit": "GRAMS"}}
    variant: dict[str, object] = {
        "optionValues": [{"optionName": "Title", "name": "Default Title"}],
        "sku": product.sku,
        "inventoryItem": counted,
    }
    if product.price is not None:
        variant["price"] = amount(product.price)
    return {
        "title": product.name or product.sku,
        "productOptions": [{"name": "Title", "values": [{"name": "Default Title"}]}],
        "variants": [variant],
    }


def amount(value: Decimal) -> str:
    """Return money as it is sent."""
    return f"{value:f}"
