"""Paths of records, lines and columns in documents: `orders[]`, `lines[].sku`, `line/@sku`.

A path is text that is compared with names in a document; it never names a file.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from ordosync.accounts.files.input_options.file_formats import Format, format_by_suffix
from ordosync.accounts.option_types import names_of

EACH = "[]"
"""Ends a step of JSON that is a list: the path goes on in each of its items."""
OWN_TEXT = "."
"""The column of XML with the text of the record itself."""
_XML_NAME = r"[^\s/@\[\]<>\"'=.:][^\s/@\[\]<>\"'=:]*"
_XML_ELEMENT = re.compile(f"{_XML_NAME}(/{_XML_NAME})*")
_XML_COLUMN = re.compile(rf"({_XML_NAME}/)*@?{_XML_NAME}|\.")
_JSON_COLUMN = re.compile(r"[^\[\]./]+(\[\])?(\.[^\[\]./]+(\[\])?)*")

Syntax = Literal["json", "xml"]


class JsonStep(NamedTuple):
    """A step of a path in JSON: a key, an item of a list, or both."""

    name: str
    """The key; empty for an item of a list that is the document itself."""
    is_list: bool


class PathOptions(Protocol):
    """The options of files that have or check paths."""

    @property
    def glob(self) -> Path:
        """The files."""

    @property
    def format(self) -> Format | None:
        """The format of the files; None: by the suffix of each."""

    @property
    def record(self) -> str:
        """The path of a record."""

    @property
    def lines(self) -> str:
        """The path of a line in a record."""

    @property
    def columns_read(self) -> tuple[str, ...]:
        """Every column that is read."""


def json_steps(path: str) -> tuple[JsonStep, ...]:
    """Return the steps of a path in JSON; none for an empty path."""
    steps = []
    for part in path.split(".") if path else ():
        name = part.removesuffix(EACH)
        steps.append(JsonStep(name, name != part))
    return tuple(steps)


def xml_steps(path: str) -> tuple[str, ...]:
    """Return the steps of a path in XML; none for an empty path and for the record itself."""
    return tuple(path.split("/")) if path and path != OWN_TEXT else ()


def below(path: str, column: str, separator: str) -> str | None:
    """Return the path of a column below another path; None if it is not below it."""
    if column == path:
        return ""
    beginning = path + separator
    return column.removeprefix(beginning) if column.startswith(beginning) else None


def is_of_lines(column: str, lines: str) -> bool:
    """True if a column belongs to the lines of a record."""
    return bool(lines) and any(below(lines, column, separator) is not None for separator in "./")


def check_is_of_record(column: str, lines: str) -> None:
    """Raise `ValueError` if the column of an order's number belongs to its lines."""
    if any(is_of_lines(name, lines) for name in names_of(column)):
        raise ValueError(
            f"columns: order_number: {column!a} is below `lines`; a record is an order"
        )


def check_paths(options: PathOptions) -> None:
    """Raise `ValueError` if these files have no such paths, or if one of them is not a path."""
    format_ = options.format or format_by_suffix(options.glob)
    if format_ in ("csv", "xlsx", "xls"):
        _refuse_paths(options)
    elif format_ == "jsonl":
        _check_json_lines(options)
    else:
        match _syntax(format_, options):
            case "xml":
                _check_xml(options)
            case "json":
                _check_json(options)


def _refuse_paths(options: PathOptions) -> None:
    for name, path in (("record", options.record), ("lines", options.lines)):
        if path:
            raise ValueError(f"{name}: is only for XML and JSON; these files are tables")


def _syntax(format_: Format | None, options: PathOptions) -> Syntax | None:
    """Return the syntax of the paths; None if the files may be of any format."""
    paths = f"{options.record} {options.lines}"
    if format_ == "xml" or (format_ is None and "/" in paths):
        return "xml"
    return "json" if format_ == "json" or EACH in paths else None


def _check_xml(options: PathOptions) -> None:
    if not options.record:
        raise ValueError("record: is missing; it is the path of a record, such as orders/order")
    for name, path in _given({"record": options.record, "lines": options.lines}):
        if not _XML_ELEMENT.fullmatch(path):
            raise ValueError(f"{name}: {path!a} is not a path in XML such as {_XML_EXAMPLES[name]}")
    for column in _columns(options):
        if not _XML_COLUMN.fullmatch(column):
            raise ValueError(f"columns: {column!a} is not a path in XML such as line/@sku")


def _check_json(options: PathOptions) -> None:
    if options.record != EACH:
        _check_json_path("record", options.record.removeprefix(f"{EACH}."))
    _check_json_list(options)
    for column in _columns(options):
        _check_json_path("columns", column)


def _check_json_lines(options: PathOptions) -> None:
    """Raise `ValueError` as `check_paths` does. A column may be any key of the record itself."""
    if options.record:
        raise ValueError("record: is not for JSON lines, which have one record in each line")
    _check_json_list(options)


def _check_json_list(options: PathOptions) -> None:
    _check_json_path("lines", options.lines)
    if options.lines and not options.lines.endswith(EACH):
        raise ValueError(f"lines: {options.lines!a} must end with [], such as lines[]")


def _check_json_path(name: str, path: str) -> None:
    if path and not _JSON_COLUMN.fullmatch(path):
        raise ValueError(f"{name}: {path!a} is not a path in JSON such as {_JSON_EXAMPLES[name]}")


def _columns(options: PathOptions) -> list[str]:
    """Return all names of all columns."""
    for column in options.columns_read:
        if len({is_of_lines(name, options.lines) for name in names_of(column)}) > 1:
            raise ValueError(f"columns: the names of {column!a} are not all below `lines`")
    return [name for column in options.columns_read for name in names_of(column)]


def _given(paths: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, path) for name, path in paths.items() if path]


_XML_EXAMPLES = {"record": "orders/order", "lines": "line"}
_JSON_EXAMPLES = {"record": "orders[]", "lines": "lines[]", "columns": "lines[].sku"}
