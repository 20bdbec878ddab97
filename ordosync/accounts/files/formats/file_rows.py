"""Reads the rows of a file in its format, and copies a file without some of its rows."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TextIO

from ordosync import progress
from ordosync.accounts.files.formats.csv_rows import csv_rows, csv_texts
from ordosync.accounts.files.formats.json_documents import json_document_rows
from ordosync.accounts.files.formats.json_lines import json_rows, json_texts
from ordosync.accounts.files.formats.other_formats import other_format
from ordosync.accounts.files.formats.removed_records import json_without, xml_without
from ordosync.accounts.files.formats.rows import InvalidFileError, Row
from ordosync.accounts.files.formats.text_files import data_lines, encoding_of, not_text, open_text
from ordosync.accounts.files.formats.xml_documents import xml_rows
from ordosync.accounts.files.input_options.file_formats import (
    DOCUMENTS,
    Format,
    format_by_suffix,
)
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.regular_files import is_empty

_ROWS = 500
"""The number of rows after which the position in the file is noted."""


def read_rows(path: Path, options: InputFiles) -> Iterator[Row]:
    """Yield the rows of a file. Raises `InvalidFileError` at any point, and `OSError`.

    An empty file has no rows: many partners drop one if they have nothing to report.
    """
    if is_empty(path):
        return
    form = format_of(path, options)
    try:
        yield from _rows(path, form, options)
    except InvalidFileError as error:
        if problem := other_format(path, form):
            raise InvalidFileError(problem) from error
        raise


def _rows(path: Path, form: Format, options: InputFiles) -> Iterator[Row]:
    match form:
        case "xlsx" | "xls":
            # Only who reads a workbook needs ZIP files and XML.
            from ordosync.accounts.files.formats.workbooks import workbook_rows  # noqa: PLC0415

            yield from workbook_rows(path, form, options)
        case "jsonl":
            yield from _line_rows(path, options, json_rows)
        case "json":
            yield from _text_rows(path, options, lambda file: json_document_rows(file, options))
        case "xml":
            yield from xml_rows(path, options)
        case _:
            yield from _line_rows(path, options, csv_rows)


def format_of(path: Path, options: InputFiles) -> Format:
    """Return the format of a file: as configured, otherwise by its suffix."""
    return options.format or format_by_suffix(path) or "csv"


def has_records(path: Path, options: InputFiles) -> bool:
    """True if each record of a file is whole by itself, so that no row belongs to another."""
    format_ = format_of(path, options)
    return format_ in DOCUMENTS or (format_ == "jsonl" and bool(options.lines))


def _line_rows(
    path: Path, options: InputFiles, parse: Callable[[Iterable[str], InputFiles], Iterator[Row]]
) -> Iterator[Row]:
    must_end = options.whole == "newline"
    return _text_rows(
        path, options, lambda file: parse(data_lines(file, path, must_end=must_end), options)
    )


def _text_rows(
    path: Path, options: InputFiles, parse: Callable[[TextIO], Iterator[Row]]
) -> Iterator[Row]:
    encoding = encoding_of(path, options)
    try:
        with open_text(path, encoding) as file:
            for count, row in enumerate(parse(file)):
                if not count % _ROWS:
                    progress.reached(file.buffer.tell())
                yield row
    except UnicodeError as error:
        raise not_text(path, options.encoding) from error


def without_rows(
    path: Path, options: InputFiles, is_removed: Callable[[Row], bool]
) -> bytes | None:
    """Return a file without some of its rows; None if it has none of them.

    The other rows stay as they are, byte by byte. Raises `InvalidFileError` and `OSError`.
    """
    if is_empty(path):
        return None
    form = format_of(path, options)
    if form in ("xlsx", "xls"):
        from ordosync.accounts.files.formats.workbooks import workbook_without  # noqa: PLC0415

        return workbook_without(path, form, options, is_removed)
    if form == "xml":
        return xml_without(path, options, is_removed)
    encoding = encoding_of(path, options)
    try:
        with open_text(path, encoding) as file:
            text = _text_without(path, file, form, options, is_removed)
    except UnicodeError as error:
        raise not_text(path, options.encoding) from error
    return None if text is None else text.encode(encoding)


def _text_without(
    path: Path,
    file: TextIO,
    form: Format,
    options: InputFiles,
    is_removed: Callable[[Row], bool],
) -> str | None:
    if form == "json":
        return json_without(file, options, is_removed)
    lines = data_lines(file, path)
    texts = list((json_texts if form == "jsonl" else csv_texts)(lines, options))
    kept = [text for text, rows in texts if not any(map(is_removed, rows))]
    return None if len(kept) == len(texts) else "".join(kept)
