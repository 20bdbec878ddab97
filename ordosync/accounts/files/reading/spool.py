"""Copies of the files that are read, so that no record is lost if a file is overwritten.

Only its owner can read a copy. Its name is a digest, never foreign text. It is deleted when the
last record in it is settled. A note beside a copy has the name of its file and, once they are
known, the ids of the records for which it is kept.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from ordosync.accounts.files.reading.file_listing import as_of
from ordosync.permissions import make_folder
from ordosync.regular_files import open_regular, read_regular


class Spool:
    """The folder of copies for one record type of an account."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def copy(self, file: Path, name: str) -> Path:
        """Copy a file; the same content of the same name is copied once. Raises `OSError`."""
        make_folder(str(self._folder), 0o700)
        digest = hashlib.sha256(name.encode())
        temporary = self._folder / f".{os.getpid()}-{digest.hexdigest()[:16]}"
        with open_regular(file) as source, _new_file(temporary) as target:
            while block := source.read(1 << 20):
                digest.update(block)
                target.write(block)
            stat = os.fstat(source.fileno())
            target.flush()
            os.utime(target.fileno(), ns=(stat.st_atime_ns, stat.st_mtime_ns))
        copy = self._folder / f"{digest.hexdigest()[:32]}{file.suffix.lower()}"
        # In one step, so that no reader sees an incomplete copy.
        temporary.rename(copy)
        if self.name_of(copy) != name:
            _write_note(copy, ids=None, name=name)
        return copy

    def copies(self) -> Iterator[Path]:
        """Yield the copies, oldest first: a copy is as old as its file."""
        if self._folder.is_dir():
            paths = [
                path
                for path in self._folder.iterdir()
                if not path.name.startswith(".") and not _is_note(path) and path.is_file()
            ]
            yield from sorted(paths, key=lambda path: as_of(self.name_of(path), path))

    def kept_ids(self, copy: Path) -> frozenset[str] | None:
        """Return the ids for which a copy is kept; None if its note does not have them."""
        note = _read_note(copy)
        return None if note is None or note["ids"] is None else frozenset(note["ids"])

    def name_of(self, copy: Path) -> str:
        """Return the name of the file that was copied; the name of the copy if it has no note."""
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
        """Replace the content of a copy; delete the copy if there is none."""
        if not content:
            self.keep(copy, ())
            return
        rewrite(copy, content)

    def tidy(self) -> None:
        """Delete unfinished files of a crash, and empty folders."""
        if not self._folder.is_dir():
            return
        for path in self._folder.glob(".*"):
            # It may be a folder, which ordosync did not create.
            with suppress(OSError):
                path.unlink(missing_ok=True)
        # A folder that is not empty has copies of this or of another portal.
        with suppress(OSError):
            for folder in (self._folder, *self._folder.parents[:3]):
                folder.rmdir()


def rewrite(path: Path, content: bytes) -> None:
    """Replace the content of a private file, which stays as old as it is. Raises `OSError`."""
    temporary, stat = path.with_name(f".{path.name}"), path.stat()
    times = stat.st_atime_ns, stat.st_mtime_ns
    with _new_file(temporary) as file:
        file.write(content)
        file.flush()
        # Copies are read by their age, so it must be right as soon as the content is.
        os.utime(file.fileno(), ns=times)
    temporary.replace(path)


def _read_note(copy: Path) -> dict[str, Any] | None:
    """Return the note of a copy; earlier releases wrote only a list of ids."""
    try:
        note = json.loads(read_regular(_note_of(copy)))
    except (OSError, ValueError):
        return None
    return {"ids": [], "name": "", **note} if isinstance(note, dict) else {"ids": note, "name": ""}


def _write_note(copy: Path, *, ids: Sequence[str] | None, name: str) -> None:
    temporary = copy.with_name(f".{_note_of(copy).name}")
    with _new_file(temporary) as file:
        file.write(json.dumps({"ids": ids, "name": name}).encode())
    temporary.replace(_note_of(copy))


def _new_file(path: Path) -> BinaryIO:
    """Create a file that only its owner can read, in place of one that a crash left."""
    path.unlink(missing_ok=True)
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def _is_note(path: Path) -> bool:
    """True for a note, not for the copy of a JSON document: its name has only one suffix."""
    return path.suffix == ".json" and ("." in path.stem or path.with_suffix("").exists())


def _note_of(copy: Path) -> Path:
    return copy.with_suffix(f"{copy.suffix}.json")
