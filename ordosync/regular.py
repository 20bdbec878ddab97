"""Opens regular files and nothing else: a named pipe or a device would keep its reader waiting."""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path


class NotRegularError(OSError):
    """Something else stands where a file is expected."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.EINVAL, "is not a regular file", str(path))


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading. Raises `NotRegularError` and other `OSError`s; never waits."""
    if not stat.S_ISREG(path.stat().st_mode):  # to open a device may already do something
        raise NotRegularError(path)
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise NotRegularError(path)
    return os.fdopen(number, "rb")


def read_regular(path: Path) -> bytes:
    """Return the content of a file. Raises `NotRegularError` and other `OSError`s; never waits."""
    with open_regular(path) as file:
        return file.read()
