"""A files account as a Supplier. The id of an order is the number that its file says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from ordosync.accounts.files.file_reader import FileReading
from ordosync.accounts.files.parts import PartsOfFiles
from ordosync.accounts.files.supplier_orders import OrderFilesWriter
from ordosync.models import Order, Outcome, Page, Product, Shipment, Split, Stock, Unusable

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class SupplierOptions:
    """What a portal may say about its Supplier."""

    prefix: str = ""
    """Put before the Merchant's number, so that the Supplier sees whose order it is."""


class SupplierSide(PartsOfFiles):
    """Writes order files for the Supplier, and reads what it drops."""

    _order_files: OrderFilesWriter | None
    _shipments: FileReading[Shipment] | None
    _stock: FileReading[Stock] | None

    def create_orders(
        self,
        orders: Sequence[Order],
        *,
        look_first: bool = False,  # noqa: ARG002 - the reference is always looked up
    ) -> list[Outcome]:
        """Write a file for each order whose reference is new."""
        prefix = self.pair.prefix if isinstance(self.pair, SupplierOptions) else ""
        return self._needed(self._order_files, "order_files").create(orders, prefix=prefix)

    def find_orders(self, references: Sequence[str]) -> Mapping[str, Outcome]:
        """Look up what was written, whether or not the Supplier took it away."""
        return self._needed(self._order_files, "order_files").find(references)

    def cancel_orders(
        self,
        ids: Sequence[str],
        *,
        also_shipped: bool = False,  # noqa: ARG002
    ) -> list[Outcome]:
        """Refuse all of them: what was handed over can only be called back by people."""
        reason = "its file was handed over; ask the Supplier to cancel it"
        return [Outcome(state="refused", code="refused", reason=reason) for _ in ids]

    def create_products(self, products: Sequence[Product]) -> list[Outcome]:
        """Make nothing: a Supplier's product is its SKU, which its stock files may name."""
        return [Outcome(state="unchanged", id=product.sku) for product in products]

    def stock(self, *, now: datetime, patient: bool = False) -> Iterator[Page[Stock | Unusable]]:
        """Read all stock files as they are now."""
        reading = self._reads(self._stock, "stock")
        return _without_skipped(reading.now(quiet_at=now if patient else None))

    def stock_of(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return what the stock files say of these SKUs now."""
        found = self._needed(self._stock, "stock").now_of(ids)
        return {id_: item for id_, item in found.items() if isinstance(item, Stock)}

    def shipments(
        self, cursor: str | None, *, now: datetime, patient: bool = False
    ) -> Iterator[Page[Shipment | Unusable]]:
        """Read the tracking files that are new, changed or refused before; none where none are."""
        if self._shipments is None:
            return iter(())
        reading = self._reads(self._shipments, "shipments")
        return _without_skipped(reading.since(cursor, now=now, patient=patient))

    def shipments_by_id(self, ids: Sequence[str]) -> Iterator[Page[Shipment | Unusable]]:
        """Read shipments in the files as they are now, else in the copies that were kept."""
        if self._shipments is None:
            return iter(())
        return _without_skipped(self._reads(self._shipments, "shipments").by_id(ids))

    def reference_on(self, shipment: Shipment) -> str:
        """Return for which reference an order of this number was written."""
        return self._order_files.reference_of(shipment.order_id) if self._order_files else ""

    def splits(self, cursor: str | None, *, now: datetime) -> Iterator[Page[Split]]:  # noqa: ARG002
        """Read nothing: no file says that an order was split."""
        return iter(())

    def splits_by_id(self, ids: Sequence[str]) -> Iterator[Page[Split]]:  # noqa: ARG002
        """Read nothing, too."""
        return iter(())

    def statuses(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return shipped for the orders that a tracking file names with a label that holds."""
        written = self._needed(self._order_files, "order_files").numbers(ids)
        shipped: set[str] = set()
        if self._shipments and written:
            pages = self._shipments.now()
            shipped = {
                item.order_id
                for page in pages
                for item in page.items
                if isinstance(item, Shipment) and not item.voided
            }
        return {id_: "shipped" if id_ in shipped else "awaiting_fulfillment" for id_ in written}


def _without_skipped(pages: Iterator[Page[T | Unusable]]) -> Iterator[Page[T | Unusable]]:
    """Leave out rows that a rule skips: they are no parcels yet, or nobody's stock."""
    for page in pages:
        items = tuple(i for i in page.items if not (isinstance(i, Unusable) and i.skip))
        yield Page(items=items, cursor=page.cursor)
