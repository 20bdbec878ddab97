"""Products at the Merchant, by SKU: both accounts know it.

Uses the lists of products and variations, and the shop's unit of weights.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from msgspec.structs import replace

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.woocommerce.catalogue import Catalogue, is_kit, is_on_sale
from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.product_selection import ProductSelection
from ordosync.accounts.woocommerce.schema import HOW, ProductShape, digest
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
        """The shop's unit of weights in grams; 0 if it is not known. None: not read yet."""

    def changed(self, request: ReadRequest) -> Iterator[Page[Product | InvalidRecord]]:  # noqa: ARG002
        """Yield all of them, whatever the cursor.

        A new tag, a field of a plug-in or a variation may not count as a change of the product.
        """
        for items in self._catalogue.pages({"status": "publish"}, "read products"):
            products = [
                item if isinstance(item, InvalidRecord) else self._product(*item) for item in items
            ]
            yield Page(items=tuple(one for one in products if one))

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Product | InvalidRecord]]:
        """Yield these products as they are now."""
        shapes = self._selection.by_sku(ids, "read products again")
        products = (self._product(shape) for some in shapes.values() for shape in some)
        yield Page(items=tuple(one for one in products if one))

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
                content=f"{HOW}-no-sku",
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
        return replace(product, content=digest(product))

    def _grams(self, weight: str | float | None) -> Decimal | None:
        amount = _decimal(weight)
        if not amount:
            return None
        if self._unit is None:
            path = "/wc/v3/settings/products/woocommerce_weight_unit"
            action = "ask for the unit of weights"
            setting = self._client.http.get(path, dict[str, object], action=action)
            self._unit = _GRAMS.get(str(setting.get("value")), Decimal())
        return amount * self._unit or None


def _name(shape: ProductShape, parent: ProductShape | None) -> str:
    """Return the name of a variation in a shop that is too old to say it."""
    options = [str(one.get("option", "")) for one in shape.attributes if isinstance(one, dict)]
    return f"{parent.name if parent else shape.sku} - {', '.join(options)}"


def _decimal(text: str | float | None) -> Decimal | None:
    try:
        number = Decimal(str(text))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
