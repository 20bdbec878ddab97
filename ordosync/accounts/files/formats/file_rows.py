"""Reads the rows of a file in its format, and copies a file without some of its rows."""

import codecs
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from ordosync import progress
from ordosync.accounts.files.formats.csv_rows import csv_rows, csv_texts
from ordosync.accounts.files.formats.json_documents import json_document_rows
from ordosync.accounts.files.formats.json_lines import json_rows, json_texts
from ordosync.accounts.files.formats.removed_records import json_without, xml_without
from ordosync.accounts.files.formats.rows import InvalidFileError, Row
from ordosync.accounts.files.formats.xml_documents import xml_rows
from ordosync.accounts.files.input_options.file_formats import (
    DOCUMENTS,
    Format,
    format_by_suffix,
)
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.spreadsheets import WORKBOOKS
from ordosync.regular_files import open_regular

_BLOCK = 1024 * 1024
_LONGEST_START = max(map(len, WORKBOOKS))
_ROWS = 500
"""The number of rows after which the position in the file is noted."""


def read_rows(path: Path, options: InputFiles) -> Iterator[Row]:
    """Yield the rows of a file. Raises `InvalidFileError` at any point, and `OSError`."""
    match format_of(path, options):
        case "xlsx" | "xls" as form:
            # Only who reads a workbook needs ZIP files and XML.
            from ordosync.accounts.files.formats.workbooks import workbook_rows  # noqa: PLC0415

            yield from workbook_rows(path, form, options)
        case "jsonl":
            yield from _text_rows(path, options, json_rows)
        case "json":
            yield from _text_rows(path, options, json_document_rows)
        case "xml":
            yield from xml_rows(path, options)
        case _:
            yield from _text_rows(path, options, csv_rows)


def format_of(path: Path, options: InputFiles) -> Format:
    """Return the format of a file: as configured, otherwise by its suffix."""
    return options.format or format_by_suffix(path) or "csv"


def has_records(path: Path, options: InputFiles) -> bool:
    """True if each record of a file is whole by itself, so that no row belongs to another."""
    format_ = format_of(path, options)
    return format_ in DOCUMENTS or (format_ == "jsonl" and bool(options.lines))


def _text_rows(
    path: Path, options: InputFiles, parse: Callable[[TextIO, InputFiles], Iterator[Row]]
) -> Iterator[Row]:
    is_utf8 = codecs.lookup(options.encoding).name in ("utf-8", "utf-8-sig")
    if not is_utf8 and _has_utf8(path):
        raise InvalidFileError(f"is UTF-8 text, not {options.encoding}; set `encoding: utf-8`")
    encoding = "utf-8-sig" if is_utf8 else options.encoding
    try:
        with _open(path, encoding) as file:
            for count, row in enumerate(parse(file, options)):
                if not count % _ROWS:
                    progress.reached(file.buffer.tell())
                yield row
    except UnicodeError as error:
        hint = "; try `encoding: cp1252`" if is_utf8 else ""
        raise InvalidFileError(f"is not {options.encoding} text{hint}") from error


def without_rows(
    path: Path, options: InputFiles, is_removed: Callable[[Row], bool]
) -> bytes | None:
    """Return a file without some of its rows; None if it has none of them.

    The other rows stay as they are, byte by byte. Raises `InvalidFileError` and `OSError`.
    """
    form = format_of(path, options)
    if form in ("xlsx", "xls"):
        from ordosync.accounts.files.formats.workbooks import workbook_without  # noqa: PLC0415

        return workbook_without(path, form, options, is_removed)
    if form == "xml":
        return xml_without(path, options, is_removed)
    encoding = "utf-8-sig" if codecs.lookup(options.encoding).name == "utf-8" else options.encoding
    with _open(path, encoding) as file:
        text = _text_without(form, file, options, is_removed)
    return None if text is None else text.encode(encoding)


def _text_without(
    format_: Format, file: TextIO, options: InputFiles, is_removed: Callable[[Row], bool]
) -> str | None:
    if format_ == "json":
        return json_without(file, options, is_removed)
    texts = list((json_texts if format_ == "jsonl" else csv_texts)(file, options))
    kept = [text for text, rows in texts if not any(map(is_removed, rows))]
    return None if len(kept) == len(texts) else "".join(kept)


def _open(path: Path, encoding: str) -> TextIO:
    file = open_regular(path)
    start = file.read(_LONGEST_START)
    if start.startswith(WORKBOOKS):
        file.close()
        name = ".xlsx" if start.startswith(WORKBOOKS[0]) else ".xls"
        hint = f"save its sheet as CSV, or name it {name}"
        raise InvalidFileError(f"is a workbook of a spreadsheet; {hint}")
    file.seek(0)
    return io.TextIOWrapper(file, encoding=encoding, newline="")


def _has_utf8(path: Path) -> bool:
    """True if a file has letters other than ASCII, and all of them are UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_ascii = True
    try:
        with open_regular(path) as file:
            while block := file.read(_BLOCK):
                is_ascii = is_ascii and block.isascii()
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return not is_ascii
