"""A Merchant's orders in the files as they are now. Older files may have been deleted.

A Supplier has no listing: its orders can only be found by their reference.
"""

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from ordosync.accounts.files.cancelled_units import CancelledOrders, remaining
from ordosync.accounts.files.file_reader import FileReader
from ordosync.accounts.files.merchant_tracking import MerchantTracking
from ordosync.accounts.files.output.tracking_rows import TrackingRows
from ordosync.models import Order, OrderSnapshot, Page


class OrderListing:
    """The orders in the order files, with their cancellations and tracking numbers."""

    is_complete = False
    includes_foreign = False

    def __init__(
        self,
        reader: FileReader[Order],
        cancelled: CancelledOrders,
        tracking: MerchantTracking | None,
    ) -> None:
        self._reader = reader
        self._cancelled = cancelled
        self._tracking = tracking

    def read(self, *, now: datetime) -> Iterator[Page[OrderSnapshot]]:  # noqa: ARG002
        """Yield all orders in the files."""
        cancelled = self._cancelled.all()
        for page in self._reader.current():
            orders = [item for item in page.items if isinstance(item, Order)]
            left = {order.id: remaining(order, cancelled.get(order.id)) for order in orders}
            parcels = self._tracking.parcels(orders) if self._tracking else {}
            yield Page(
                items=tuple(
                    _snapshot(order, left[order.id], parcels.get(order.id)) for order in orders
                )
            )

    def missing(self) -> str:
        """Return nothing: `is_complete` is False."""
        return ""


def _snapshot(order: Order, left: Order | None, parcels: TrackingRows | None) -> OrderSnapshot:
    status = parcels.status if parcels else "dropshipment_requested"
    return OrderSnapshot(
        order=replace(left or order, status=status if left else "cancelled"),
        shipments=tuple(parcels.shipments(order.id)) if parcels else (),
    )
