"""Products and variations of a shop, by SKU or number, or all of them.

Uses `/products`, `/variations` and `/products/<id>/variations`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from urllib.parse import quote

from msgspec import Raw

from ordosync.accounts.pagination import LIMIT
from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.pagination import PRODUCT_FIELDS, Params
from ordosync.accounts.woocommerce.schema import ProductShape, read
from ordosync.errors import RefusedError
from ordosync.models import InvalidRecord, normalized_sku
from ordosync.skus import Similar, exact, similar, spellings

Item = tuple[ProductShape, ProductShape | None] | InvalidRecord
"""A product, or a variation with its parent."""
_LONGEST_QUERY = 4_000
_SKU_TAKEN = "product_invalid_sku"


class Catalogue:
    """The products of a shop."""

    def __init__(self, client: WooCommerceClient) -> None:
        self._client = client
        self._found: dict[str, list[ProductShape]] = {}
        """Products by a SKU that was searched, for the write that follows; each is used once."""
        self._existing: set[str] = set()
        """SKUs that a search has found exactly in this run."""
        client.service.at_close(self._found.clear)
        client.service.at_close(self._existing.clear)
        self._has_flat_variations: bool | None = None

    def by_sku(self, skus: Sequence[str], action: str) -> Mapping[str, list[ProductShape]]:
        """Return the products and variations of these SKUs, as many SKUs per call as fit.

        The shop ignores letter case and does not keep spaces around a SKU. A SKU that does not
        fit into a URL is left out, since the shop would refuse the whole call.
        """
        before = [product for sku in skus for product in self._found.get(sku, ())]
        missing = [sku for sku in skus if self._found.pop(sku, None) is None]
        products_by_sku = _by_normalized_sku([*before, *self._search(missing, action)])
        return {
            sku: products_by_sku[normalized_sku(sku)]
            for sku in skus
            if normalized_sku(sku) in products_by_sku
        }

    def similar(self, skus: Sequence[str], action: str) -> Similar:
        """Return the SKUs of products and variations that equal these, or nearly."""
        new = [sku for sku in skus if sku not in self._existing]
        searched = [spelling for sku in new for spelling in spellings(sku)]
        products = list(self._search(searched, action))
        by_sku = _by_normalized_sku(products)
        self._found |= {sku: by_sku.get(normalized_sku(sku), []) for sku in new}
        found = similar(skus, [*self._existing, *(product.sku for product in products)])
        self._existing |= exact(found)
        return found

    def _search(self, skus: Sequence[str], action: str) -> Iterator[ProductShape]:
        searchable = [sku for sku in dict.fromkeys(skus) if _is_searchable(sku)]
        chunks = list(_chunks(searchable))
        pages = self._client.service.map_concurrently(chunks, partial(self._of_skus, action))
        return (product for page in pages for product in page)

    def _of_skus(self, action: str, skus: Sequence[str]) -> list[ProductShape]:
        query = {"sku": ",".join(skus), "_fields": PRODUCT_FIELDS}
        products: list[ProductShape] = []
        offset, count = 0, 1
        # A shop may allow several products with one SKU, so there may be a second page.
        while offset < count:
            raws, count = self._client.lists.page("/wc/v3/products", query, offset, action)
            shapes = (read(raw, ProductShape, kind="products") for raw in raws)
            products += [shape for shape in shapes if isinstance(shape, ProductShape)]
            offset += max(len(raws), 1)
        return products

    def by_number(self, numbers: Sequence[int], action: str) -> Mapping[int, ProductShape]:
        """Return products by their numbers, without variations."""

        def ask(chunk: Sequence[int]) -> list[Raw]:
            query = {"include": ",".join(map(str, chunk)), "_fields": PRODUCT_FIELDS}
            return self._client.lists.page("/wc/v3/products", query, 0, action)[0]

        chunks = [numbers[at : at + LIMIT] for at in range(0, len(numbers), LIMIT)]
        pages = self._client.service.map_concurrently(chunks, ask)
        products = [read(raw, ProductShape, kind="products") for page in pages for raw in page]
        return {product.id: product for product in products if isinstance(product, ProductShape)}

    def create(self, sku: str, name: str, price: Decimal | None) -> ProductShape:
        """Create a product without stock management that visitors of the shop do not see.

        Returns the product of this SKU if another client has created it meanwhile.
        """
        body: dict[str, object] = {
            "sku": sku,
            "name": name or sku,
            "type": "simple",
            "status": "private",
            "manage_stock": False,
        }
        if price is not None:
            body["regular_price"] = format(price, "f")
        action = f"create product {sku}"
        try:
            return self._client.http.send(
                "POST", "/wc/v3/products", ProductShape, action=action, json=body
            )
        except RefusedError as error:
            products = self.by_sku([sku], action) if _SKU_TAKEN in error.answer else {}
            if sku not in products:
                raise
            return products[sku][0]

    def pages(self, params: Params, action: str) -> Iterator[list[Item]]:
        """Yield pages of all sellable items: products, and variations with their parents.

        Shops since 10.3 list all variations at once. In an older shop the variations of each
        product need a separate call.
        """
        seen_ids: set[int] = set()
        parents: dict[int, ProductShape] = {}
        for raws in self._client.lists.products("/wc/v3/products", params, action):
            page: list[Item] = []
            for item in (read(raw, ProductShape, kind="products") for raw in raws):
                if isinstance(item, InvalidRecord):
                    page.append(item)
                elif item.type == "variable":
                    parents[item.id] = item
                elif item.type not in _NOT_SHIPPED and item.id not in seen_ids:
                    seen_ids.add(item.id)
                    page.append((item, None))
            yield page
        yield from self._variations(parents, action)

    def _variations(self, parents: Mapping[int, ProductShape], action: str) -> Iterator[list[Item]]:
        if not parents:
            return
        if self._has_flat_variations is None:
            self._has_flat_variations = self._client.features.has_route("/wc/v3/variations")
        seen_ids: set[int] = set()
        if self._has_flat_variations:
            pages = self._client.lists.products("/wc/v3/variations", {}, action)
            for raws in pages:
                yield _children(raws, parents, seen_ids)
            return
        ids = list(parents)
        for at in range(0, len(ids), LIMIT):
            chunk = ids[at : at + LIMIT]
            lists = self._client.service.map_concurrently(
                chunk, partial(self._variations_of, action)
            )
            yield [
                item
                for parent, raws in zip(chunk, lists, strict=True)
                for item in _children(raws, parents, seen_ids, parent=parent)
            ]

    def _variations_of(self, action: str, parent: int) -> list[Raw]:
        pages = self._client.lists.products(f"/wc/v3/products/{parent}/variations", {}, action)
        return [raw for page in pages for raw in page]


_NOT_SHIPPED = frozenset({"grouped", "external"})
"""A group is sold as the products in it, and an external product by another shop."""
_KITS = frozenset({"bundle", "composite", "woosb", "yith_bundle"})
"""Types of plug-ins for a product that is put together from others."""


def is_kit(product: ProductShape) -> bool:
    """True if a product is put together from others."""
    return product.type in _KITS


def is_shipped(product: ProductShape) -> bool:
    """True if a product is goods; a downloadable one is a file, even if it is not virtual."""
    return not (product.virtual or product.downloadable)


def is_on_sale(product: ProductShape, parent: ProductShape | None = None) -> bool:
    """True if visitors of the shop see a product, or a variation with its parent."""
    return product.status == "publish" and (parent is None or parent.status == "publish")


def _children(
    raws: Sequence[Raw],
    parents: Mapping[int, ProductShape],
    seen_ids: set[int],
    *,
    parent: int = 0,
) -> list[Item]:
    items: list[Item] = []
    for item in (read(raw, ProductShape, kind="variations") for raw in raws):
        if isinstance(item, InvalidRecord):
            items.append(item)
        elif item.id not in seen_ids and (item.parent_id or parent) in parents:
            seen_ids.add(item.id)
            items.append((item, parents[item.parent_id or parent]))
    return items


def _by_normalized_sku(products: Iterable[ProductShape]) -> dict[str, list[ProductShape]]:
    """Return these products by their SKUs, each product once."""
    by_sku: dict[str, list[ProductShape]] = {}
    for product in {product.id: product for product in products}.values():
        by_sku.setdefault(normalized_sku(product.sku), []).append(product)
    return by_sku


def _is_searchable(sku: str) -> bool:
    fits = len(quote(sku, errors="replace")) <= _LONGEST_QUERY
    return bool(sku.strip()) and "," not in sku and fits


def _chunks(skus: Sequence[str]) -> Iterator[list[str]]:
    """Yield as many SKUs at a time as fit into a page and a URL."""
    chunk: list[str] = []
    length = 0
    for sku in skus:
        sku_length = len(quote(f",{sku}", errors="replace"))
        if len(chunk) == LIMIT or (chunk and length + sku_length > _LONGEST_QUERY):
            yield chunk
            chunk, length = [], 0
        chunk.append(sku)
        length += sku_length
    if chunk:
        yield chunk
