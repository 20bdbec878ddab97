"""Fetches one file of a place into the mirror, whole or not at all.

The content goes to a `.part` file first. It is renamed to its final name, and recorded in the list,
only if its length is that of the listing and its mark did not change meanwhile. The final name has
a digest of the content, so a file of the mirror never changes.
"""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from msgspec.structs import replace

from ordosync import progress
from ordosync.accounts.files.places.mirror.file_list import MirroredFile
from ordosync.accounts.files.places.mirror.unpacking import (
    NotUnpackedError,
    is_packed,
    unpack,
    unpacked_suffix,
)
from ordosync.accounts.files.places.place import Fetched, Mark, Place
from ordosync.atomic_write import sync_folder
from ordosync.errors import RefusedError, UnavailableError
from ordosync.failpoints import fault

_KEY = 16
_DIGEST = 32


class Fetcher:
    """Fetches the files of one folder of the mirror."""

    def __init__(self, folder: Path, place: Place, *, account: str, most_bytes: int) -> None:
        self._folder = folder
        self._place = place
        self._account = account
        self._most_bytes = most_bytes

    def fetch(self, file: MirroredFile, path: bytes, as_of: Callable[[Mark], int]) -> MirroredFile:
        """Return the record of a file after a fetch; unchanged if it still has its mark.

        Raises the errors of `Place.fetch`, and `OSError` for the mirror.
        """
        self._check_size(file)
        part = self._part(file)
        known = file.fetched if file.digest and not self._place.can_list else None
        size = file.seen.size if self._place.can_list else None
        with progress.transfer(f"fetch {file.name}", size=size):
            with _private(part) as to:
                fetched = self._place.fetch(path, to, most_bytes=self._most_bytes, known=known)
                to.flush()
                os.fsync(to.fileno())
            if fetched is None:
                part.unlink()
                return replace(file, failures=0, problem="", is_fetching=False)
            mark = self._checked(file, fetched, part.stat().st_size)
        fault("mirror-part")
        return self.kept(file, part, mark, as_of)

    def _check_size(self, file: MirroredFile) -> None:
        if (file.seen.size or 0) > self._most_bytes:
            reason = f"has more than {self._most_bytes >> 20} MB; raise `max_mb`"
            raise RefusedError(self._account, f"fetch {file.name}", reason)

    def _checked(self, file: MirroredFile, fetched: Fetched, length: int) -> Mark:
        """Return the mark of the content. Raises `UnavailableError` if it may be a mixture."""
        marks = [fetched.before, fetched.after]
        if self._place.can_list:
            marks.insert(0, file.seen)
        is_whole = all(mark.size in (None, length) for mark in marks)
        if not is_whole or not all(map(_agree, marks, marks[1:])):
            action = f"fetch {file.name}"
            raise UnavailableError(self._account, action, "it changed while it was read")
        return file.seen if self._place.can_list else fetched.after

    def kept(
        self, file: MirroredFile, part: Path, mark: Mark, as_of: Callable[[Mark], int]
    ) -> MirroredFile:
        """Give a file that was read whole its final name; return its record."""
        with part.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        is_touched = digest == file.digest and bool(file.file or file.problem)
        at = file.as_of if mark == file.fetched else as_of(mark)
        record = replace(
            file,
            seen=mark,
            fetched=mark,
            as_of=at,
            digest=digest,
            is_fetching=False,
            failures=0,
            problem=file.problem if is_touched else "",
        )
        if is_touched:
            part.unlink()
        else:
            record = self._named(replace(record, readers=()), part)
        if record.file:
            # Files of the mirror are as old as their content.
            os.utime(self._folder / record.file, (at, at))
        return record

    def _named(self, record: MirroredFile, part: Path) -> MirroredFile:
        try:
            suffix = self._unpacked(record.name, part)
        except NotUnpackedError as error:
            part.unlink()
            return replace(record, file="", problem=str(error))
        name = f"{_key(record.name)}-{record.digest[:_DIGEST]}{suffix}"
        part.rename(self._folder / name)
        sync_folder(self._folder)
        fault("mirror-named")
        return replace(record, file=name)

    def _unpacked(self, name: str, part: Path) -> str:
        """Unpack an archive in place; return the suffix of the content."""
        if not is_packed(name):
            return _plain(unpacked_suffix(name))
        unpacked = part.with_suffix(".unpacked")
        try:
            with _private(unpacked) as to:
                suffix = unpack(part, name, to, most_bytes=self._most_bytes)
                to.flush()
                os.fsync(to.fileno())
        except NotUnpackedError:
            unpacked.unlink()
            raise
        unpacked.rename(part)
        return _plain(suffix or unpacked_suffix(name))

    def after_crash(self, file: MirroredFile, as_of: Callable[[Mark], int]) -> MirroredFile | None:
        """Return the record of a file that was taken from the place during an earlier fetch.

        None if nothing was read of it. A file that was read whole is kept.
        """
        part = self._part(file)
        for named in self._folder.glob(f"{_key(file.name)}-*"):
            if named.name != file.file:
                named.rename(part)
        if not part.exists():
            return replace(file, is_fetching=False) if file.file else None
        if part.stat().st_size == file.seen.size and not is_packed(file.name):
            return self.kept(file, part, file.seen, as_of)
        part.unlink()
        reason = "was taken from the place while it was fetched; ask the partner for it again"
        return replace(file, is_fetching=False, problem=reason)

    def forget_part(self, file: MirroredFile) -> None:
        """Delete what an interrupted fetch left."""
        with suppress(FileNotFoundError):
            self._part(file).unlink()

    def _part(self, file: MirroredFile) -> Path:
        return self._folder / f"{_key(file.name)}.part"


def _key(name: str) -> str:
    return hashlib.sha256(name.encode("ascii")).hexdigest()[:_KEY]


def _private(path: Path) -> BinaryIO:
    """Open a file that only its owner can read, without what it had before."""
    flags = os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def _agree(first: Mark, second: Mark) -> bool:
    """True if two marks do not contradict each other; a place may not tell all of them."""
    pairs = (
        (first.size, second.size),
        (first.changed, second.changed),
        (first.etag or None, second.etag or None),
    )
    return all(None in pair or pair[0] == pair[1] for pair in pairs)


def _plain(suffix: str) -> str:
    return suffix if suffix[1:].isascii() and suffix[1:].isalnum() else ""
