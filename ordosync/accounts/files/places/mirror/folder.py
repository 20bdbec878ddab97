"""The private folder of a mirror: its lock, its list, and errors of the disk."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ordosync.accounts.files.places.mirror import file_list
from ordosync.accounts.files.places.mirror.file_list import Files, MirroredFile
from ordosync.clock import SLICE_S, Clock
from ordosync.errors import UnavailableError
from ordosync.permissions import make_folder

_LOCK_S = 60


class MirrorFolder:
    """A folder with the files of one reading. `account` and `action` are for messages."""

    def __init__(self, path: Path, *, account: str, action: str, clock: Clock) -> None:
        self.path = path
        self._account = account
        self._action = action
        self._clock = clock

    @property
    def is_new(self) -> bool:
        """True if the place was never listed."""
        return not (self.path / file_list.LIST).exists()

    def load(self) -> dict[bytes, MirroredFile]:
        """Return the list. Raises `UnavailableError`."""
        try:
            with self._errors():
                return file_list.load(self.path)
        except ValueError as error:
            reason = f"{self.path / file_list.LIST} is damaged; remove it, and all is fetched"
            raise UnavailableError(self._account, self._action, reason) from error

    def save(self, files: Files) -> None:
        """Write the list. Raises `UnavailableError`."""
        with self._errors():
            file_list.save(self.path, files)

    def tidy(self, *lists: Files) -> None:
        """Delete the files that none of these lists names. Raises `UnavailableError`.

        Another run may still read a file of the list before the last change.
        """
        kept = {file_list.LIST, *(file.file for files in lists for file in files.values())}
        with self._errors():
            for path in self.path.iterdir():
                if path.name not in kept:
                    path.unlink()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Wait until no other run changes the mirror. Raises `UnavailableError`.

        An `OSError` in the block becomes an `UnavailableError`, too.
        """
        with self._errors():
            make_folder(str(self.path), 0o700)
            descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                self._lock(descriptor)
                yield
            finally:
                os.close(descriptor)

    def _lock(self, descriptor: int) -> None:
        until = self._clock.monotonic() + _LOCK_S
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if self._clock.monotonic() >= until:
                    reason = "another run reads the place at the moment"
                    raise UnavailableError(self._account, self._action, reason) from error
                self._clock.sleep(SLICE_S)
            else:
                return

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = f"{self.path}: {error.strerror or error}"
            raise UnavailableError(self._account, self._action, reason) from error
