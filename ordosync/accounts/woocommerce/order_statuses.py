"""Statuses of a shop's orders: its own, those of plug-ins, and those in the options."""

from dataclasses import dataclass

from ordosync.accounts.woocommerce.schema import OrderShape

NEW = "processing"
"""The status of an order that ordosync creates."""
SHIPPED = "completed"
REFUNDED = "refunded"
"""The status of an order after a refund of all its money, whether or not it was sent."""
ON_HOLD = "on-hold"
HELD = (ON_HOLD,)
"""Statuses of sold orders that must not be shipped yet; they have already lowered the stock."""
UNSENT = frozenset({"pending", ON_HOLD, NEW})
"""The shop's own statuses of orders that are not sent. A plug-in's status may mean sent."""
TRASH = "trash"
GONE = frozenset({"cancelled", "refunded", "failed", TRASH})
PARTIAL = frozenset({"partial-shipped", "partially-shipped", "partially-completed"})
"""Statuses of plug-ins for a partially sent order."""
_DEAD = frozenset({"cancelled", "refunded", "failed"})


@dataclass(frozen=True, kw_only=True)
class OrderStatuses:
    """The statuses that the account's options name."""

    to_ship: tuple[str, ...]
    """Statuses of orders to ship."""
    cancelled: tuple[str, ...]
    shipped: tuple[str, ...]
    """Statuses of shipped orders, with or without a tracking number."""

    @property
    def read(self) -> tuple[str, ...]:
        """The statuses of orders that are read to import them, with those that were deleted."""
        return self.to_ship if TRASH in self.cancelled else (*self.to_ship, TRASH)

    @property
    def sold(self) -> tuple[str, ...]:
        """The statuses of orders that have lowered the stock and are not shipped."""
        return tuple(dict.fromkeys((*self.to_ship, *HELD)))

    @property
    def maybe_cancelled(self) -> tuple[str, ...]:
        """The statuses of orders that may be cancelled, also by a refund of all items."""
        return tuple(dict.fromkeys((*self.cancelled, *self.to_ship, *HELD)))

    def is_dead(self, order: OrderShape) -> bool:
        """True if the shop will not ship an order any more."""
        return order.status in _DEAD or order.status in self.cancelled
