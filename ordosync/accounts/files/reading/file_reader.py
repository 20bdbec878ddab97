"""Files of one record type, read from a cursor or by id, with copies of unsettled records.

A file is read completely or not at all. A file that cannot be read is rejected and read again at
each run until it is fixed; it does not affect other files. The cursor has the state of each file
that was read, and the mapping of the columns. After a change of the mapping all files are read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.files.formats.rows import InvalidFileError
from ordosync.accounts.files.output.reject_files import RejectFolder
from ordosync.accounts.files.parsing.record_types import RecordType
from ordosync.accounts.files.reading.file_listing import (
    as_of,
    cursor_of,
    marks_of,
)
from ordosync.accounts.files.reading.file_source import FileSource
from ordosync.accounts.files.reading.rejections import (
    id_of_file,
    invalid_file,
    is_of,
    reasons,
    source_ids,
    unreadable,
    without_problem,
)
from ordosync.accounts.files.reading.row_index import RowIndex
from ordosync.accounts.files.reading.snapshot import Snapshot
from ordosync.accounts.files.reading.spool import Spool
from ordosync.accounts.files.reading.spooled_records import SpooledRecords
from ordosync.errors import UnavailableError
from ordosync.models import InvalidRecord, Page

T = TypeVar("T")


class FileReader(Generic[T]):
    """Reads the files of one record type, and keeps the last read until it is finished.

    A snapshot of the files as they are now makes no copies and need not be finished.
    """

    def __init__(
        self,
        record_type: RecordType[T],
        source: FileSource,
        *,
        account: str,
        spool: Path,
        rejects: RejectFolder | None,
        on_read: "Callable[[FileReader[T]], None]",
    ) -> None:
        self.record_type = record_type
        self.source = source
        self._options = record_type.options
        self._account = f"account {account}"
        self._folder = spool / record_type.name
        self._spool = Spool(self._folder)
        self.copies = SpooledRecords(record_type, self._spool)
        self._rejects = rejects
        self._on_read = on_read
        self._index: RowIndex[T] | None = None
        self._rejected: dict[str, InvalidRecord] = {}
        self._new_copies: set[Path] = set()
        """The copies that the last read made."""
        self._problems: set[str] = set()
        """The ids of the files and rows that the last read could not use."""
        self._unread: list[str] = []
        """The names of the files that the last read left out."""
        self._used: dict[str, bool] = {}
        """The names of the files whose records the last read had; True if it read them."""
        self._snapshot = Snapshot(self.files, self._read_all)
        self.unfinished: frozenset[str] = frozenset()
        """Files that may not be complete yet, as of the last snapshot."""
        self._reasons: dict[str, str] = {}
        """The reasons for rows that the last read from a cursor rejected, with a reject folder."""

    def close(self) -> None:
        """Delete the rows of the last read and of the last snapshot."""
        self.unfinished = frozenset()
        self.source.close()
        self._snapshot.forget()
        self._close_index()

    def _close_index(self) -> None:
        if self._index:
            self._index.close()
            self._index = None

    def changed(self, request: ReadRequest) -> Iterator[Page[T | InvalidRecord]]:
        """Yield the records of files that are new, changed or were rejected before.

        Their rows are also looked up in newer files that were read before, and, if they are not
        settled, in copies of files that were deleted.
        """
        self._on_read(self)
        return self._since(request)

    def _since(self, request: ReadRequest) -> Iterator[Page[T | InvalidRecord]]:
        known_marks, now = marks_of(request.cursor, self._options.fingerprint), request.now
        marks: dict[str, list[int]] = {}
        newer: dict[str, Path] = {}
        index = self._new_index()
        for name, path in self.files().items():
            mark, age_s = self.source.state_of(path, now)
            if mark is None:
                continue
            if mark == known_marks.get(name):
                marks[name] = mark
                self._unread.append(name)
                # The copies so far are of older files, since the oldest are read first.
                if self._new_copies:
                    newer[name] = path
            elif request.skip_recent and 0 <= age_s < self._options.quiet_s:
                self._unread.append(name)
            elif self._read(index, name, path) and self.source.state_of(path, now)[0] == mark:
                marks[name] = mark
        self._used = {name: name not in self._unread for name in marks}
        self._compare(index, newer)
        after = cursor_of(marks, self._options.fingerprint)
        yield Page(items=tuple(self._rejected.values()), cursor=after)
        self._problems = set(self._rejected)
        for items in index.pages():
            self._problems |= source_ids(items)
            if self._rejects:
                self._reasons |= reasons(items)
            yield Page(items=tuple(items.values()), cursor=after)

    def _compare(self, index: RowIndex[T], newer: Mapping[str, Path]) -> None:
        """Add other rows of the records that were read, from newer files and from copies."""
        keys = index.keys() if newer else frozenset()
        for name, path in newer.items():
            self._read(index, name, path, only=keys)
        if self.record_type.has_lines and set(self._spool.copies()) - self._new_copies:
            self.copies.add_to(
                index, index.keys(), only_kept=True, only_compared=True, without=self._new_copies
            )

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[T | InvalidRecord]]:
        """Yield these records from the files as they are now, otherwise from the kept copies."""
        self._on_read(self)
        return self._by_id(frozenset(ids))

    def _by_id(self, ids: AbstractSet[str]) -> Iterator[Page[T | InvalidRecord]]:
        index = self._new_index()
        self._rejected = self._add_all(index, only=ids)
        yield Page(items=tuple(item for id_, item in self._rejected.items() if id_ in ids))
        existing = index.keys() & ids
        self.copies.add_to(index, ids - existing)
        still_valid = self.copies.still_valid(existing, self.files())
        self.copies.add_to(index, still_valid, only_compared=True)
        for items in index.pages():
            yield Page(items=tuple(item for id_, item in items.items() if id_ in ids))

    def all(self, request: ReadRequest) -> Iterator[Page[T | InvalidRecord]]:
        """Yield the records of all files as they are now; the cursor is ignored.

        `skip_recent` leaves out files that were changed just now, also in later snapshots until
        `close`.
        """
        self._on_read(self)
        return self.current(quiet_at=request.now if request.skip_recent else None)

    def current(self, *, quiet_at: datetime | None = None) -> Iterator[Page[T | InvalidRecord]]:
        """Yield the records of all files as they are now.

        Copies and problems with files stay those of the last read.
        """
        self.unfinished = self._recently_changed(quiet_at) if quiet_at else frozenset()
        index: RowIndex[T] = RowIndex(self.record_type, files=self.files)
        try:
            rejected = self._add_all(index, only=None)
            yield Page(items=tuple(rejected.values()))
            problems = set(rejected)
            for items in index.pages():
                problems |= source_ids(items)
                yield Page(items=tuple(items.values()))
            # During a read from a cursor, its own problems are kept.
            if self._index is None:
                self._problems, self._unread = problems, list(self.unfinished)
                read = [name for name in self.files() if id_of_file(name) not in rejected]
                self._used = dict.fromkeys(set(read) - self.unfinished, True)
        finally:
            index.close()

    def current_of(self, ids: Sequence[str]) -> dict[str, T | InvalidRecord]:
        """Return these records from the files as they are now."""
        return self._snapshot.index(without=self.unfinished).some(ids)

    def current_beginning(self, prefix: str) -> list[T | InvalidRecord]:
        """Return the records whose ids begin with a text, from the files as they are now."""
        return self._snapshot.index(without=self.unfinished).beginning(prefix)

    def current_or_spooled(self, ids: Sequence[str]) -> dict[str, T | InvalidRecord]:
        """Return these records from the files as they are now, otherwise from the kept copies."""
        records = self.current_of(ids)
        for items in self.copies.pages(frozenset(ids) - records.keys(), only_kept=True):
            records |= items
        return records

    def _recently_changed(self, now: datetime) -> frozenset[str]:
        ages = {name: self.source.state_of(path, now)[1] for name, path in self.files().items()}
        return frozenset(name for name, age in ages.items() if 0 <= age < self._options.quiet_s)

    def _read_all(self) -> RowIndex[T]:
        index: RowIndex[T] = RowIndex(self.record_type, files=self.files)
        self._add_all(index, only=None)
        return index

    def finish(
        self, unsettled: AbstractSet[str], *, sources: AbstractSet[str], dry: bool
    ) -> AbstractSet[str]:
        """Delete the copies in which all records are settled, and put away files at a place.

        Return those of these files and rows that have changed or were not found in the last read.
        """
        for copy in list(self._spool.copies()):
            kept_ids = self._spool.kept_ids(copy)
            if self._index and copy in self._new_copies:
                kept_ids = self._index.among(copy, unsettled)
            elif kept_ids is None:
                kept_ids = self.copies.keys_in(copy, unsettled)
            self._spool.keep(copy, kept_ids & unsettled)
        self._spool.tidy()
        if self._rejects and self._index and self._reasons and not dry:
            self._rejects.write(self._index.rows_of(self._reasons), self._options)
            self._reasons = {}
        if not dry and self._used:
            read_now = (name for name, is_new in self._used.items() if is_new)
            self.source.finish(
                frozenset(self._used), clean=without_problem(read_now, self._problems)
            )
        return frozenset(
            id_
            for id_ in sources
            if id_ not in self._problems and not any(is_of(id_, name) for name in self._unread)
        )

    def _new_index(self) -> RowIndex[T]:
        self._close_index()
        is_whole = self._rejects is not None
        index = self._index = RowIndex(self.record_type, whole_rows=is_whole, files=self.files)
        self._new_copies, self._reasons, self._problems, self._used = set(), {}, set(), {}
        self._rejected = unreadable(self.source.problems, self._options)
        self._unread = list(self.source.waiting)
        return index

    def files(self) -> dict[str, Path]:
        """Return the files as they are now, oldest first."""
        return self.source.files()

    def _add_all(
        self, index: RowIndex[T], *, only: AbstractSet[str] | None
    ) -> dict[str, InvalidRecord]:
        """Add all files as they are now; return those that cannot be read, by their id."""
        files, rejected = self.files().items(), unreadable(self.source.problems, self._options)
        for name, path in ((n, p) for n, p in files if n not in self.unfinished):
            try:
                index.add(name, path, as_of=as_of(name, path), only=only)
            except FileNotFoundError:
                continue  # deleted after the folder was listed
            except (InvalidFileError, OSError) as error:
                rejected[id_of_file(name)] = invalid_file(name, path, error, self._options)
        return rejected

    def _read(
        self, index: RowIndex[T], name: str, path: Path, *, only: AbstractSet[str] | None = None
    ) -> bool:
        try:
            copy = self._spool.copy(path, name)
        except FileNotFoundError:
            return False  # deleted after the folder was listed
        except OSError as error:
            if error.filename != str(path):
                action, reason = "keep a copy of its files", f"{self._folder}: {error.strerror}"
                raise UnavailableError(self._account, action, reason) from error
            self._rejected[id_of_file(name)] = invalid_file(name, path, error, self._options)
            return False
        try:
            index.add(
                name, copy, as_of=as_of(name, copy), only=only, only_compared=only is not None
            )
        except InvalidFileError as error:
            self._rejected[id_of_file(name)] = invalid_file(name, path, error, self._options)
            return False
        self._new_copies.add(copy)
        return True
