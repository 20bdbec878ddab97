"""A Merchant's products and stock: by SKU, since that is what both accounts know.

The quantity is what can be sold. It falls with every order, also with one that the Supplier has
not got yet; `sold_orders` says which these are. It is one number for a product, wherever it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import msgspec
from msgspec.structs import replace

from ordosync.accounts.account import outcome_of
from ordosync.accounts.pagination import LIMIT
from ordosync.accounts.woocommerce.merchant_orders import SoldOrders
from ordosync.accounts.woocommerce.schema import (
    HOW,
    BatchShape,
    ProductShape,
    WrittenShape,
    digest,
    whole,
)
from ordosync.models import Outcome, Page, Product, Stock, Unusable, refused

_KITS = frozenset({"bundle", "composite", "woosb", "yith_bundle"})
"""What plug-ins call a product that is put together from others."""
_GRAMS = {
    "kg": Decimal(1000),
    "g": Decimal(1),
    "lbs": Decimal("453.59237"),
    "oz": Decimal("28.349523125"),
}


class OfferedProducts(SoldOrders):
    """Who sells, as far as products go."""

    def __init__(self, *, name: str, spool: Path, concurrency: int) -> None:
        super().__init__(name=name, spool=spool, concurrency=concurrency)
        self._places: dict[str, ProductShape] = {}
        self._unit: Decimal | None = None

    def close(self) -> None:
        """Forget what was read for one run."""
        super().close()
        self._places = {}

    def products(
        self,
        cursor: str | None,  # noqa: ARG002 - see below
        *,
        now: datetime,  # noqa: ARG002 - it is always as of now
    ) -> Iterator[Page[Product | Unusable]]:
        """Read this Supplier's products, always all of them.

        A new tag, a field of a plug-in or a variation need not count as a change of the product.
        """
        for items in self.catalogue({"status": "publish"}, "read products"):
            found = [item if isinstance(item, Unusable) else self._offered(*item) for item in items]
            yield Page(items=tuple(one for one in found if one))

    def products_by_id(self, ids: Sequence[str]) -> Iterator[Page[Product | Unusable]]:
        """Read these products as they are now."""
        found = self._by_sku(ids, "read products again")
        offered = (self._offered(item) for items in found.values() for item in items)
        yield Page(items=tuple(one for one in offered if one))

    def stock_to_write(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the quantity of each of these, 100 a call."""
        found = self._by_sku(ids, "read stock to be written")
        self._places |= {sku: items[0] for sku, items in found.items()}
        return {sku: self._stock(sku, items) for sku, items in found.items()}

    def write_stock(self, stock: Sequence[Stock]) -> list[Outcome]:
        """Set quantities: 100 a call, variations with others of their product only."""
        unread = [one.product_id for one in stock if one.product_id not in self._places]
        self.stock_to_write(unread)
        outcomes: dict[str, Outcome] = {}
        groups: dict[int, list[Stock]] = {}
        for wanted in stock:
            known = self._places.get(wanted.product_id)
            settled = _settled(wanted, known)
            if settled:
                outcomes[wanted.product_id] = settled
            elif known:
                groups.setdefault(known.parent_id, []).append(wanted)
        batches = [
            (parent, group[at : at + LIMIT])
            for parent, group in groups.items()
            for at in range(0, len(group), LIMIT)
        ]
        for made in self.side_by_side(batches, self._write_batch):
            outcomes |= made
        return [outcomes[one.product_id] for one in stock]

    def _by_sku(self, skus: Sequence[str], action: str) -> Mapping[str, list[ProductShape]]:
        found = self.by_sku(skus, action)
        self.ours.learn([item.parent_id for items in found.values() for item in items])
        return found

    def _offered(
        self, shape: ProductShape, parent: ProductShape | None = None
    ) -> Product | Unusable | None:
        if not _is_on_sale(shape, parent) or not self.ours.has_product(shape, parent):
            return None
        if not shape.sku:
            return Unusable(
                id=str(shape.id),
                code="no-sku",
                reason="has no SKU",
                content=f"{HOW}-no-sku",
                skip=True,
            )
        name = shape.name or _name(shape, parent)
        product = Product(
            id=shape.sku,
            sku=shape.sku,
            name=name,
            price=_decimal(shape.regular_price),
            weight_g=self._grams(shape.weight or (parent.weight if parent else "")),
            is_kit=shape.type in _KITS,
        )
        return replace(product, content=digest(product))

    def _grams(self, weight: str | float | None) -> Decimal | None:
        known = _decimal(weight)
        if not known:
            return None
        if self._unit is None:
            path = "/wc/v3/settings/products/woocommerce_weight_unit"
            said = self.http.get(path, dict[str, object], action="ask for the unit of weights")
            self._unit = _GRAMS.get(str(said.get("value")), Decimal())
        return known * self._unit or None

    def _stock(self, sku: str, items: Sequence[ProductShape]) -> Stock:
        shape = items[0]
        fixed = ""
        if len(items) > 1:
            fixed = "ambiguous"
        elif shape.type in _KITS:
            fixed = "kit"
        elif not _is_on_sale(shape):
            fixed = "archived"
        elif not self.ours.has_product(shape):
            fixed = "unassigned"
        elif shape.manage_stock == "parent":
            fixed = "shared"
        elif shape.manage_stock is not True:
            fixed = "unmanaged"
        quantity = whole(shape.stock_quantity) if shape.manage_stock is True else None
        return Stock(product_id=sku, sku=shape.sku, quantity=quantity, fixed=fixed)

    def _write_batch(self, batch: tuple[int, Sequence[Stock]]) -> Mapping[str, Outcome]:
        parent, stock = batch
        made: dict[str, Outcome] = {}

        def write(path: str) -> Outcome:
            places = [self._places[one.product_id].id for one in stock]
            answered = self.http.send(
                "POST",
                path,
                BatchShape,
                action=f"set the stock of {len(stock)} products",
                json={
                    "update": [
                        {"id": place, "stock_quantity": one.quantity}
                        for place, one in zip(places, stock, strict=True)
                    ]
                },
                idempotent=True,
            )
            answers = dict(zip(places, answered.update, strict=False))
            for place, one in zip(places, stock, strict=True):
                made[one.product_id] = self._answered(one, answers.get(place))
            return Outcome(state="done")

        of = f"/{parent}/variations" if parent else ""
        failed = outcome_of(f"/wc/v3/products{of}/batch", write)
        return {one.product_id: made.get(one.product_id, failed) for one in stock}

    def _answered(self, wanted: Stock, answer: WrittenShape | None) -> Outcome:
        if answer is None:
            return Outcome(state="unknown", code="no-answer", reason="nothing was answered to it")
        if answer.error:
            reason = f"{answer.error.get('message', '')} ({answer.error.get('code', '')})"
            return refused("refused", reason)
        if answer.stock_quantity != wanted.quantity:
            return refused("fixed", f"stays {answer.stock_quantity}: its stock is not managed")
        known = self._places[wanted.product_id]
        self._places[wanted.product_id] = _counted(known, wanted.quantity)
        return Outcome(state="done", id=wanted.product_id)


