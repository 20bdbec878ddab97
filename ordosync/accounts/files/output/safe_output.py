"""Files for others to read: whole or not there at all, and harmless in a spreadsheet."""

import csv
import fcntl
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path

from ordosync.accounts.spreadsheets import neutral, plain

__all__ = [
    "alone_in",
    "csv_text",
    "decimal_text",
    "half_of",
    "neutral",
    "plain",
    "replace_file",
    "sync_folder",
    "write_half",
]


def decimal_text(value: Decimal | None, point: str) -> str:
    """Return an amount as it is written: exact, never with an exponent."""
    return "" if value is None else f"{value:f}".replace(".", point)


def csv_text(columns: Sequence[str], rows: Sequence[Mapping[str, str]], delimiter: str) -> str:
    """Return a header and rows, by column; what was neutral in the cells stays as it is."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return text.getvalue()


def replace_file(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Write a file so that a reader finds the old or the new one. Raises `OSError`."""
    half = half_of(path)
    write_half(half, content, like=path, mode=mode)
    half.replace(path)  # in one step, in the same folder
    sync_folder(path.parent)


def half_of(path: Path) -> Path:
    """Return the temporary name of a file, which readers of a folder pass over."""
    return path.with_name(f".{path.name}.tmp")


def write_half(half: Path, content: bytes, *, like: Path | None = None, mode: int = 0o666) -> None:
    """Write a file that nobody is to read yet, to the disk. Raises `OSError`.

    It gets the mode of the file `like` which it replaces, else `mode` less the umask.
    """
    half.unlink(missing_ok=True)
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(half, flags, mode), "wb") as file:
            if like is not None:
                with suppress(OSError):  # not there yet, or on a file system without modes
                    os.fchmod(file.fileno(), like.stat().st_mode & 0o777)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        half.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Let a new name in a folder survive a loss of power, where the file system can."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other processes from changing our files in a folder. Raises `OSError`.

    A lease holds for one portal, but several may share an account. The lock is on the folder
    itself, since files in it are replaced, and is the kernel's: it goes with the process.
    """
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(number)
