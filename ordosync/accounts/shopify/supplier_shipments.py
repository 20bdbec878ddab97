"""Supplier shipments: each fulfillment of the portal's orders, with its units."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import gid, number
from ordosync.accounts.shopify.order_parcels import parcel_of, shipments_of
from ordosync.accounts.shopify.order_units import piece_id
from ordosync.accounts.shopify.queries.orders import SENT_BY_ID
from ordosync.accounts.shopify.received_orders import ReceivedOrders, complete
from ordosync.accounts.shopify.schema import SentFulfillment, SentOrder
from ordosync.models import InvalidRecord, Page, Shipment


class SupplierShipments:
    """Parcels of the portal's orders."""

    silent_batch_size = 0
    lists_all_parcels = False

    def __init__(self, client: ShopifyClient, orders: ReceivedOrders) -> None:
        self._client = client
        self._orders = orders

    def changed(self, request: ReadRequest) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield the parcels of the orders that changed since the cursor."""
        pages = self._orders.changed(request.cursor, now=request.now, action="read shipments")
        for orders, after in pages:
            shipments = (
                shipment
                for order in orders
                for shipment in (*_shipments(order), *_cancelled(order))
            )
            yield Page(items=tuple(shipments), cursor=after)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield these parcels as they are now."""
        action = "read shipments again"
        requested, gids = frozenset(ids), [gid("Fulfillment", parcel_of(id_)) for id_ in ids]
        for page in self._client.raw_by_id(SENT_BY_ID, gids, action=action):
            parcels = [self._client.read(raw, SentFulfillment, action=action) for raw in page]
            orders = {parcel.order.id: parcel.order for parcel in parcels}
            on_page = {number(parcel.id) for parcel in parcels}
            shipments = (
                shipment
                for order in orders.values()
                for shipment in _shipments(complete(self._client, order))
                if shipment.id in requested and parcel_of(shipment.id) in on_page
            )
            yield Page(items=tuple(shipments))

    def reference_on(self, shipment: Shipment) -> str:
        """Return the reference of the order, which is read with its parcels."""
        return shipment.reference


def _shipments(order: SentOrder) -> Iterator[Shipment]:
    for shipment in shipments_of(order):
        yield replace(shipment, reference=order.source_identifier or "")


def _cancelled(order: SentOrder) -> Iterator[Shipment]:
    """Yield an order that was cancelled unshipped, and its parts, as shipments without a label."""
    if order.cancelled_at is None or any(parcel.is_live for parcel in order.fulfillments):
        return
    order_id = number(order.id)
    parts = [piece_id(order_id, part.id) for part in order.fulfillment_orders.nodes]
    for id_ in (order_id, *parts):
        yield Shipment(
            id=id_,
            order_id=id_,
            tracking_number="",
            carrier="",
            shipped_at=order.cancelled_at,
            voided=True,
            cancelled=True,
        )
