"""Parcels of a Supplier's orders, wherever the shop keeps them.

Uses fulfillments, the Shipment Tracking extension, a meta field of a plug-in, and refunds for the
units that are still open. The shop's own field for the status of fulfillments is not used: it
remains partial after a refund of the open units, and the shop sends downloadable lines by itself.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.options import SupplierOptions
from ordosync.accounts.woocommerce.order_input import REFERENCE
from ordosync.accounts.woocommerce.order_statuses import GONE, PARTIAL, UNSENT, OrderStatuses
from ordosync.accounts.woocommerce.parcels import ShownParcel, trackings
from ordosync.accounts.woocommerce.schema import OrderShape, parse_time
from ordosync.models import ParcelLine, Shipment


@dataclass(frozen=True, kw_only=True)
class SentParcels:
    """The parcels of an order that were sent. The `id` of each is that of its shipment."""

    parcels: Sequence[ShownParcel]
    """The newest last."""
    is_complete: bool
    """True if no unit of the order is open."""

    @property
    def numbered(self) -> Sequence[ShownParcel]:
        """The parcels with a tracking number."""
        return [parcel for parcel in self.parcels if parcel.number]

    @property
    def units(self) -> Mapping[int, int]:
        """The units of each line in all parcels, also in those without a number."""
        return _units(self.parcels)

    @property
    def has_bare_number(self) -> bool:
        """True if the shop does not show the units of a number."""
        return any(parcel.lines is None for parcel in self.numbered)


class OrderParcels:
    """Parcels and statuses of the Supplier's orders; one shipment for each parcel."""

    def __init__(
        self, client: WooCommerceClient, options: SupplierOptions, statuses: OrderStatuses
    ) -> None:
        self._client = client
        self._options = options
        self._statuses = statuses

    def sent(self, order: OrderShape) -> SentParcels:
        """Return the sent parcels of an order; reads fulfillments and refunds if it has some."""
        parcels = [parcel for parcel in self._shown(order) if parcel.is_sent]
        return SentParcels(parcels=parcels, is_complete=self._is_complete(order, parcels))

    def status(self, order: OrderShape) -> str:
        """Return the status of an order, given the parcels that the shop shows."""
        return self.status_of(order, self.sent(order))

    def status_of(self, order: OrderShape, sent: SentParcels) -> str:
        """Return the status of an order with these parcels."""
        if self.is_cancelled(order):
            return "cancelled"
        if self._is_marked(order) or sent.is_complete:
            return "shipped"
        is_partial = order.status in PARTIAL or bool(sent.numbered)
        return "partially_shipped" if is_partial else "awaiting_fulfillment"

    def is_cancelled(self, order: OrderShape) -> bool:
        """True if no more units of an order will be sent."""
        return order.status in GONE or self._options.answers.statuses.get(order.status) == (
            "cancelled"
        )

    def is_unsent(self, status: str) -> bool:
        """True if an order with this status is not sent; a plug-in's status may mean sent."""
        return status in UNSENT or self.is_answer(status)

    def is_answer(self, status: str) -> bool:
        """True if users set this status to report a shortage."""
        return status in self._options.answers.statuses

    def shipments(self, order: OrderShape) -> list[Shipment]:
        """Return the shipments of an order as it is now."""
        return self.shipments_of(order, self.sent(order))

    def shipments_of(self, order: OrderShape, sent: SentParcels) -> list[Shipment]:
        """Return the shipments of an order; empty if they have no time.

        An order without a tracking number is one shipment with the order's id, voided unless the
        order is marked as shipped.
        """
        changed_at = parse_time(order.date_completed_gmt) or parse_time(order.date_modified_gmt)
        no_number = ShownParcel(id=str(order.id), number="")
        skus = {line.id: line.sku or "" for line in order.line_items}
        return [
            Shipment(
                id=parcel.id,
                order_id=str(order.id),
                tracking_number=parcel.number,
                carrier=parcel.carrier,
                shipped_at=sent_at,
                voided=not parcel.number and not self._is_marked(order),
                cancelled=not parcel.number and order.status in GONE,
                reference=str(order.meta(REFERENCE) or ""),
                lines=_lines(parcel, skus),
                is_last=not parcel.number or sent.is_complete,
            )
            for parcel in sent.numbered or [no_number]
            if (sent_at := parcel.shipped_at or changed_at)
        ]

    def _is_marked(self, order: OrderShape) -> bool:
        """True if a user or a plug-in marked the whole order as shipped."""
        return order.status in self._statuses.shipped and order.status not in PARTIAL

    def _is_complete(self, order: OrderShape, parcels: Sequence[ShownParcel]) -> bool:
        """True if an order with numbers has no open unit.

        A number without lines may be for some units only, until the order is marked as shipped.
        """
        numbered = [parcel for parcel in parcels if parcel.number]
        if not numbered:
            return False
        if any(parcel.lines is None for parcel in numbered):
            was_shipped = order.status in GONE and bool(order.date_completed_gmt)
            return self._is_marked(order) or was_shipped
        units = _units(parcels)
        if all(line.quantity <= units.get(line.id, 0) for line in order.line_items):
            return True
        remaining = self._client.remaining(order)
        return all(count <= units.get(line, 0) for line, count in remaining.items())

    def _shown(self, order: OrderShape) -> Iterator[ShownParcel]:
        """Yield the parcels that the shop shows, in all of its ways.

        The number in the field of a plug-in is one parcel, with the order's id, although another
        plug-in may show it, too.
        """
        number, carrier = self._number_in_field(order)
        for parcel in trackings(order):
            if parcel.number != number:
                yield replace(parcel, id=f"{order.id}:t{parcel.id or parcel.number}")
        for parcel in self._client.fulfillments(order):
            if not (number and parcel.number == number):
                yield replace(parcel, id=f"{order.id}:f{parcel.id}")
        if number:
            yield ShownParcel(id=str(order.id), number=number, carrier=carrier)

    def _number_in_field(self, order: OrderShape) -> tuple[str, str]:
        """Return the number and the carrier in the fields that the options name."""
        options = self._options
        number = order.meta(options.tracking_meta) if options.tracking_meta else ""
        carrier = order.meta(options.carrier_meta) if options.carrier_meta else ""
        return str(number or ""), str(carrier or "")


def _units(parcels: Sequence[ShownParcel]) -> Mapping[int, int]:
    units: Counter[int] = Counter()
    for parcel in parcels:
        units.update(parcel.lines or {})
    return units


def _lines(parcel: ShownParcel, skus: Mapping[int, str]) -> tuple[ParcelLine, ...] | None:
    """Return the units of a parcel; None if the shop does not show them."""
    if parcel.lines is None:
        return None
    return tuple(
        ParcelLine(line_id=str(line), quantity=count, sku=skus.get(line, ""))
        for line, count in parcel.lines.items()
        if count
    )
