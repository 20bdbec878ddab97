"""Orders of the portal in the Supplier's shop, with their parcels and fulfillment orders."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.order_units import is_ended
from ordosync.accounts.shopify.pagination import quoted, read_all
from ordosync.accounts.shopify.queries.orders import MORE_SENT, MORE_SENT_LINES, SENT_ORDERS
from ordosync.accounts.shopify.schema import Connection, Part, SentLine, SentOrder, SentParcel

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
            yield [complete(self._client, order) for order in orders], after


def complete(client: ShopifyClient, order: Sent, *, with_lines: bool = False) -> Sent:
    """Return an order with all parts and parcels; further pages of them are read.

    All lines are read where units are counted, or `with_lines`.
    """
    first, action = order.fulfillment_orders, f"read the parts of order {number(order.id)}"
    parts = [*read_all(client.graphql, first, MORE_SENT, Part, of=order.id, action=action)]
    is_counted = len(parts) > 1 or (order.fulfillments and not all(map(is_ended, parts)))
    if is_counted or with_lines:
        parts = [_with_all_lines(client, part) for part in parts]
    return replace(
        order,
        fulfillment_orders=Connection(nodes=parts),
        fulfillments=[_with_all_units(client, parcel) for parcel in order.fulfillments],
    )


def _with_all_lines(client: ShopifyClient, part: Part) -> Part:
    if not part.line_items.page_info.has_next_page:
        return part
    return replace(part, line_items=Connection(nodes=client.lines(part)))


def _with_all_units(client: ShopifyClient, parcel: SentParcel) -> SentParcel:
    first = parcel.fulfillment_line_items
    if not first.page_info.has_next_page:
        return parcel
    action = f"read the lines of fulfillment {number(parcel.id)}"
    lines = read_all(client.graphql, first, MORE_SENT_LINES, SentLine, of=parcel.id, action=action)
    return replace(parcel, fulfillment_line_items=Connection(nodes=[*lines]))
