"""A Supplier's parcels, read from the tracking files that it drops."""

from collections.abc import Iterator, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.files.file_reader import FileReader
from ordosync.accounts.files.output.order_files import OrderFileWriter
from ordosync.accounts.files.rejections import without_skipped
from ordosync.models import InvalidRecord, Page, Shipment


class SupplierShipments:
    """The parcels in the tracking files. The id of a parcel is made of its two numbers."""

    silent_batch_size = 0

    def __init__(self, reader: FileReader[Shipment], writer: OrderFileWriter) -> None:
        self._reader = reader
        self._writer = writer

    def changed(self, request: ReadRequest) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield the parcels in files that are new, changed or were rejected before."""
        return without_skipped(self._reader.changed(request))

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield parcels from the files as they are now, otherwise from the kept copies."""
        return without_skipped(self._reader.by_id(ids))

    def reference_on(self, shipment: Shipment) -> str:
        """Return the reference for which an order with this number was written."""
        return self._writer.reference_of(shipment.order_id)
