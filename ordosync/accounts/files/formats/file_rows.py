"""Reads the rows of a file in its format, and copies a file without some of its rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from ordosync import progress
from ordosync.accounts.files.formats.csv_rows import csv_rows, csv_texts
from ordosync.accounts.files.formats.json_lines import json_rows, json_texts
from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.formats.text_files import data_lines, encoding_of, not_text, open_text
from ordosync.accounts.files.input_options.input_files import Format, InputFiles
from ordosync.regular_files import is_empty

_BY_SUFFIX: Mapping[str, Format] = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".json": "json",
    ".xml": "xml",
    ".xlsx": "xlsx",
    ".xls": "xls",
}
"""The formats by suffix; a file with another suffix is read as CSV."""
_ROWS = 500
"""The number of rows after which the position in the file is noted."""


def read_rows(path: Path, options: InputFiles) -> Iterator[Row]:
    """Yield the rows of a file. Raises `InvalidFileError` at any point, and `OSError`.

    An empty file has no rows: many partners drop one if they have nothing to say.
    """
    if is_empty(path):
        return
    match format_of(path, options):
        case "jsonl":
            yield from _text_rows(path, options, json_rows)
        case _:
            yield from _text_rows(path, options, csv_rows)


def format_of(path: Path, options: InputFiles) -> Format:
    """Return the format of a file: as configured, otherwise by its suffix."""
    return options.format or _BY_SUFFIX.get(path.suffix.lower(), "csv")


def _text_rows(
    path: Path, options: InputFiles, parse: Callable[[Iterable[str], InputFiles], Iterator[Row]]
) -> Iterator[Row]:
    encoding, must_end = encoding_of(path, options), options.whole == "newline"
    try:
        with open_text(path, encoding) as file:
            lines = data_lines(file, path, must_end=must_end)
            for count, row in enumerate(parse(lines, options)):
                if not count % _ROWS:
                    progress.reached(file.buffer.tell())
                yield row
    except UnicodeError as error:
        raise not_text(options.encoding) from error


def without_rows(
    path: Path, options: InputFiles, is_removed: Callable[[Row], bool]
) -> bytes | None:
    """Return a file without some of its rows; None if it has none of them.

    The other rows stay as they are, byte by byte. Raises `InvalidFileError` and `OSError`.
    """
    encoding = encoding_of(path, options)
    read = json_texts if format_of(path, options) == "jsonl" else csv_texts
    try:
        with open_text(path, encoding) as file:
            texts = list(read(data_lines(file, path), options))
    except UnicodeError as error:
        raise not_text(options.encoding) from error
    kept = [text for text, row in texts if row is None or not is_removed(row)]
    return None if len(kept) == len(texts) else "".join(kept).encode(encoding)
