"""Products of which more units are sold than the Supplier has: ours, and those of others."""

from collections.abc import Mapping
from functools import cached_property

from ordosync.clock import Clock
from ordosync.models import Stock, normalized_sku
from ordosync.store.sent_units import SentUnits
from ordosync.text import plural


class Oversold:
    """Decides which negative quantities are due to orders that ordosync sent.

    A Supplier that never counts has many negative quantities, which need no action. So a product is
    reported only if units were sent since its quantity was last 0 or more.
    """

    def __init__(self, table: SentUnits, clock: Clock) -> None:
        self._table = table
        self._began_at = clock.now()
        self._not_negative: set[str] = set()
        self._others = 0

    @cached_property
    def _sent(self) -> Mapping[str, int]:
        return self._table.all()

    def is_ours(self, product: Stock) -> bool:
        """True if the quantity is negative after units were sent to the Supplier."""
        if product.quantity is None or (product.quantity >= 0 and not self._sent):
            return False
        key = normalized_sku(product.sku)
        if product.quantity >= 0:
            if key in self._sent:
                self._not_negative.add(key)
            return False
        return key in self._sent

    def count_other(self) -> None:
        """Count a product that became negative without an order that ordosync sent."""
        self._others += 1

    @property
    def note(self) -> str:
        """A remark about the run; empty if no other product is negative."""
        if not self._others:
            return ""
        products = plural(self._others, "1 product is", f"{self._others} products are")
        return f"{products} below 0 at the Supplier, not by orders that ordosync sent"

    def save(self) -> None:
        """Forget the units of products whose quantity is not negative."""
        self._table.remove(self._not_negative, before=self._began_at)
