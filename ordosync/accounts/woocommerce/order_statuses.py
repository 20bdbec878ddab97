"""Statuses of a shop's orders: its own, those of plug-ins, and those that the options name."""

from dataclasses import dataclass

from ordosync.accounts.woocommerce.schema import OrderShape

SHIPPED = "completed"
REFUNDED = "refunded"
"""The status of an order after a refund of all its money, whether or not it was sent."""
HELD = ("on-hold",)
"""Statuses of orders that are sold and must not be shipped yet: their stock has fallen already."""
UNSENT = frozenset({"pending", "on-hold", "processing"})
"""The shop's own statuses of orders that are not sent. A plug-in's status may mean sent."""
GONE = frozenset({"cancelled", "refunded", "failed", "trash"})
PARTIAL = frozenset({"partial-shipped", "partially-shipped", "partially-completed"})
"""Statuses of plug-ins for an order of which not all is sent."""
_DEAD = frozenset({"cancelled", "refunded", "failed"})


@dataclass(frozen=True, kw_only=True)
class OrderStatuses:
    """The statuses that the account's options name."""

    to_ship: tuple[str, ...]
    """Of orders that are to be shipped."""
    cancelled: tuple[str, ...]
    shipped: tuple[str, ...]
    """Of orders that are sent, with or without a tracking number."""

    @property
    def sold(self) -> tuple[str, ...]:
        """The statuses of orders that have lowered the stock and are not shipped."""
        return tuple(dict.fromkeys((*self.to_ship, *HELD)))

    @property
    def maybe_cancelled(self) -> tuple[str, ...]:
        """The statuses of orders that may be cancelled, by a refund of all items included."""
        return tuple(dict.fromkeys((*self.cancelled, *self.to_ship, *HELD)))

    def is_dead(self, order: OrderShape) -> bool:
        """True if an order will not be shipped by the shop any more."""
        return order.status in _DEAD or order.status in self.cancelled
