"""Tables in CSV files that a user or another system writes: UTF-8, as a spreadsheet saves it.

A file is used as a whole or not at all, so that a wrong row is never taken as no row.
"""

import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TextIO

from ordosync.accounts.spreadsheets import WORKBOOKS
from ordosync.config.converters import shortened
from ordosync.regular_files import open_regular
from ordosync.text import printable

LARGEST_FILE = 16 * 1024 * 1024
LONGEST_SKU = 255
MOST_PROBLEMS = 10
DELIMITERS = ",;\t"


class InvalidTableError(Exception):
    """The file as a whole cannot be used."""


class TableProblemsError(Exception):
    """The file cannot be used, with its first problems: file, row and what to do."""

    def __init__(self, problems: Iterable[str], count: int) -> None:
        self.problems = [printable(problem) for problem in problems]
        self.count = count
        """The number of all its problems."""
        super().__init__(self.problems[0])


class TableProblems:
    """The problems of the rows of one file; the first are kept, all are counted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._texts: list[str] = []
        self._count = 0

    def note(self, row: int, sku: str, problem: str) -> None:
        """Note the problem of a row; `sku` names it, and may be empty."""
        self._count += 1
        if len(self._texts) < MOST_PROBLEMS:
            named = f" ({shortened(sku)})" if sku else ""
            self._texts.append(f"{self._path}: row {row}{named}: {problem}")

    def refuse(self) -> None:
        """Raise `TableProblemsError` if there is a problem."""
        if self._count:
            raise TableProblemsError(self._texts, self._count)


@contextmanager
def table_text(path: Path, *, if_large: str) -> Iterator[TextIO]:
    """Open a table for reading. Raise `TableProblemsError` if the whole file cannot be used.

    `if_large` says what to do with a file that is too large. An `InvalidTableError` of the caller
    is raised with the name of the file.
    """
    try:
        with (
            open_regular(path) as file,
            io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text,
        ):
            before = os.fstat(file.fileno())
            _refuse_kind(before.st_size, file.peek(4)[:4], if_large)
            yield text
            after = path.stat()
    except OSError as error:
        raise _whole(path, f"{error.strerror}; correct the path or the file") from error
    except UnicodeError as error:
        raise _whole(path, "is not UTF-8 text; save it as CSV UTF-8") from error
    except InvalidTableError as error:
        raise _whole(path, str(error)) from error
    if _state(before) != _state(after):
        raise _whole(path, "was changed while it was read; replace it as a whole, by a rename")


def numbered_rows(text: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that have text, each with its first line in the file; first the header.

    Raise `InvalidTableError`. The file was opened with `newline=""`.
    """
    first = text.readline()
    # Strict, since an unbalanced quote would swallow the rows after it without an error.
    reader = csv.reader(chain([first], text), delimiter=delimiter_of(first), strict=True)
    number = 0
    try:
        yield 1, next(reader, [])
        number = reader.line_num
        for cells in reader:
            begin, number = number + 1, reader.line_num
            if cells and (cells[0].strip() or any(map(str.strip, cells))):
                yield begin, cells
    except csv.Error as error:
        raise InvalidTableError(f"row {number + 1} is not valid CSV ({error})") from error


def delimiter_of(header: str) -> str:
    """Return the delimiter of a file, by its first line."""
    return max(DELIMITERS, key=header.count)


def column_names(header: Sequence[str], columns: Sequence[str]) -> list[str]:
    """Return the names of the columns; empty ones at the end are left out.

    Raise `InvalidTableError` if there is none; `columns` are those that it should have.
    """
    names = [name.strip().lower() for name in header]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise InvalidTableError(f"is empty; its first row must be {','.join(columns)}")
    for name in names:
        if name in columns and names.count(name) > 1:
            raise InvalidTableError(f"row 1: column {name} is there twice; remove one of them")
    return names


def _refuse_kind(size: int, first: bytes, if_large: str) -> None:
    if size > LARGEST_FILE:
        raise InvalidTableError(f"is larger than {LARGEST_FILE // 2**20} MB; {if_large}")
    if first.startswith(WORKBOOKS):
        raise InvalidTableError("is a workbook of a spreadsheet; save its sheet as CSV UTF-8")


def _whole(path: Path, problem: str) -> TableProblemsError:
    return TableProblemsError([f"{path}: {problem}"], 1)


def _state(file: os.stat_result) -> tuple[int, ...]:
    return file.st_ino, file.st_size, file.st_mtime_ns
