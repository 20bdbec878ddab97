"""Reads the rows of a CSV file."""

import csv
import difflib
import json
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import TextIO

from ordosync.accounts.files.formats.rows import (
    LONGEST_TEXT,
    InvalidFileError,
    Row,
    cell_problem,
    cleaner,
)
from ordosync.accounts.files.input_options.input_files import InputFiles


def csv_rows(file: TextIO, options: InputFiles) -> Iterator[Row]:
    """Yield the rows of a file. Raises `InvalidFileError`."""
    csv.field_size_limit(LONGEST_TEXT)
    # Strict, since an unbalanced quote would swallow the rows after it without an error.
    reader = csv.reader(file, delimiter=options.delimiter, strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        _check_header(header, options)
        used_columns, clean = frozenset(options.columns_read), cleaner(options)
        last_number = reader.line_num
        for cells in reader:
            number, last_number = last_number + 1, reader.line_num
            # A row without any text is ignored.
            if any(map(str.strip, cells)):
                yield _row(number, header, cells, used_columns, clean)
    except csv.Error as error:
        raise InvalidFileError(f"row {reader.line_num}: is not valid CSV ({error})") from error


def csv_texts(file: TextIO, options: InputFiles) -> Iterator[tuple[str, list[Row]]]:
    """Yield the text of each row with the row; none for the header and for blank lines."""
    lines = _RecordedLines(file)
    reader = csv.reader(lines, delimiter=options.delimiter, strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        used_columns, clean = frozenset(options.columns_read), cleaner(options)
        yield lines.take(), []
        for cells in reader:
            row = _row(0, header, cells, used_columns, clean)
            yield lines.take(), [row] if cells else []
    except csv.Error as error:
        raise InvalidFileError(f"is not valid CSV ({error})") from error


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


def _check_header(header: list[str], options: InputFiles) -> None:
    if not header:
        raise InvalidFileError("is empty; a header row is needed")
    for column in options.columns_read:
        if column not in header:
            hint = _delimiter_hint(header, options) or _similar_column(column, header)
            raise InvalidFileError(f"column {column!a} is missing{hint}", columns=header)
        if header.count(column) > 1:
            raise InvalidFileError(f"column {column!a} is in the header twice")


def _delimiter_hint(header: list[str], options: InputFiles) -> str:
    """Return a hint if another delimiter splits the header into columns that are needed."""
    if len(header) > 1:
        return ""
    needed = {column.casefold() for column in options.columns_read}

    def found(delimiter: str) -> int:
        [cells] = csv.reader(header, delimiter=delimiter)
        return len(needed & {cell.strip().casefold() for cell in cells})

    best = max(",;\t|", key=found)
    hint = f"; it is separated by {best!a}: set `delimiter: {json.dumps(best)}`"
    return hint if found(best) else ""


def _similar_column(column: str, header: list[str]) -> str:
    """Return a hint with the column that differs in case or by a typing error."""
    by_fold = {name.casefold(): name for name in header}
    near = difflib.get_close_matches(column.casefold(), by_fold, n=1)
    return f"; did you mean {by_fold[near[0]]!a}?" if near else ""


def _row(
    number: int,
    header: list[str],
    texts: list[str],
    used_columns: AbstractSet[str],
    clean: Callable[[str], str],
) -> Row:
    cells = {name: clean(text) for name, text in zip(header, texts, strict=False)}
    if len(texts) != len(header):
        return Row(number, cells, f"has {len(texts)} cells, the header has {len(header)}")
    return Row(number, cells, cell_problem(cells, used_columns))
