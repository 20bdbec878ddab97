"""The stops of a portal during one run: those that hold, and those that have ended."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from ordosync.clock import Clock
from ordosync.models import Stock, normalized_sku
from ordosync.shortages import REASONS
from ordosync.store.stock_stops import OPERATOR, StockStops, Stop
from ordosync.text import plural


class Stops:
    """Decides which products are stopped. `save` records what it has found."""

    def __init__(self, table: StockStops, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._began_at = clock.now()
        self._quantities: dict[str, int] = {}
        self._ended: set[str] = set()
        self._holding: set[str] = set()

    @cached_property
    def _stops(self) -> Mapping[str, Stop]:
        return self._table.all()

    def of(self, product: Stock) -> Stop | None:
        """Return the stop of the Supplier's product; None if it is sold."""
        if not self._stops:
            return None
        stop = self._stops.get(normalized_sku(product.sku))
        if stop is None:
            return None
        if is_over(stop, product.quantity, self._began_at):
            self._ended.add(stop.key)
            return None
        if stop.quantity is None and product.quantity is not None:
            self._quantities[stop.key] = product.quantity
        self._holding.add(stop.key)
        return stop

    @property
    def note(self) -> str:
        """A remark about the run; empty if no product is stopped."""
        if not self._holding:
            return ""
        count = len(self._holding)
        products = plural(count, "1 product is", f"{count} products are")
        return f"{products} stopped and shown as 0; `ordosync stock stops` lists the stops"

    def save(self) -> None:
        """End the stops that are over; record the quantities that the others began with."""
        self._table.remove(self._ended, before=self._began_at)
        self._table.note_quantities(self._quantities)


def is_over(stop: Stop, quantity: int | None, now: datetime) -> bool:
    """True if a stop has ended: its time has passed, or the Supplier's quantity has changed."""
    if stop.until is not None and now >= stop.until:
        return True
    has_changed = None not in (stop.quantity, quantity) and stop.quantity != quantity
    return has_changed and not stop.is_lasting


def reason_text(reason: str) -> str:
    """Return the text of the reason of a stop."""
    if reason == OPERATOR:
        return "stopped by an operator"
    return next((text for name, text in REASONS.items() if name == reason), reason)
