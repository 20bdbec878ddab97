"""The rows of all files as they are now."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Generic, TypeVar

from ordosync.accounts.files.reading.file_listing import mark_of
from ordosync.accounts.files.reading.row_index import RowIndex

T = TypeVar("T")


class Snapshot(Generic[T]):
    """The rows of one reading, read again only if a file has changed.

    Tasks ask for them for each page, and a page must not take a read of all files.
    """

    def __init__(
        self, files: Callable[[], dict[str, Path]], read: Callable[[], RowIndex[T]]
    ) -> None:
        self._files = files
        self._read = read
        self._state: dict[str, list[int] | None] = {}
        self._index: RowIndex[T] | None = None

    def index(self, *, without: AbstractSet[str]) -> RowIndex[T]:
        """Return the rows. A change of the files `without` does not count."""
        files = self._files().items()
        state = {name: mark_of(path) for name, path in files if name not in without}
        if self._index is None or self._state != state:
            self.forget()
            self._index = self._read()
            self._state = state
        return self._index

    def forget(self) -> None:
        """Delete the rows."""
        if self._index:
            self._index.close()
            self._index = None
