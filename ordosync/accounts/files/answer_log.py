"""Answers of the Supplier to each written order, the newest of each line.

A file of answers has what is new, and may be removed or overwritten once it is read. So the answers
that were read are kept beside the order's record. They have no personal data.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from ordosync.accounts.files.output.order_records import OrderRecords
from ordosync.accounts.files.parsing.answer_parser import AnswerRow, OrderAnswers
from ordosync.accounts.files.reading.file_reader import FileReader
from ordosync.atomic_write import replace_file
from ordosync.errors import RefusedError, UnavailableError
from ordosync.models import InvalidRecord
from ordosync.regular_files import read_regular


class AnswerLog:
    """The answers in the files as they are now, and those that were read before."""

    def __init__(
        self, reader: FileReader[OrderAnswers], records: OrderRecords, *, account: str
    ) -> None:
        self._reader = reader
        self._records = records
        self._account = f"account {account}"

    def rows_of(self, order_id: str) -> Sequence[AnswerRow]:
        """Return the answers to an order, oldest first."""
        item = self._reader.current_of([order_id]).get(order_id)
        rows = item.rows if isinstance(item, OrderAnswers) else ()
        return _newest((*self._kept(self._records.answers_path(order_id)), *rows))

    def names(self, order_id: str) -> bool:
        """True if a file has answers to an order, also if they cannot be used."""
        item = self._reader.current_of([order_id]).get(order_id)
        return item is not None and not (isinstance(item, InvalidRecord) and item.is_skipped)

    def keep(self, items: Sequence[OrderAnswers]) -> None:
        """Keep answers that were read, if their order was written here.

        Raises `UnavailableError`.
        """
        action = "keep answers"
        paths = {item.order_id: self._records.answers_path(item.order_id) for item in items}
        if not any(paths.values()):
            return
        with self._records.locked(action, only_records=True):
            for item in items:
                path = paths[item.order_id]
                kept = self._kept(path)
                rows = _newest((*kept, *item.rows))
                if path and rows != kept:
                    try:
                        replace_file(path, msgspec.json.encode(rows), mode=0o600)
                    except OSError as error:
                        reason = f"{path}: {error.strerror or error}"
                        raise UnavailableError(self._account, action, reason) from error

    def _kept(self, path: Path | None) -> Sequence[AnswerRow]:
        if path is None:
            return ()
        try:
            return msgspec.json.decode(read_regular(path), type=list[AnswerRow])
        except FileNotFoundError:
            return ()
        except (OSError, msgspec.MsgspecError) as error:
            reason = f"{path} cannot be read; remove it, and drop the files with its answers again"
            raise RefusedError(self._account, "read answers", reason) from error


def _newest(rows: Iterable[AnswerRow]) -> list[AnswerRow]:
    """Return the newest row of each line and answer, oldest first."""
    newest: dict[tuple[str, str, str], AnswerRow] = {}
    for row in sorted(rows, key=lambda row: row.as_of):
        newest.pop(row.key, None)
        newest[row.key] = row
    return list(newest.values())
