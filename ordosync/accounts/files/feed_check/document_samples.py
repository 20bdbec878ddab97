"""The first records of a JSON or XML document as rows, with the paths of their columns."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ordosync.accounts.files.feed_check.field_names import fields_of, plain_name

Record = Mapping[str, Any]
"""A record: texts, objects, and lists of objects, by name."""
_MOST_RECORDS = 100
_LINE_NAMES = {"id": "line id", "name": "item name", "number": "item number"}
"""Names of columns that mean another thing in a line than in a record."""


@dataclass(frozen=True, kw_only=True)
class Syntax:
    """The form of paths."""

    separator: str
    each: str
    """The mark of a list."""


JSON, XML = Syntax(separator=".", each="[]"), Syntax(separator="/", each="")


@dataclass(frozen=True, kw_only=True)
class FlatRecords:
    """Records as a table."""

    lines: str
    """The path of a line in a record; empty if a record has none."""
    paths: Mapping[str, str]
    """The path of each column, by its name for a guess."""
    rows: Sequence[Sequence[str]]


def flat_records(records: Sequence[Record], syntax: Syntax) -> FlatRecords:
    """Return records as rows, one for each line."""
    lines = _lines_path(records, syntax)
    rows = [row for record in records[:_MOST_RECORDS] for row in _rows(record, lines, syntax)]
    paths = list(dict.fromkeys(path for row in rows for path in row))
    names = {_name(path, lines, syntax): path for path in reversed(paths)}
    texts = [[row.get(path, "") for path in names.values()] for row in rows]
    return FlatRecords(lines=lines, paths=names, rows=texts)


def _lines_path(records: Sequence[Record], syntax: Syntax) -> str:
    """Return the path of the objects that look most like lines of an order."""
    found: Counter[str] = Counter()
    for record in records[:_MOST_RECORDS]:
        for path, line in _objects(record, "", syntax):
            names = [plain_name(name) for name in line]
            found[path] += len(fields_of(names, "orders").keys() & {"sku", "quantity"})
    best = max(found, key=lambda path: found[path], default="")
    return best if found[best] else ""


def _objects(record: Record, prefix: str, syntax: Syntax) -> Iterator[tuple[str, Record]]:
    """Yield the objects in lists of a record, with their path; in XML also single ones."""
    for name, value in record.items():
        path = _joined(prefix, name, syntax)
        if isinstance(value, Mapping):
            if not syntax.each:
                yield path, value
            yield from _objects(value, path, syntax)
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, Mapping):
                    yield f"{path}{syntax.each}", item
                    yield from _objects(item, f"{path}{syntax.each}", syntax)


def _rows(record: Record, lines: str, syntax: Syntax) -> Iterator[dict[str, str]]:
    own = dict(_texts(record, "", lines, syntax))
    items = [item for path, item in _objects(record, "", syntax) if path == lines]
    for item in items or [{}]:
        yield {**own, **dict(_texts(item, lines, "", syntax))}


def _texts(record: Record, prefix: str, lines: str, syntax: Syntax) -> Iterator[tuple[str, str]]:
    """Yield the texts of a record with their paths, without those of its lines."""
    for name, value in record.items():
        path = _joined(prefix, name, syntax)
        if isinstance(value, Mapping):
            if path != lines:
                yield from _texts(value, path, lines, syntax)
        elif not isinstance(value, list):
            yield path, value


def _name(path: str, lines: str, syntax: Syntax) -> str:
    """Return the name of a column for a guess: of a line without the path of the line."""
    if not lines or not path.startswith(f"{lines}{syntax.separator}"):
        return path
    name = path.removeprefix(f"{lines}{syntax.separator}")
    return _LINE_NAMES.get(plain_name(name), name)


def _joined(prefix: str, name: str, syntax: Syntax) -> str:
    return f"{prefix}{syntax.separator}{name}" if prefix else name
