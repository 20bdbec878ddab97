"""A place in a local folder, as strict as a server, and a partner that takes its files away."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from ordosync.accounts.files.places.place import Entry, Fetched, Mark, shown
from ordosync.errors import (
    AccountError,
    ExistsError,
    NotFoundError,
    RefusedError,
    UnavailableError,
    UnknownOutcomeError,
)

ACCOUNT = "account partner"


class FolderPlace:
    """A place whose requests can be denied, fail, or lose their response."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.denied: set[str] = set()
        """The names of requests that are not allowed."""
        self.requests: list[str] = []
        self.fails: dict[str, AccountError] = {}
        """Requests that fail once before they are carried out."""
        self.loses: set[str] = set()
        """Requests whose response is lost once, after they were carried out."""
        self.cuts = False
        """True to store only the first half of the next file."""
        self.is_down = False
        self.on_request: Callable[[str], None] = lambda _: None

    can_list = True

    def connect(self) -> None:
        self._begin("connect", b"")

    def list(
        self,
        folder: bytes,
        *,
        needs: Callable[[bytes], bool] | None = None,  # noqa: ARG002
    ) -> Sequence[Entry]:
        self._begin("list", folder)
        path = self._path(folder)
        if not path.is_dir():
            raise self._missing("list", folder)
        return [
            Entry(
                name=os.fsencode(entry.name),
                mark=Mark(size=entry.stat().st_size, changed=entry.stat().st_mtime // 1),
                is_file=entry.is_file(),
            )
            for entry in os.scandir(path)
        ]

    def fetch(
        self,
        path: bytes,
        to: BinaryIO,
        *,
        most_bytes: int,
        known: Mark | None = None,  # noqa: ARG002 - it never says that nothing changed
    ) -> Fetched | None:
        self._begin("fetch", path)
        file = self._file("fetch", path)
        if file.stat().st_size > most_bytes:
            raise RefusedError(ACCOUNT, f"fetch {shown(path)}", "is too large")
        to.write(file.read_bytes())
        mark = Mark(size=file.stat().st_size, changed=file.stat().st_mtime // 1)
        return Fetched(before=mark, after=mark)

    def store(self, file: Path, path: bytes) -> int:
        self._begin("store", path)
        target = self._path(path)
        if not target.parent.is_dir():
            raise self._missing("store", path)
        content = file.read_bytes()
        if self.cuts:
            self.cuts = False
            target.write_bytes(content[: len(content) // 2])
            raise UnavailableError(ACCOUNT, f"store {shown(path)}", "the connection was cut")
        target.write_bytes(content)
        self._end("store", path)
        return len(content)

    def size(self, path: bytes) -> int | None:
        self._begin("size", path)
        if "size" in self.denied:
            return None
        return self._file("size", path).stat().st_size

    def publish(self, source: bytes, target: bytes, *, may_remove: bool = False) -> None:  # noqa: ARG002
        self._begin("publish", source)
        self._file("publish", source).replace(self._parent(target))
        self._end("publish", source)

    def rename(self, source: bytes, target: bytes) -> None:
        self._begin("rename", source)
        file = self._file("rename", source)
        if self._parent(target).exists():
            raise ExistsError(ACCOUNT, f"rename {shown(source)}", f"{shown(target)} exists")
        file.rename(self._path(target))
        self._end("rename", source)

    def remove(self, path: bytes) -> None:
        self._begin("remove", path)
        self._file("remove", path).unlink()
        self._end("remove", path)

    def close(self) -> None:
        pass

    def _begin(self, verb: str, path: bytes) -> None:
        self.requests.append(f"{verb} {shown(path)}")
        if self.is_down:
            raise UnavailableError(ACCOUNT, verb, "no connection")
        self.on_request(verb)
        if error := self.fails.pop(verb, None):
            raise error
        if verb in self.denied and verb != "size":
            raise RefusedError(ACCOUNT, f"{verb} {shown(path)}", "permission denied")

    def _end(self, verb: str, path: bytes) -> None:
        if verb in self.loses:
            self.loses.remove(verb)
            # A place reports a lost response to an upload as a failure: a part may be there.
            error = UnavailableError if verb == "store" else UnknownOutcomeError
            raise error(ACCOUNT, f"{verb} {shown(path)}", "the connection ended")

    def _path(self, path: bytes) -> Path:
        assert b".." not in path.split(b"/"), path
        return self.folder / os.fsdecode(path)

    def _parent(self, path: bytes) -> Path:
        """Return a path whose folder exists."""
        if not self._path(path).parent.is_dir():
            raise self._missing("rename", path)
        return self._path(path)

    def _file(self, verb: str, path: bytes) -> Path:
        file = self._path(path)
        if not file.is_file():
            raise self._missing(verb, path)
        return file

    def _missing(self, verb: str, path: bytes) -> NotFoundError:
        return NotFoundError(ACCOUNT, f"{verb} {shown(path)}", "no such file")


class Partner:
    """Takes complete files away, and remembers each."""

    def __init__(self, folder: Path, suffix: str = ".csv") -> None:
        self.folder = folder
        self._suffix = suffix
        self.taken: list[tuple[str, bytes]] = []

    def take(self) -> None:
        """Take all files, as a job of the partner does."""
        for path in sorted(self.folder.iterdir()):
            if path.is_file() and path.name.endswith(self._suffix) and path.name[0] != ".":
                self.taken.append((path.name, path.read_bytes()))
                path.unlink()

    @property
    def names(self) -> list[str]:
        """The names of all files that were taken, in their sequence."""
        return [name for name, _ in self.taken]
