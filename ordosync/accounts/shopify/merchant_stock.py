"""Merchant stock: the Supplier's sellable quantity, written as `available` at its location.

A sale lowers `available` at once, but the Supplier's count only after the import. So `current`
returns the unimported sales beside `available`, and the task subtracts them from the Supplier's
count.

A quantity is replaced only if it is still the quantity that was read before the unimported sales.
If it has changed, the shop has sold a unit or another process has written. Then nothing is written
and the Supplier's count is read again, so no write ever raises a quantity above that count.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ordosync.accounts.account import outcome_of
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import gid, number
from ordosync.accounts.shopify.location import SupplierLocation
from ordosync.accounts.shopify.queries.stock import ITEMS_STOCK, SET_STOCK, STOCK_AT
from ordosync.accounts.shopify.schema import InventoryItem, UserError, Variant
from ordosync.accounts.shopify.unimported_sales import UnimportedSales
from ordosync.models import Order, Outcome, Page, Stock, refused

_STALE = "CHANGE_FROM_QUANTITY_STALE"
_CHANGED = Outcome(
    state="unavailable",
    code="changed",
    reason="its quantity in the shop has changed meanwhile; both are read again",
    retry_after_s=60,
)


@dataclass(frozen=True, kw_only=True)
class _Counted:
    """The stock of a product in the shop, as it was read."""

    available: int | None
    """None if it is not stocked at the location."""
    unsent: int
    fixed: str


class MerchantStock:
    """The `available` quantity of inventory items at the Supplier's location."""

    def __init__(self, client: ShopifyClient, location: SupplierLocation) -> None:
        self._client = client
        self._location = location
        self._forget()
        client.service.at_close(self._forget)

    def _forget(self) -> None:
        self._counted: dict[str, _Counted] = {}
        self._sales = UnimportedSales(self._client, self._location)

    @property
    def falls_with_sales(self) -> bool:
        """True: the shop lowers the available quantity with each sale."""
        return True

    def current(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the available quantities, each with its unimported sales."""
        items = self._client.by_id(
            ITEMS_STOCK,
            InventoryItem,
            [gid("InventoryItem", id_) for id_ in ids],
            action="read stock to write",
            location=self._location.gid,
        )
        # Sales are read after the stock. Without committed units, there are no sales to read.
        has_sales = any(_committed(item) for item in items)
        if has_sales:
            self._sales.refresh()
        return {number(item.id): self._stock(item, has_sales=has_sales) for item in items}

    def _stock(self, item: InventoryItem, *, has_sales: bool) -> Stock:
        """Remember the stock of an item, and return it."""
        id_ = number(item.id)
        counted = _Counted(
            available=item.inventory_level.count("available") if item.inventory_level else None,
            unsent=self._sales.of(id_, committed=_committed(item)) if has_sales else 0,
            fixed=self._fixed(item),
        )
        self._counted[id_] = counted
        return Stock(
            product_id=id_,
            sku=item.sku or "",
            quantity=counted.available,
            fixed=counted.fixed,
            unsent=counted.unsent,
        )

    def unimported_sales(self) -> Iterator[Page[Order]]:
        """Yield nothing: `current` returns the units of each product."""
        return iter(())

    def write(self, stock: Sequence[Stock]) -> list[Outcome]:
        """Set `available` of all items that differ, in one call; each refusal is separate."""
        unread = [item.product_id for item in stock if item.product_id not in self._counted]
        if unread:
            self.current(unread)
        outcomes: dict[str, Outcome] = {}
        targets: dict[str, int] = {}
        for item in stock:
            target = self._target(item)
            if isinstance(target, Outcome):
                outcomes[item.product_id] = target
            else:
                targets[item.product_id] = target
        self._write(targets, outcomes)
        return [outcomes[item.product_id] for item in stock]

    def _target(self, stock: Stock) -> int | Outcome:
        """Return the quantity to write, or the outcome if nothing is to be written."""
        counted = self._counted.get(stock.product_id)
        if counted is None:
            return refused("not-found", "does not exist")
        if stock.fixed or counted.fixed:
            return refused("fixed", f"is {stock.fixed or counted.fixed} and cannot be written")
        if stock.quantity is None or stock.quantity < 0:
            return refused("invalid", f"{stock.quantity} is not a quantity to write")
        # Read again after its write failed: the quantity was computed before the sale.
        if counted.unsent > stock.unsent:
            del self._counted[stock.product_id]
            return _CHANGED
        if stock.quantity == counted.available:
            return Outcome(state="unchanged", id=stock.product_id)
        return stock.quantity

    def _write(self, targets: Mapping[str, int], outcomes: dict[str, Outcome]) -> None:
        new = [id_ for id_ in targets if self._counted[id_].available is None]
        stocked = self._client.service.write_each(
            new, lambda id_: self._stock_at_location(id_, targets[id_]), key=str
        )
        outcomes.update(zip(new, stocked, strict=True))
        pending = {id_: target for id_, target in targets.items() if id_ not in outcomes}
        if pending:
            outcome = outcome_of(pending, partial(self._set, outcomes=outcomes))
            outcomes.update({id_: outcome for id_ in pending if id_ not in outcomes})
        for id_, target in targets.items():
            if outcomes[id_].state == "done":
                unsent = self._counted[id_].unsent
                self._counted[id_] = _Counted(available=target, unsent=unsent, fixed="")
            else:
                del self._counted[id_]

    def _set(self, targets: Mapping[str, int], *, outcomes: dict[str, Outcome]) -> Outcome:
        """Set all quantities; if some are refused, set the others. Return the outcome of these."""
        pending = list(targets)
        while pending:
            quantities = [self._quantity(id_, targets[id_]) for id_ in pending]
            errors = self._client.mutate(
                SET_STOCK,
                action="set stock",
                idempotent=True,
                input={"name": "available", "reason": "correction", "quantities": quantities},
                key=str(uuid.uuid4()),
            )
            if not errors:
                outcomes.update({id_: Outcome(state="done", id=id_) for id_ in pending})
                break
            refusals = {
                pending[place]: self._refusal(error)
                for error in errors
                if (place := _place(error, pending)) >= 0
            }
            if not refusals:
                return self._refusal(errors[0])
            outcomes.update(refusals)
            pending = [id_ for id_ in pending if id_ not in refusals]
        return Outcome(state="done")

    def _quantity(self, id_: str, target: int) -> Mapping[str, object]:
        return {
            "inventoryItemId": gid("InventoryItem", id_),
            "locationId": self._location.gid,
            "quantity": target,
            "changeFromQuantity": self._counted[id_].available,
        }

    def _stock_at_location(self, id_: str, quantity: int) -> Outcome:
        """Stock a product at the location, where it is not stocked yet."""
        errors = self._client.mutate(
            STOCK_AT,
            action="stock a product at the location",
            idempotent=True,
            item=gid("InventoryItem", id_),
            location=self._location.gid,
            available=quantity,
            key=str(uuid.uuid4()),
        )
        return self._refusal(errors[0]) if errors else Outcome(state="done", id=id_)

    def _refusal(self, error: UserError) -> Outcome:
        if error.code == _STALE:
            return _CHANGED
        if error.code and error.code.startswith("IDEMPOTENCY"):
            return Outcome(state="unavailable", code="busy", reason=self._client.message([error]))
        code = "not-found" if error.code == "INVALID_INVENTORY_ITEM" else "refused"
        return self._client.denied([error], code=code)

    def _fixed(self, item: InventoryItem) -> str:
        variant = item.variants.nodes[0] if item.variants.nodes else Variant()
        if variant.requires_components:
            return "kit"
        if variant.product.status == "ARCHIVED":
            return "archived"
        is_stocked = item.inventory_level is not None
        if not self._location.has_product(variant.product, is_stocked=is_stocked):
            return "unassigned"
        return "" if item.tracked else "unmanaged"


def _committed(item: InventoryItem) -> int:
    return item.inventory_level.count("committed") if item.inventory_level else 0


def _place(error: UserError, pending: Sequence[str]) -> int:
    """Return the position of the quantity with this error; -1 if the error does not name it."""
    positions = [int(part) for part in error.field or () if part.isdigit()]
    return positions[0] if positions and positions[0] < len(pending) else -1
