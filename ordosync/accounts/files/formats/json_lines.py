"""JSON lines to rows: one object per line. Numbers stay the text that they are."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from ordosync.accounts.files.formats.rows import (
    LONGEST_TEXT,
    InvalidFileError,
    Row,
    cell_problem,
    cleaner,
)
from ordosync.accounts.files.options import InputFiles


def json_rows(file: Iterable[str], options: InputFiles) -> Iterator[Row]:
    """Yield the rows of a file. Raises `InvalidFileError`."""
    read, clean = frozenset(options.columns_read), cleaner(options)
    for number, line in enumerate(file, 1):
        if len(line) > LONGEST_TEXT:
            raise InvalidFileError(f"row {number}: has more than {LONGEST_TEXT} characters")
        if not line.strip():
            continue
        found = _object_in(line, number)
        problems = [f"has the key {key!a} twice" for key in _repeated(found) if key in read]
        cells = {}
        for key, value in found.items():
            if not isinstance(value, (dict, list)):
                cells[key] = clean(_text(value))
            elif key in read:
                problems.append(f"{key!a} holds more than one value")
        # A row without any text says nothing.
        if problems or any(cells.values()):
            yield Row(number, cells, "; ".join(problems) or cell_problem(cells, read))


def json_texts(file: TextIO, options: InputFiles) -> Iterator[tuple[str, Row | None]]:
    """Yield each line with its row; None for blank lines."""
    for line in file:
        yield line, next(json_rows([line], options), None)


def _object_in(line: str, number: int) -> dict[str, Any]:
    try:
        # Numbers stay the text that they are: 1E+12 must be seen, 1.10 must not become 1.1.
        found = json.loads(
            line,
            object_pairs_hook=_object,
            parse_int=str,
            parse_float=_float,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError) as error:
        raise InvalidFileError(f"row {number}: is not JSON") from error
    if not isinstance(found, dict):
        raise InvalidFileError(f"row {number}: is not a JSON object")
    return found


class _RepeatedKeys(dict[str, Any]):
    """An object that has some keys twice."""

    repeated: tuple[str, ...] = ()


def _repeated(found: dict[str, Any]) -> tuple[str, ...]:
    return found.repeated if isinstance(found, _RepeatedKeys) else ()


def _object(items: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(items)
    if len(found) == len(items):
        return found
    with_repeated = _RepeatedKeys(found)
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
