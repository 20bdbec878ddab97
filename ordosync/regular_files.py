"""Opens regular files only: reading a named pipe or a device could block forever."""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path


class NotRegularError(OSError):
    """The path is not a regular file."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.EINVAL, "is not a regular file", str(path))


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading without blocking. Raises `NotRegularError` or another `OSError`."""
    # Opening a device can have an effect, so the check comes first.
    if not stat.S_ISREG(path.stat().st_mode):
        raise NotRegularError(path)
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise NotRegularError(path)
    return os.fdopen(number, "rb")


def read_regular(path: Path) -> bytes:
    """Return the content of a file. Raises `NotRegularError` or another `OSError`."""
    with open_regular(path) as file:
        return file.read()


def is_empty(path: Path) -> bool:
    """True if a regular file has no content. Raises `OSError`."""
    status = path.stat()
    return stat.S_ISREG(status.st_mode) and not status.st_size
