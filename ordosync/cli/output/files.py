"""Results that go to a file, which only its owner can read, or to standard output."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, ENOENT, ENOSPC
from pathlib import Path
from typing import TextIO

from ordosync.atomic_write import private_file
from ordosync.errors import OrdosyncError, UsageError


def check_file(option: str, path: Path | None, *suffixes: str) -> None:
    """Raise `UsageError` if a result must not replace this file.

    The end of the name protects other files, such as the configuration, from a typing error.
    """
    if path is None:
        return
    if path.suffix.lower() not in suffixes:
        raise UsageError(f"{option} {str(path)!r} does not end with {' or '.join(suffixes)}")
    if path.exists() and not path.is_file():
        raise UsageError(f"{option} {str(path)!r} is not a file")


@contextmanager
def opened(path: Path | None) -> Iterator[TextIO]:
    """Open a file, which replaces the old one at the end of the block; None: standard output.

    Its mode is 0600.
    """
    if path is None:
        yield sys.stdout
        return
    try:
        with private_file(path.resolve()) as file:
            yield file
    except OSError as error:
        reason = error.strerror or error
        raise OrdosyncError(
            f"{path} cannot be written: {reason}; {_advice(path, error)}"
        ) from error


def _advice(path: Path, error: OSError) -> str:
    if error.errno in (ENOSPC, EDQUOT):
        return "free some space, or choose another file"
    if error.errno == ENOENT:
        return f"create the folder {path.parent}, or choose another file"
    return "choose another file"
