"""The files of one subject, read from a cursor or by id, with copies for what is not settled.

A file is read whole or not at all: one that cannot be read is refused, read again at each run
until it is mended, and stops no other. The cursor says which files were read, in which state and
by which mapping of the columns; a changed mapping reads everything anew.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from ordosync.accounts.files.file_listing import as_of, files_of, mark_of, oldest_first, state_of
from ordosync.accounts.files.formats.rows import RefusedFileError, without_rows
from ordosync.accounts.files.output.reject_files import ReturnFolder
from ordosync.accounts.files.record_types import Subject, belongs_to
from ordosync.accounts.files.rejections import id_of_file, reasons, refused_file, sources_in
from ordosync.accounts.files.row_index import Index
from ordosync.accounts.files.spool import Spool
from ordosync.accounts.files.spooled_records import Kept
from ordosync.errors import UnavailableError
from ordosync.models import Page, Unusable

T = TypeVar("T")


class FileReading(Generic[T]):
    """Reads the files of one subject; remembers the last reading until it is released."""

    def __init__(
        self, subject: Subject[T], *, account: str, spool: Path, returned: ReturnFolder | None
    ) -> None:
        self._subject = subject
        self._options = subject.options
        self._account = f"account {account}"
        self._doing = f"read {subject.name}"
        self._folder = spool / subject.name
        self._spool = Spool(self._folder)
        self._kept = Kept(subject, self._spool)
        self._index: Index[T] | None = None
        self._refused: dict[str, Unusable] = {}
        self._copies: set[Path] = set()
        """The copies that the last reading made."""
        self._troubles: set[str] = set()
        """The ids of the files and rows that the last reading found unusable."""
        self._unread: list[str] = []
        """The names of the files that the last reading left alone."""
        self._seen: tuple[dict[str, list[int] | None], Index[T]] | None = None
        """The last glance: the states of the files, and their rows."""
        self._young: frozenset[str] = frozenset()
        """Files that may still be being written, as the last glance found."""
        self._returned = returned
        self._reasons: dict[str, str] = {}
        """Why rows of the last reading from a cursor were refused, where they are given back."""

    def close(self) -> None:
        """Forget the rows of the last reading and the last glance."""
        self._young = frozenset()
        self._forget_glance()
        self._end()

    def _end(self) -> None:
        if self._index:
            self._index.close()
            self._index = None

    def since(
        self, cursor: str | None, *, now: datetime, patient: bool = False
    ) -> Iterator[Page[T | Unusable]]:
        """Read the files that are new, changed or refused before.

        What they name is also looked for in newer files that were read before, and, if it is not
        settled, in copies of files that are gone.
        """
        before = self._marks(cursor)
        marks: dict[str, list[int]] = {}
        newer: dict[str, Path] = {}
        index = self._new_index()
        for name, path in self._files().items():
            mark, age_s = state_of(path, now)
            if mark is None:
                continue
            if mark == before.get(name):
                marks[name] = mark
                self._unread.append(name)
                if self._copies:  # of files that are older, since they come oldest first
                    newer[name] = path
            elif patient and 0 <= age_s < self._options.quiet_s:
                self._unread.append(name)
            elif self._read(index, name, path) and state_of(path, now)[0] == mark:
                marks[name] = mark
        self._compare(index, newer)
        after = json.dumps({"mapping": self._options.fingerprint, "files": marks})
        yield Page(items=tuple(self._refused.values()), cursor=after)
        self._troubles = set(self._refused)
        for items in index.pages():
            self._troubles |= sources_in(items)
            if self._returned:
                self._reasons |= reasons(items)
            yield Page(items=tuple(items.values()), cursor=after)

    def _compare(self, index: Index[T], newer: Mapping[str, Path]) -> None:
        """Add what else there is about what was read, from newer files and from copies."""
        keys = index.keys() if newer else frozenset()
        for name, path in newer.items():
            self._read(index, name, path, only=keys)
        if self._subject.has_lines and set(self._spool.copies()) - self._copies:
            self._kept.add_to(
                index, index.keys(), only_kept=True, is_beside=True, without=self._copies
            )

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[T | Unusable]]:
        """Read these in the files as they are now, else in the copies that were kept."""
        index = self._new_index()
        wanted = frozenset(ids)
        self._refused = self._add_all(index, only=wanted)
        yield Page(items=tuple(item for id_, item in self._refused.items() if id_ in wanted))
        found = index.keys() & wanted
        self._kept.add_to(index, wanted - found)
        counting = self._kept.still_count(found, self._files())
        self._kept.add_to(index, counting, is_beside=True)
        for items in index.pages():
            yield Page(items=tuple(item for id_, item in items.items() if id_ in wanted))

    def now(self, *, quiet_at: datetime | None = None) -> Iterator[Page[T | Unusable]]:
        """Read all files as they are now, as a glance that is no reading.

        With `quiet_at`, a file that was written to just before is left alone, also by later
        glances until `close`. What is said of copies, and of files that cannot be read, stays
        with the last reading.
        """
        self._young = self._written_before(quiet_at) if quiet_at else frozenset()
        index: Index[T] = Index(self._subject)
        try:
            refused = self._add_all(index, only=None)
            yield Page(items=tuple(refused.values()))
            troubles = set(refused)
            for items in index.pages():
                troubles |= sources_in(items)
                yield Page(items=tuple(items.values()))
            if self._index is None:  # no reading from a cursor that this would disturb
                self._troubles, self._unread = troubles, list(self._young)
        finally:
            index.close()

    def now_of(self, ids: Sequence[str]) -> dict[str, T | Unusable]:
        """Glance at these in the files as they are now."""
        return self._glance().some(ids)

    def now_or_kept(self, ids: Sequence[str]) -> dict[str, T | Unusable]:
        """Glance at these in the files as they are now, else in the copies that were kept."""
        found = self.now_of(ids)
        for items in self._kept.pages(frozenset(ids) - found.keys(), only_kept=True):
            found |= items
        return found

    def _written_before(self, now: datetime) -> frozenset[str]:
        ages = {name: state_of(path, now)[1] for name, path in self._files().items()}
        return frozenset(name for name, age in ages.items() if 0 <= age < self._options.quiet_s)

    def _glance(self) -> Index[T]:
        """Return the rows of all files, read again only where one of them has changed.

        Tasks ask page by page, and each answer must not cost a reading of everything.
        """
        files = self._files().items()
        state = {name: mark_of(path) for name, path in files if name not in self._young}
        if self._seen is None or self._seen[0] != state:
            self._forget_glance()
            index: Index[T] = Index(self._subject)
            self._add_all(index, only=None)
            self._seen = state, index
        return self._seen[1]

    def _forget_glance(self) -> None:
        if self._seen:
            self._seen[1].close()
            self._seen = None

    def release(
        self,
        unsettled: AbstractSet[str],
        *,
        sources: AbstractSet[str] = frozenset(),
        dry: bool = False,
    ) -> AbstractSet[str]:
        """Delete the copies in which everything is settled.

        Return which of these files and rows the last reading found changed, or did not find.
        """
        for copy in list(self._spool.copies()):
            wanted = self._spool.wanted(copy)
            if self._index and copy in self._copies:
                wanted = self._index.among(copy, unsettled)
            elif wanted is None:
                wanted = self._kept.keys_in(copy, unsettled)
            self._spool.keep(copy, wanted & unsettled)
        self._spool.tidy()
        if self._returned and self._index and self._reasons and not dry:
            self._returned.write(self._index.rows_of(self._reasons), self._options)
            self._reasons = {}
        return frozenset(
            id_ for id_ in sources if id_ not in self._troubles and not self._is_unread(id_)
        )

    def forget(self, key: str, *, dry: bool) -> tuple[int, list[Path]]:
        """Take the rows of one key out of all copies.

        Return how many copies had some, and the copies that cannot be read by this mapping.
        """
        count, unreadable = 0, []
        for copy in list(self._spool.copies()):
            try:
                left = without_rows(
                    copy,
                    self._options,
                    belongs_to(key, self._subject.key),
                    json_lines=copy.suffix == ".jsonl",
                )
            except (RefusedFileError, OSError):
                unreadable.append(copy)
                continue
            if left is None:
                continue
            count += 1
            if not dry:
                self._spool.rewrite(copy, left)
        return count, unreadable

    def _is_unread(self, id_: str) -> bool:
        return any(
            id_ == id_of_file(name) or id_.startswith(f"{id_of_file(name)}:")
            for name in self._unread
        )

    def _new_index(self) -> Index[T]:
        self._end()
        self._index = Index(self._subject, whole_rows=self._returned is not None)
        self._refused, self._copies, self._unread, self._reasons = {}, set(), [], {}
        self._troubles = set()
        return self._index

    def _files(self) -> dict[str, Path]:
        files = files_of(self._options.glob, account=self._account, action=self._doing)
        if self._returned:
            files = {name: path for name, path in files.items() if not self._returned.holds(path)}
        return oldest_first(files)

    def _marks(self, cursor: str | None) -> dict[str, list[int]]:
        """Return the state of each file when it was read, as far as that was by this mapping."""
        try:
            found = json.loads(cursor or "{}")
            if found.get("mapping") == self._options.fingerprint:
                return dict(found["files"])
        except (ValueError, AttributeError, KeyError, TypeError):
            pass  # not our text: everything is read, and what is known is recognised
        return {}

    def _add_all(self, index: Index[T], *, only: AbstractSet[str] | None) -> dict[str, Unusable]:
        """Add all files as they are now; return those that cannot be read, by their id."""
        refused: dict[str, Unusable] = {}
        for name, path in self._files().items():
            if name in self._young:
                continue
            try:
                index.add(name, path, as_of=as_of(name, path), only=only)
            except FileNotFoundError:
                continue  # gone since the folder was listed
            except (RefusedFileError, OSError) as error:
                refused[id_of_file(name)] = refused_file(name, path, error, self._options)
        return refused

    def _read(
        self, index: Index[T], name: str, path: Path, *, only: AbstractSet[str] | None = None
    ) -> bool:
        try:
            copy = self._spool.copy(path, name)
        except FileNotFoundError:
            return False  # gone since the folder was listed
        except OSError as error:
            if error.filename != str(path):
                action, why = "keep a copy of its files", f"{self._folder}: {error.strerror}"
                raise UnavailableError(self._account, action, why) from error
            self._refused[id_of_file(name)] = refused_file(name, path, error, self._options)
            return False
        try:
            index.add(name, copy, as_of=as_of(name, copy), only=only, is_beside=only is not None)
        except RefusedFileError as error:
            self._refused[id_of_file(name)] = refused_file(name, path, error, self._options)
            return False
        self._copies.add(copy)
        return True
