"""Copies of the files that are read, so that a file that is overwritten loses nothing.

A copy is readable by its owner alone and named by a digest, never by foreign text. It is deleted
when the last order or other record in it is settled. A note beside a copy says which file it is
of and, once that is known, for which records it is kept.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ordosync.accounts.files.file_listing import as_of
from ordosync.permissions import make_folder
from ordosync.regular_files import open_regular, read_regular


class Spool:
    """The folder of copies for one record type of an account."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def copy(self, file: Path, name: str) -> Path:
        """Copy a file; the same content of the same name is copied once. Raises `OSError`."""
        make_folder(str(self._folder), 0o700)
        half = self._folder / f".{os.getpid()}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
        half.unlink(missing_ok=True)
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW
        digest = hashlib.sha256(name.encode())
        with open_regular(file) as source, os.fdopen(os.open(half, flags, 0o600), "wb") as target:
            while block := source.read(1 << 20):
                digest.update(block)
                target.write(block)
            at = os.fstat(source.fileno())
            target.flush()
            os.utime(target.fileno(), ns=(at.st_atime_ns, at.st_mtime_ns))
        copy = self._folder / f"{digest.hexdigest()[:32]}{file.suffix.lower()}"
        # In one step, so that half a copy is never taken for a whole copy.
        half.rename(copy)
        if self.name_of(copy) != name:
            _write_note(copy, ids=None, name=name)
        return copy

    def copies(self) -> Iterator[Path]:
        """Yield the copies, oldest first: a copy is as old as its file."""
        if self._folder.is_dir():
            whole = [
                path
                for path in self._folder.iterdir()
                if not path.name.startswith(".") and path.suffix != ".json" and path.is_file()
            ]
            yield from sorted(whole, key=lambda path: as_of(self.name_of(path), path))

    def wanted(self, copy: Path) -> frozenset[str] | None:
        """Return the ids that a copy is kept for; None if its note does not say it."""
        note = _read_note(copy)
        return None if note is None or note["ids"] is None else frozenset(note["ids"])

    def name_of(self, copy: Path) -> str:
        """Return the name of the file that was copied, if its note says it."""
        note = _read_note(copy)
        return (note and note["name"]) or copy.name

    def keep(self, copy: Path, ids: Iterable[str]) -> None:
        """Keep a copy for these ids; delete it if there are none."""
        ids = sorted(ids)
        name = self.name_of(copy)
        if not ids:
            copy.unlink(missing_ok=True)
            _note_of(copy).unlink(missing_ok=True)
        elif _read_note(copy) != {"ids": ids, "name": name}:
            _write_note(copy, ids=ids, name=name)

    def rewrite(self, copy: Path, content: bytes) -> None:
        """Replace the content of a copy; delete it if there is none."""
        if not content:
            self.keep(copy, ())
            return
        half = copy.with_name(f".{copy.name}")
        half.unlink(missing_ok=True)
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW
        with os.fdopen(os.open(half, flags, 0o600), "wb") as file:
            file.write(content)
        at = copy.stat()
        half.replace(copy)
        # Copies are read by their age.
        os.utime(copy, ns=(at.st_atime_ns, at.st_mtime_ns))

    def tidy(self) -> None:
        """Delete what a crash left unfinished, and empty folders."""
        if not self._folder.is_dir():
            return
        for path in self._folder.glob(".*"):
            # Such as a folder, which ordosync has not made.
            with suppress(OSError):
                path.unlink(missing_ok=True)
        # A folder that is not empty keeps copies, here or for another portal.
        with suppress(OSError):
            for folder in (self._folder, *self._folder.parents[:3]):
                folder.rmdir()


def _read_note(copy: Path) -> dict[str, Any] | None:
    """Return the note of a copy; in an earlier release it was only a list of ids."""
    try:
        note = json.loads(read_regular(_note_of(copy)))
    except (OSError, ValueError):
        return None
    return {"ids": [], "name": "", **note} if isinstance(note, dict) else {"ids": note, "name": ""}


def _write_note(copy: Path, *, ids: Sequence[str] | None, name: str) -> None:
    half = copy.with_name(f".{_note_of(copy).name}")
    half.unlink(missing_ok=True)
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW
    with os.fdopen(os.open(half, flags, 0o600), "w", encoding="utf-8") as file:
        json.dump({"ids": ids, "name": name}, file)
    half.replace(_note_of(copy))


def _note_of(copy: Path) -> Path:
    return copy.with_suffix(f"{copy.suffix}.json")
