"""Every order of the local account as it is now, to compare two accounts."""

from collections.abc import Iterator
from datetime import datetime

from ordosync.accounts.sqlite.client import AssignedPart, FilePart
from ordosync.embedded import orders, shipments
from ordosync.models import OrderSnapshot, Page


class MerchantListing(AssignedPart):
    """Every order that was ever requested from this portal's Supplier."""

    is_complete = True
    includes_foreign = True

    def read(self, *, now: datetime) -> Iterator[Page[OrderSnapshot]]:  # noqa: ARG002
        """Yield the orders as they are now."""
        with self._file.reading("read all orders") as db:
            for page in orders.pages(db):
                numbers = [order.number for order in page]
                requested = orders.requested_from(db, self._supplier, numbers)
                parcels = shipments.of_orders(db, numbers, with_supplier_ids=True)
                # A restored order has no supplier: the Merchant itself ships it.
                unassigned = orders.without_supplier(db, numbers)
                yield Page(
                    items=tuple(
                        OrderSnapshot(
                            order=order,
                            shipments=tuple(parcels.get(order.number, ())),
                            is_ours=requested[order.number] or order.number in unassigned,
                        )
                        for order in page
                        if order.number in requested
                    )
                )

    def missing(self) -> str:
        """Return an empty text: the file has all orders."""
        return ""


class SupplierListing(FilePart):
    """Every order, including orders that ordosync has not created."""

    is_complete = True
    includes_foreign = True

    def read(self, *, now: datetime) -> Iterator[Page[OrderSnapshot]]:  # noqa: ARG002
        """Yield the orders as they are now."""
        with self._file.reading("read all orders") as db:
            for page in orders.pages(db):
                parcels = shipments.of_orders(
                    db, [order.number for order in page], with_supplier_ids=False
                )
                yield Page(
                    items=tuple(
                        OrderSnapshot(
                            order=order,
                            shipments=tuple(parcels.get(order.number, ())),
                        )
                        for order in page
                    )
                )

    def missing(self) -> str:
        """Return an empty text: the file has all orders."""
        return ""
