"""Counts of the stock: quantities that a user sets, or changes by a difference."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ordosync.embedded import products, stock
from ordosync.models import Outcome, refused

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """A counted quantity of a product in a warehouse, or a change of it."""

    sku: str
    warehouse: str
    quantity: int
    is_change: bool = False
    """True to add it to the last count; a product that was never counted is refused."""


def save(db: "sqlite3.Connection", count: Count) -> Outcome:
    """Save a count, unless the product is a kit or its quantity would be negative."""
    product = next(iter(products.read(db, [count.sku])), None)
    if product is None:
        return refused("not-found", "does not exist")
    if product.is_kit:
        return refused("fixed", "is a kit, whose quantity is calculated")
    quantity = Decimal(count.quantity)
    if count.is_change:
        last = stock.counted(db, [count.sku], count.warehouse).get(count.sku)
        if last is None:
            return refused("unset", f"was never counted in {count.warehouse}; set it first")
        quantity += last
        if quantity < 0 and count.quantity < 0:
            return refused("negative", f"would be {quantity} in {count.warehouse}")
    stock.set_physical(db, count.sku, count.warehouse, quantity)
    return Outcome(state="done", id=count.sku)
