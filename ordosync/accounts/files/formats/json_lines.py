"""Reads the rows of a JSON lines file: one object per line. Numbers are kept as text."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from ordosync.accounts.files.formats.rows import (
    LONGEST_TEXT,
    InvalidFileError,
    Row,
    cell_problem,
    cleaner,
)
from ordosync.accounts.files.input_options.input_files import InputFiles


def json_rows(file: Iterable[str], options: InputFiles) -> Iterator[Row]:
    """Yield the rows of a file. Raises `InvalidFileError`."""
    used_columns, clean = frozenset(options.columns_read), cleaner(options)
    for number, line in enumerate(file, 1):
        if len(line) > LONGEST_TEXT:
            raise InvalidFileError(f"row {number}: has more than {LONGEST_TEXT} characters")
        if not line.strip():
            continue
        fields = _object_in(line, number)
        problems = [
            f"has the key {key!a} twice" for key in _repeated(fields) if key in used_columns
        ]
        cells = {}
        for key, value in fields.items():
            if not isinstance(value, (dict, list)):
                cells[key] = clean(_text(value))
            elif key in used_columns:
                problems.append(f"{key!a} has more than one value")
        # A row without any text is ignored.
        if problems or any(cells.values()):
            yield Row(number, cells, "; ".join(problems) or cell_problem(cells, used_columns))


def json_texts(file: Iterable[str], options: InputFiles) -> Iterator[tuple[str, Row | None]]:
    """Yield each line with its row; None for blank lines."""
    for line in file:
        yield line, next(json_rows([line], options), None)


def _object_in(line: str, number: int) -> dict[str, Any]:
    try:
        # Numbers are kept as text: 1E+12 must be recognised, 1.10 must not become 1.1.
        value = json.loads(
            line,
            object_pairs_hook=_object,
            parse_int=str,
            parse_float=_float,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError) as error:
        raise InvalidFileError(f"row {number}: is not JSON") from error
    if not isinstance(value, dict):
        raise InvalidFileError(f"row {number}: is not a JSON object")
    return value


class _RepeatedKeys(dict[str, Any]):
    """An object with repeated keys."""

    repeated: tuple[str, ...] = ()


def _repeated(fields: dict[str, Any]) -> tuple[str, ...]:
    return fields.repeated if isinstance(fields, _RepeatedKeys) else ()


def _object(items: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(items)
    if len(fields) == len(items):
        return fields
    with_repeated = _RepeatedKeys(fields)
    counts = Counter(name for name, _ in items)
    with_repeated.repeated = tuple(name for name, count in counts.items() if count > 1)
    return with_repeated


def _float(text: str) -> str:
    """Return a number as a spreadsheet writes it: an exponent marks a damaged id."""
    return re.sub(r"[eE]\+?(?=[0-9])", "E+", text)


def _refuse(constant: str) -> str:
    raise ValueError(f"{constant} is not JSON")


def _text(value: str | bool | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value
