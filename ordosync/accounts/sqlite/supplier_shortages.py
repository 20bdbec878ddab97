"""Units that the Supplier does not send, or sends later, as its people entered them."""

from collections.abc import Iterator, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.sqlite.client import FilePart
from ordosync.embedded import change_feed, orders, shortages
from ordosync.models import InvalidRecord, Page
from ordosync.shortages import Shortage


class SupplierShortages(FilePart):
    """Shortages at the Supplier's desk. A cancellation does not say who cancelled."""

    def changed(self, request: ReadRequest) -> Iterator[Page[Shortage | InvalidRecord]]:
        """Yield the orders that changed since the cursor, with the units that are still kept."""
        with self._file.reading("read shortages") as db:
            for numbers, after in change_feed.since(db, "order", request.cursor):
                yield Page(items=tuple(shortages.read(db, numbers)), cursor=after)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Shortage | InvalidRecord]]:
        """Yield these orders as they are now; an order that does not exist is deleted."""
        with self._file.reading("read shortages again") as db:
            existing = {order.number for order in orders.read_many(db, ids)}
            missing = (id_ for id_ in ids if id_ not in existing)
            deleted = (Shortage(order_id=id_, is_deleted=True) for id_ in missing)
            yield Page(items=(*shortages.read(db, ids), *deleted))
