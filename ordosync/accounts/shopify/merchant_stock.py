"""A shop as the Merchant: what the Supplier can sell, written as `available` at its location.

What the shop sells is taken off `available` at once, and the Supplier knows of it only once it has
the order. What is told to the task, and asked of us, is `available` and what is unsent together;
what is written is without. So both sides speak of the Supplier's count.

A number is written only in place of the one that was read before the unsent orders were. If that
has changed meanwhile, the shop has sold one more or another process has been quicker, and nothing
is written: the Supplier's count has to be read anew. So nothing ever raises a number above it.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from ordosync.accounts.account import outcome_of
from ordosync.accounts.shopify.ids import gid, number
from ordosync.accounts.shopify.merchant_products import OfferedProducts
from ordosync.accounts.shopify.queries.stock import ITEMS_STOCK, SET_STOCK, STOCK_AT
from ordosync.accounts.shopify.schema import ItemShape, Told, UserError, VariantShape
from ordosync.accounts.shopify.unimported_sales import OpenOrder, UnsentOrders
from ordosync.models import Outcome, Stock, refused

_STALE = "CHANGE_FROM_QUANTITY_STALE"
_AGAIN_S = 60


@dataclass(frozen=True, kw_only=True)
class _Counted:
    """What a shop was seen to have of a product."""

    available: int | None
    """None: it is not stocked at the location."""
    unsent: int
    fixed: str

    def target(self, quantity: int) -> int:
        """Return what to write where the Supplier has so many."""
        return max(quantity - self.unsent, 0)


class WrittenStock(OfferedProducts):
    """Who sells."""

    def __init__(self, *, name: str, spool: Path, concurrency: int) -> None:
        super().__init__(name=name, spool=spool, concurrency=concurrency)
        self._counted: dict[str, _Counted] = {}
        self._unsent: UnsentOrders | None = None

    def close(self) -> None:
        """Forget what was read for one run."""
        super().close()
        self._counted = {}
        self._unsent = None

    def stock_to_write(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return what is available, and sold without the Supplier's knowing."""
        wanted = [gid("InventoryItem", id_) for id_ in ids]
        items = self.by_id(
            ITEMS_STOCK,
            ItemShape,
            wanted,
            action="read stock to be written",
            location=self.location,
        )
        unsent = self._unsent_orders([item for item in items if _committed(item)])
        found: dict[str, Stock] = {}
        for item in items:
            id_ = number(item.id)
            counted = _Counted(
                available=item.inventory_level.count("available") if item.inventory_level else None,
                unsent=unsent.of(id_, committed=_committed(item)) if unsent else 0,
                fixed=self._fixed(item),
            )
            self._counted[id_] = counted
            known = None if counted.available is None else counted.available + counted.unsent
            found[id_] = Stock(
                product_id=id_, sku=item.sku or "", quantity=known, fixed=counted.fixed
            )
        return found

    def write_stock(self, stock: Sequence[Stock]) -> list[Outcome]:
        """Set `available` of all that differ at once; what is refused stops no other."""
        outcomes: dict[str, Outcome] = {}
        targets: dict[str, int] = {}
        unread = [one.product_id for one in stock if one.product_id not in self._counted]
        if unread:
            self.stock_to_write(unread)
        for one in stock:
            counted = self._counted.get(one.product_id)
            if counted is None:
                outcomes[one.product_id] = refused("not-found", "is not there")
            elif one.fixed or counted.fixed:
                why = f"is {one.fixed or counted.fixed} and cannot be written"
                outcomes[one.product_id] = refused("fixed", why)
            elif one.quantity is None or one.quantity < 0:
                outcomes[one.product_id] = refused("invalid", f"{one.quantity} is no quantity")
            elif counted.target(one.quantity) == counted.available:
                outcomes[one.product_id] = Outcome(state="unchanged", id=one.product_id)
            else:
                targets[one.product_id] = counted.target(one.quantity)
        self._write(targets, outcomes)
        return [outcomes[one.product_id] for one in stock]

    def _write(self, targets: Mapping[str, int], outcomes: dict[str, Outcome]) -> None:
        new = [id_ for id_ in targets if self._counted[id_].available is None]
        stocked = self.each(new, lambda id_: self._stock_here(id_, targets[id_]), about=str)
        outcomes.update(zip(new, stocked, strict=True))
        left = {id_: target for id_, target in targets.items() if id_ not in outcomes}
        if left:
            whole = outcome_of(left, partial(self._set, outcomes=outcomes))
            outcomes.update({id_: whole for id_ in left if id_ not in outcomes})
        for id_, target in targets.items():
            if outcomes[id_].state == "done":
                unsent = self._counted[id_].unsent
                if unsent:
                    why = f"{target} available there: {unsent} sold and not with the Supplier yet"
                    outcomes[id_] = replace(outcomes[id_], reason=why)
                self._counted[id_] = _Counted(available=target, unsent=unsent, fixed="")
            else:
                del self._counted[id_]

    def _set(self, targets: Mapping[str, int], *, outcomes: dict[str, Outcome]) -> Outcome:
        """Set all of these or, of what is refused, all others; the outcome is of what is left."""
        left = list(targets)
        while left:
            quantities = [
                {
                    "inventoryItemId": gid("InventoryItem", id_),
                    "locationId": self.location,
                    "quantity": targets[id_],
                    "changeFromQuantity": self._counted[id_].available,
                }
                for id_ in left
            ]
            asked = {"name": "available", "reason": "correction", "quantities": quantities}
            answer = self.shopify.write(
                SET_STOCK,
                dict[str, Told],
                action="set stock",
                idempotent=True,
                input=asked,
                key=str(uuid.uuid4()),
            )
            errors = [error for told in answer.values() for error in told.user_errors]
            if not errors:
                outcomes.update({id_: Outcome(state="done", id=id_) for id_ in left})
                break
            wrong = {left[place]: error for error in errors if (place := _place(error, left)) >= 0}
            if not wrong:
                return self._refusal(errors[0])
            outcomes.update({id_: self._refusal(error) for id_, error in wrong.items()})
            left = [id_ for id_ in left if id_ not in wrong]
        return Outcome(state="done")

    def _stock_here(self, id_: str, quantity: int) -> Outcome:
        """Have a product at the location, where it was not."""
        answer = self.shopify.write(
            STOCK_AT,
            dict[str, Told],
            action="stock a product at the location",
            idempotent=True,
            item=gid("InventoryItem", id_),
            location=self.location,
            available=quantity,
            key=str(uuid.uuid4()),
        )
        errors = [error for told in answer.values() for error in told.user_errors]
        return self._refusal(errors[0]) if errors else Outcome(state="done", id=id_)

    def _refusal(self, error: UserError) -> Outcome:
        if error.code == _STALE:
            return Outcome(
                state="unavailable",
                code="changed",
                reason="its count in the shop has changed meanwhile, so both are read anew",
                retry_after_s=_AGAIN_S,
            )
        if error.code and error.code.startswith("IDEMPOTENCY"):
            return Outcome(state="unavailable", code="busy", reason=self.said([error]))
        code = "not-found" if error.code == "INVALID_INVENTORY_ITEM" else "refused"
        return self.denied([error], code=code)

    def _unsent_orders(self, committed: Sequence[ItemShape]) -> UnsentOrders | None:
        """Return what is sold and not sent, read after the stock; None where nothing can be."""
        if not committed:
            return None
        if self._unsent is None:
            self._unsent = UnsentOrders(self.place, kept_as=self.kept_as)
        action = "read what is sold and not sent yet"
        self._unsent.refresh(
            self.shopify,
            lambda raw: self.read(raw, OpenOrder, action=action),
            self.needed_connections.clock.now(),
        )
        return self._unsent

    def _fixed(self, item: ItemShape) -> str:
        variant = item.variants.nodes[0] if item.variants.nodes else VariantShape()
        if variant.requires_components:
            return "kit"
        if variant.product.status == "ARCHIVED":
            return "archived"
        if not self.is_ours(variant.product, stocked=item.inventory_level is not None):
            return "unassigned"
        return "" if item.tracked else "unmanaged"


def _committed(item: ItemShape) -> int:
    return item.inventory_level.count("committed") if item.inventory_level else 0


def _place(error: UserError, left: Sequence[str]) -> int:
    """Return which of the quantities is wrong; -1 where that is not said."""
    places = [int(part) for part in error.field or () if part.isdigit()]
    return places[0] if places and places[0] < len(left) else -1
