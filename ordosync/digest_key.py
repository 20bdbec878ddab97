"""The key of the digests by which edits are noticed: 16 random bytes in a file beside the store.

The store has digests of addresses. Without the key, a thief of the store or of a backup cannot test
if a known address is in it, so the file is in no backup. If it is lost, a new key is made; digests
with the old key are not compared.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Self

from ordosync.atomic_write import sync_folder
from ordosync.errors import DatabaseError

_SIZE = 16


class DigestKey:
    """The key in one file, which is read or made on its first use."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, database: Path) -> Self:
        """Return the key of this store."""
        return cls(database.with_name(f"{database.name}.key"))

    @cached_property
    def value(self) -> bytes:
        """The key. Raises `DatabaseError` if the file cannot be used."""
        try:
            return self._read() or self._made()
        except OSError as error:
            raise DatabaseError(self.path, f"{error}; check its permissions") from error

    def _read(self) -> bytes | None:
        """Return the key; None if there is no file, or one without a key."""
        with suppress(FileNotFoundError):
            content = self.path.read_bytes()
            if len(content) == _SIZE:
                return content
            self.path.unlink(missing_ok=True)
        return None

    def _made(self) -> bytes:
        """Make a key; return that of another process if it was faster."""
        temporary = self.path.with_name(f".{self.path.name}.{os.urandom(4).hex()}.tmp")
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW
        try:
            with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
                file.write(os.urandom(_SIZE))
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(temporary, self.path)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(self.path.parent)
        return self.path.read_bytes()


class StoredKey(DigestKey):
    """A key in a store that several hosts share, since all of them must use the same."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read_stored = read

    @cached_property
    def value(self) -> bytes:
        """The key. Raises `DatabaseError`."""
        return self._read_stored()
