"""Converters from the text of a YAML scalar to a value. Pure functions.

A converter takes the text as it was written and raises `ValueError` with a message for the user.
`at_line` makes foreign text in a message printable; every message passes through it.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from ordosync.accounts.option_types import ConfiguredPath, Names
from ordosync.durations import to_timedelta
from ordosync.edits import LABEL, Until
from ordosync.shortages import NEVER, Resume
from ordosync.text import printable

_ECHOED = 60
_LISTED = 20
_OF_AGE = "`orders:`, `products:`, `stock:` and `shipments:` of a files account have it"
_OF_STOCK = "only `stock:` of a files account has it"
_ELSEWHERE: Mapping[str, str] = {
    "max_age": f"{_OF_AGE}, and `selling:` of other accounts",
    "but": f"{_OF_AGE}, and `selling:` of other accounts",
    "when_stale": f"{_OF_STOCK}, and `selling:` of other accounts; other feeds are only reported",
    "absent": _OF_STOCK,
    "min_rows": "`stock:` and `orders:` of a files account have it",
    "complete": "only `orders:` of a files account has it",
}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}")
_DURATION = re.compile(r"([1-9][0-9]{0,3})([mhd])")
T = TypeVar("T")
_BOOLS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def to_int(text: str) -> int:
    """Convert digits; `012` is twelve."""
    if not _INTEGER.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not a whole number")
    return int(text)


def to_decimal(text: str) -> Decimal:
    """Convert a number with or without decimals, written with a point."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not a number")
    return Decimal(text)


def to_bool(text: str) -> bool:
    """Convert any of the YAML words for true and false."""
    try:
        return _BOOLS[text.lower()]
    except KeyError:
        raise ValueError(f"{quoted(text)} is neither true nor false") from None


def to_date(text: str) -> date:
    """Convert `YYYY-MM-DD`. Other formats that Python accepts are errors."""
    return _iso(text, _DATE, date.fromisoformat, "a date; write YYYY-MM-DD")


def to_time(text: str) -> time:
    """Convert a time of day, such as `08:00`."""
    return _iso(text, _TIME, time.fromisoformat, "a time of day; write HH:MM")


def _iso(text: str, form: re.Pattern[str], parse: Callable[[str], T], what: str) -> T:
    try:
        if form.fullmatch(text):
            return parse(text)
    # The month has no such day, or the day no such hour.
    except ValueError:
        pass
    raise ValueError(f"{quoted(text)} is not {what}")


def to_duration(text: str) -> timedelta:
    """Convert a duration, such as `30m`, `2h` or `1d`."""
    if not _DURATION.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not a duration; write 30m, 2h or 1d")
    return to_timedelta(text)


def to_until(text: str) -> Until:
    """Convert `label`, or a duration since the import."""
    if text != LABEL and not _DURATION.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not possible here; write label, 30m, 2h or 1d")
    return Until(text)


def to_resume(text: str) -> Resume:
    """Convert `never`, or a duration since the Supplier's answer."""
    if text != NEVER and not _DURATION.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not possible here; write 24h, 2d or never")
    resume = Resume(text)
    if resume.after is not None and not timedelta(hours=1) <= resume.after <= timedelta(days=30):
        raise ValueError("must be 1h to 30d, or never")
    return resume


def to_zone(text: str) -> ZoneInfo:
    """Convert the name of a time zone, such as `Europe/London`."""
    try:
        return ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        raise ValueError(
            f"{quoted(text)} is not a time zone; write a name such as Europe/London"
        ) from None


def names(texts: Iterable[str | None]) -> Names:
    """Convert a list of names to the first one with the others."""
    known = [text for text in texts if text]
    if not known:
        raise ValueError("at least one name is needed")
    return Names(*known)


CONVERTERS: Mapping[Any, Callable[[str], Any]] = {
    str: str,
    Names: Names,
    int: to_int,
    bool: to_bool,
    Decimal: to_decimal,
    date: to_date,
    time: to_time,
    timedelta: to_duration,
    ZoneInfo: to_zone,
    Until: to_until,
    Resume: to_resume,
}
"""Converters that do not depend on the file, by type."""


def to_path(text: str, *, folder: Path) -> Path:
    """Convert a path; it is relative to the folder."""
    if not text or "\0" in text:
        raise ValueError(f"{quoted(text)} is not a path")
    if text.startswith("~"):
        raise ValueError(f"{quoted(text)}: ~ is not supported; write the whole path")
    return ConfiguredPath.of(folder, text)


def to_name(text: str) -> str:
    """Return the name of an account or portal, which is also safe as a file name."""
    if not _NAME.fullmatch(text):
        raise ValueError(
            f"{quoted(text)} is not a name; use up to 63 of a-z, 0-9, - and _, "
            "starting with a letter or digit"
        )
    return text


def to_choice(text: str, choices: Iterable[str], noun: str) -> str:
    """Return the text if it is one of the choices."""
    choices = tuple(choices)
    if text not in choices:
        raise ValueError(f"{quoted(text)} is not {noun}; choose {either(choices)}")
    return text


def suggestion(word: str, choices: Iterable[str]) -> str:
    """Return a hint for an unknown word: known words that begin with it or are similar, or all."""
    choices = tuple(choices)
    if longer := [choice for choice in choices if choice.startswith(f"{word}_")]:
        return f"; did you mean {either(longer)}?"
    if close := difflib.get_close_matches(word, choices, n=1):
        return f"; did you mean {close[0]}?"
    return f"; choose {either(choices)}" if 0 < len(choices) <= _LISTED else ""


def elsewhere(key: str) -> str:
    """Return the places that have an option, as a hint; empty if the name is not one of these."""
    place = _ELSEWHERE.get(key)
    return f" here; {place}" if place else ""


def either(words: Iterable[str]) -> str:
    """Return `a, b or c`."""
    *first_words, last = words
    return f"{', '.join(first_words)} or {last}" if first_words else last


def quoted(text: str) -> str:
    """Return the text in quotes for a message, shortened if it is long."""
    return f'"{shortened(text)}"'


def shortened(text: str) -> str:
    """Return the text, shortened if it is long."""
    return text if len(text) <= _ECHOED else text[:_ECHOED] + "…"


def at_line(line: int, message: str) -> str:
    """Return a problem as it is shown to the user."""
    return f"line {line}: {printable(message)}"
