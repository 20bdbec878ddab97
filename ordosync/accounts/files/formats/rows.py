"""One file to rows of text cells. Everything is text: leading zeros survive, nothing is rounded."""

import codecs
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from ordosync.accounts.files.options import InputFiles
from ordosync.accounts.spreadsheets import unmarked
from ordosync.regular import open_regular

_LARGEST_CELL = 10_000
_LARGEST_TEXT = 4 * 1024 * 1024
"""Characters of a cell that is not read, and of a line of JSON; `csv` takes four bytes for each."""
_BLOCK = 1024 * 1024


_Clean = Callable[[str], str]


class InvalidFileError(Exception):
    """The file as a whole cannot be read, so that none of its rows may be believed."""


class Row:
    """The cells of one row by column, or why it cannot be used."""

    __slots__ = ("cells", "number", "problem")

    def __init__(self, number: int, cells: dict[str, str], problem: str = "") -> None:
        self.number = number
        """As a person counts the lines of the file: the header is 1."""
        self.cells = cells
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class FileRows:
    """What one file says of one thing, such as an order."""

    name: str
    rows: Sequence[Row]
    """At least one, as they stand in the file."""
    as_of: str = ""
    """Sorts files by their age."""
    others_begin: bool = False
    """True if the file says of another order what is on the first row of each."""


def read_rows(path: Path, options: InputFiles, *, json_lines: bool) -> Iterator[Row]:
    """Yield the rows of a file. Raises `InvalidFileError` at any point, and `OSError`."""
    is_utf8 = codecs.lookup(options.encoding).name in ("utf-8", "utf-8-sig")
    if not is_utf8 and _has_utf8(path):
        raise InvalidFileError(f"is UTF-8 text, not {options.encoding}; say `encoding: utf-8`")
    encoding = "utf-8-sig" if is_utf8 else options.encoding
    try:
        with _open(path, encoding) as file:
            yield from _json_rows(file, options) if json_lines else _csv_rows(file, options)
    except UnicodeError as error:
        raise InvalidFileError(f"is not {options.encoding} text") from error


def _open(path: Path, encoding: str) -> TextIO:
    return io.TextIOWrapper(open_regular(path), encoding=encoding, newline="")


def _has_utf8(path: Path) -> bool:
    """Return True if a file has other than ASCII letters, and all of them are UTF-8."""
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


def without_rows(
    path: Path, options: InputFiles, is_gone: Callable[[Row], bool], *, json_lines: bool
) -> bytes | None:
    """Return what a file is without some of its rows; None where it has none of them.

    All else stays as it is, letter by letter. Raises `InvalidFileError` and `OSError`.
    """
    encoding = "utf-8-sig" if codecs.lookup(options.encoding).name == "utf-8" else options.encoding
    with _open(path, encoding) as file:
        texts = list(_texts(file, options, json_lines=json_lines))
    kept = [text for text, row in texts if row is None or not is_gone(row)]
    return None if len(kept) == len(texts) else "".join(kept).encode(encoding)


