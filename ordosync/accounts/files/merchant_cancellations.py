"""Cancelled orders of a Merchant: the order numbers in the cancellation files that it drops."""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.files.file_reader import FileReader
from ordosync.errors import PartlyReadError
from ordosync.models import InvalidRecord, Page


class CancelledOrders:
    """Orders in the cancellation files as they are now; none without such files.

    A file that cannot be read is skipped: `MerchantCancellations.changed` reports it.
    """

    def __init__(self, reader: FileReader[str] | None) -> None:
        self._reader = reader

    def all(self) -> frozenset[str]:
        """Return all cancelled orders."""
        if self._reader is None:
            return frozenset()
        pages = self._reader.current()
        return frozenset(item for page in pages for item in page.items if isinstance(item, str))

    def among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders are cancelled."""
        if self._reader is None:
            return frozenset()
        items = self._reader.current_of(ids).values()
        return frozenset(item for item in items if isinstance(item, str))


class MerchantCancellations:
    """The orders in the cancellation files, which do not say if an order was shipped."""

    def __init__(self, reader: FileReader[str], *, account: str) -> None:
        self._reader = reader
        self._account = f"account {account}"

    def changed(self, request: ReadRequest) -> Iterator[Page[str]]:
        """Yield the numbers in files that are new or changed.

        Raises `PartlyReadError` at the end if a file or row cannot be used: an order whose number
        could not be read would be shipped.
        """
        first_problem: InvalidRecord | None = None
        for page in self._reader.changed(request):
            problems = [
                item
                for item in page.items
                if isinstance(item, InvalidRecord) and not item.is_skipped
            ]
            first_problem = first_problem or next(iter(problems), None)
            numbers = tuple(item for item in page.items if isinstance(item, str))
            yield Page(items=numbers, cursor=page.cursor)
        if first_problem:
            raise PartlyReadError(self._account, "read cancellations", first_problem.reason)

    def among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders are in a file as it is now, or in a kept copy."""
        items = self._reader.current_or_spooled(ids).values()
        return frozenset(item for item in items if isinstance(item, str))

    def reply(self, cancelled: Mapping[str, bool]) -> None:
        """Do nothing: an order in a cancellation file is cancelled already."""
