"""Every order as it is now, to compare two accounts."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from msgspec.structs import replace

from ordosync.accounts.ordoro.client import OrdoroClient
from ordosync.accounts.ordoro.merchant_orders import MerchantOrders
from ordosync.accounts.ordoro.options import MerchantOptions, SupplierOptions
from ordosync.accounts.ordoro.pagination import Params
from ordosync.accounts.ordoro.schema import OrderShape, ShippingShape
from ordosync.accounts.ordoro.supplier_orders import line_id, position
from ordosync.accounts.ordoro.supplier_shipments import SupplierShipments, of_channel, reference_of
from ordosync.accounts.ordoro.timeline import is_void
from ordosync.models import Address, InvalidRecord, Order, OrderSnapshot, Page, Shipment


class MerchantListing:
    """Orders that may have been requested from this portal's supplier.

    An order that was cancelled or restored may have lost its supplier, so orders without a
    supplier are included. Invalid orders are omitted.
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
        return _snapshots(self._client, {"status": "all"}, self._as_requested, now=now)

    def _as_requested(self, shape: OrderShape) -> OrderSnapshot | None:
        if shape.supplier_id not in (None, self._options.supplier):
            return OrderSnapshot(order=self._foreign_order(shape), is_ours=False)
        order = self._client.as_order(shape)
        if isinstance(order, InvalidRecord):
            return None
        number, shipping = shape.tracking_number, shape.shipping_info or ShippingShape()
        shipment = Shipment(
            id="",
            order_id=order.id,
            tracking_number=number,
            carrier=shipping.carrier_name or "",
            shipped_at=self._client.sent_at(shape) or datetime.min.replace(tzinfo=UTC),
            voided=is_void(shape, number),
        )
        return OrderSnapshot(
            order=self._orders.with_ancestors_and_skus(order, shape),
            shipments=(shipment,) if number else (),
        )

    def _foreign_order(self, shape: OrderShape) -> Order:
        """Return an order of another supplier, without its lines and address."""
        number = shape.order_number
        return Order(
            id=number,
            number=number,
            lines=(),
            ship_to=Address(),
            status=shape.status,
            ancestors=self._client.ancestors(shape),
        )

    def missing(self) -> str:
        """Return an empty text: the account lists all of its orders."""
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
        return _snapshots(self._client, of_channel(self._options), self._as_received, now=now)

    def _as_received(self, shape: OrderShape) -> OrderSnapshot | None:
        order = as_received(self._client, shape)
        if isinstance(order, InvalidRecord):
            return None
        shipment = self._shipments.shipment_of(shape)
        if shipment and shipment.cancelled:
            shipment = None
        ancestors = self._client.ancestors(shape)
        return OrderSnapshot(
            order=replace(order, ancestors=ancestors), shipments=(shipment,) if shipment else ()
        )

    def missing(self) -> str:
        """Return an empty text: the account lists all of its orders."""
        return ""


def as_received(client: OrdoroClient, shape: OrderShape) -> Order | InvalidRecord:
    """Return an order of the Supplier without its ancestors."""
    order = client.as_order(shape)
    if isinstance(order, InvalidRecord):
        return order
    keys = [line.key for line in shape.lines]
    lines = sorted(zip(keys, order.lines, strict=True), key=lambda pair: position(pair[0]))
    return replace(
        order,
        number=shape.order_number.partition("-")[2] or shape.order_number,
        reference=reference_of(shape),
        lines=tuple(replace(line, id=line_id(shape.order_number, key)) for key, line in lines),
    )


def _snapshots(
    client: OrdoroClient,
    params: Params,
    to_snapshot: Callable[[OrderShape], OrderSnapshot | None],
    *,
    now: datetime,
) -> Iterator[Page[OrderSnapshot]]:
    """Yield the orders that match the query and are valid."""
    for items, _ in client.changed(params, None, now=now, action="read all orders"):
        snapshots = (to_snapshot(item) for item in items if isinstance(item, OrderShape))
        yield Page(items=tuple(snapshot for snapshot in snapshots if snapshot))
