"""Products at the Merchant. The id of a product is its SKU.

Uses the lists of products and variations, and the shop's unit of weights.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

import msgspec
from msgspec.structs import replace

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.woocommerce.catalogue import Catalogue, is_kit, is_on_sale, is_shipped
from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.product_selection import ProductSelection
from ordosync.accounts.woocommerce.schema import DIGEST_VERSION, ProductShape, digest
from ordosync.models import InvalidRecord, Page, Product

_GRAMS = {
    "kg": Decimal(1000),
    "g": Decimal(1),
    "lbs": Decimal("453.59237"),
    "oz": Decimal("28.349523125"),
}


class MerchantProducts:
    """Products and variations of this Supplier."""

    def __init__(
        self, client: WooCommerceClient, catalogue: Catalogue, selection: ProductSelection
    ) -> None:
        self._client = client
        self._catalogue = catalogue
        self._selection = selection
        self._unit: Decimal | None = None
        """The shop's unit of weights in grams; 0 if it is unknown, None if it was not read yet."""

    def changed(self, request: ReadRequest) -> Iterator[Page[Product | InvalidRecord]]:  # noqa: ARG002
        """Yield all products; the cursor is ignored.

        A new tag, a field of a plug-in or a variation may not count as a change of the product.
        """
        for items in self._catalogue.pages({"status": "publish"}, "read products"):
            products = [
                item if isinstance(item, InvalidRecord) else self._product(*item) for item in items
            ]
            yield Page(items=tuple(product for product in products if product))

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Product | InvalidRecord]]:
        """Yield these products as they are now."""
        shapes = self._selection.by_sku(ids, "read products again")
        products = (self._product(shape) for same_sku in shapes.values() for shape in same_sku)
        yield Page(items=tuple(product for product in products if product))

    def _product(
        self, shape: ProductShape, parent: ProductShape | None = None
    ) -> Product | InvalidRecord | None:
        if not is_on_sale(shape, parent) or not self._selection.has_product(shape, parent):
            return None
        if not shape.sku:
            return InvalidRecord(
                id=str(shape.id),
                code="no-sku",
                reason="has no SKU",
                content=f"{DIGEST_VERSION}-no-sku",
                is_skipped=True,
            )
        product = Product(
            id=shape.sku,
            sku=shape.sku,
            name=shape.name or _name(shape, parent),
            price=_decimal(shape.regular_price),
            weight_g=self._grams(shape.weight or (parent.weight if parent else "")),
            is_kit=is_kit(shape),
        )
        fields = msgspec.structs.asdict(product)
        # Older versions did not have it, and an unchanged product must not count as changed.
        del fields["needs_shipping"]
        return replace(product, content=digest(fields), needs_shipping=is_shipped(shape))

    def _grams(self, weight: str | float | None) -> Decimal | None:
        amount = _decimal(weight)
        if not amount:
            return None
        if self._unit is None:
            path = "/wc/v3/settings/products/woocommerce_weight_unit"
            action = "read the unit of weight"
            setting = self._client.http.get(path, dict[str, object], action=action)
            self._unit = _GRAMS.get(str(setting.get("value")), Decimal())
        return amount * self._unit or None


def _name(shape: ProductShape, parent: ProductShape | None) -> str:
    """Return the name of a variation, which an old shop does not return."""
    options = [
        str(attribute.get("option", ""))
        for attribute in shape.attributes
        if isinstance(attribute, dict)
    ]
    return f"{parent.name if parent else shape.sku} - {', '.join(options)}"


def _decimal(text: str | float | None) -> Decimal | None:
    try:
        number = Decimal(str(text))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
