"""A Supplier's stock, read from the files that it drops. The id of a product is its SKU."""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.files.input_options.stock_files import StockFiles
from ordosync.accounts.files.reading.file_listing import ends_empty, newest_content_time
from ordosync.accounts.files.reading.file_reader import FileReader
from ordosync.accounts.files.reading.rejections import without_skipped
from ordosync.accounts.supplier import StockFeed
from ordosync.models import InvalidRecord, Page, Stock


class SupplierStock:
    """The quantities in the stock files."""

    falls_with_orders = False
    reports_archived = False

    def __init__(self, reader: FileReader[Stock], options: StockFiles) -> None:
        self._reader = reader
        self._left_out: set[str] = set()
        self.feed = StockFeed(
            # An empty file says nothing: it is neither recent nor the end of all products.
            newest_at=lambda: newest_content_time(reader.files()),
            is_complete=lambda: not reader.unfinished and not ends_empty(reader.files()),
            left_out=lambda: self._left_out,
            has_times="as_of" in options.sources,
            min_rows=options.min_rows,
        )

    def all(self, request: ReadRequest) -> Iterator[Page[Stock | InvalidRecord]]:
        """Yield the quantities in all stock files as they are now."""
        pages = self._reader.all(request)
        if self.feed.min_rows is not None:
            pages = self._noting_skipped(pages)
        return without_skipped(pages)

    def of(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the quantities of these SKUs in the stock files as they are now."""
        items = self._reader.current_of(ids)
        return {id_: item for id_, item in items.items() if isinstance(item, Stock)}

    def _noting_skipped(
        self, pages: Iterator[Page[Stock | InvalidRecord]]
    ) -> Iterator[Page[Stock | InvalidRecord]]:
        self._left_out = set()
        for page in pages:
            self._left_out |= {
                item.id
                for item in page.items
                if isinstance(item, InvalidRecord) and item.is_skipped
            }
            yield page
