"""Records in the copies of files, which are kept until all records in them are settled."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

from ordosync.accounts.files.formats.file_rows import has_records, without_rows
from ordosync.accounts.files.formats.rows import InvalidFileError
from ordosync.accounts.files.parsing.record_types import RecordType
from ordosync.accounts.files.parsing.row_keys import belongs_to
from ordosync.accounts.files.reading.file_listing import as_of
from ordosync.accounts.files.reading.row_index import RowIndex
from ordosync.accounts.files.reading.spool import Spool, rewrite
from ordosync.models import InvalidRecord

T = TypeVar("T")


class SpooledRecords(Generic[T]):
    """The records of one type in the copies."""

    def __init__(self, record_type: RecordType[T], spool: Spool) -> None:
        self._record_type = record_type
        self._spool = spool

    def pages(
        self, ids: AbstractSet[str], *, only_kept: bool = False
    ) -> Iterator[dict[str, T | InvalidRecord]]:
        """Yield these records from the copies; see `add_to`."""
        index = RowIndex(self._record_type)
        try:
            self.add_to(index, ids, only_kept=only_kept)
            for items in index.pages():
                yield {id_: item for id_, item in items.items() if id_ in ids}
        finally:
            index.close()

    def add_to(
        self,
        index: RowIndex[T],
        ids: AbstractSet[str],
        *,
        only_kept: bool = False,
        only_compared: bool = False,
        without: AbstractSet[Path] = frozenset(),
    ) -> None:
        """Add the rows of these records in the copies to an index.

        `only_kept` leaves out records for which a copy is not kept, if its note has ids. Otherwise
        they are added, too: after a crash a note may not have the unsettled ids yet.
        """
        for copy in reversed(list(self._spool.copies()) if ids else []):
            kept_ids = self._spool.kept_ids(copy)
            if copy in without or (kept_ids is not None and not kept_ids & ids):
                continue
            name = self._spool.name_of(copy)
            only = ids & kept_ids if only_kept and kept_ids else ids
            # A copy that this mapping cannot read has no such record.
            with suppress(InvalidFileError, OSError):
                index.add(
                    name, copy, as_of=as_of(name, copy), only=only, only_compared=only_compared
                )

    def still_valid(self, ids: AbstractSet[str], files: Mapping[str, Path]) -> frozenset[str]:
        """Return the orders for which copies count in addition to the existing files.

        A file that was removed may only have been archived. But a conflict between copies has
        been reported, and a user who removed a file has decided which file is right.
        """
        if not self._record_type.has_lines or not ids or all(self._are_current(files)):
            return frozenset()
        conflicts = {
            id_
            for items in self.pages(ids)
            for id_, item in items.items()
            if isinstance(item, InvalidRecord) and item.code == "conflict"
        }
        return frozenset(ids) - conflicts

    def keys_in(self, copy: Path, keys: AbstractSet[str]) -> frozenset[str]:
        """Return which of these keys a copy has."""
        index = RowIndex(self._record_type)
        try:
            index.add(copy.name, copy, as_of="", only=keys)
            return index.among(copy, keys)
        except (InvalidFileError, OSError):
            return frozenset()
        finally:
            index.close()

    def remove(
        self, key: str, *, dry: bool, mirrored: Iterable[Path] = ()
    ) -> tuple[int, list[Path]]:
        """Remove the rows of one key from all copies, and from these files of a mirror.

        Return how many of them had some, and those that this mapping cannot read.
        """
        count, unreadable = 0, []
        owned = [(copy, self._spool.rewrite) for copy in self._spool.copies()]
        for path, write in (*owned, *((path, rewrite) for path in mirrored)):
            try:
                content = self._without(path, key)
            except (InvalidFileError, OSError):
                unreadable.append(path)
                continue
            if content is None:
                continue
            count += 1
            if not dry:
                write(path, content)
        return count, unreadable

    def _without(self, copy: Path, key: str) -> bytes | None:
        options = self._record_type.options
        is_whole = has_records(copy, options)
        is_removed = belongs_to(key, self._record_type.key, has_records=is_whole)
        return without_rows(copy, options, is_removed)

    def _are_current(self, files: Mapping[str, Path]) -> Iterator[bool]:
        """Yield True for each copy whose file still exists unchanged."""
        for copy in self._spool.copies():
            name = self._spool.name_of(copy)
            path = files.get(name)
            try:
                yield (
                    path is not None
                    and path.stat().st_size == copy.stat().st_size
                    and as_of(name, path) == as_of(name, copy)
                )
            except OSError:
                yield False
