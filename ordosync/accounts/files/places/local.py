"""A local folder as a place, for files that are handed over without a server."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, NoReturn

from ordosync.accounts.files.places.place import Entry, Fetched, Mark, shown
from ordosync.atomic_write import sync_folder
from ordosync.errors import ExistsError, NotFoundError, RefusedError, UnavailableError


class LocalFolder:
    """A folder of this machine. It makes no folders."""

    def __init__(self, folder: Path, *, account: str) -> None:
        self._folder = folder
        self._account = f"account {account}"

    can_list = True

    def connect(self) -> None:
        """Do nothing."""

    def list(
        self,
        folder: bytes,
        *,
        needs: Callable[[bytes], bool] | None = None,  # noqa: ARG002
    ) -> Sequence[Entry]:
        """Return everything in a folder."""
        path = self._path(folder)
        try:
            return [_entry(each) for each in path.iterdir()]
        except OSError as error:
            self._fail("list", folder, error)

    def fetch(
        self,
        path: bytes,
        to: BinaryIO,
        *,
        most_bytes: int,
        known: Mark | None = None,
    ) -> Fetched | None:
        """Refuse: local files are read without a place."""
        del to, most_bytes, known
        raise RefusedError(self._account, f"fetch {shown(path)}", "is a local file")

    def store(self, file: Path, path: bytes) -> int:
        """Copy a file to this path."""
        content = file.read_bytes()
        try:
            with self._path(path).open("wb") as target:
                target.write(content)
                target.flush()
        except OSError as error:
            self._fail("write", path, error)
        return len(content)

    def size(self, path: bytes) -> int | None:
        """Return the size of a file."""
        try:
            return self._path(path).stat().st_size
        except OSError as error:
            self._fail("look at", path, error)

    def publish(self, source: bytes, target: bytes, *, may_remove: bool = False) -> None:
        """Rename a file, in place of a file there."""
        del may_remove
        try:
            self._path(source).replace(self._path(target))
        except OSError as error:
            self._fail("rename", source, error)
        sync_folder(self._path(target).parent)

    def rename(self, source: bytes, target: bytes) -> None:
        """Rename a file to a new name."""
        if self._path(target).exists():
            raise ExistsError(self._account, f"rename {shown(source)}", "the name is taken")
        self.publish(source, target)

    def remove(self, path: bytes) -> None:
        """Remove a file."""
        try:
            self._path(path).unlink()
        except OSError as error:
            self._fail("remove", path, error)

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def _path(self, path: bytes) -> Path:
        return self._folder / path.decode("utf-8", "surrogateescape")

    def _fail(self, verb: str, path: bytes, error: OSError) -> NoReturn:
        action = f"{verb} {shown(path) or self._folder}"
        reason = error.strerror or str(error)
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            raise NotFoundError(self._account, action, reason) from error
        if isinstance(error, PermissionError):
            raise RefusedError(self._account, action, reason) from error
        raise UnavailableError(self._account, action, reason) from error


def _entry(path: Path) -> Entry:
    facts = path.lstat()
    mark = Mark(size=facts.st_size, changed=facts.st_mtime)
    return Entry(name=bytes(path)[len(bytes(path.parent)) + 1 :], mark=mark, is_file=path.is_file())
