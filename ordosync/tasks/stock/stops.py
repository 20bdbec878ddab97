"""The stops of a portal during one run: those that hold, and those that have ended."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from ordosync.clock import Clock
from ordosync.models import Stock, normalized_sku
from ordosync.shortages import REASONS
from ordosync.store.links import Link
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
        self._fixed: set[str] = set()
        """Stops of products whose quantity cannot be written."""
        self._unmatched_note = ""

    @cached_property
    def _stops(self) -> Mapping[str, Stop]:
        return self._table.all()

    def of(self, product: Stock, current: Stock) -> Stop | None:
        """Return the stop of the Supplier's product; None if it is sold.

        `current` is the linked product of the Merchant, whose SKU may differ. A stop may have
        either SKU: an operator knows that of the Merchant, and an answer that of the Supplier.
        """
        if not self._stops:
            return None
        keys = dict.fromkeys(normalized_sku(sku) for sku in (product.sku, current.sku))
        for stop in (self._stops[key] for key in keys if key in self._stops):
            if is_over(stop, product.quantity, self._began_at):
                self._ended.add(stop.key)
                continue
            if stop.quantity is None and product.quantity is not None:
                self._quantities[stop.key] = product.quantity
            (self._fixed if current.fixed else self._holding).add(stop.key)
            return stop
        return None

    def unreported(self, linked: Iterable[Sequence[Link]]) -> Iterator[Sequence[Stock]]:
        """Yield the stopped products that the Supplier has not reported in this run.

        Its list may lack a product that it does not sell any more.
        """
        keys, found = self._unmatched(), set[str]()
        for links in linked if keys else ():
            stopped = [it for it in self.stopped(links, keys) if it.product_id not in found]
            found |= {it.product_id for it in stopped}
            if stopped:
                yield stopped

    def stopped(self, links: Iterable[Link], keys: Collection[str] = ()) -> Sequence[Stock]:
        """Return the products of these links that are stopped, without a quantity.

        With `keys`, only these stops count. A product is found by its ids, which are SKUs in most
        accounts.
        """
        among = keys or self._stops
        ids = dict.fromkeys(
            link.supplier_id
            for link in links
            if any(normalized_sku(id_) in among for id_ in (link.supplier_id, link.merchant_id))
        )
        return [Stock(product_id=id_, sku=id_, quantity=None) for id_ in ids]

    def note_unmatched(self) -> None:
        """Note the stops of no product, perhaps by a typing error, after all were read."""
        keys = self._unmatched()
        if keys:
            first = self._stops[min(keys)].sku
            stops = plural(len(keys), "1 stop fits", f"{len(keys)} stops fit")
            self._unmatched_note = f"{stops} no linked product of this portal, such as {first}"

    @property
    def note(self) -> str:
        """A remark about the run; empty if no product is stopped."""
        notes = []
        if count := len(self._holding):
            products = plural(count, "1 product is", f"{count} products are")
            notes.append(f"{products} stopped and shown as 0")
        if count := len(self._fixed):
            products = plural(count, "1 stopped product", f"{count} stopped products")
            notes.append(f"{products} not written, see the skipped steps")
        if self._unmatched_note:
            notes.append(self._unmatched_note)
        return f"{'; '.join(notes)}; `ordosync stock stops` lists the stops" if notes else ""

    def _unmatched(self) -> Collection[str]:
        """Return the keys of the stops of no product that was read so far, except ended ones."""
        keys = self._stops.keys() - self._holding - self._fixed - self._ended
        self._ended |= {key for key in keys if is_over(self._stops[key], None, self._began_at)}
        return keys - self._ended

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
