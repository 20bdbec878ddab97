"""Unimported sales: sold from the Supplier's location, and not in the Supplier's count yet.

The Supplier's count may be some minutes old when it is written. So an order that the Supplier got
within `_MARGIN` still counts as unimported. A search may find a new order late. The shop's own
count of committed units shows it earlier, so the larger of both counts is used.
"""

from collections import Counter
from datetime import datetime, timedelta

from msgspec import Struct

from ordosync.accounts.pagination import advance, with_overlap
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.location import SupplierLocation
from ordosync.accounts.shopify.pagination import Changes, read_all
from ordosync.accounts.shopify.queries.fulfillment import MORE_UNSENT, UNSENT
from ordosync.accounts.shopify.schema import At, Connection, OrderedLine, ParentOrder
from ordosync.accounts.shopify.split_history import SplitHistory

_MARGIN = timedelta(minutes=10)
_LINES = 10
_ACTION = "read unimported sales"


class _Line(OrderedLine, frozen=True, rename="camel", kw_only=True):
    remaining_quantity: int
    inventory_item_id: str | None = None


class _OpenOrder(Struct, frozen=True, rename="camel", kw_only=True):
    """A fulfillment order and its units that are still to be shipped."""

    id: str
    status: str
    updated_at: At
    order: ParentOrder
    line_items: Connection[_Line]


class UnimportedSales:
    """The open fulfillment orders of a location: all at first, then those that changed."""

    def __init__(self, client: ShopifyClient, location: SupplierLocation) -> None:
        self._client = client
        self._location = location
        self._orders: dict[str, tuple[bool, Counter[str]]] = {}
        self._reached: datetime | None = None
        self._unsent: Counter[str] = Counter()
        self._sent: Counter[str] = Counter()

    def refresh(self) -> None:
        """Read what changed since the last read."""
        now, keys = self._client.now(), self._location.metafield_keys
        changes = Changes(
            self._client.graphql,
            UNSENT,
            action=_ACTION,
            first=30,
            lines=_LINES,
            sent=keys["sent"],
            split=keys["split"],
            closed=self._reached is not None,
        )
        for page in changes.since(with_overlap(self._reached), [self._location.search_term]):
            for listed, raw in page:
                self._reached = advance(self._reached, [listed.updated_at], now=now)
                self._take(self._client.read(raw, _OpenOrder, action=_ACTION), now)
        self._sum()

    def of(self, item: str, *, committed: int) -> int:
        """Return the number of units of an inventory item that are sold and not imported yet."""
        return max(self._unsent[item], committed - self._sent[item], 0)

    def _take(self, order: _OpenOrder, now: datetime) -> None:
        id_ = number(order.id)
        if order.status in ("CLOSED", "CANCELLED"):
            self._orders.pop(id_, None)
            return
        graphql, more = self._client.graphql, MORE_UNSENT
        lines = [*read_all(graphql, order.line_items, more, _Line, of=order.id, action=_ACTION)]
        history = SplitHistory.of(order.order.sent, order.order.split)
        order_id = history.order_id(id_)
        # The Supplier has the ancestor of a piece, whether ordosync or a user has split it.
        family = (order_id, *history.ancestors(order_id, lines))
        parts = [history.sent[ancestor] for ancestor in family if ancestor in history.sent]
        # A test commits units, and is no sale.
        is_imported = order.order.test or any(part.at <= now - _MARGIN for part in parts)
        counts: Counter[str] = Counter()
        for line in lines:
            if line.inventory_item_id:
                counts[number(line.inventory_item_id)] += line.remaining_quantity
        self._orders[id_] = (is_imported, counts)

    def _sum(self) -> None:
        self._unsent, self._sent = Counter(), Counter()
        for is_imported, counts in self._orders.values():
            (self._sent if is_imported else self._unsent).update(counts)
