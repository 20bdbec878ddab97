"""The mirror of one reading: private local copies of the files that a place shows.

`refresh` lists the place once. A file with a new mark is fetched when a later listing, `quiet_s`
afterwards, shows the same mark, or when its marker is there. What is gone from the place stays
in the mirror. Everything else reads the mirror like a local folder.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

from msgspec.structs import replace

from ordosync import progress
from ordosync.accounts.files.places.mirror import file_list, sightings
from ordosync.accounts.files.places.mirror.as_of_times import as_of
from ordosync.accounts.files.places.mirror.fetching import Fetcher
from ordosync.accounts.files.places.mirror.file_list import Files, MirroredFile
from ordosync.accounts.files.places.mirror.folder import MirrorFolder
from ordosync.accounts.files.places.patience import Patience
from ordosync.accounts.files.places.patterns import NamePattern
from ordosync.accounts.files.places.place import Entry, Mark, Place, shown
from ordosync.clock import Clock
from ordosync.errors import (
    NotFoundError,
    RefusedError,
    StoppedCallError,
    UnavailableError,
)
from ordosync.failpoints import fault
from ordosync.text import plural, size_text

_GIVES_UP = 3
"""The failed fetches in a row after which a file counts as one that cannot be read."""
_IN_A_ROW = 2
"""The failed fetches of different files in a row after which the others are not tried."""


class Mirror:
    """The files of one reading of an account."""

    def __init__(
        self,
        folder: MirrorFolder,
        pattern: NamePattern,
        place: Place,
        *,
        account: str,
        clock: Clock,
        patience: Patience,
        quiet_s: int,
        ready: str,
        max_files: int,
        most_bytes: int,
    ) -> None:
        self.folder = folder
        self.pattern = pattern
        self.place = place
        self._account = account
        self._clock = clock
        self._patience = patience
        self._quiet = timedelta(seconds=quiet_s)
        self._ready = ready
        self._max_files = max_files
        self._most_bytes = most_bytes
        self._fetcher = Fetcher(folder.path, place, account=account, most_bytes=most_bytes)
        self._is_first = False
        self.notes: list[str] = []
        """Remarks about the last refresh."""

    def refresh(self) -> Files:
        """List the place, and fetch what is new. Raises `AccountError`."""
        self.notes = []
        with self.folder.locked():
            self._is_first = self.folder.is_new
            before = self.folder.load()
            if self.place.can_list:
                files, names = self._listed(before)
            else:
                files, names = self._unlisted(before)
            files = self._after_crash(files)
            if files != before or self._is_first:
                self.folder.save(files)
            self._fetch_all(files, names)
            self.folder.tidy(files, before)
            return files

    def _listed(self, files: Files) -> tuple[dict[bytes, MirroredFile], Sequence[bytes]]:
        """Return the files after a listing, and the names to fetch; wait once if that helps."""
        found, entries = self._list(files)
        names, wait_s = self._ready_names(found, entries)
        with progress.phase("wait until new files stay the same"):
            has_waited = self._patience.wait(wait_s)
        if has_waited:
            found, entries = self._list(found)
            names, _ = self._ready_names(found, entries)
        waiting = [name for name in sightings.wanted(found) if found[name].is_changed]
        if left := [found[name].name for name in waiting if name not in names]:
            reason = "without a marker" if self._ready else "which may still be written"
            self.notes.append(f"not read yet: {_some(left)}, {reason}")
        if len(names) > self._max_files:
            left = [found[name].name for name in names[self._max_files :]]
            self.notes.append(f"not read yet: {_some(left)}, because of `max_files`")
        return found, names[: self._max_files]

    def entries(self) -> Sequence[Entry]:
        """Return everything in the folder of the place."""
        folder = self.pattern.folder
        try:
            return self.place.list(folder, needs=self.pattern.has)
        except NotFoundError as error:
            reason = "the folder does not exist; ask the partner, or correct `glob`"
            raise NotFoundError(self._account, f"list {shown(folder)}", reason) from error

    def _list(self, files: Files) -> tuple[dict[bytes, MirroredFile], Sequence[Entry]]:
        entries = self.entries()
        wanted = [entry for entry in entries if not self.pattern.why_not(entry)]
        return sightings.updated(files, wanted, self._clock.now()), entries

    def _ready_names(self, files: Files, entries: Sequence[Entry]) -> tuple[list[bytes], float]:
        """Return the names to fetch now, and the seconds until all others can be fetched."""
        now, markers = self._clock.now(), self._markers(files, entries)
        names, wait_s = [], 0.0
        for name in sightings.wanted(files):
            file = files[name]
            if sightings.is_settled(file, now, self._quiet, markers):
                names.append(name)
            elif markers is None and file.is_changed:
                left = self._quiet - (now - file.first_seen_at)
                wait_s = max(wait_s, left.total_seconds())
        return names, wait_s

    def _markers(self, files: Files, entries: Sequence[Entry]) -> Mapping[bytes, bool] | None:
        if not self._ready:
            return None
        names = {entry.name for entry in entries}
        return {name: self.marker_of(name) in names for name in files}

    def marker_of(self, name: bytes) -> bytes:
        """Return the name of the marker of a file; empty if markers are not used."""
        return self._ready.encode().replace(b"{name}", name)

    def _unlisted(self, files: Files) -> tuple[dict[bytes, MirroredFile], Sequence[bytes]]:
        """Return the only file of a place that cannot be listed; it is asked for each time."""
        [name] = self.pattern.names
        file = files.get(name) or file_list.first_seen(name, Mark(), self._clock.now())
        return {**files, name: replace(file, gone_at=None)}, [name]

    def _after_crash(self, files: dict[bytes, MirroredFile]) -> dict[bytes, MirroredFile]:
        """Return the files without those that a crash has left between listing and fetch."""
        recovered: dict[bytes, MirroredFile] = {}
        for name, file in files.items():
            if file.is_fetching and file.gone_at:
                kept = self._fetcher.after_crash(file, partial(self._as_of, file, files))
                if kept:
                    recovered[name] = kept
                continue
            if file.is_fetching:
                self._fetcher.forget_part(file)
            recovered[name] = replace(file, is_fetching=False)
        return recovered

    def _fetch_all(self, files: dict[bytes, MirroredFile], names: Sequence[bytes]) -> None:
        """Fetch these files, and change their records in `files`."""
        if not names:
            return
        if self.place.can_list:
            for name in names:
                files[name] = replace(files[name], is_fetching=True)
            self.folder.save(files)
        with progress.phase("fetch files", total=len(names)):
            self._fetch_each(files, names)

    def _fetch_each(self, files: dict[bytes, MirroredFile], names: Sequence[bytes]) -> None:
        failed: list[UnavailableError] = []
        in_a_row = fetched = 0
        for name in names:
            before = files[name]
            if in_a_row >= _IN_A_ROW:
                files[name] = replace(before, is_fetching=False)
                continue
            try:
                fetched += self._fetch(files, name)
                in_a_row = 0
            except StoppedCallError:
                raise
            except UnavailableError as error:
                in_a_row += 1
                if not self._failed(files, name, error):
                    failed.append(error)
            if files[name] != before:
                self.folder.save(files)
            progress.advance(1)
            fault("mirror-listed")
        if fetched:
            size = sum(files[name].seen.size or 0 for name in names if name in files)
            count = plural(fetched, "1 file", f"{fetched} files")
            self.notes.append(f"{count} fetched ({size_text(size)})")
        if failed:
            raise failed[0]

    def _fetch(self, files: dict[bytes, MirroredFile], name: bytes) -> bool:
        """Fetch a file; True if its content is new."""
        file, began_at = files[name], self._clock.now()
        if not self.place.can_list:
            file = replace(file, first_seen_at=began_at)
        try:
            after = self._fetcher.fetch(
                file, self.pattern.path(name), partial(self._as_of, file, files)
            )
        except NotFoundError:
            if not self.place.can_list:
                raise
            # It was taken after the listing.
            files[name] = replace(file, is_fetching=False, gone_at=self._clock.now())
            return False
        except RefusedError as error:
            if self.place.can_list and not file.is_changed:
                # The place may let each file be read once.
                files[name] = replace(file, is_fetching=False, is_final=True)
            else:
                files[name] = replace(file, is_fetching=False, problem=error.answer)
            return False
        if after != file:
            is_final = not self.place.can_list or sightings.is_final(file, began_at)
            files[name] = replace(after, fetched_at=began_at, is_final=is_final)
        return after.digest != file.digest

    def _failed(
        self, files: dict[bytes, MirroredFile], name: bytes, error: UnavailableError
    ) -> bool:
        """Record a failed fetch; True if the file counts as one that cannot be read."""
        file = files[name]
        failures = file.failures + 1
        gives_up = failures >= _GIVES_UP and self.place.can_list
        problem = f"could not be fetched {failures} times: {error.answer}" if gives_up else ""
        files[name] = replace(file, is_fetching=False, failures=failures, problem=problem)
        return gives_up

    def _as_of(self, file: MirroredFile, files: Files, mark: Mark) -> int:
        found = replace(file, seen=mark)
        return as_of(found, files.values(), is_first_listing=self._is_first)


def _some(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
