"""Records in the copies of files that are kept, since something in them is not settled."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

from ordosync.accounts.files.file_listing import as_of
from ordosync.accounts.files.formats.rows import InvalidFileError
from ordosync.accounts.files.formats.text_file import without_rows
from ordosync.accounts.files.record_types import RecordType, belongs_to
from ordosync.accounts.files.row_index import RowIndex
from ordosync.accounts.files.spool import Spool
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
        is_beside: bool = False,
        without: AbstractSet[Path] = frozenset(),
    ) -> None:
        """Add the rows of these records from the copies to an index, without those it has.

        `only_kept` leaves out what a copy is not known to be kept for. Otherwise that is added,
        too: after a crash a note may not say yet what is unsettled.
        """
        for copy in reversed(list(self._spool.copies()) if ids else []):
            wanted = self._spool.wanted(copy)
            if copy in without or (wanted is not None and not wanted & ids):
                continue
            name = self._spool.name_of(copy)
            only = ids & wanted if only_kept and wanted else ids
            # A copy that was read by another mapping has none of them.
            with suppress(InvalidFileError, OSError):
                index.add(name, copy, as_of=as_of(name, copy), only=only, is_beside=is_beside)

    def still_valid(self, ids: AbstractSet[str], files: Mapping[str, Path]) -> frozenset[str]:
        """Return the orders for which copies count beside the files that are there.

        A file that was taken away may only have been archived. But a conflict between copies has
        been reported, and by taking a file away a person has decided which file is right.
        """
        if not self._record_type.has_lines or not ids or all(self._is_there(files)):
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

    def remove(self, key: str, *, dry: bool) -> tuple[int, list[Path]]:
        """Remove the rows of one key from all copies.

        Return how many copies had some, and the copies that this mapping cannot read.
        """
        count, unreadable = 0, []
        for copy in list(self._spool.copies()):
            try:
                rest = self._without(copy, key)
            except (InvalidFileError, OSError):
                unreadable.append(copy)
                continue
            if rest is None:
                continue
            count += 1
            if not dry:
                self._spool.rewrite(copy, rest)
        return count, unreadable

    def _without(self, copy: Path, key: str) -> bytes | None:
        is_gone = belongs_to(key, self._record_type.key)
        return without_rows(copy, self._record_type.options, is_gone)

    def _is_there(self, files: Mapping[str, Path]) -> Iterator[bool]:
        """Yield True for each copy whose file is still there, unchanged."""
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
