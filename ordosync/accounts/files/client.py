"""The file readers of one portal and account, and the end of each read.

A task finishes its own read with the ids that are not settled yet, so only the last read can be
finished. A read that failed keeps its copies until the files are read again.
"""

from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, TypeVar

from ordosync.accounts.files.file_reader import FileReader
from ordosync.accounts.files.output.reject_files import RejectFolder
from ordosync.accounts.files.record_types import RecordType

T = TypeVar("T")


class FilesClient:
    """The readers of one opened account: its `client` and its `spool`."""

    calls = 0
    cost = 0

    def __init__(
        self,
        *,
        account: str,
        spool: Path,
        rejects: RejectFolder | None,
        timezone: str | None,
        is_dry: bool = False,
    ) -> None:
        self._account = account
        self._is_dry = is_dry
        """True in a dry run, which writes no rejected rows."""
        self.timezone = timezone
        self._spool = spool
        self._rejects = rejects
        self._readers: list[FileReader[Any]] = []
        self._last: FileReader[Any] | None = None

    def reader(self, record_type: RecordType[T]) -> FileReader[T]:
        """Return a reader of the files of one record type."""
        reader = FileReader(
            record_type,
            account=self._account,
            spool=self._spool,
            rejects=self._rejects,
            on_read=self._remember,
        )
        self._readers.append(reader)
        return reader

    def finish(
        self, unsettled: AbstractSet[str], *, sources: AbstractSet[str], dry: bool
    ) -> AbstractSet[str]:
        """End the last read, of any record type."""
        if self._last is None:
            return frozenset()
        return self._last.finish(unsettled, sources=sources, dry=dry or self._is_dry)

    def close(self) -> None:
        """Delete the rows of the last reads."""
        for reader in self._readers:
            reader.close()

    def _remember(self, reader: FileReader[Any]) -> None:
        self._last = reader
