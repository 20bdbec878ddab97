"""The first rows of a file, with the encoding and the delimiter that its bytes show."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from ordosync.accounts.feeds import FeedFormat
from ordosync.accounts.files.feed_check.document_samples import (
    JSON,
    XML,
    Record,
    Syntax,
    flat_records,
)
from ordosync.accounts.files.feed_check.json_samples import (
    is_lines,
    records_of_json,
    records_of_lines,
)
from ordosync.accounts.files.feed_check.xml_samples import records_of_xml
from ordosync.accounts.files.formats.rows import LONGEST_TEXT
from ordosync.accounts.files.formats.text_files import is_encoded
from ordosync.accounts.files.input_options.file_formats import format_by_suffix
from ordosync.accounts.spreadsheets import DELIMITERS, WORKBOOKS
from ordosync.regular_files import open_regular

_BLOCK = 1024 * 1024
_MOST_ROWS = 500
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Encodings by the mark at the start of a file."""
_DEFAULTS = {"encoding": "utf-8", "delimiter": ","}
SampleRow = tuple[int, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The first rows of a table, or the first records of a document as rows."""

    format: FeedFormat
    rows: Sequence[SampleRow]
    """The rows with their numbers, blank ones included."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The options with which the rows are found: encoding, delimiter, sheet, record, lines."""
    problem: str = ""
    """The reason why a workbook cannot be opened; empty if it can."""
    paths: Mapping[str, str] | None = None
    """For a document: the path of each column; the first row has the columns."""

    def column(self, name: str) -> str:
        """Return a column as the configuration names it."""
        return self.paths[name] if self.paths is not None else name

    def texts_of(self, columns: Mapping[str, str], header_row: int) -> dict[str, list[str]]:
        """Return the texts of columns, by field; blank ones are left out."""
        header = list(next((row for at, row in self.rows if at == header_row), ()))
        rows = [row for at, row in self.rows if at > header_row]
        return {
            name: [row[at] for row in rows if at < len(row) and row[at]]
            for name, column in columns.items()
            for at in [header.index(column)]
        }


def sample_of(path: Path) -> Sample:
    """Return the first rows of a file of unknown format. Raises `OSError`."""
    with open_regular(path) as file:
        start = file.read(_BLOCK)
    if start.startswith(WORKBOOKS):
        # Only a workbook needs ZIP files and XML.
        from ordosync.accounts.files.feed_check.workbook_samples import (  # noqa: PLC0415
            workbook_sample,
        )

        return workbook_sample(path, "xlsx" if start.startswith(WORKBOOKS[0]) else "xls")
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _xml_sample(start)
    encoding = encoding_of(path)
    text = _first_text(path, encoding)
    if text.lstrip().startswith(("{", "[{", "[\n", "[\r", "[ ")):
        return _json_sample(path, start, encoding)
    delimiter = delimiter_of(text)
    found = FeedFormat(name="csv", encoding=encoding, delimiter=delimiter)
    options = {"encoding": encoding, "delimiter": delimiter}
    changed = {name: value for name, value in options.items() if value != _DEFAULTS[name]}
    return Sample(format=found, rows=sample_rows(text, delimiter), options=changed)


def _xml_sample(start: bytes) -> Sample:
    record, records = records_of_xml(start)
    return _document_sample(FeedFormat(name="xml"), record, records, XML)


def _json_sample(path: Path, start: bytes, encoding: str) -> Sample:
    text = start.decode(encoding, errors="ignore").removeprefix("\ufeff")
    if format_by_suffix(path) == "jsonl" or is_lines(text):
        found = FeedFormat(name="jsonl", encoding=encoding)
        return _document_sample(found, "", records_of_lines(text), JSON)
    record, records = records_of_json(text)
    return _document_sample(FeedFormat(name="json", encoding=encoding), record, records, JSON)


def _document_sample(
    found: FeedFormat, record: str, records: Sequence[Record], syntax: Syntax
) -> Sample:
    flat = flat_records(records, syntax)
    options = {"record": record, "lines": flat.lines, "encoding": found.encoding or "utf-8"}
    changed = {name: value for name, value in options.items() if value not in ("", "utf-8")}
    rows = list(enumerate([list(flat.paths), *flat.rows], 1))
    return Sample(format=found, rows=rows, options=changed, paths=flat.paths)


def sample_in(path: Path, encoding: str, delimiter: str) -> list[SampleRow]:
    """Return the first rows of a file in this encoding. Raises `OSError`."""
    return sample_rows(_first_text(path, encoding), delimiter)


def encoding_of(path: Path) -> str:
    """Return the encoding of a text file: the one of its mark, UTF-8, or Windows-1252."""
    with open_regular(path) as file:
        start = file.read(4)
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding
    return next((each for each in ("utf-8", "cp1252") if is_encoded(path, each)), "latin-1")


def delimiter_of(text: str) -> str:
    """Return the delimiter that splits most rows into equal counts of cells."""
    return max(DELIMITERS, key=lambda delimiter: _regularity(text, delimiter))


def sample_rows(text: str, delimiter: str) -> list[SampleRow]:
    """Return the rows of a text, each with the number of its first line."""
    csv.field_size_limit(LONGEST_TEXT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[SampleRow] = []
    last = 0
    try:
        for cells in reader:
            rows.append((last + 1, [cell.strip() for cell in cells]))
            last = reader.line_num
    # The rows before the damaged one are enough for a guess; the check reports it.
    except csv.Error:
        pass
    return rows


def _regularity(text: str, delimiter: str) -> tuple[int, int]:
    """Return how many rows have the most common count of cells, and that count."""
    counts = Counter(len(cells) for _, cells in sample_rows(text, delimiter) if any(cells))
    counts.pop(1, None)
    if not counts:
        return 0, 0
    cells, rows = max(counts.items(), key=lambda item: (item[1], item[0]))
    return rows, cells


def _first_text(path: Path, encoding: str) -> str:
    with open_regular(path) as file:
        lines = io.TextIOWrapper(file, encoding, errors="replace", newline="")
        return "".join(islice(_lines(lines), _MOST_ROWS)).removeprefix("\ufeff")


def _lines(file: io.TextIOWrapper) -> Iterator[str]:
    while line := file.readline(LONGEST_TEXT):
        yield line
