"""Shipments at the Supplier: one for each parcel of an order.

Uses the list of orders by the time of their last change. A shop may not mark an
order as changed when a tracking number is added. The id of a shipment begins with that of its
order: `<order>:f<fulfillment>`, `<order>:t<entry of the extension>`, or the order's id alone.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

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
    lists_all_parcels = True

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
        """Yield all shipments of the orders of these shipments, as they are now."""
        order_ids = [id_.partition(":")[0] for id_ in ids]
        items = self._client.orders_now(order_ids, "read shipments again")
        yield Page(items=self._shipments(items))

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
        return tuple(
            chain.from_iterable(self._client.service.map_concurrently(created, self._of_order))
        )

    def _of_order(self, item: OrderShape | InvalidRecord) -> Sequence[Shipment | InvalidRecord]:
        return [item] if isinstance(item, InvalidRecord) else self._parcels.shipments(item)
