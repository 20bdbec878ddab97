"""Shipments at the Supplier: an order has one, whose id is the order's number."""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.ordoro.client import OrdoroClient
from ordosync.accounts.ordoro.options import SupplierOptions
from ordosync.accounts.ordoro.schema import OrderShape, ShippingShape, has_left
from ordosync.accounts.ordoro.supplier_orders import line_id
from ordosync.models import InvalidRecord, Page, ParcelLine, Shipment


class SupplierShipments:
    """Shipping information of the orders of the portal's sales channel."""

    silent_batch_size = 0
    lists_all_parcels = False

    def __init__(self, client: OrdoroClient, options: SupplierOptions) -> None:
        self._client = client
        self._options = options

    def changed(self, request: ReadRequest) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield the shipments of the orders that changed since the cursor, voided ones included."""
        pages = self._client.changed(
            of_channel(self._options), request.cursor, now=request.now, action="read shipments"
        )
        for items, after in pages:
            shipments = (
                item if isinstance(item, InvalidRecord) else self.shipment_of(item)
                for item in items
            )
            yield Page(items=tuple(shipment for shipment in shipments if shipment), cursor=after)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield the shipments of these orders as they are now."""
        orders = self._client.orders_now(ids, "read a shipment again")
        shipments = (self.shipment_of(order) for order in orders.values())
        yield Page(items=tuple(shipment for shipment in shipments if shipment))

    def reference_on(self, shipment: Shipment) -> str:
        """Return the reference that was read with the shipment."""
        return shipment.reference

    def shipment_of(self, order: OrderShape) -> Shipment | None:
        """Return the shipment of an order; None if the order has no time."""
        shipping = order.shipping_info or ShippingShape()
        number = order.tracking_number
        sent_at = self._client.sent_at(order)
        if sent_at is None:
            return None
        return Shipment(
            id=order.order_number,
            order_id=order.order_number,
            tracking_number=number,
            carrier=shipping.carrier_name or "",
            shipped_at=sent_at,
            method=shipping.shipping_method or "",
            cost=shipping.cost,
            currency=self._client.currency if shipping.cost is not None else "",
            warehouse=self._client.warehouse_name(order.warehouse.id if order.warehouse else None)
            if number
            else "",
            ancestors=self._client.ancestors(order),
            voided=bool(shipping.void) or not has_left(order),
            lines=_lines(order, self._client.ancestors(order)) if number else None,
            cancelled=order.status == "cancelled" and not has_left(order),
            reference=reference_of(order),
        )


def _lines(order: OrderShape, ancestors: Sequence[str]) -> tuple[ParcelLine, ...]:
    """Return the lines of an order, all of which are in its parcel.

    Units that were removed before the order was sent are not in it. If only a line that the
    Supplier added was split off, the Merchant still has the lines from before the split.
    """
    return tuple(
        ParcelLine(
            line_id=line_id(order.order_number, line.key),
            quantity=line.quantity,
            sku=line.sku,
            other_lines=tuple(line_id(ancestor, line.key) for ancestor in ancestors),
        )
        for line in order.lines
        if line.quantity > 0
    )


def of_channel(options: SupplierOptions) -> Mapping[str, str]:
    """Return the query for all orders of the portal's sales channel."""
    return {"status": "all", "sales_channel": str(options.sales_channel)}


def reference_of(order: OrderShape) -> str:
    """Return the reference of an order, which is in its lines; empty if it has none."""
    return next((line.cart_order_id for line in order.lines if line.cart_order_id), "")
