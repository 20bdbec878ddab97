"""Checks of the options that map fields to the columns of a file."""

import codecs
import difflib
from collections.abc import Mapping, Sequence


def check_columns(
    columns: Mapping[str, str], known: Sequence[str], required: Sequence[str], *, what: str
) -> None:
    """Raise `ValueError` if `columns` has an unknown field, or lacks a required field."""
    for name in columns:
        check_field("columns", name, known, what=what)
    for name in required:
        if name not in columns:
            raise ValueError(f"columns: {name} is missing")


def check_field(option: str, name: str, known: Sequence[str], *, what: str) -> None:
    """Raise `ValueError` if the field is unknown."""
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise ValueError(f"{option}: {name!a} is not a field of {what}{hint}")


def check_encoding(encoding: str, delimiter: str) -> None:
    """Raise `ValueError` if no text can be read or written so."""
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise ValueError(f"encoding: {encoding!a} is not known") from error
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise ValueError("delimiter: must be one character")
