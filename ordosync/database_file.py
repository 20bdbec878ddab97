"""Checks of a database file and its folder, before SQLite opens it."""

import os
import stat
import threading
from pathlib import Path

from ordosync.errors import DamagedError, DatabaseError
from ordosync.permissions import doubt

_HEADER = b"SQLite format 3\x00"


def check_folder(path: Path) -> None:
    """Raise `DatabaseError` if another user could replace a file in the folder."""
    if not path.parent.is_dir():
        raise DatabaseError(path, f"the folder {path.parent} does not exist; create it first")
    if why := doubt(str(path.parent)):
        raise DatabaseError(path, why)


_descriptors: dict[tuple[int, int], int] = {}
_descriptors_lock = threading.Lock()


def _header(path: Path) -> bytes:
    """Return the header of a database file, read by a descriptor that stays open.

    Closing any descriptor of a file drops all locks that this process has on it, also those of an
    open transaction (https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled).
    """
    with _descriptors_lock:
        descriptor = _descriptors.get(_identity(path.stat()))
        if descriptor is None:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            _descriptors[_identity(os.fstat(descriptor))] = descriptor
        return os.pread(descriptor, 100, 0)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def check_file(path: Path) -> bool:
    """Return True if a database is in WAL mode, False if it has a rollback journal.

    Raises `DatabaseError` if the file cannot be a database of ordosync, or others may use it.
    """
    if path.is_symlink():
        raise DatabaseError(path, "is a symbolic link; give the path of the file itself")
    if not path.exists():
        raise DatabaseError(path, "does not exist")
    if not path.is_file():
        raise DatabaseError(path, "is not a file")
    if path.stat().st_mode & stat.S_IRWXO:
        raise DatabaseError(path, "other users may read or write it; run `chmod o-rwx` on it first")
    side_files = [path.with_name(f"{path.name}{suffix}") for suffix in ("-wal", "-journal")]
    # During a commit, the header has the new size before the file has it.
    is_in_use = any(file.exists() for file in side_files)
    header = _header(path)
    if not header:
        raise DamagedError(path, "is empty; restore it from a backup, or delete it to begin")
    if not header.startswith(_HEADER):
        raise DamagedError(path, "is not a SQLite file; restore it from a backup")
    page_size = int.from_bytes(header[16:18]) if header[16:18] != b"\x00\x01" else 65536
    pages = int.from_bytes(header[28:32])
    is_short = path.stat().st_size < page_size * pages
    if is_short and not is_in_use and not any(file.exists() for file in side_files):
        raise DamagedError(path, "is truncated; restore it from a backup")
    check_folder(path)
    return header[18:20] == b"\x02\x02"
