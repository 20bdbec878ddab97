"""Orders for a Supplier: one file per order, each written once.

The id of an order is the number in its file.
"""

from collections.abc import Mapping, Sequence

from ordosync.accounts.files.output.order_files import OrderFileWriter
from ordosync.accounts.files.sent_units import SentUnits
from ordosync.models import Order, Outcome


class SupplierOrders:
    """The orders that were written for the Supplier."""

    def __init__(self, writer: OrderFileWriter, sent: SentUnits, *, prefix: str) -> None:
        self.number_prefix = prefix
        self._writer = writer
        self._sent = sent

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
        """Return the statuses of these orders by the valid labels in the tracking files."""
        return {id_: self._sent.status(id_) for id_ in ids if self._writer.records.is_written(id_)}
