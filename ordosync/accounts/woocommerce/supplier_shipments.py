"""Shipments at the Supplier: an order is one parcel, and the shipment has the order's id.

Uses the list of orders by the time of their last change. A shop may not mark an
order as changed when a tracking number is added.
"""

from collections.abc import Iterator, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.pagination import LIMIT
from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.order_input import REFERENCE
from ordosync.accounts.woocommerce.order_parcels import OrderParcels
from ordosync.accounts.woocommerce.schema import OrderShape
from ordosync.models import InvalidRecord, Page, Shipment


class SupplierShipments:
    """Parcels of the orders that ordosync has created."""

    silent_batch_size = LIMIT

    def __init__(self, client: WooCommerceClient, parcels: OrderParcels) -> None:
        self._client = client
        self._parcels = parcels

    def changed(self, request: ReadRequest) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield the shipments of orders that changed since the cursor."""
        for items, after in self._client.changed(
            {"status": "any"}, request.cursor, now=request.now, action="read shipments"
        ):
            yield Page(items=self._shipments(items), cursor=after)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield the shipments of these orders as they are now."""
        yield Page(items=self._shipments(self._client.orders_now(ids, "read shipments again")))

    def reference_on(self, shipment: Shipment) -> str:
        """Return the reference that was read with the shipment."""
        return shipment.reference

    def _shipments(
        self, items: Sequence[OrderShape | InvalidRecord]
    ) -> tuple[Shipment | InvalidRecord, ...]:
        created = [
            item
            for item in items
            if isinstance(item, InvalidRecord) or item.meta(REFERENCE) is not None
        ]
        shipments = self._client.service.map_concurrently(
            created,
            lambda item: item if isinstance(item, InvalidRecord) else self._parcels.shipment(item),
        )
        return tuple(shipment for shipment in shipments if shipment)
