"""What a shop has sold from the Supplier's location and the Supplier does not know of yet.

The Supplier's count may be some minutes old when it is written, so an order that it got within
`_MARGIN` is taken for one that it has not. Where a list is late with a new order, the shop's own
count of what is committed there tells of it: the larger of the two is believed.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Raw, Struct

from ordosync.accounts.pagination import overlapping, reached
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.pagination import Changes, whole
from ordosync.accounts.shopify.queries.fulfillment import MORE_UNSENT, UNSENT
from ordosync.accounts.shopify.schema import At, Connection, OrderedLine, OrderOf
from ordosync.accounts.shopify.split_history import Lineage

if TYPE_CHECKING:
    from ordosync.accounts.shopify.graphql import ShopifySession

_MARGIN = timedelta(minutes=10)
_LINES = 10
_DOING = "read what is sold and not sent yet"


class _Line(OrderedLine, frozen=True, rename="camel", kw_only=True):
    remaining_quantity: int
    inventory_item_id: str | None = None


class OpenOrder(Struct, frozen=True, rename="camel", kw_only=True):
    """A fulfillment order with what of it is still to be sent."""

    id: str
    status: str
    updated_at: At
    order: OrderOf
    line_items: Connection[_Line]


class UnsentOrders:
    """The open fulfillment orders of a location, read once whole and then by what changed."""

    def __init__(self, place: str, *, kept_as: Mapping[str, str]) -> None:
        self._place = place
        self._kept_as = kept_as
        self._orders: dict[str, tuple[bool, Counter[str]]] = {}
        self._reached: datetime | None = None
        self._unsent: Counter[str] = Counter()
        self._sent: Counter[str] = Counter()

    def refresh(
        self, http: "ShopifySession", read: Callable[[Raw], OpenOrder], now: datetime
    ) -> None:
        """Read what changed since it was read last."""
        changes = Changes(
            http,
            UNSENT,
            action=_DOING,
            first=30,
            lines=_LINES,
            sent=self._kept_as["sent"],
            split=self._kept_as["split"],
            closed=self._reached is not None,
        )
        where = [f"assigned_location_id:{self._place}"]
        for page in changes.since(overlapping(self._reached), where):
            for listed, raw in page:
                self._reached = reached(self._reached, [listed.updated_at], now=now)
                self._take(http, read(raw), now)
        self._sum()

    def of(self, item: str, *, committed: int) -> int:
        """Return how many of an inventory item are sold and not known to the Supplier."""
        return max(self._unsent[item], committed - self._sent[item], 0)

    def _take(self, http: "ShopifySession", one: OpenOrder, now: datetime) -> None:
        id_ = number(one.id)
        if one.status in ("CLOSED", "CANCELLED"):
            self._orders.pop(id_, None)
            return
        lines = [*whole(http, one.line_items, MORE_UNSENT, _Line, of=one.id, action=_DOING)]
        lineage = Lineage.of(one.order.sent, one.order.split)
        order_id = lineage.order_id(id_)
        # The Supplier was sent what a piece was split from, whoever has split it.
        family = (order_id, *lineage.ancestors(order_id, lines))
        parts = [lineage.sent[each] for each in family if each in lineage.sent]
        is_known = any(part.at <= now - _MARGIN for part in parts)
        counts: Counter[str] = Counter()
        for line in lines:
            if line.inventory_item_id:
                counts[number(line.inventory_item_id)] += line.remaining_quantity
        self._orders[id_] = (is_known, counts)

    def _sum(self) -> None:
        self._unsent, self._sent = Counter(), Counter()
        for is_known, counts in self._orders.values():
            (self._sent if is_known else self._unsent).update(counts)
