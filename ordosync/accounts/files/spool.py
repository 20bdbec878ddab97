"""Copies of the files that are being read, so that one that is overwritten loses nothing.

A copy is readable by its owner alone, named by digests and never by foreign text, and goes when
the last order or other thing in it is settled. Beside a copy a note says of which file it is, and,
once that is known, for which orders it stays.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ordosync.accounts.files.file_listing import as_of
from ordosync.regular import open_regular, read_regular
from ordosync.trust import make_folder


class Spool:
    """The folder of copies of one subject of an account."""

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
        half.rename(copy)  # in one step: a half copy is never taken for a whole one
        if self.name_of(copy) != name:
            _note(copy, ids=None, name=name)
        return copy

    def copies(self) -> Iterator[Path]:
        """Yield the copies that are there, oldest first: each is as old as what it is of."""
        if self._folder.is_dir():
            whole = [
                path
                for path in self._folder.iterdir()
                if not path.name.startswith(".") and path.suffix != ".json" and path.is_file()
            ]
            yield from sorted(whole, key=lambda path: as_of(self.name_of(path), path))

    def wanted(self, copy: Path) -> frozenset[str] | None:
        """Return the orders that a copy is kept for; None where that was never written down."""
        said = _said(copy)
        return None if said is None or said["ids"] is None else frozenset(said["ids"])

    def name_of(self, copy: Path) -> str:
        """Return what people call the file that was copied, as far as that is known."""
        said = _said(copy)
        return (said and said["name"]) or copy.name

    def keep(self, copy: Path, ids: Iterable[str]) -> None:
        """Keep a copy for these orders; for none it goes."""
        ids = sorted(ids)
        name = self.name_of(copy)
        if not ids:
            copy.unlink(missing_ok=True)
            _list_of(copy).unlink(missing_ok=True)
        elif _said(copy) != {"ids": ids, "name": name}:
            _note(copy, ids=ids, name=name)

    def rewrite(self, copy: Path, content: bytes) -> None:
        """Give a copy other content, for what it is kept for; without any it goes."""
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
        os.utime(copy, ns=(at.st_atime_ns, at.st_mtime_ns))  # copies are read by their age

    def tidy(self) -> None:
        """Remove what a crash left half made, and the folders in which nothing is kept."""
        if not self._folder.is_dir():
            return
        for path in self._folder.glob(".*"):
            with suppress(OSError):  # such as a folder, which is nothing of ours
                path.unlink(missing_ok=True)
        with suppress(OSError):  # not empty: something is kept, here or for another portal
            for folder in (self._folder, *self._folder.parents[:3]):
                folder.rmdir()


def _said(copy: Path) -> dict[str, Any] | None:
    """Return what is written down of a copy; before it had a name, that was only a list."""
    try:
        said = json.loads(read_regular(_list_of(copy)))
    except (OSError, ValueError):
        return None
    return {"ids": [], "name": "", **said} if isinstance(said, dict) else {"ids": said, "name": ""}


def _note(copy: Path, *, ids: Sequence[str] | None, name: str) -> None:
    half = copy.with_name(f".{_list_of(copy).name}")
    half.unlink(missing_ok=True)
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW
    with os.fdopen(os.open(half, flags, 0o600), "w", encoding="utf-8") as file:
        json.dump({"ids": ids, "name": name}, file)
    half.replace(_list_of(copy))


def _list_of(copy: Path) -> Path:
    return copy.with_suffix(f"{copy.suffix}.json")
