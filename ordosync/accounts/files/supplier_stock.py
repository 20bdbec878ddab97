"""A Supplier's stock, read from the files that it drops. The id of a product is its SKU."""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.files.file_reader import FileReader
from ordosync.accounts.files.rejections import without_skipped
from ordosync.models import InvalidRecord, Page, Stock


class SupplierStock:
    """The quantities in the stock files."""

    falls_with_orders = False

    def __init__(self, reader: FileReader[Stock]) -> None:
        self._reader = reader

    def all(self, request: ReadRequest) -> Iterator[Page[Stock | InvalidRecord]]:
        """Yield the quantities in all stock files as they are now."""
        return without_skipped(self._reader.all(request))

    def of(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the quantities of these SKUs in the stock files as they are now."""
        items = self._reader.current_of(ids)
        return {id_: item for id_, item in items.items() if isinstance(item, Stock)}
