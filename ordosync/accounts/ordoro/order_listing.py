"""Every order as it is, to compare two accounts."""

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec.structs import replace

from ordosync.accounts.ordoro.client import OrdoroClient
from ordosync.accounts.ordoro.merchant_orders import MerchantOrders
from ordosync.accounts.ordoro.options import MerchantOptions, SupplierOptions
from ordosync.accounts.ordoro.schema import OrderShape, ShippingShape, order_of
from ordosync.accounts.ordoro.supplier_orders import line_id, position
from ordosync.accounts.ordoro.supplier_shipments import SupplierShipments, of_channel, reference_of
from ordosync.accounts.ordoro.timeline import is_void
from ordosync.models import Address, InvalidRecord, Order, OrderSnapshot, Page, Shipment


class MerchantListing:
    """Orders that may have been requested from this portal's supplier.

    An order that was cancelled or restored may have lost its supplier, so orders without a
    supplier are included. Orders that cannot be read are left out.
    """

    is_complete = True
    includes_foreign = True

    def __init__(
        self, client: OrdoroClient, options: MerchantOptions, orders: MerchantOrders
    ) -> None:
        self._client = client
        self._options = options
        self._orders = orders

    def read(self, *, now: datetime) -> Iterator[Page[OrderSnapshot]]:
        """Yield every order."""
        pages = self._client.changed({"status": "all"}, None, now=now, action="read all orders")
        for items, _ in pages:
            found = (self._as_requested(one) for one in items if isinstance(one, OrderShape))
            yield Page(items=tuple(one for one in found if one))

    def _as_requested(self, found: OrderShape) -> OrderSnapshot | None:
        if found.supplier_id not in (None, self._options.supplier):
            return OrderSnapshot(order=self._bare(found), is_ours=False)
        order = order_of(found, currency=self._client.currency, zone=self._client.zone)
        if isinstance(order, InvalidRecord):
            return None
        number, given = found.tracking_number, found.shipping_info or ShippingShape()
        shipment = Shipment(
            id="",
            order_id=order.id,
            tracking_number=number,
            carrier=given.carrier_name or "",
            shipped_at=self._client.sent_at(found) or datetime.min.replace(tzinfo=UTC),
            voided=is_void(found, number),
        )
        return OrderSnapshot(
            order=self._orders.completed(order, found),
            shipments=(shipment,) if number else (),
        )

    def _bare(self, found: OrderShape) -> Order:
        number = found.order_number
        ancestors = self._client.ancestors(found)
        return Order(
            id=number,
            number=number,
            lines=(),
            ship_to=Address(),
            status=found.status,
            ancestors=ancestors,
        )

    def missing(self) -> str:
        """Return nothing: the account shows all of its orders."""
        return ""


class SupplierListing:
    """Orders of the portal's sales channel; an order that was split is listed as its pieces."""

    is_complete = True
    includes_foreign = True

    def __init__(
        self, client: OrdoroClient, options: SupplierOptions, shipments: SupplierShipments
    ) -> None:
        self._client = client
        self._options = options
        self._shipments = shipments

    def read(self, *, now: datetime) -> Iterator[Page[OrderSnapshot]]:
        """Yield every order."""
        for items, _ in self._client.changed(
            of_channel(self._options), None, now=now, action="read all orders"
        ):
            found = (self._as_received(one) for one in items if isinstance(one, OrderShape))
            yield Page(items=tuple(one for one in found if one))

    def _as_received(self, found: OrderShape) -> OrderSnapshot | None:
        order = order_of(found, currency=self._client.currency, zone=self._client.zone)
        if isinstance(order, InvalidRecord):
            return None
        shipment = self._shipments.shipment_of(found)
        if shipment and shipment.cancelled:
            shipment = None
        keys = sorted(zip(found.lines, order.lines, strict=True), key=lambda p: position(p[0].key))
        return OrderSnapshot(
            order=replace(
                order,
                number=found.order_number.partition("-")[2] or found.order_number,
                reference=reference_of(found),
                ancestors=self._client.ancestors(found),
                lines=tuple(
                    replace(line, id=line_id(found.order_number, shape.key)) for shape, line in keys
                ),
            ),
            shipments=(shipment,) if shipment else (),
        )

    def missing(self) -> str:
        """Return nothing: the account shows all of its orders."""
        return ""
