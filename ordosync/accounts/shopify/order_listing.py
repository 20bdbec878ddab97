"""All orders of every status as they are now, to compare two accounts.

The Merchant's list has each fulfillment order, also of other locations: Shopify does not report
which of them were at this location before. If a parcel is cancelled, its fulfillment order is
closed and unsent, and a new one replaces it. The old one counts as split into the new one.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from msgspec import structs

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.listed_orders import (
    NO_ADDRESS,
    ListedOrder,
    ListedOrders,
    as_lines,
    position,
)
from ordosync.accounts.shopify.location import SupplierLocation
from ordosync.accounts.shopify.order_parcels import shipments_of
from ordosync.accounts.shopify.order_units import (
    SentPiece,
    is_split,
    piece_id,
    pieces_of,
    status_of_units,
    whole,
)
from ordosync.accounts.shopify.pagination import Changes
from ordosync.accounts.shopify.queries.fulfillment import ALL_REQUESTED
from ordosync.accounts.shopify.queries.orders import ALL_RECEIVED
from ordosync.accounts.shopify.received_orders import ReceivedOrders, complete
from ordosync.accounts.shopify.schema import (
    OrderedLine,
    SentOrder,
)
from ordosync.models import Order, OrderSnapshot, Page, Shipment

_ACTION = "read all orders"
_LINES = 10


class _ReceivedOrder(SentOrder, frozen=True, rename="camel", kw_only=True):
    name: str = ""


class MerchantOrderListing:
    """All fulfillment orders of a Merchant's shop."""

    is_complete = True
    includes_foreign = False

    def __init__(
        self, client: ShopifyClient, location: SupplierLocation, ignores: Callable[[str], bool]
    ) -> None:
        self._client = client
        self._location = location
        self._orders = ListedOrders(client, location, ignores)

    def missing(self) -> str:
        """Describe the old orders that the token may not read; empty if it may."""
        return _missing(self._client)

    def read(self, *, now: datetime) -> Iterator[Page[OrderSnapshot]]:  # noqa: ARG002
        """Yield all fulfillment orders as they are now."""
        keys = self._location.metafield_keys
        changes = Changes(
            self._client.graphql,
            ALL_REQUESTED,
            action=_ACTION,
            first=15,
            lines=_LINES,
            sent=keys["sent"],
            split=keys["split"],
            void=keys["void"],
            parcels=keys["parcels"],
        )
        for page in changes.since(None):
            orders = [self._client.read(raw, ListedOrder, action=_ACTION) for _, raw in page]
            yield Page(items=tuple(self._orders.snapshots(orders)))


class SupplierOrderListing:
    """All orders of the portal in the Supplier's shop."""

    is_complete = True
    includes_foreign = False

    def __init__(self, client: ShopifyClient, orders: ReceivedOrders) -> None:
        self._client = client
        self._orders = orders

    def missing(self) -> str:
        """Describe the old orders that the token may not read; empty if it may."""
        return _missing(self._client)

    def read(self, *, now: datetime) -> Iterator[Page[OrderSnapshot]]:  # noqa: ARG002
        """Yield the orders with the portal's tag as they are now, an order before its pieces."""
        changes = Changes(self._client.graphql, ALL_RECEIVED, action=_ACTION, first=8)
        for page in changes.since(None, [self._orders.search_term]):
            orders = (self._client.read(raw, _ReceivedOrder, action=_ACTION) for _, raw in page)
            trees = (
                self._snapshots(complete(self._client, order, with_lines=True)) for order in orders
            )
            yield Page(items=tuple(snapshot for tree in trees for snapshot in tree))

    def _snapshots(self, received: _ReceivedOrder) -> Iterator[OrderSnapshot]:
        """Yield an order, then its pieces."""
        pieces = pieces_of(received)
        shipments = tuple(shipments_of(received))
        # One piece is the order itself.
        has_pieces = is_split(pieces)
        order = Order(
            id=number(received.id),
            number=received.name.removeprefix("#"),
            lines=as_lines(_lines(whole(pieces))),
            ship_to=NO_ADDRESS,
            status=status_of_units(received),
            is_split=has_pieces,
            reference=received.source_identifier or "",
        )
        yield OrderSnapshot(order=order, shipments=() if has_pieces else shipments)
        for piece in pieces if has_pieces else ():
            yield self._piece(received, order, piece, shipments)

    def _piece(
        self,
        received: _ReceivedOrder,
        parent: Order,
        piece: SentPiece,
        shipments: Sequence[Shipment],
    ) -> OrderSnapshot:
        id_ = piece_id(parent.id, piece.id)
        own = tuple(shipment for shipment in shipments if shipment.order_id == id_)
        order = Order(
            id=id_,
            number=parent.number,
            lines=as_lines(_lines(piece), of=id_),
            ship_to=NO_ADDRESS,
            status="cancelled" if received.cancelled_at and not piece.sent else piece.status,
            ancestors=(parent.id,),
        )
        return OrderSnapshot(order=order, shipments=own)


def _missing(client: ShopifyClient) -> str:
    if "read_all_orders" in client.shop().scopes:
        return ""
    return "orders of more than 60 days ago, since the token lacks the scope read_all_orders"


def _lines(piece: SentPiece) -> list[OrderedLine]:
    """Return the lines of a piece, each with the units that were sent or are to be sent."""
    units = piece.units
    lines = {line.line_item.id: line for part in piece.parts for line in part.line_items.nodes}
    found = [
        structs.replace(line, total_quantity=units[id_])
        for id_, line in lines.items()
        if units[id_]
    ]
    return sorted(found, key=position)
