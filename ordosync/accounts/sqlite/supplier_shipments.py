"""Parcels that were sent at the Supplier's desk."""

from collections.abc import Iterator, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.sqlite.client import FilePart
from ordosync.embedded import change_feed, shipments
from ordosync.models import InvalidRecord, Page, Shipment


class SupplierShipments(FilePart):
    """Parcels of the Supplier, with their lines; an order may have several."""

    silent_batch_size = 0
    lists_all_parcels = False

    def changed(self, request: ReadRequest) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield the shipments that changed since the cursor, oldest change first."""
        with self._file.reading("read shipments") as db:
            changed = change_feed.cancelled_or_restored(db, request.cursor)
            if items := tuple(shipments.without_label(changed)):
                yield Page(items=items)
            for ids, after in change_feed.since(db, "shipment", request.cursor):
                yield Page(items=tuple(shipments.read(db, ids)), cursor=after)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield these shipments as they are now."""
        with self._file.reading("read shipments again") as db:
            yield Page(items=tuple(shipments.read(db, ids)))

    def reference_on(self, shipment: Shipment) -> str:
        """Return the reference of the shipment's order."""
        return shipment.reference
