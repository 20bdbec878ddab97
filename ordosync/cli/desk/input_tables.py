"""The table in a file for `--from`, or in standard input: CSV, or a sheet of a workbook."""

import csv
import io
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from ordosync.accounts.spreadsheets import DELIMITERS, WORKBOOKS
from ordosync.errors import UsageError

STDIN = Path("-")
_LARGEST_FILE = 64 * 1024 * 1024
_MOST_TITLES = 20
"""Rows in which the header is looked for."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_NO_PROBLEMS: Mapping[str, str] = MappingProxyType({})


class TableRow(NamedTuple):
    """A row below the header."""

    number: int
    """The row in the file, from 1."""
    cells: Mapping[str, str]
    """The cells by the header."""
    problems: Mapping[str, str] = _NO_PROBLEMS
    """The reasons why cells have no text, by the header."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A header, and the rows below it."""

    headers: Sequence[str]
    delimiter: str
    """The character that separates the cells in rejects of this table."""
    rows: Iterator[TableRow]
    """Raises `UsageError` where the file is damaged."""


class _Texts(NamedTuple):
    number: int
    texts: Sequence[str]
    problems: Mapping[int, str] = {}


def read_table(path: Path, is_header: Callable[[Sequence[str]], bool]) -> Table:
    """Read a table. Raises `UsageError`.

    The header is the first row for which `is_header` returns True, otherwise the first row.
    """
    data = _content(path)
    if data.startswith(WORKBOOKS):
        return _table(_sheet_rows(path, data), is_header, delimiter=",")
    text = _text(path, data)
    delimiter = _delimiter(text)
    return _table(_csv_rows(path, text, delimiter), is_header, delimiter=delimiter)


def shown(path: Path) -> str:
    """Return the name of a file in messages."""
    return "standard input" if path == STDIN else str(path)


def _table(
    source: Iterator[_Texts], is_header: Callable[[Sequence[str]], bool], *, delimiter: str
) -> Table:
    first_rows = list(islice(source, _MOST_TITLES))
    found = [at for at, row in enumerate(first_rows) if is_header(row.texts)]
    filled = [at for at, row in enumerate(first_rows) if any(map(str.strip, row.texts))]
    if not found and not filled:
        return Table(headers=(), delimiter=delimiter, rows=iter(()))
    at = (found or filled)[0]
    headers = [text.strip() for text in first_rows[at].texts]
    rows = (_row(row, headers) for row in chain(first_rows[at + 1 :], source))
    return Table(headers=headers, delimiter=delimiter, rows=rows)


def _row(row: _Texts, headers: Sequence[str]) -> TableRow:
    texts = [*row.texts, *[""] * (len(headers) - len(row.texts))]
    problems = {headers[at]: text for at, text in row.problems.items() if at < len(headers)}
    return TableRow(row.number, dict(zip(headers, texts, strict=False)), problems)


def _content(path: Path) -> bytes:
    try:
        if path == STDIN:
            data = sys.stdin.buffer.read(_LARGEST_FILE + 1) if sys.stdin else b""
        elif path.stat().st_size > _LARGEST_FILE:
            data = bytes(_LARGEST_FILE + 1)
        else:
            data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}; check its path") from error
    if len(data) > _LARGEST_FILE:
        raise UsageError(f"{shown(path)} is larger than {_LARGEST_FILE // 2**20} MB; split it")
    return data


def _text(path: Path, data: bytes) -> str:
    encoding = "utf-16" if data.startswith(_UTF16) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{shown(path)}: line {line} has a character that is not UTF-8; in a spreadsheet, save"
            " it as CSV UTF-8"
        ) from error


def _delimiter(text: str) -> str:
    """Return the character that separates most cells in the first row that has one."""
    for line in text.split("\n", _MOST_TITLES)[:_MOST_TITLES]:
        header = re.sub('"[^"]*"', "", line)
        delimiter = max(DELIMITERS, key=header.count)
        if delimiter in header:
            return delimiter
    return ","


def _csv_rows(path: Path, text: str, delimiter: str) -> Iterator[_Texts]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    last_number = 0
    try:
        for texts in reader:
            yield _Texts(last_number + 1, texts)
            last_number = reader.line_num
    except csv.Error as error:
        raise UsageError(f"{shown(path)} is not a CSV file: {error}; save it as one") from error


def _sheet_rows(path: Path, data: bytes) -> Iterator[_Texts]:
    # Most files are CSV, and workbooks take long to import.
    from ordosync.accounts.workbooks.opening import open_sheet  # noqa: PLC0415
    from ordosync.accounts.workbooks.rows import (  # noqa: PLC0415
        InvalidWorkbookError,
        WorkbookFormat,
    )

    form: WorkbookFormat = "xlsx" if data.startswith(WORKBOOKS[0]) else "xls"
    try:
        for row in open_sheet(io.BytesIO(data), form).rows():
            yield _Texts(row.number, row.texts, row.problems)
    except InvalidWorkbookError as error:
        hint = "; save its sheet as CSV, and give that file"
        raise UsageError(f"{shown(path)} {error}{hint}") from error
