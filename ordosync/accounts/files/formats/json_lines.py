"""Reads the rows of a JSON lines file: one object per line."""

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Any

from ordosync.accounts.files.formats.json_values import (
    DECODER,
    JsonTree,
    is_blank,
    repeated_keys,
    text_of,
)
from ordosync.accounts.files.formats.record_rows import RecordRows
from ordosync.accounts.files.formats.rows import (
    LONGEST_TEXT,
    InvalidFileError,
    Row,
    cell_problem,
    cleaner,
)
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.input_options.record_paths import EACH
from ordosync.accounts.option_types import names_of

_RowsOf = Callable[[int, dict[str, Any]], Iterator[Row]]


def json_rows(file: Iterable[str], options: InputFiles) -> Iterator[Row]:
    """Yield the rows of a file. Raises `InvalidFileError`."""
    rows_of = _flat_rows(options) if _is_flat(options) else _record_rows(options)
    for number, line in enumerate(file, 1):
        if len(line) > LONGEST_TEXT:
            raise InvalidFileError(f"row {number}: has more than {LONGEST_TEXT} characters")
        if line.strip():
            yield from rows_of(number, _object_in(line, number))


def json_texts(file: Iterable[str], options: InputFiles) -> Iterator[tuple[str, list[Row]]]:
    """Yield each line with its rows; none for blank lines."""
    for line in file:
        yield line, list(json_rows([line], options))


def _is_flat(options: InputFiles) -> bool:
    """True if no column is below a key, or one of several keys."""
    columns = options.columns_read
    return not options.lines and not any(
        "." in column or EACH in column or len(names_of(column)) > 1 for column in columns
    )


def _flat_rows(options: InputFiles) -> _RowsOf:
    """Return the function that makes the row of an object, faster than `_record_rows`."""
    used_columns, clean = frozenset(options.columns_read), cleaner(options)

    def rows_of(number: int, fields: dict[str, Any]) -> Iterator[Row]:
        cells, problems = _cells(fields, clean), _repeated(fields, used_columns)
        if len(cells) < len(fields):
            parts = [key for key in fields if key in used_columns and key not in cells]
            problems += [f"{key!a} has more than one value" for key in parts]
        # A row without any text is ignored.
        if problems or any(cells.values()):
            yield Row(number, cells, "; ".join(problems) or cell_problem(cells, used_columns))

    return rows_of


def _record_rows(options: InputFiles) -> _RowsOf:
    """Return the function that makes the rows of an object and its lines."""
    records, used_columns = RecordRows(JsonTree(), options), frozenset(options.columns_read)
    clean = cleaner(options)

    def rows_of(number: int, fields: dict[str, Any]) -> Iterator[Row]:
        if is_blank(fields):
            return iter(())
        # Rejected rows have all cells. With lines, they would be repeated on each of them.
        cells = {} if options.lines else _cells(fields, clean)
        problems = _repeated(fields, used_columns)
        return records.rows(number, fields, other_cells=cells, problems=problems)

    return rows_of


def _repeated(fields: dict[str, Any], used_columns: AbstractSet[str]) -> list[str]:
    repeated = [key for key in repeated_keys(fields) if key in used_columns]
    return [f"has the key {key!a} twice" for key in repeated]


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
