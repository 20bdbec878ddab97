"""The mirror as a reader sees it: files by their names, which never change under a mark."""

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from ordosync.accounts.files.input_options.after_reading import KEEP
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.stock_files import StockFiles
from ordosync.accounts.files.places.mirror.after_reading import put_away
from ordosync.accounts.files.places.mirror.file_list import Files, MirroredFile
from ordosync.accounts.files.places.mirror.mirror import Mirror
from ordosync.accounts.files.reading.file_listing import oldest_first
from ordosync.accounts.files.reading.spool import Spool
from ordosync.clock import Clock
from ordosync.errors import AccountError, UnavailableError

_DIGITS = 12
"""Hexadecimal digits of the digest in a mark, which JSON keeps exactly."""


class MirroredFiles:
    """The files of one reading in the mirror, for one portal."""

    def __init__(
        self,
        mirror: Mirror,
        options: InputFiles,
        *,
        portal: str,
        spools: Mapping[str, Path],
        retention: timedelta | None,
        account: str,
        clock: Clock,
    ) -> None:
        """`spools` has the folder with copies of this reading for each portal of the account."""
        self._mirror = mirror
        self._portal = portal
        self._spools = spools
        self._retention = retention
        self._account = account
        self._clock = clock
        self._after = options.after or KEEP
        self._is_stock = isinstance(options, StockFiles)
        self._is_complete = isinstance(options, OrderFiles) and options.complete
        self._found: Files | None = None
        self._error: AccountError | None = None
        self._after_notes: list[str] = []

    @property
    def notes(self) -> Sequence[str]:
        """Remarks about the last listing, and about files that could not be put away."""
        return [*self._mirror.notes, *self._after_notes] if self._found is not None else ()

    @property
    def problems(self) -> Mapping[str, str]:
        """The reasons why files of the place cannot be fetched or unpacked."""
        return {file.name: file.problem for file in self._refreshed().values() if file.problem}

    @property
    def waiting(self) -> Sequence[str]:
        """The names of files whose content at the place is not fetched yet."""
        found = self._refreshed().values()
        return [file.name for file in found if file.is_changed and not file.gone_at]

    @property
    def owned(self) -> Sequence[Path]:
        """All files in the mirror, also those that are gone from the place."""
        found = self._mirror.folder.load().values()
        return [self._path(file) for file in found if file.file]

    def files(self) -> dict[str, Path]:
        """Return the files of the mirror, oldest first, after a listing of the place."""
        found = self._refreshed().values()
        files = {file.name: self._path(file) for file in found if file.file and self._counts(file)}
        if self._is_stock and not files and any(file.file for file in found):
            reason = "all files are gone from the place, so the quantities are unknown"
            raise UnavailableError(self._account, "read stock", reason)
        return oldest_first(files)

    def _counts(self, file: MirroredFile) -> bool:
        """True if a file counts. The partner takes back quantities by removing their file."""
        return not (self._is_stock and file.gone_at and not file.taken)

    def state_of(self, path: Path, now: datetime) -> tuple[list[int] | None, float]:  # noqa: ARG002
        """Return a mark of the content as it was fetched; a file is never too recent.

        If a file has all open orders, the time of its last change decides, too.
        """
        try:
            stat = path.stat()
        except FileNotFoundError:
            return None, 0
        digest = int(path.stem.rpartition("-")[2][:_DIGITS], 16)
        return [digest, int(stat.st_mtime) if self._is_complete else 0], math.inf

    def finish(self, names: AbstractSet[str], *, clean: AbstractSet[str]) -> None:
        """Note that this portal has read these files, and put them away at the place.

        The records are stored, so an error is only a remark.
        """
        try:
            with self._mirror.folder.locked():
                self._finish(names, clean)
        except AccountError as error:
            self._after_notes.append(str(error))

    def _finish(self, names: AbstractSet[str], clean: AbstractSet[str]) -> None:
        folder = self._mirror.folder
        files = folder.load()
        read = [name for name, file in files.items() if file.name in names and file.file]
        whole = [name for name in read if files[name].name in clean]
        noted = {**files, **{name: self._noted(files[name]) for name in whole}}
        kept = {name: file for name, file in noted.items() if not self._is_over(file)}
        if kept != files:
            folder.save(kept)
            folder.tidy(kept)
        if self._after != KEEP:
            self._after_notes += put_away(self._mirror, read, self._after, self._is_settled)

    def close(self) -> None:
        """Forget the listing."""
        self._found, self._error, self._after_notes = None, None, []

    def _noted(self, file: MirroredFile) -> MirroredFile:
        if self._portal in file.readers:
            return file
        return replace(file, readers=tuple(sorted({*file.readers, self._portal})))

    def _is_over(self, file: MirroredFile) -> bool:
        """True if a file is gone from the place, and nothing needs its content any more."""
        if not file.gone_at or self._retention is None:
            return False
        is_old = self._clock.now() - file.gone_at > self._retention
        return is_old and self._is_read_by_all(file) and self._is_settled(file.name)

    def _is_read_by_all(self, file: MirroredFile) -> bool:
        return set(self._spools) <= set(file.readers)

    def _is_settled(self, name: str) -> bool:
        """True if every portal has read a file, and keeps no copy of it."""
        file = next(each for each in self._mirror.folder.load().values() if each.name == name)
        return self._is_read_by_all(file) and not any(
            spool.name_of(copy) == name
            for spool in map(Spool, self._spools.values())
            for copy in spool.copies()
        )

    def _path(self, file: MirroredFile) -> Path:
        return self._mirror.folder.path / file.file

    def _refreshed(self) -> Files:
        if self._error:
            raise self._error
        if self._found is None:
            try:
                self._found = self._mirror.refresh()
            except AccountError as error:
                self._error = error
                raise
        return self._found
