"""Amounts as files have them, and the lock on a folder that ordosync writes to."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path


def decimal_text(value: Decimal | None, point: str) -> str:
    """Return an amount as it is written: exact, never with an exponent."""
    return "" if value is None else f"{value:f}".replace(".", point)


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
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
