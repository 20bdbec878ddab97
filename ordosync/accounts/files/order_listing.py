"""A Merchant's orders in the files as they are now. Older files may have been deleted.

A Supplier has no listing: its orders can only be found by their reference.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec.structs import replace

from ordosync.accounts.files.file_reader import FileReader
from ordosync.accounts.files.merchant_cancellations import CancelledOrders
from ordosync.accounts.files.merchant_tracking import MerchantTracking
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
    ) -> None:
        self._reader = reader
        self._cancelled = cancelled
        self._tracking = tracking

    def read(self, *, now: datetime) -> Iterator[Page[OrderSnapshot]]:  # noqa: ARG002
        """Yield all orders in the files."""
        cancelled = self._cancelled.all()
        numbers = self._tracking.numbers() if self._tracking else {}
        for page in self._reader.current():
            orders = (item for item in page.items if isinstance(item, Order))
            yield Page(
                items=tuple(
                    _snapshot(
                        order, is_cancelled=order.id in cancelled, parcel=numbers.get(order.id)
                    )
                    for order in orders
                )
            )

    def missing(self) -> str:
        """Return nothing: `is_complete` is False."""
        return ""


def _snapshot(
    order: Order, *, is_cancelled: bool, parcel: tuple[str, bool] | None
) -> OrderSnapshot:
    status = "shipped" if parcel else "dropshipment_requested"
    shipments: tuple[Shipment, ...] = ()
    if parcel:
        shipments = (
            Shipment(
                id="",
                order_id=order.id,
                tracking_number=parcel[0],
                carrier="",
                shipped_at=datetime.min.replace(tzinfo=UTC),
                voided=parcel[1],
            ),
        )
    return OrderSnapshot(
        order=replace(order, status="cancelled" if is_cancelled else status), shipments=shipments
    )
