"""An order at the Merchant with its pieces and parcels, for a comparison."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ordosync.accounts.woocommerce.foreign_parcels import foreign_numbers
from ordosync.accounts.woocommerce.order_metadata import Parcel, Record
from ordosync.accounts.woocommerce.parcels import Lines, ShownParcel
from ordosync.accounts.woocommerce.schema import OrderShape, parse_time
from ordosync.models import OWN, ParcelLine, Shipment


@dataclass(frozen=True, kw_only=True)
class OrderTree:
    """An order with its pieces, and the parcels of both."""

    order: OrderShape
    record: Record
    lines: Lines
    """This Supplier's lines with their sent and open units, 0 if others have sent them."""
    shown: Sequence[ShownParcel]
    is_all: bool
    """True if no line belongs to another supplier."""
    not_awaited: frozenset[int] = frozenset()
    """The lines that no Supplier sends."""

    @property
    def targets(self) -> tuple[str, ...]:
        """The ids of the order and its pieces."""
        return (str(self.order.id), *(part.id for part in self.record.parts))

    @property
    def is_void(self) -> bool:
        """True if no unit is left to send."""
        return bool(self.lines) and not any(self.lines.values())

    def is_split(self, target: str) -> bool:
        """True if the order, or this piece, was split."""
        return bool(self.record.parts_of(target))

    def is_sent_in_part(self, target: str) -> bool:
        """True if parcels have units of the order or piece, but not all."""
        has_units = bool(self.record.units(target, voided=True))
        lines = self.lines_of(target).items()
        awaited = {line: count for line, count in lines if line not in self.not_awaited}
        return has_units and not self.record.is_shipped(target, awaited)

    def lines_of(self, target: str) -> Lines:
        """Return the lines of the order, or of one of its pieces."""
        part = self.record.part(target)
        return part.lines if part else self.lines

    def shipments(self, target: str) -> tuple[Shipment, ...]:
        """Return the parcels in the record, and those that others have entered in the shop."""
        recorded = [self._recorded(parcel) for parcel in self.record.parcels_of(target)]
        if self.is_split(target):
            return tuple(recorded)
        lines = self.lines_of(target)
        foreign = foreign_numbers(self.record, lines, self.shown, is_all=self.is_all)
        changed_at = parse_time(self.order.date_modified_gmt) or datetime.min.replace(tzinfo=UTC)
        return (*recorded, *(_foreign(parcel, target, changed_at) for parcel in foreign))

    def _recorded(self, parcel: Parcel) -> Shipment:
        prefix = f"{parcel.of}:" if "/" in parcel.of else ""
        skus = {line.id: line.sku or "" for line in self.order.line_items}
        return Shipment(
            id=parcel.id,
            order_id=parcel.of,
            tracking_number=parcel.number,
            carrier=parcel.carrier,
            shipped_at=parcel.shipped_at,
            voided=parcel.voided,
            lines=None
            if parcel.lines is None
            else tuple(
                ParcelLine(line_id=f"{prefix}{line}", quantity=count, sku=skus.get(line, ""))
                for line, count in parcel.lines.items()
            ),
            is_last=parcel.lines is None,
        )


def _foreign(parcel: ShownParcel, target: str, changed_at: datetime) -> Shipment:
    return Shipment(
        id=OWN,
        order_id=target,
        tracking_number=parcel.number,
        carrier=parcel.carrier,
        shipped_at=parcel.shipped_at or changed_at,
    )
