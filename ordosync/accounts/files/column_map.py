"""Checks of the options that map fields to the columns of a file."""

import codecs
import difflib
from collections.abc import Mapping, Sequence


def check_columns(
    columns: Mapping[str, str],
    known_fields: Sequence[str],
    required_fields: Sequence[str],
    *,
    record_name: str,
) -> None:
    """Raise `ValueError` if `columns` has an unknown field, or lacks a required field."""
    for name in columns:
        check_field("columns", name, known_fields, record_name=record_name)
    for name in required_fields:
        if name not in columns:
            raise ValueError(f"columns: {name} is missing")
    if "quantity" in known_fields:
        _check_units(columns)


def check_field(option: str, name: str, known_fields: Sequence[str], *, record_name: str) -> None:
    """Raise `ValueError` if the field is unknown."""
    if name not in known_fields:
        close = difflib.get_close_matches(name, known_fields, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise ValueError(f"{option}: {name!a} is not a field of {record_name}{hint}")


def _check_units(columns: Mapping[str, str]) -> None:
    """Raise `ValueError` if units have a column without their line, or a line without its units."""
    has_line = "sku" in columns or "line_id" in columns
    if has_line and "quantity" not in columns:
        raise ValueError("columns: quantity is missing; it has the units of the line")
    if "quantity" in columns and not has_line:
        raise ValueError("columns: sku or line_id is missing; it names the line of the quantity")


def check_encoding(encoding: str, delimiter: str) -> None:
    """Raise `ValueError` if text cannot be read or written with these options."""
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise ValueError(f"encoding: {encoding!a} is unknown") from error
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise ValueError("delimiter: must be one character")
