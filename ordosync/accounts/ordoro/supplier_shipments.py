"""Shipments at the Supplier: an order has one, and the shipment has its number as id."""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.ordoro.client import OrdoroClient
from ordosync.accounts.ordoro.options import SupplierOptions
from ordosync.accounts.ordoro.schema import OrderShape, ShippingShape, has_left
from ordosync.models import InvalidRecord, Page, Shipment


class SupplierShipments:
    """Shipping information of the orders of the portal's sales channel."""

    silent_batch_size = 0

    def __init__(self, client: OrdoroClient, options: SupplierOptions) -> None:
        self._client = client
        self._options = options

    def changed(self, request: ReadRequest) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield the shipments of orders that changed since the cursor; none is a void one."""
        pages = self._client.changed(
            of_channel(self._options), request.cursor, now=request.now, action="read shipments"
        )
        for items, after in pages:
            shipments = (
                item if isinstance(item, InvalidRecord) else self.shipment_of(item)
                for item in items
            )
            yield Page(items=tuple(one for one in shipments if one), cursor=after)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield the shipments of these orders as they are now."""
        found = self._client.orders_now(ids, "read a shipment again")
        shipments = (self.shipment_of(one) for one in found.values())
        yield Page(items=tuple(one for one in shipments if one))

    def reference_on(self, shipment: Shipment) -> str:
        """Return the reference that was read with the shipment."""
        return shipment.reference

    def shipment_of(self, order: OrderShape) -> Shipment | None:
        """Return the shipment of an order; None if it has no time."""
        given = order.shipping_info or ShippingShape()
        number = order.tracking_number
        sent_at = self._client.sent_at(order)
        if sent_at is None:
            return None
        return Shipment(
            id=order.order_number,
            order_id=order.order_number,
            tracking_number=number,
            carrier=given.carrier_name or "",
            shipped_at=sent_at,
            method=given.shipping_method or "",
            cost=given.cost,
            currency=self._client.currency if given.cost is not None else "",
            warehouse=self._client.warehouse_name(order.warehouse.id if order.warehouse else None)
            if number
            else "",
            ancestors=self._client.ancestors(order),
            voided=bool(given.void) or not has_left(order),
            cancelled=order.status == "cancelled" and not number,
            reference=reference_of(order),
        )


def of_channel(options: SupplierOptions) -> Mapping[str, str]:
    """Return the query for all orders of the portal's sales channel."""
    return {"status": "all", "sales_channel": str(options.sales_channel)}


def reference_of(order: OrderShape) -> str:
    """Return the reference that the lines of an order carry; empty if none."""
    return next((line.cart_order_id for line in order.lines if line.cart_order_id), "")
