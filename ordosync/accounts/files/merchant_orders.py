"""A Merchant's orders, read from the files that it drops. The id of an order is its number."""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.files.cancelled_units import Cancelled, CancelledOrders, remaining
from ordosync.accounts.files.reading.file_reader import FileReader
from ordosync.models import InvalidRecord, Order, Page


class MerchantOrders:
    """The orders in the order files, without cancelled orders and units."""

    reports_reassigned = False

    def __init__(
        self, reader: FileReader[Order], cancelled: CancelledOrders, *, requires_address: bool
    ) -> None:
        self.requires_address = requires_address
        self._reader = reader
        self._cancelled = cancelled

    def changed(self, request: ReadRequest) -> Iterator[Page[Order | InvalidRecord]]:
        """Yield the orders in files that are new, changed or were rejected before.

        A cancelled order is a skipped `InvalidRecord`, so that it is not created when its file is
        read again.
        """
        cancelled = self._cancelled.all()
        for page in self._reader.changed(request):
            items = (_wanted(item, cancelled.get(item.id)) or _skipped(item) for item in page.items)
            yield Page(items=tuple(items), cursor=page.cursor)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Order | InvalidRecord]]:
        """Yield orders from the files as they are now, otherwise from the kept copies."""
        cancelled = self._cancelled.of(ids)
        for page in self._reader.by_id(ids):
            items = (_wanted(item, cancelled.get(item.id)) for item in page.items)
            yield Page(items=tuple(item for item in items if item))

    def acknowledge(self, ids: Sequence[str]) -> None:
        """Do nothing: the files belong to the Merchant."""

    def ancestors(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:  # noqa: ARG002
        """Return nothing: an order in a file is never split."""
        return {}

    def line_claims(self, order: Order) -> Sequence[str]:
        """Return the ids of the lines."""
        return [line.id for line in order.lines]

    def is_beside(self, order_id: str, other_id: str) -> bool:  # noqa: ARG002
        """Return False: each line is in one order."""
        return False


def _wanted(
    item: Order | InvalidRecord, cancelled: Cancelled | None
) -> Order | InvalidRecord | None:
    """Return a record without its cancelled units; None if it is cancelled."""
    if isinstance(item, Order):
        return remaining(item, cancelled)
    return None if cancelled and cancelled.units is None else item


def _skipped(item: Order | InvalidRecord) -> InvalidRecord:
    return InvalidRecord(
        id=item.id,
        code="cancelled",
        reason="was cancelled before it was imported",
        content=item.content,
        is_skipped=True,
    )
