"""A Supplier's parcels, read from the tracking files that it drops."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from msgspec.structs import replace

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.files.output.order_files import OrderFileWriter
from ordosync.accounts.files.reading.file_reader import FileReader
from ordosync.accounts.files.reading.rejections import without_skipped
from ordosync.accounts.files.sent_units import SentUnits
from ordosync.errors import UnavailableError
from ordosync.models import InvalidRecord, Page, Shipment


class SupplierShipments:
    """The parcels in the tracking files. A parcel's id is its order number and tracking number."""

    silent_batch_size = 0
    lists_all_parcels = False

    def __init__(
        self, reader: FileReader[Shipment], writer: OrderFileWriter, sent: SentUnits
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._sent = sent

    def changed(self, request: ReadRequest) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield the parcels in files that are new, changed or were rejected before."""
        return self._added_up(self._reader.changed(request))

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield parcels from the files as they are now, otherwise from the kept copies."""
        return self._added_up(self._reader.by_id(ids))

    def reference_on(self, shipment: Shipment) -> str:
        """Return the reference for which an order with this number was written."""
        record = self._writer.records.of_number(shipment.order_id)
        return record.reference if record else ""

    def _added_up(
        self, pages: Iterator[Page[Shipment | InvalidRecord]]
    ) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield the pages. The other parcels of an order decide if one is the last."""
        for page in without_skipped(pages):
            items = tuple(
                self._with_last(item) if isinstance(item, Shipment) else item for item in page.items
            )
            yield Page(items=items, cursor=page.cursor)

    def _with_last(self, item: Shipment) -> Shipment:
        is_last = self._sent.is_last(item)
        if is_last and not item.voided:
            # Another run may be writing orders; the parcel is read all the same.
            with suppress(UnavailableError):
                self._writer.forget(item.order_id)
        return replace(item, is_last=is_last)
