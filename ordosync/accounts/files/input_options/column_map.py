"""Checks of the options that map fields to the columns of a file."""

import codecs
import difflib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from ordosync.countries import check_country

_DIRECTIVES = {
    "YYYY": "%Y",
    "YY": "%y",
    "MM": "%m",
    "DD": "%d",
    "HH": "%H",
    "MI": "%M",
    "SS": "%S",
    "MON": "%b",
}
_EXCEL = "%Y-%m-%d %H:%M:%S"
_LETTERS = re.compile("|".join(_DIRECTIVES), re.IGNORECASE)
_ENCODINGS = (
    *("utf-8", "utf-8-sig", "utf-16", "latin-1", "iso-8859-1", "iso-8859-15", "cp1252", "cp850"),
    *("cp437", "cp1250", "cp1251", "mac-roman", "shift-jis", "gbk"),
)
_SAMPLE = datetime(2026, 11, 29, 13, 0, tzinfo=UTC)


def check_columns(
    columns: Mapping[str, object],
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


def _check_units(columns: Mapping[str, object]) -> None:
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
        close = difflib.get_close_matches(encoding.lower(), _ENCODINGS, n=1)
        hint = f"did you mean {close[0]}?" if close else "choose, for example, utf-8 or cp1252"
        raise ValueError(f"encoding: {encoding!a} is unknown; {hint}") from error
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise ValueError("delimiter: must be one character")


def directives(date_format: str) -> str:
    """Return a date format as of `strptime`; `excel` is the form of a workbook's dates."""
    return _EXCEL if date_format == "excel" else date_format


def check_date_format(date_format: str | None) -> None:
    """Raise `ValueError` if this format has no complete date; None is valid."""
    if date_format is None:
        return
    date_format = directives(date_format)
    try:
        read = datetime.strptime(_SAMPLE.strftime(date_format), date_format)  # noqa: DTZ007 - see above
    except ValueError as error:
        raise ValueError(f"date_format: {date_format!a} is not a date format ({error})") from None
    if read.date() != _SAMPLE.date():
        hint = _translated(date_format) or "%Y-%m-%d"
        raise ValueError(
            f'date_format: {date_format!a} has no year, month and day; write, for example, "{hint}"'
        )


def _translated(date_format: str) -> str:
    """Return a format such as `YYYY-MM-DD HH:MM` with directives; empty if it has none."""
    if "%" in date_format:
        return ""
    # A colon makes the difference between a month and minutes.
    text = re.sub("(?i)(?<=[:h])mm", "%M", date_format)
    found = _LETTERS.sub(lambda match: _DIRECTIVES[match[0].upper()], text)
    return found if {"%d", "%m"} <= set(re.findall("%.", found)) else ""


def check_values(values: Mapping[str, Mapping[str, str]]) -> None:
    """Raise `ValueError` if a text is mapped to a country that does not exist."""
    for name, meanings in values.items():
        if name.endswith(".country"):
            for meaning in meanings.values():
                check_country(f"values: {name}", meaning)
