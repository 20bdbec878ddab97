"""Amounts as files have them, and the lock on a folder that ordosync writes to."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path


def decimal_text(value: Decimal | None, point: str) -> str:
    """Return the text of an amount: exact, never with an exponent."""
    return "" if value is None else f"{value:f}".replace(".", point)


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold a lock against other processes that change these files. Raises `OSError`.

    A lease is for one portal, but several portals may share an account. The lock is on the folder
    itself, since files in it are replaced. The kernel releases it when the process ends.
    """
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(number)
