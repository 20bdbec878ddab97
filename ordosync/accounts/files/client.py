"""The file readers of one portal and account, and the end of each read.

A task finishes its own read with the ids that are not settled yet, so only the last read can be
finished. A read that failed keeps its copies until the files are read again.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from ordosync.accounts.account import PortalContext
from ordosync.accounts.connections import Connections
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.input_options.stock_files import StockFiles
from ordosync.accounts.files.outbox.handed_over import HandedOver
from ordosync.accounts.files.output.reject_files import RejectFolder
from ordosync.accounts.files.parsing.record_types import RecordType
from ordosync.accounts.files.places.patience import Patience
from ordosync.accounts.files.reading.file_listing import (
    newest_content_time,
    newest_time,
)
from ordosync.accounts.files.reading.file_reader import FileReader
from ordosync.accounts.files.reading.file_source import FileSource, LocalFiles, missing_text
from ordosync.errors import AccountError

T = TypeVar("T")


class FilesClient:
    """The readers of one opened account: its `client` and its `spool`."""

    calls = 0
    cost = 0

    def __init__(
        self,
        *,
        account: str,
        portal: PortalContext,
        at: Connections,
        rejects: RejectFolder | None,
        handed_over: HandedOver,
        timezone: str | None,
        is_dry: bool = False,
    ) -> None:
        self._account = account
        self._is_dry = is_dry
        """True in a dry run, which writes no rejected rows."""
        self.timezone = timezone
        self._portal = portal
        self._at = at
        self._patience = Patience(at.clock)
        self._rejects = rejects
        self._handed_over = handed_over
        self._readers: list[FileReader[Any]] = []
        self._read: list[FileReader[Any]] = []
        """The readers that were used since the last `close`."""
        self._last: FileReader[Any] | None = None
        self.on_finish: Callable[[AbstractSet[str]], None] = lambda _: None
        """Called with the unsettled ids at the end of a complete read."""

    @property
    def notes(self) -> Sequence[str]:
        """The reads since the last `close` that found no file, and what places gave and got."""
        missing = [
            f"{reader.record_type.name}: {missing_text(reader.record_type.options)}"
            for reader in self._read
            if _has_no_file(reader)
        ]
        of_places = [
            f"{reader.record_type.name}: {note}"
            for reader in self._readers
            for note in reader.source.notes
        ]
        written = [] if self._is_dry else filter(None, [self._handed_over.note])
        return [*missing, *of_places, *written]

    def newest(self) -> Mapping[str, datetime | None]:
        """Return the time of the newest file of each reading that has `max_age` and was read."""
        return {
            reader.record_type.name: _newest_at(reader)
            for reader in self._read
            if reader.record_type.options.age_limit
        }

    def reader(self, record_type: RecordType[T]) -> FileReader[T]:
        """Return a reader of the files of one record type."""
        reader = FileReader(
            replace(record_type, account=self._account),
            self._source(record_type.name, record_type.options),
            account=self._account,
            spool=self._portal.spool,
            rejects=self._rejects,
            on_read=self._remember,
        )
        self._readers.append(reader)
        return reader

    def _source(self, name: str, options: InputFiles) -> FileSource:
        if options.place:
            # Local folders need none of it.
            from ordosync.accounts.files.places.mirror.opening import (  # noqa: PLC0415
                mirrored_files,
            )

            return mirrored_files(
                name,
                options,
                self._portal,
                self._at,
                account=self._account,
                patience=self._patience,
            )
        return LocalFiles(
            options,
            account=f"account {self._account}",
            action=f"read {name}",
            rejects=self._rejects,
        )

    def optional_reader(
        self, record_type: Callable[[Any], RecordType[T]], options: object
    ) -> FileReader[T] | None:
        """Return a reader of the files of these options; None without options."""
        return None if options is None else self.reader(record_type(options))

    def finish(
        self, unsettled: AbstractSet[str], *, sources: AbstractSet[str], dry: bool
    ) -> AbstractSet[str]:
        """End the last read, of any record type."""
        if not (dry or self._is_dry):
            self.on_finish(unsettled)
        if self._last is None:
            return frozenset()
        return self._last.finish(unsettled, sources=sources, dry=dry or self._is_dry)

    def close(self) -> None:
        """Delete the rows of the last reads."""
        self._handed_over.clear()
        self._read = []
        self._patience.renew()
        for reader in self._readers:
            reader.close()

    def _remember(self, reader: FileReader[Any]) -> None:
        self._last = reader
        if reader not in self._read:
            self._read.append(reader)


def _newest_at(reader: FileReader[Any]) -> datetime | None:
    try:
        files = reader.files()
        is_stock = isinstance(reader.record_type.options, StockFiles)
        # An empty file has no orders, but it does not say that there is no stock.
        return newest_content_time(files) if is_stock else newest_time(files)
    except AccountError:
        return None


def _has_no_file(reader: FileReader[Any]) -> bool:
    try:
        return not reader.files()
    except AccountError:
        return False
