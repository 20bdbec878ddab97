"""Orders that were split at the Supplier's desk."""

from collections.abc import Iterator, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.sqlite.client import FilePart
from ordosync.embedded import change_feed, splits
from ordosync.models import Page, Split


class SupplierSplits(FilePart):
    """Splits of the Supplier's orders."""

    def changed(self, request: ReadRequest) -> Iterator[Page[Split]]:
        """Yield the orders that were split since the cursor, in the order of their splits."""
        with self._file.reading("read splits") as db:
            for numbers, after in change_feed.since(db, "split", request.cursor):
                yield Page(items=tuple(splits.read(db, numbers)), cursor=after)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Split]]:
        """Yield these orders' splits as they are now."""
        with self._file.reading("read splits again") as db:
            yield Page(items=tuple(splits.read(db, ids)))
