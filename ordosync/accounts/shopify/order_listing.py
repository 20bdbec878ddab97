"""All orders of every status as they are now, to compare two accounts.

The Merchant's list has each fulfillment order, also of other locations: Shopify does not report
which of them were at this location before. If a parcel is cancelled, its fulfillment order is
closed and unsent, and a new one replaces it. The old one counts as split into the new one.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from msgspec import structs

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.foreign_parcels import less, parcels_before, units_in
from ordosync.accounts.shopify.fulfillment_orders import is_cancelled, texts
from ordosync.accounts.shopify.ids import line_id, number
from ordosync.accounts.shopify.location import SupplierLocation
from ordosync.accounts.shopify.merchant_orders import REQUESTED
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
    Connection,
    Fulfillment,
    FulfillmentOrder,
    Metafield,
    OrderedLine,
    ParentOrder,
    SentOrder,
)
from ordosync.accounts.shopify.split_history import SplitHistory
from ordosync.models import Address, Line, Order, OrderSnapshot, Page, Shipment

_ACTION = "read all orders"
_LINES = 10
_NO_ADDRESS = Address()
_NEVER = datetime.min.replace(tzinfo=UTC)


class _ParentOrder(ParentOrder, frozen=True, rename="camel", kw_only=True):
    void: Metafield | None = None


class _RequestedOrder(FulfillmentOrder, frozen=True, rename="camel", kw_only=True):
    order_name: str = ""
    order: _ParentOrder = _ParentOrder()
    line_items: Connection[OrderedLine]


class _ReceivedOrder(SentOrder, frozen=True, rename="camel", kw_only=True):
    name: str = ""


class MerchantOrderListing:
    """All fulfillment orders of a Merchant's shop."""

    is_complete = True
    includes_foreign = False

    def __init__(self, client: ShopifyClient, location: SupplierLocation) -> None:
        self._client = client
        self._location = location

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
        )
        for page in changes.since(None):
            orders = [self._client.read(raw, _RequestedOrder, action=_ACTION) for _, raw in page]
            yield Page(items=tuple(map(self._snapshot, self._without_foreign(orders))))

    def _without_foreign(self, orders: Sequence[_RequestedOrder]) -> Iterator[_RequestedOrder]:
        """Yield orders without foreign parcels: sent before the Supplier had the order."""
        foreign = {order.id: _foreign_parcels(order) for order in orders}
        units = units_in(self._client, [parcel for some in foreign.values() for parcel in some])
        for order in orders:
            if not foreign[order.id]:
                yield order
                continue
            ids = {parcel.id for parcel in foreign[order.id]}
            foreign_units = sum((units[id_] for id_ in ids if id_ in units), Counter[str]())
            parcels = [parcel for parcel in order.fulfillments.nodes if parcel.id not in ids]
            yield structs.replace(
                order,
                fulfillments=Connection(nodes=parcels),
                line_items=Connection(nodes=less(self._client.lines(order), foreign_units)),
            )

    def _snapshot(self, requested: _RequestedOrder) -> OrderSnapshot:
        history = SplitHistory.of(requested.order.sent, requested.order.split)
        id_ = history.order_id(number(requested.id))
        lines = self._lines(requested)
        ancestors = history.ancestors(id_, lines)
        status = self._status(requested)
        order = Order(
            id=id_,
            number=requested.order_name.removeprefix("#"),
            # A cancelled order has lost all units of some lines, and none of others.
            lines=() if status == "cancelled" else _as_lines(lines, of=id_),
            ship_to=_NO_ADDRESS,
            status=status,
            ancestors=ancestors,
            is_split=_is_replaced(requested),
            reference=history.splits.get(ancestors[0], {}).get(id_, "") if ancestors else "",
        )
        # The Supplier's parcel has all units. So if units are open, a parcel is foreign.
        parcels = _shipments(requested, id_)
        shipments = tuple(p for p in parcels if p.voided or not requested.is_open)
        is_ours = self._location.is_at(requested.location)
        return OrderSnapshot(order=order, shipments=shipments, is_ours=is_ours)

    def _lines(self, requested: _RequestedOrder) -> list[OrderedLine]:
        """Return the lines that were sent, or are to be sent, in the order of the sale."""
        lines = sorted(self._client.lines(requested), key=_position)
        if not (requested.is_open and requested.sent):
            return lines
        # The other units are in foreign parcels, and the Supplier never had them.
        lines = [structs.replace(line, total_quantity=line.remaining_quantity) for line in lines]
        return [line for line in lines if line.total_quantity]

    def _status(self, requested: _RequestedOrder) -> str:
        if is_cancelled(requested):
            return "cancelled"
        if not requested.is_open:
            return "shipped" if requested.sent else "awaiting_fulfillment"
        is_requested = not self._location.is_service or requested.request_status in REQUESTED
        return "dropshipment_requested" if is_requested else "awaiting_fulfillment"


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
            lines=_as_lines(_lines(whole(pieces))),
            ship_to=_NO_ADDRESS,
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
            lines=_as_lines(_lines(piece), of=id_),
            ship_to=_NO_ADDRESS,
            status="cancelled" if received.cancelled_at and not piece.sent else piece.status,
            ancestors=(parent.id,),
        )
        return OrderSnapshot(order=order, shipments=own)


def _missing(client: ShopifyClient) -> str:
    if "read_all_orders" in client.shop().scopes:
        return ""
    return "orders of more than 60 days ago, since the token lacks the scope read_all_orders"


def _as_lines(lines: Sequence[OrderedLine], *, of: str = "") -> tuple[Line, ...]:
    return tuple(
        Line(
            id=line_id(of, line.line_item.id) if of else number(line.line_item.id),
            sku=line.sku or "",
            name="",
            quantity=line.total_quantity,
        )
        for line in lines
    )


def _lines(piece: SentPiece) -> list[OrderedLine]:
    """Return the lines of a piece, each with the units that were sent or are to be sent."""
    units = piece.units
    lines = {line.line_item.id: line for part in piece.parts for line in part.line_items.nodes}
    found = [
        structs.replace(line, total_quantity=units[id_])
        for id_, line in lines.items()
        if units[id_]
    ]
    return sorted(found, key=_position)


def _position(line: OrderedLine) -> int:
    return int(number(line.line_item.id))


def _foreign_parcels(requested: _RequestedOrder) -> list[Fulfillment]:
    """Return the foreign parcels of a closed order; an open order has its remaining units."""
    if requested.is_open:
        return []
    history = SplitHistory.of(requested.order.sent, requested.order.split)
    id_ = history.order_id(number(requested.id))
    sent_at = history.sent_at(id_, requested.line_items.nodes)
    return parcels_before(requested.fulfillments.nodes, sent_at)


def _is_replaced(requested: _RequestedOrder) -> bool:
    """True if an order is closed and unsent, because another order has its units.

    Its parcel was cancelled, or it was merged, moved, or closed by its service.
    """
    return requested.status == "CLOSED" and not requested.sent and not is_cancelled(requested)


def _shipments(requested: _RequestedOrder, id_: str) -> Iterator[Shipment]:
    void = texts(requested.order.void)
    parcels = sorted(requested.fulfillments.nodes, key=lambda parcel: parcel.created_at or _NEVER)
    for parcel in parcels:
        for tracking in parcel.tracking_info:
            if tracking.number:
                yield Shipment(
                    id="",
                    order_id=id_,
                    tracking_number=tracking.number,
                    carrier=tracking.company or "",
                    shipped_at=parcel.created_at or _NEVER,
                    voided=not parcel.is_live or tracking.number in void,
                )
