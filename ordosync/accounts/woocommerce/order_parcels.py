"""Parcels of a Supplier's orders, in whichever place the shop keeps them.

Uses fulfillments, the Shipment Tracking extension, a field of a plug-in, and refunds to see what
is still open.
"""

from collections import Counter
from collections.abc import Sequence

from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.options import SupplierOptions
from ordosync.accounts.woocommerce.order_input import REFERENCE
from ordosync.accounts.woocommerce.order_statuses import GONE, PARTIAL, OrderStatuses
from ordosync.accounts.woocommerce.parcels import Seen
from ordosync.accounts.woocommerce.schema import OrderShape, moment
from ordosync.models import Shipment


class OrderParcels:
    """Parcels and statuses of the Supplier's orders; an order is one parcel here."""

    def __init__(
        self, client: WooCommerceClient, options: SupplierOptions, statuses: OrderStatuses
    ) -> None:
        self._client = client
        self._options = options
        self._statuses = statuses

    def status(self, order: OrderShape) -> str:
        """Return the status of an order, given the parcels that the shop shows."""
        return self._status_with(order, self._client.shown_parcels(order))

    def is_sent(self, order: OrderShape, parcels: Sequence[Seen]) -> bool:
        """True if an order with these parcels is shipped."""
        return self._status_with(order, parcels) == "shipped"

    def _status_with(self, order: OrderShape, parcels: Sequence[Seen]) -> str:
        return self.status_of(order, has_parcel=self._newest(order, parcels) is not None)

    def status_of(self, order: OrderShape, *, has_parcel: bool) -> str:
        """Return the status of an order."""
        if order.status in GONE:
            return "cancelled"
        is_sent = order.status in self._statuses.shipped or has_parcel
        return "shipped" if is_sent else "awaiting_fulfillment"

    def shipment(self, order: OrderShape) -> Shipment | None:
        """Return the shipment of an order, or a void one; None if the order has no time."""
        parcels = self._client.shown_parcels(order)
        parcel = self._newest(order, parcels)
        sent_at = (
            (parcel and parcel.shipped_at)
            or moment(order.date_completed_gmt)
            or moment(order.date_modified_gmt)
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
            other_numbers=_others(number, parcels),
            reference=str(order.meta(REFERENCE) or ""),
        )

    def _is_partial(self, order: OrderShape, parcels: Sequence[Seen]) -> bool:
        """True if units are in no parcel and were not refunded.

        The shop's own field for it keeps saying so after a refund of the rest. A number without
        lines may be of everything. Then only a plug-in's status says that it is not.
        """
        if order.status in GONE:
            return False
        has_bare_number = any(one.lines is None for one in parcels if one.number)
        if self._options.tracking_meta or has_bare_number:
            return order.status in PARTIAL
        sent: Counter[int] = Counter()
        for parcel in parcels:
            sent.update(parcel.lines or {} if parcel.is_sent else {})
        wanted = {line.id: line.quantity for line in order.line_items}
        if all(count <= sent[line] for line, count in wanted.items()):
            return False
        remaining = self._client.remaining(order)
        return any(count > sent[line] for line, count in remaining.items())

    def _newest(self, order: OrderShape, parcels: Sequence[Seen]) -> Seen | None:
        """Return the newest parcel of an order with a number, wherever this shop has it."""
        options = self._options
        if options.tracking_meta and (number := order.meta(options.tracking_meta)):
            carrier = order.meta(options.carrier_meta) if options.carrier_meta else ""
            return Seen(id="", number=str(number), carrier=str(carrier or ""))
        return next((one for one in reversed(parcels) if one.number), None)


def _others(number: str, parcels: Sequence[Seen]) -> tuple[str, ...]:
    """Return the tracking numbers besides this one, oldest first, each once."""
    numbers = dict.fromkeys(one.number for one in parcels if one.number)
    return tuple(one for one in numbers if one != number)
