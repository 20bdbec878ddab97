"""Content of files that others read: amounts, rows, and the lock of their folder."""

import csv
import fcntl
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from ordosync.accounts.spreadsheets import neutral, plain

__all__ = [
    "csv_text",
    "decimal_text",
    "folder_lock",
    "neutral",
    "plain",
]


def decimal_text(value: Decimal | None, point: str) -> str:
    """Return the text of an amount: exact, never with an exponent."""
    return "" if value is None else f"{value:f}".replace(".", point)


def csv_text(columns: Sequence[str], rows: Sequence[Mapping[str, str]], delimiter: str) -> str:
    """Return a header and rows; the cells are written as they are."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return text.getvalue()


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
