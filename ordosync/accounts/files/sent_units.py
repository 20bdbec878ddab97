"""The status of a written order, added up from the parcels in the Supplier's tracking files."""

from collections.abc import Sequence
from itertools import takewhile

from ordosync.accounts.files.file_reader import FileReader
from ordosync.accounts.files.output.order_records import OrderRecords
from ordosync.accounts.files.unit_rows import covers
from ordosync.models import Shipment


class SentUnits:
    """The units that were sent of orders, by the tracking files that are there now."""

    def __init__(self, reader: FileReader[Shipment] | None, records: OrderRecords) -> None:
        self._reader = reader
        self._records = records

    def status(self, order_id: str) -> str:
        """Return shipped, partially_shipped or awaiting_fulfillment."""
        parcels = self._parcels(order_id)
        if not parcels:
            return "awaiting_fulfillment"
        return "shipped" if self._are_all(order_id, parcels) else "partially_shipped"

    def is_last(self, parcel: Shipment) -> bool:
        """True if no unit of the order is open after a parcel.

        A parcel without lines is the last one only if those before it were complete already:
        otherwise it would seem to hold the units of later ones.
        """
        if parcel.is_last:
            return True
        parcels = self._parcels(parcel.order_id)
        if parcel.lines is None:
            parcels = list(takewhile(lambda before: before.id != parcel.id, parcels))
        return self._are_all(parcel.order_id, parcels)

    def _are_all(self, order_id: str, parcels: Sequence[Shipment]) -> bool:
        """True if no unit of an order is open after these parcels."""
        if any(parcel.is_last for parcel in parcels):
            return True
        order = self._records.lines_of(order_id)
        lines = [parcel.lines for parcel in parcels if parcel.lines is not None]
        return bool(order) and covers(lines, order)

    def _parcels(self, order_id: str) -> list[Shipment]:
        """Return the valid parcels of an order."""
        if self._reader is None:
            return []
        return [
            item
            for item in self._reader.current_beginning(f"{order_id}:")
            if isinstance(item, Shipment) and item.order_id == order_id and not item.voided
        ]