def _settled(wanted: Stock, known: ProductShape | None) -> Outcome | None:
    """Say what comes of a quantity that is not to be sent; None for one that is."""
    if known is None:
        return refused("not-found", "the product is gone")
    if wanted.fixed:
        return refused("fixed", f"is {wanted.fixed} and cannot be written")
    if wanted.quantity is None or wanted.quantity < 0:
        return refused("invalid", f"{wanted.quantity} is no quantity to write")
    if known.manage_stock is True and known.stock_quantity == wanted.quantity:
        return Outcome(state="unchanged", id=wanted.product_id)
    return None


def _counted(shape: ProductShape, quantity: int | None) -> ProductShape:
    return msgspec.structs.replace(shape, stock_quantity=quantity)


def _is_on_sale(shape: ProductShape, parent: ProductShape | None = None) -> bool:
    return shape.status == "publish" and (parent is None or parent.status == "publish")


def _name(shape: ProductShape, parent: ProductShape | None) -> str:
    """Return what a variation is called where its shop is too old to say it."""
    options = [str(one.get("option", "")) for one in shape.attributes if isinstance(one, dict)]
    return f"{parent.name if parent else shape.sku} - {', '.join(options)}"


def _decimal(said: str | float | None) -> Decimal | None:
    try:
        found = Decimal(str(said))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
