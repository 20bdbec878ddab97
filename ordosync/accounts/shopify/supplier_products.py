"""Supplier products: variants by their SKU, and new products for unknown SKUs.

The id of a product is the id of its inventory item. A new product is not tracked, because its stock
was never counted.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from ordosync.accounts.account import outcome_of
from ordosync.accounts.service_client import unless_it_exists
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.order_input import amount
from ordosync.accounts.shopify.pagination import Pages, quoted
from ordosync.accounts.shopify.queries.stock import CREATE_PRODUCT, KNOWN_SKUS
from ordosync.accounts.shopify.schema import Connection, UserError, Variant
from ordosync.models import Outcome, Product
from ordosync.skus import Similar, folded, similar, spellings

_MAX_SKUS = 25
_LONGEST_SKU = 255
"""The maximum length of a SKU. A search for a longer SKU is refused, with all others in it."""


class _CreatedProduct(Struct, frozen=True):
    variants: Connection[Variant]


class _ProductAnswer(Struct, frozen=True, rename="camel"):
    user_errors: list[UserError]
    product: _CreatedProduct | None = None


class SupplierProducts:
    """Products of the Supplier's shop, by their SKUs."""

    is_any_sku = False
    similar_is_free = True

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client
        self._variants: dict[str, Variant] = {}
        self._absent: set[str] = set()
        """SKUs that a search has not found, for the write that follows; each is used once."""
        self._similar: set[str] = set()
        """SKUs that nearly equal those that were searched."""
        client.service.at_close(self._forget)

    def _forget(self) -> None:
        self._variants, self._absent, self._similar = {}, set(), set()

    def create(self, products: Sequence[Product]) -> list[Outcome]:
        """Create untracked products with a new SKU; existing products do not change."""
        self.find([product.sku for product in products])
        create = unless_it_exists(self._create)
        return self._client.service.write_each(products, create, key=lambda product: product.sku)

    def similar(self, skus: Sequence[str]) -> Similar:
        """Return the SKUs that equal these, or nearly: a search ignores case."""
        self.find(skus)
        self._absent = {*skus} - self._variants.keys()
        return similar(skus, self._variants.keys() & {*skus} | self._similar)

    def find(self, skus: Sequence[str]) -> None:
        """Read the variants with these SKUs; if several have one, the oldest counts."""
        searchable = [sku for sku in dict.fromkeys(skus) if 0 < len(sku) <= _LONGEST_SKU]
        known = self._variants.keys() | self._absent
        missing = [sku for sku in searchable if sku not in known]
        # Another user may create them before a later write.
        self._absent -= {*skus}
        for start in range(0, len(missing), _MAX_SKUS):
            batch = missing[start : start + _MAX_SKUS]
            folds = {folded(sku) for sku in batch}
            pages = Pages(
                self._client.graphql,
                KNOWN_SKUS,
                Variant,
                action="find products by SKU",
                first=_MAX_SKUS,
            )
            searched = [spelling for sku in batch for spelling in spellings(sku)]
            for page in pages.all(" OR ".join(f"sku:{quoted(sku)}" for sku in searched)):
                for variant in page:
                    # A search also finds similar SKUs.
                    if variant.sku in batch:
                        self._variants.setdefault(variant.sku, variant)
                    elif variant.sku and folded(variant.sku) in folds:
                        self._similar.add(variant.sku)

    def variant_id(self, sku: str) -> str | None:
        """Return the variant of an SKU that was searched before; None if it does not exist."""
        variant = self._variants.get(sku)
        return variant.id if variant else None

    def create_missing(self, products: Sequence[Product]) -> Mapping[str, Outcome]:
        """Create products of SKUs that were searched and do not exist; return their outcomes."""
        missing = {
            product.sku: product for product in products if product.sku not in self._variants
        }
        create = unless_it_exists(self._create)
        outcomes = self._client.service.map_concurrently(
            list(missing.values()), lambda product: outcome_of(product, create)
        )
        return dict(zip(missing, outcomes, strict=True))

    def _create(self, product: Product) -> Outcome:
        existing = self._variants.get(product.sku)
        if existing and existing.inventory_item:
            return Outcome(state="unchanged", id=number(existing.inventory_item.id))
        input_ = _input(product)
        answer = self._client.graphql.write(
            CREATE_PRODUCT,
            dict[str, _ProductAnswer],
            action=f"create product {product.sku}",
            input=input_,
        )["productSet"]
        if answer.user_errors or answer.product is None:
            return self._client.denied(answer.user_errors, input_)
        [variant] = answer.product.variants.nodes
        self._variants[product.sku] = variant
        item = variant.inventory_item
        return Outcome(state="done", id=number(item.id) if item else "")


def _input(product: Product) -> Mapping[str, object]:
    item: dict[str, object] = {"sku": product.sku, "tracked": False}
    if product.weight_g:
        item["measurement"] = {"weight": {"value": product.weight_g, "unit": "GRAMS"}}
    variant: dict[str, object] = {
        "optionValues": [{"optionName": "Title", "name": "Default Title"}],
        "sku": product.sku,
        "inventoryItem": item,
    }
    if product.price is not None:
        variant["price"] = amount(product.price)
    return {
        "title": product.name or product.sku,
        "productOptions": [{"name": "Title", "values": [{"name": "Default Title"}]}],
        "variants": [variant],
    }
