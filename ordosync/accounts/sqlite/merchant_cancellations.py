"""Orders that were cancelled at the Merchant's desk."""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.sqlite.client import SqliteClient
from ordosync.embedded import change_feed, orders
from ordosync.models import Page


class MerchantCancellations:
    """Orders that are cancelled and have no valid label."""

    def __init__(self, client: SqliteClient) -> None:
        self._client = client
        self._file = client.file

    def changed(self, request: ReadRequest) -> Iterator[Page[str]]:
        """Yield the orders that changed since the cursor and are cancelled, unshipped."""
        self._client.check_exists(request.cursor, "read cancelled orders")
        with self._file.reading("read cancelled orders") as db:
            for numbers, after in change_feed.since(db, "order", request.cursor):
                cancelled = orders.cancelled_unshipped(db, numbers)
                yield Page(items=tuple(n for n in numbers if n in cancelled), cursor=after)

    def among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders are cancelled, unshipped, at this moment."""
        with self._file.reading("read cancelled orders") as db:
            return orders.cancelled_unshipped(db, ids)

    def reply(self, cancelled: Mapping[str, bool]) -> None:
        """Do nothing: the desk cancels at once and sends no request."""
