"""Replaces a file in one step, so that its readers find the old content or the new content.

The new content goes to a temporary file in the same folder, is flushed to the disk, and is then
renamed.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO


def replace_file(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Write a file so that a reader finds the old or the new one. Raises `OSError`."""
    temporary = temporary_path(path)
    write_temporary(temporary, content, like=path, mode=mode)
    temporary.replace(path)
    sync_folder(path.parent)


@contextmanager
def private_file(path: Path) -> Iterator[TextIO]:
    """Write a file of any length that only its owner can read, in UTF-8. Raises `OSError`.

    The old file stays if an error occurs before the end of the block.
    """
    temporary = temporary_path(path)
    temporary.unlink(missing_ok=True)
    number = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(
            number, "w", encoding="utf-8", errors="backslashreplace", newline=""
        ) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def temporary_path(path: Path) -> Path:
    """Return the temporary name of a file. It starts with a point, so that readers ignore it."""
    return path.with_name(f".{path.name}.tmp")


def write_temporary(
    temporary: Path, content: bytes, *, like: Path | None = None, mode: int = 0o666
) -> None:
    """Write a file that is not complete yet, and flush it to the disk. Raises `OSError`.

    Its mode is that of the file `like`, which it replaces, otherwise `mode` minus the umask.
    """
    temporary.unlink(missing_ok=True)
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(temporary, flags, mode), "wb") as file:
            if like is not None:
                # The file may not exist yet, or its file system may have no modes.
                with suppress(OSError):
                    os.fchmod(file.fileno(), like.stat().st_mode & 0o777)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Flush a new name in a folder to the disk, where the file system can."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            os.fsync(number)
    finally:
        os.close(number)
