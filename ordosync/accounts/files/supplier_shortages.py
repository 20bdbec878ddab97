"""Units that the Supplier does not send, or sends later, read from the answers that it drops."""

from collections.abc import Iterator, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.files.answer_log import AnswerLog
from ordosync.accounts.files.output.order_records import OrderRecords
from ordosync.accounts.files.parsing.answer_parser import OrderAnswers
from ordosync.accounts.files.reading.file_reader import FileReader
from ordosync.accounts.files.reading.rejections import without_skipped
from ordosync.accounts.files.sent_units import SentUnits
from ordosync.models import InvalidRecord, Page
from ordosync.shortages import Shortage


class SupplierShortages:
    """The answers in the files, and those that were read before."""

    def __init__(
        self,
        reader: FileReader[OrderAnswers],
        log: AnswerLog,
        records: OrderRecords,
        sent: SentUnits,
    ) -> None:
        self._reader = reader
        self._log = log
        self._records = records
        self._sent = sent

    def changed(self, request: ReadRequest) -> Iterator[Page[Shortage | InvalidRecord]]:
        """Yield the orders in files that are new, changed or were rejected before."""
        return map(self._shortages, without_skipped(self._reader.changed(request)))

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Shortage | InvalidRecord]]:
        """Yield these orders by all answers so far; a written order is never deleted.

        An order that was not written here, and is in no file, is omitted.
        """
        rest = dict.fromkeys(ids)
        for page in map(self._shortages, without_skipped(self._reader.by_id(ids))):
            for item in page.items:
                rest.pop(item.order_id if isinstance(item, Shortage) else item.id, None)
            yield page
        written = [id_ for id_ in rest if self._records.is_written(id_)]
        yield Page(items=tuple(self._sent.shortage(id_) for id_ in written))

    def _shortages(
        self, page: Page[OrderAnswers | InvalidRecord]
    ) -> Page[Shortage | InvalidRecord]:
        """Return a page with the orders as they are now, and keep their answers."""
        self._log.keep([item for item in page.items if isinstance(item, OrderAnswers)])
        items = tuple(
            self._sent.shortage(item.order_id) if isinstance(item, OrderAnswers) else item
            for item in page.items
        )
        return Page(items=items, cursor=page.cursor)
