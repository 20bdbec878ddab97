"""Reads the rows of a CSV file."""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from ordosync.accounts.files.formats.rows import LONGEST_TEXT, InvalidFileError, Row
from ordosync.accounts.files.formats.tables import TableRow, table_rows
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.option_types import names_of

_QUOTES_HINT = "; set `quotes: false` if a quotation mark is a character like any other"
_CUT_HINT = "; the file may have been cut: export it again, or"
"""The cause of a quotation mark that is open at the end, before the hint about quotes."""


def csv_rows(lines: Iterable[str], options: InputFiles) -> Iterator[Row]:
    """Yield the rows of a file. Raises `InvalidFileError`."""
    yield from _rows(_table(lines, options), options)


def csv_texts(file: Iterable[str], options: InputFiles) -> Iterator[tuple[str, list[Row]]]:
    """Yield the text of each row with the row; none for rows outside the data, and blank rows."""
    lines = _RecordedLines(file)
    table = [(row, lines.take()) for row in _table(lines, options)]
    rows = {row.number: row for row in _rows((row for row, _ in table), options)}
    for row, text in table:
        yield text, [rows[row.number]] if row.number in rows else []


def _rows(table: Iterator[TableRow], options: InputFiles) -> Iterator[Row]:
    encodings = " or ".join(names_of(options.encoding))
    read_as = f"delimiter: {options.delimiter!a}; encoding: {encodings}"
    first = next(table, None)
    if first and _is_delimiter_mark(first, options.delimiter):
        yield from table_rows(table, options, read_as=read_as, first_row=first.number + 1)
    else:
        yield from table_rows(chain([first] if first else [], table), options, read_as=read_as)


def _is_delimiter_mark(row: TableRow, delimiter: str) -> bool:
    """True for a first row such as `sep=;`, which spreadsheets write and read."""
    mark = re.fullmatch("sep=(.)", delimiter.join(row.texts))
    if mark and mark[1] != delimiter:
        hint = f"set `delimiter: {json.dumps(mark[1])}`"
        raise InvalidFileError(f"row 1 says that it is separated by {mark[1]!a}; {hint}")
    return mark is not None


def _table(lines: Iterable[str], options: InputFiles) -> Iterator[TableRow]:
    """Yield each row of the text, blank rows included."""
    csv.field_size_limit(LONGEST_TEXT)
    # Strict, since an unbalanced quote would swallow the rows after it without an error.
    reader = csv.reader(
        lines,
        delimiter=options.delimiter,
        quoting=csv.QUOTE_MINIMAL if options.quotes else csv.QUOTE_NONE,
        strict=True,
    )
    last_number = 0
    try:
        for texts in reader:
            yield TableRow(last_number + 1, texts)
            last_number = reader.line_num
    except csv.Error as error:
        hint = "" if "field limit" in str(error) or not options.quotes else _QUOTES_HINT
        if hint and "end of data" in str(error):
            hint = _CUT_HINT + hint.removeprefix(";")
        raise InvalidFileError(
            f"row {reader.line_num}: is not valid CSV ({error}){hint}"
        ) from error


class _RecordedLines:
    """The lines of a file, kept until they are taken."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._recent: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._recent.append(line)
        return line

    def take(self) -> str:
        """Return the lines since the last call."""
        text = "".join(self._recent)
        self._recent.clear()
        return text
