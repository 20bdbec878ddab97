"""Content of files that others read: amounts, and rows that are harmless in a spreadsheet."""

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
    """Return an amount as it is written: exact, never with an exponent."""
    return "" if value is None else f"{value:f}".replace(".", point)


def csv_text(columns: Sequence[str], rows: Sequence[Mapping[str, str]], delimiter: str) -> str:
    """Return a header and rows, by column; what was neutral in the cells stays as it is."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return text.getvalue()


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