def _texts(
    file: TextIO, options: InputFiles, *, json_lines: bool
) -> Iterator[tuple[str, Row | None]]:
    """Yield the text of each row with the row; None for a header and for blank lines."""
    if json_lines:
        for line in file:
            yield line, next(_json_rows([line], options), None)
        return
    lines = _Remembered(file)
    reader = csv.reader(lines, delimiter=options.delimiter, strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        read, clean = frozenset(options.columns_read), _cleaner(options)
        yield lines.taken(), None
        for cells in reader:
            yield lines.taken(), _row(0, header, cells, read, clean) if cells else None
    except csv.Error as error:
        raise InvalidFileError(f"is not CSV ({error})") from error


class _Remembered:
    """The lines of a file, kept until they are asked for."""

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


def _csv_rows(file: TextIO, options: InputFiles) -> Iterator[Row]:
    csv.field_size_limit(_LARGEST_TEXT)
    # Strict: an unbalanced quote would otherwise swallow the rows after it without a word.
    reader = csv.reader(file, delimiter=options.delimiter, strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        _check_header(header, options)
        read, clean = frozenset(options.columns_read), _cleaner(options)
        before = reader.line_num
        for cells in reader:
            number, before = before + 1, reader.line_num
            if any(map(str.strip, cells)):  # a row without any text says nothing
                yield _row(number, header, cells, read, clean)
    except csv.Error as error:
        raise InvalidFileError(f"row {reader.line_num}: is not CSV ({error})") from error


def _cleaner(options: InputFiles) -> _Clean:
    """Return what makes a text of a cell."""
    if options.text_cells:
        return lambda text: unmarked(text.strip())
    return str.strip


def _check_header(header: list[str], options: InputFiles) -> None:
    if not header:
        raise InvalidFileError("is empty; a header row is needed")
    for column in options.columns_read:
        if header.count(column) != 1:
            how = "is missing" if column not in header else "stands twice in the header"
            raise InvalidFileError(f"column {column!a} {how}")


def _row(
    number: int, header: list[str], texts: list[str], read: AbstractSet[str], clean: _Clean
) -> Row:
    cells = {name: clean(text) for name, text in zip(header, texts, strict=False)}
    if len(texts) != len(header):
        return Row(number, cells, f"has {len(texts)} cells, the header has {len(header)}")
    return Row(number, cells, _problem(cells, read))


def _problem(cells: dict[str, str], read: AbstractSet[str]) -> str:
    """Say what is wrong with the cells that are read; what is not mapped may be anything."""
    for column in read:
        text = cells.get(column, "")
        if len(text) > _LARGEST_CELL:
            return f"{column!a} holds {len(text)} characters; {_LARGEST_CELL} are the most"
        if "\0" in text:
            return f"{column!a} holds a NUL byte"
        if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
            return f"{column!a} holds half of a character"
    return ""


def _json_rows(file: Iterable[str], options: InputFiles) -> Iterator[Row]:
    read, clean = frozenset(options.columns_read), _cleaner(options)
    for number, line in enumerate(file, 1):
        if len(line) > _LARGEST_TEXT:
            raise InvalidFileError(f"row {number}: has more than {_LARGEST_TEXT} characters")
        if not line.strip():
            continue
        try:
            found = _decode(line)
        except (ValueError, RecursionError) as error:
            raise InvalidFileError(f"row {number}: is not JSON") from error
        if not isinstance(found, dict):
            raise InvalidFileError(f"row {number}: is not a JSON object")
        problems = [f"has the key {key!a} twice" for key in _twice(found) if key in read]
        cells = {}
        for key, value in found.items():
            if not isinstance(value, (dict, list)):
                cells[key] = clean(_text(value))
            elif key in read:
                problems.append(f"{key!a} holds more than one value")
        if problems or any(cells.values()):  # a row without any text says nothing
            yield Row(number, cells, "; ".join(problems) or _problem(cells, read))


class _Repeated(dict[str, Any]):
    """An object in which some keys are given twice."""

    twice: tuple[str, ...] = ()


def _twice(found: dict[str, Any]) -> tuple[str, ...]:
    return found.twice if isinstance(found, _Repeated) else ()


def _decode(line: str) -> Any:
    # Numbers stay the text that they are: 1E+12 must be seen, 1.10 must not become 1.1.
    return json.loads(
        line, object_pairs_hook=_object, parse_int=str, parse_float=_float, parse_constant=_refuse
    )


def _object(items: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(items)
    if len(found) == len(items):
        return found
    repeated = _Repeated(found)
    names = Counter(name for name, _ in items)
    repeated.twice = tuple(name for name, count in names.items() if count > 1)
    return repeated


def _float(text: str) -> str:
    """Return a number as a spreadsheet writes it, so that an exponent in an id is seen."""
    return re.sub(r"[eE]\+?(?=[0-9])", "E+", text)


def _refuse(constant: str) -> str:
    raise ValueError(f"{constant} is not JSON")


def _text(value: str | bool | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value
