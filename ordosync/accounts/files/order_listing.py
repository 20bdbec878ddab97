"""A Merchant's orders in the files as they are now. Older files may be gone.

A Supplier has no listing: its orders are only found by their reference.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec.structs import replace

from ordosync.accounts.files.file_reader import FileReader
from ordosync.accounts.files.merchant_cancellations import CancelledOrders
from ordosync.accounts.files.merchant_tracking import MerchantTracking
from ordosync.models import Order, OrderSnapshot, Page, Shipment


class OrderListing:
    """The orders in the order files, with what the cancellation and tracking files say of them."""

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
                    _snapshot(order, is_cancelled=order.id in cancelled, sent=numbers.get(order.id))
                    for order in orders
                )
            )

    def missing(self) -> str:
        """Return nothing: `is_complete` says it."""
        return ""


def _snapshot(order: Order, *, is_cancelled: bool, sent: tuple[str, bool] | None) -> OrderSnapshot:
    status = "shipped" if sent else "dropshipment_requested"
    shipments: tuple[Shipment, ...] = ()
    if sent:
        shipments = (
            Shipment(
                id="",
                order_id=order.id,
                tracking_number=sent[0],
                carrier="",
                shipped_at=datetime.min.replace(tzinfo=UTC),
                voided=sent[1],
            ),
        )
    return OrderSnapshot(
        order=replace(order, status="cancelled" if is_cancelled else status), shipments=shipments
    )
