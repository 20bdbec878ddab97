"""Converts one cell to one value, or raises an error with the reason.

A reason names file and row. It quotes a cell only if the cell cannot have personal data.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.input_options.fields import (
    AMOUNT_FIELDS,
    ID_FIELDS,
    LINE_FIELDS,
    PRODUCT_FIELDS,
    SHIPMENT_FIELDS,
)
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.parsing.transforms import (
    TransformError,
    joined,
    part_of,
    read_date,
    transformed,
)
from ordosync.accounts.spreadsheets import damage, may_mean, plain, unmarked
from ordosync.countries import COUNTRY_CODES

_ECHOED = (
    "ship_to.country",
    "bill_to.country",
    "shipping_method",
    "placed_at",
    *LINE_FIELDS,
    *PRODUCT_FIELDS,
    *SHIPMENT_FIELDS,
    *("currency", "line_id", "as_of"),
)
_FLAGS = {
    **dict.fromkeys(("true", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "no", "n", "0", ""), False),
}
_MARKS = frozenset("'=#")
"""The characters with which a text mark or an error of a spreadsheet begins."""
_LONGEST_KEY = 100
_IDS = frozenset(
    (
        "order_number",
        "line_id",
        "sku",
        "supplier_sku",
        "tracking_number",
        "ship_to.zip",
        "bill_to.zip",
    )
)
"""Fields that a spreadsheet may damage. A name or street may be any text."""


class InvalidRowError(Exception):
    """A row that makes its record unusable."""

    def __init__(self, code: str, row: Row, problem: str, *, other: Row | None = None) -> None:
        super().__init__(problem)
        self.code = code
        self.row = row
        self.other = other
        """The row whose number ends the problem."""


def digest(
    rows: Sequence[Row], options: InputFiles, *, without: AbstractSet[str] = frozenset()
) -> str:
    """Return a digest of the mapped cells of rows, with the fingerprint of the mapping."""
    columns = sorted({*options.field_columns} - without)
    cells = [[row.cells.get(column, "") for column in columns] + [row.problem] for row in rows]
    text = json.dumps(cells)
    return f"{options.fingerprint}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def text_of(row: Row, column: str) -> str:
    """Return the text of a cell, without the quote that neutralises a formula."""
    text = row.cells.get(column, "")
    return plain(text) if text[:1] == "'" else text


def cell(row: Row, name: str, options: InputFiles) -> str:
    """Return the text of a field, replaced by its value in `values`."""
    if (column := options.plain_columns.get(name)) is not None:
        text = row.cells.get(column, "")
        # Most cells have no mark of a spreadsheet, and need no further look.
        if text[:1] not in _MARKS and "+" not in text:
            return text
    text = field_text(row, name, options)
    meanings = options.values.get(name)
    if meanings is None or text in meanings.values() or _is_country(name, text):
        return text
    if text not in meanings:
        quoted = f"{text[:40]!a}" if name in _ECHOED else "the text"
        raise InvalidRowError("invalid.value", row, f"{name}: {quoted} is not in `values`")
    return meanings[text]


def field_text(row: Row, name: str, options: InputFiles) -> str:
    """Return the text of a field after its transforms; empty if it is not mapped."""
    if name in options.derived_fields:
        return _derived_text(row, name, options)
    if not (column := options.columns.get(name)):
        return ""
    text = text_of(row, column)
    if name in _IDS and text not in options.values.get(name, ()):
        _check_whole(row, name, column)
    return text


def _derived_text(row: Row, name: str, options: InputFiles) -> str:
    """Return the text of a field that has a transform, a constant or a default."""
    steps = options.transform.get(name, ())
    named = {text for step in steps for text in step.map}
    for column in options.sources[name] if name in _IDS else ():
        if text_of(row, column) not in named:
            _check_whole(row, name, column)
    text = _source_text(row, name, options) or options.defaults.get(name, "")
    try:
        return transformed(text, steps, decimal=options.decimal)
    except TransformError as error:
        quoted = f"{name} {text[:40]!a}" if name in _ECHOED else name
        code = "invalid.money" if name in AMOUNT_FIELDS else f"invalid.{name}"
        raise InvalidRowError(code, row, f"{quoted} {error}") from error


def _source_text(row: Row, name: str, options: InputFiles) -> str:
    """Return the text of a field in the columns that it is read from, or its constant."""
    texts = [text_of(row, column) for column in options.sources[name]]
    if name in options.columns or not texts:
        return texts[0] if texts else options.constants[name]
    first = options.transform[name][0]
    if first.split:
        last = options.last_parts[first.split.from_, first.split.at]
        return part_of(texts[0], first.split, last)
    # Rows whose number lacks a part would count as rows of the same order.
    return joined(texts, first.by, whole=name in ID_FIELDS)


def raw_texts(row: Row, name: str, options: InputFiles) -> list[str]:
    """Return the texts in the columns of a field, as the file has them."""
    return [row.cells.get(column, "") for column in options.sources[name]]


def _is_country(name: str, text: str) -> bool:
    return name.endswith(".country") and text in COUNTRY_CODES


def key_text(row: Row, name: str, options: InputFiles) -> str:
    """Return the text of an id; empty if it is blank, or damaged by a spreadsheet."""
    if name in options.derived_fields:
        try:
            return _derived_text(row, name, options)
        except InvalidRowError:
            return ""
    text = row.cells.get(options.columns[name], "")
    return "" if damage(text) else plain(text)


def key_problem(row: Row, name: str, options: InputFiles) -> str:
    """Return the reason why a row has no such id."""
    label = name.replace("_", " ")
    if name in options.derived_fields:
        try:
            _derived_text(row, name, options)
        except InvalidRowError as error:
            return f"the {label} cannot be read: {error}"
        return f"the {label} is blank"
    text = row.cells.get(column := options.columns[name], "")
    if not text and ascii(column) in row.problem:
        return f"the {label} cannot be read: {row.problem}"
    return f"the {label} {text[:40]!a} {_damage(text)}" if text else f"the {label} is blank"


def may_have_id(row: Row, name: str, id_: str, options: InputFiles) -> bool:
    """True if a row without an id, or with a damaged id, may have this id."""
    if name in options.derived_fields:
        return True
    text = row.cells.get(options.columns[name], "")
    return not text or may_mean(text, id_)


def _check_whole(row: Row, name: str, column: str) -> None:
    """Raise `InvalidRowError` if a spreadsheet has damaged an id, SKU or postcode."""
    text = row.cells.get(column, "")
    if reason := _damage(text):
        quoted = f"{name} {text[:40]!a}" if name in _ECHOED else name
        raise InvalidRowError(f"invalid.{name}", row, f"{quoted} {reason}")


def _damage(text: str) -> str:
    reason = damage(text)
    return (
        f"{reason}, or set `dialect: spreadsheet`" if reason and unmarked(text) != text else reason
    )


def key_cell(row: Row, name: str, options: InputFiles) -> str:
    """Return the text of a field that is a key; it must not be blank."""
    text = cell(row, name, options)
    if not text:
        raise InvalidRowError(f"invalid.{name}", row, f"{name} is blank")
    if len(text) > _LONGEST_KEY:
        raise InvalidRowError(f"invalid.{name}", row, f"{name} is too long")
    return text


def quantity(row: Row, text: str) -> int:
    """Return the quantity of a line."""
    if not re.fullmatch("[0-9]{1,9}", text):
        problem = f"quantity {text[:40]!a} is not a whole number from 0 to 999999999"
        raise InvalidRowError("invalid.quantity", row, problem)
    return int(text)


def stock_quantity(row: Row, text: str) -> int | None:
    """Return a quantity in stock; blank means that it is unknown, negative that it is oversold."""
    if not text:
        return None
    if not re.fullmatch("-?[0-9]{1,9}", text):
        problem = f"quantity {text[:40]!a} is not a whole number of at most 9 digits"
        raise InvalidRowError("invalid.quantity", row, problem)
    return int(text)


def flag(row: Row, name: str, options: InputFiles, *, blank: bool = False) -> bool:
    """Return yes or no; `blank` if it is blank, or has no column."""
    text = cell(row, name, options)
    return to_flag(row, name, text) if text else blank


def to_flag(row: Row, name: str, text: str) -> bool:
    """Return the yes or no of a text."""
    if text.lower() not in _FLAGS:
        problem = f"{name} {text[:40]!a} is not true or false"
        raise InvalidRowError(f"invalid.{name}", row, problem)
    return _FLAGS[text.lower()]


def as_of_cell(row: Row, options: InputFiles) -> datetime | None:
    """Return the time of a quantity; None if its file has no column for it."""
    if "as_of" not in options.sources:
        return None
    at = time(row, "as_of", cell(row, "as_of", options), options)
    if at is None:
        raise InvalidRowError("invalid.date", row, "as_of is blank")
    return at


def time(row: Row, name: str, text: str, options: InputFiles) -> datetime | None:
    """Return a time with its own offset, or with the offset of the time zone."""
    formats = options.date_formats(name)
    if not text or not formats or options.timezone is None:
        return None
    try:
        local = read_date(text, formats)
        if local.tzinfo is None:
            local = local.replace(tzinfo=ZoneInfo(options.timezone))
        # A time that no clock can show is rejected here, not later.
        local.astimezone(UTC)
    except (TransformError, ValueError, OverflowError) as error:
        reason = error if isinstance(error, TransformError) else "is out of range"
        raise InvalidRowError("invalid.date", row, f"{name} {text[:40]!a} {reason}") from error
    return local
