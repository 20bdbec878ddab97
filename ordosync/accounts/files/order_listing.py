"""A Merchant's orders in the files as they are now. Older files may have been deleted.

A Supplier has no listing: its orders can only be found by their reference.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from msgspec.structs import replace

from ordosync.accounts.files.cancelled_units import CancelledOrders, remaining
from ordosync.accounts.files.merchant_tracking import MerchantTracking
from ordosync.accounts.files.output.tracking_rows import TrackingRows
from ordosync.accounts.files.reading.file_reader import FileReader
from ordosync.models import Order, OrderSnapshot, Page, Shipment


class OrderListing:
    """The orders in the order files, with their cancellations and tracking numbers."""

    is_complete = False
    includes_foreign = False

    def __init__(
        self,
        reader: FileReader[Order],
        cancelled: CancelledOrders,
        tracking: MerchantTracking | None,
        *,
        ignores: Callable[[str], bool],
    ) -> None:
        self._reader = reader
        self._cancelled = cancelled
        self._tracking = tracking
        self._ignores = ignores

    def read(self, *, now: datetime) -> Iterator[Page[OrderSnapshot]]:  # noqa: ARG002
        """Yield all orders in the files."""
        cancelled = self._cancelled.all()
        for page in self._reader.current():
            orders = [item for item in page.items if isinstance(item, Order)]
            left = {order.id: remaining(order, cancelled.get(order.id)) for order in orders}
            parcels = self._tracking.parcels(orders, self._ignores) if self._tracking else {}
            yield Page(
                items=tuple(
                    _snapshot(order, left[order.id], parcels.get(order.id)) for order in orders
                )
            )

    def missing(self) -> str:
        """Return nothing: `is_complete` is False."""
        return ""


def _snapshot(order: Order, left: Order | None, parcels: TrackingRows | None) -> OrderSnapshot:
    shipments = tuple(parcels.shipments(order.id)) if parcels else ()
    if left is None:
        return OrderSnapshot(order=_cancelled(order, shipments), shipments=shipments)
    status = parcels.status if parcels else "dropshipment_requested"
    return OrderSnapshot(order=replace(left, status=status), shipments=shipments)


def _cancelled(order: Order, shipments: Sequence[Shipment]) -> Order:
    """Return a cancelled order. If units of it were sent, it has these, and is shipped."""
    sent: Counter[str] = Counter()
    for shipment in shipments:
        for part in () if shipment.voided else shipment.lines or ():
            sent[part.line_id] += part.quantity
    if not sent:
        return replace(order, status="cancelled")
    lines = tuple(replace(line, quantity=sent[line.id]) for line in order.lines)
    return replace(order, lines=lines, status="shipped")
