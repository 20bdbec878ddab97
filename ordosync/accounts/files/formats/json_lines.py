"""Reads the rows of a JSON lines file: one object per line."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ordosync.accounts.files.formats.json_values import (
    DECODER,
    JsonTree,
    is_blank,
    repeated_keys,
    text_of,
)
from ordosync.accounts.files.formats.record_rows import RecordRows
from ordosync.accounts.files.formats.rows import LONGEST_TEXT, InvalidFileError, Row, cleaner
from ordosync.accounts.files.input_options.input_files import InputFiles


def json_rows(file: Iterable[str], options: InputFiles) -> Iterator[Row]:
    """Yield the rows of a file. Raises `InvalidFileError`."""
    records = RecordRows(JsonTree(), options)
    used_columns, clean = frozenset(options.columns_read), cleaner(options)
    for number, line in enumerate(file, 1):
        if len(line) > LONGEST_TEXT:
            raise InvalidFileError(f"row {number}: has more than {LONGEST_TEXT} characters")
        if not line.strip():
            continue
        fields = _object_in(line, number)
        # Rejected rows have all cells. With lines, they would be repeated on each of them.
        cells = {} if options.lines else _cells(fields, clean)
        repeated = [key for key in repeated_keys(fields) if key in used_columns]
        problems = [f"has the key {key!a} twice" for key in repeated]
        if not is_blank(fields):
            yield from records.rows(number, fields, other_cells=cells, problems=problems)


def json_texts(file: Iterable[str], options: InputFiles) -> Iterator[tuple[str, list[Row]]]:
    """Yield each line with its rows; none for blank lines."""
    for line in file:
        yield line, list(json_rows([line], options))


def _cells(fields: dict[str, Any], clean: Callable[[str], str]) -> dict[str, str]:
    return {
        key: clean(text_of(value))
        for key, value in fields.items()
        if not isinstance(value, (dict, list))
    }


def _object_in(line: str, number: int) -> dict[str, Any]:
    try:
        value = DECODER.decode(line)
    except (ValueError, RecursionError) as error:
        raise InvalidFileError(f"row {number}: is not JSON") from error
    if not isinstance(value, dict):
        raise InvalidFileError(f"row {number}: is not a JSON object")
    return value
