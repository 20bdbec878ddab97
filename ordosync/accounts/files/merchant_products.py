"""A Merchant's products, read from the files that it drops. The id of a product is its SKU."""

from collections.abc import Iterator, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.files.reading.file_reader import FileReader
from ordosync.models import InvalidRecord, Page, Product


class MerchantProducts:
    """The products in the product files."""

    def __init__(self, reader: FileReader[Product]) -> None:
        self._reader = reader

    def changed(self, request: ReadRequest) -> Iterator[Page[Product | InvalidRecord]]:
        """Yield the products in files that are new, changed or were rejected before."""
        return self._reader.changed(request)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Product | InvalidRecord]]:
        """Yield products from the files as they are now, otherwise from the kept copies."""
        return self._reader.by_id(ids)
