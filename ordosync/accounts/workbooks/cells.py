"""Texts of cells: one rule for all workbooks.

A spreadsheet calculates with 15 significant digits. A longer whole number has lost its last
digits; in a longer fraction the rest is noise, such as in 3.3000000000000003.
"""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Literal

from ordosync.accounts.workbooks.number_formats import NumberFormat
from ordosync.accounts.workbooks.rows import LONGEST_TEXT, CellError

_DIGITS = 15
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_LONGEST_NUMBER = 400
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?)?")
_TIME = re.compile("[0-9]{2}:[0-9]{2}.*")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_ERROR = re.compile("#[A-Z0-9/_!?]{1,30}")
# A cell has no time zone.
_EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001
_FIRST_DAY = {False: 61, True: 1}
"""Since 1900-03-01 the calendar is right. Since 1904, the first day is a blank cell or a time."""
_HALF_A_SECOND = timedelta(seconds=0.5)


@lru_cache(maxsize=10_000)
def number_text(text: str, form: NumberFormat, *, is_1904: bool, decimal: str = ".") -> str:
    """Return the text of a cell with a number, which a file has as text. Raises `CellError`."""
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        raise CellError("holds a number that cannot be read")
    return float_text(float(text), form, is_1904=is_1904, decimal=decimal)


def float_text(value: float, form: NumberFormat, *, is_1904: bool, decimal: str = ".") -> str:
    """Return the text of a cell with a number. Raises `CellError`.

    With a comma as the decimal point, 1.018 must not become a text that means 1018.
    """
    if not isfinite(value):
        raise CellError("holds a number that cannot be read")
    if form.kind == "number":
        return _plain(value).replace(".", decimal)
    if form.kind == "code":
        text = _plain(value)
        return form.code_of(int(text)) if text.isdecimal() else text.replace(".", decimal)
    return _date_text(value, form.kind, is_1904=is_1904)


def _plain(value: float) -> str:
    text = format(Decimal(f"{value:.{_DIGITS}g}"), "f")
    if len(text.lstrip("-").partition(".")[0]) > _DIGITS:
        raise CellError(
            "holds a number of more than 15 digits, which a spreadsheet rounds; format the column"
            " as text before the numbers are entered"
        )
    return "0" if text == "-0" else text


def _date_text(value: float, kind: Literal["date", "time", "duration"], *, is_1904: bool) -> str:
    if kind == "duration":
        raise CellError("holds a duration, which is no date")
    if kind == "time" and value < _FIRST_DAY[is_1904]:
        raise CellError("holds a time of day, which is no date")
    if value < _FIRST_DAY[is_1904]:
        raise CellError("holds a date before 1900-03-01")
    try:
        moment = _EPOCHS[is_1904] + timedelta(days=value)
        return _seconds(moment)
    except OverflowError:
        raise CellError("holds a date after 9999-12-31") from None


def _seconds(moment: datetime) -> str:
    """Return a time in whole seconds: the days of a spreadsheet are fractions with noise."""
    return (moment + _HALF_A_SECOND).replace(microsecond=0).isoformat(" ")


def date_text(text: str) -> str:
    """Return the text of a cell with a date in ISO 8601. Raises `CellError`."""
    if _TIME.fullmatch(text):
        raise CellError("holds a time of day, which is no date")
    try:
        if _DATE.fullmatch(text):
            return _seconds(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass
    raise CellError("holds a date that cannot be read")


def boolean_text(text: str) -> str:
    """Return the text of a cell that is true or false. Raises `CellError`."""
    if text not in ("0", "1", "false", "true"):
        raise CellError("holds neither true nor false")
    return "true" if text in ("1", "true") else "false"


def error_in(text: str) -> CellError:
    """Return the error of a cell that holds an error such as #N/A."""
    return CellError(f"holds the error {text}" if _ERROR.fullmatch(text) else "holds an error")


def checked(text: str) -> str:
    """Return a text. Raises `CellError` if it is longer than a cell can be."""
    if len(text) > LONGEST_TEXT:
        raise CellError(f"has more than {LONGEST_TEXT} characters, the maximum of a cell")
    return text


def unescaped(text: str) -> str:
    """Return a text with its control characters, which XML cannot have: `_x000D_`."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))
