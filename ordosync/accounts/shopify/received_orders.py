"""Orders of the portal in the Supplier's shop, with their parcels and fulfillment orders."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.order_units import is_ended
from ordosync.accounts.shopify.pagination import quoted, read_all
from ordosync.accounts.shopify.queries.orders import MORE_SENT, SENT_ORDERS
from ordosync.accounts.shopify.schema import Connection, Part, SentOrder

Sent = TypeVar("Sent", bound=SentOrder)


class ReceivedOrders:
    """The orders with the portal's tag."""

    def __init__(self, client: ShopifyClient, *, tag: str) -> None:
        self._client = client
        self.search_term = f"tag:{quoted(tag)}"

    def changed(
        self, cursor: str | None, *, now: datetime, action: str
    ) -> Iterator[tuple[list[SentOrder], str | None]]:
        """Yield pages of the orders that changed since the cursor, each with the next cursor."""
        pages = self._client.changed(
            SENT_ORDERS, cursor, [self.search_term], now=now, action=action, first=8
        )
        for page, after in pages:
            orders = (self._client.read(raw, SentOrder, action=action) for raw in page)
            yield [self.with_all_parts(order) for order in orders], after

    def with_all_parts(self, order: Sent) -> Sent:
        """Return an order with all of its parts; parts after its first page are read."""
        first, action = order.fulfillment_orders, f"read the parts of order {number(order.id)}"
        parts = [
            *read_all(self._client.graphql, first, MORE_SENT, Part, of=order.id, action=action)
        ]
        if len(parts) > 1 or (order.fulfillments and not is_ended(parts[0])):
            parts = [self._with_all_lines(part) for part in parts]
        return replace(order, fulfillment_orders=Connection(nodes=parts))

    def _with_all_lines(self, part: Part) -> Part:
        if not part.line_items.page_info.has_next_page:
            return part
        return replace(part, line_items=Connection(nodes=self._client.lines(part)))
