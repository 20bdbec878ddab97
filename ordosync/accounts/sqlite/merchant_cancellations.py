"""Orders, and units of orders, that were cancelled at the Merchant's desk."""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.sqlite.client import FilePart
from ordosync.database import sqlite3
from ordosync.embedded import change_feed, orders, units
from ordosync.models import Cancellation, Page, ParcelLine


class MerchantCancellations(FilePart):
    """Orders that are cancelled, and those of which open units were cancelled."""

    def changed(self, request: ReadRequest) -> Iterator[Page[Cancellation]]:
        """Yield the orders that changed since the cursor and are cancelled, wholly or in part."""
        self._client.check_exists(request.cursor, "read cancelled orders")
        with self._file.reading("read cancelled orders") as db:
            for numbers, after in change_feed.since(db, "order", request.cursor):
                yield Page(items=tuple(_cancellations(db, numbers)), cursor=after)

    def among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders are cancelled as a whole at this moment."""
        with self._file.reading("read cancelled orders") as db:
            return orders.cancelled_unshipped(db, ids)

    def reply(self, cancelled: Mapping[str, bool]) -> None:
        """Do nothing: the desk cancels at once and sends no request."""


def _cancellations(db: sqlite3.Connection, numbers: Sequence[str]) -> Iterator[Cancellation]:
    whole = orders.cancelled_unshipped(db, numbers)
    parts = orders.cancelled_in_part(db, numbers)
    lines = units.of_orders(db, [number for number in numbers if number in parts])
    for number in numbers:
        if number in whole:
            yield Cancellation(order_id=number)
        elif number in parts:
            open_units = tuple(
                ParcelLine(line_id=line.line_id, quantity=line.open, sku=line.sku)
                for line in lines[number]
            )
            yield Cancellation(order_id=number, lines=open_units)
