"""Orders for a Supplier: one file per order, each written once.

The id of an order is the number in its file.
"""

from collections.abc import Mapping, Sequence

from ordosync.accounts.files.file_reader import FileReader
from ordosync.accounts.files.output.order_files import OrderFileWriter
from ordosync.models import Order, Outcome, Shipment


class SupplierOrders:
    """The orders that were written for the Supplier."""

    def __init__(
        self,
        writer: OrderFileWriter,
        *,
        prefix: str,
        shipments: FileReader[Shipment] | None,
    ) -> None:
        self.number_prefix = prefix
        self._writer = writer
        self._shipments = shipments

    def create(
        self,
        orders: Sequence[Order],
        *,
        look_first: bool = False,  # noqa: ARG002 - the reference is always looked up
    ) -> list[Outcome]:
        """Write a file for each order with a new reference."""
        return self._writer.create(orders, prefix=self.number_prefix)

    def find(self, references: Sequence[str]) -> Mapping[str, Outcome]:
        """Return the orders that were written, even if the Supplier has removed their files."""
        return self._writer.find(references)

    def statuses(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return shipped for the orders that have a valid label in a tracking file."""
        written = self._writer.numbers(ids)
        shipped: set[str] = set()
        if self._shipments and written:
            shipped = {
                item.order_id
                for page in self._shipments.current()
                for item in page.items
                if isinstance(item, Shipment) and not item.voided
            }
        return {id_: "shipped" if id_ in shipped else "awaiting_fulfillment" for id_ in written}
