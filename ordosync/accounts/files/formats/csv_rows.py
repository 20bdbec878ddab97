"""CSV to rows."""

import csv
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
from ordosync.accounts.files.options import InputFiles


def csv_rows(file: TextIO, options: InputFiles) -> Iterator[Row]:
    """Yield the rows of a file. Raises `InvalidFileError`."""
    csv.field_size_limit(LONGEST_TEXT)
    # Strict, since an unbalanced quote would swallow the rows after it without an error.
    reader = csv.reader(file, delimiter=options.delimiter, strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        _check_header(header, options)
        read, clean = frozenset(options.columns_read), cleaner(options)
        before = reader.line_num
        for cells in reader:
            number, before = before + 1, reader.line_num
            # A row without any text says nothing.
            if any(map(str.strip, cells)):
                yield _row(number, header, cells, read, clean)
    except csv.Error as error:
        raise InvalidFileError(f"row {reader.line_num}: is not CSV ({error})") from error


def csv_texts(file: TextIO, options: InputFiles) -> Iterator[tuple[str, Row | None]]:
    """Yield the text of each row with the row; None for the header and for blank lines."""
    lines = _RecordedLines(file)
    reader = csv.reader(lines, delimiter=options.delimiter, strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        read, clean = frozenset(options.columns_read), cleaner(options)
        yield lines.taken(), None
        for cells in reader:
            yield lines.taken(), _row(0, header, cells, read, clean) if cells else None
    except csv.Error as error:
        raise InvalidFileError(f"is not CSV ({error})") from error


class _RecordedLines:
    """The lines of a file, kept until they are taken."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._since: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._since.append(line)
        return line

    def taken(self) -> str:
        """Return the lines since the last time."""
        text = "".join(self._since)
        self._since.clear()
        return text


def _check_header(header: list[str], options: InputFiles) -> None:
    if not header:
        raise InvalidFileError("is empty; a header row is needed")
    for column in options.columns_read:
        if header.count(column) != 1:
            how = "is missing" if column not in header else "stands twice in the header"
            raise InvalidFileError(f"column {column!a} {how}")


def _row(
    number: int,
    header: list[str],
    texts: list[str],
    read: AbstractSet[str],
    clean: Callable[[str], str],
) -> Row:
    cells = {name: clean(text) for name, text in zip(header, texts, strict=False)}
    if len(texts) != len(header):
        return Row(number, cells, f"has {len(texts)} cells, the header has {len(header)}")
    return Row(number, cells, cell_problem(cells, read))
