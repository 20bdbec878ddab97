"""Parcels of a Supplier's orders, wherever the shop keeps them.

Uses fulfillments, the Shipment Tracking extension, a meta field of a plug-in, and refunds for the
units that are still open.
"""

from collections import Counter
from collections.abc import Sequence

from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.options import SupplierOptions
from ordosync.accounts.woocommerce.order_input import REFERENCE
from ordosync.accounts.woocommerce.order_statuses import GONE, PARTIAL, OrderStatuses
from ordosync.accounts.woocommerce.parcels import ShownParcel
from ordosync.accounts.woocommerce.schema import OrderShape, parse_time
from ordosync.models import Shipment


class OrderParcels:
    """Parcels and statuses of the Supplier's orders; each order counts as one parcel."""

    def __init__(
        self, client: WooCommerceClient, options: SupplierOptions, statuses: OrderStatuses
    ) -> None:
        self._client = client
        self._options = options
        self._statuses = statuses

    def status(self, order: OrderShape) -> str:
        """Return the status of an order, given the parcels that the shop shows."""
        return self._status_with(order, self._client.shown_parcels(order))

    def is_sent(self, order: OrderShape, parcels: Sequence[ShownParcel]) -> bool:
        """True if an order with these parcels is shipped."""
        return self._status_with(order, parcels) == "shipped"

    def _status_with(self, order: OrderShape, parcels: Sequence[ShownParcel]) -> str:
        return self.status_of(order, has_parcel=self._newest(order, parcels) is not None)

    def status_of(self, order: OrderShape, *, has_parcel: bool) -> str:
        """Return the status of an order."""
        if order.status in GONE:
            return "cancelled"
        is_sent = order.status in self._statuses.shipped or has_parcel
        return "shipped" if is_sent else "awaiting_fulfillment"

    def shipment(self, order: OrderShape) -> Shipment | None:
        """Return the shipment of an order, voided without a parcel; None if it has no time."""
        parcels = self._client.shown_parcels(order)
        parcel = self._newest(order, parcels)
        sent_at = (
            (parcel and parcel.shipped_at)
            or parse_time(order.date_completed_gmt)
            or parse_time(order.date_modified_gmt)
        )
        if sent_at is None:
            return None
        number = parcel.number if parcel else ""
        return Shipment(
            id=str(order.id),
            order_id=str(order.id),
            tracking_number=number,
            carrier=parcel.carrier if parcel else "",
            shipped_at=sent_at,
            voided=parcel is None and order.status not in self._statuses.shipped,
            cancelled=parcel is None and order.status in GONE,
            is_partial=bool(number) and self._is_partial(order, parcels),
            other_numbers=_other_numbers(number, parcels),
            reference=str(order.meta(REFERENCE) or ""),
        )

    def _is_partial(self, order: OrderShape, parcels: Sequence[ShownParcel]) -> bool:
        """True if units are in no parcel and were not refunded.

        The shop's own field is not used: it stays partial after a refund of the open units. A
        number without lines may cover the whole order. Only a plug-in's status tells then.
        """
        if order.status in GONE:
            return False
        has_bare_number = any(parcel.lines is None for parcel in parcels if parcel.number)
        if self._options.tracking_meta or has_bare_number:
            return order.status in PARTIAL
        sent_units: Counter[int] = Counter()
        for parcel in parcels:
            sent_units.update(parcel.lines or {} if parcel.is_sent else {})
        ordered = {line.id: line.quantity for line in order.line_items}
        if all(count <= sent_units[line] for line, count in ordered.items()):
            return False
        remaining = self._client.remaining(order)
        return any(count > sent_units[line] for line, count in remaining.items())

    def _newest(self, order: OrderShape, parcels: Sequence[ShownParcel]) -> ShownParcel | None:
        """Return the newest parcel of an order that has a number; None if there is none."""
        options = self._options
        if options.tracking_meta and (number := order.meta(options.tracking_meta)):
            carrier = order.meta(options.carrier_meta) if options.carrier_meta else ""
            return ShownParcel(id="", number=str(number), carrier=str(carrier or ""))
        return next((parcel for parcel in reversed(parcels) if parcel.number), None)


def _other_numbers(number: str, parcels: Sequence[ShownParcel]) -> tuple[str, ...]:
    """Return the tracking numbers besides this one, oldest first, each once."""
    numbers = dict.fromkeys(parcel.number for parcel in parcels if parcel.number)
    return tuple(other for other in numbers if other != number)
