"""From the text of one scalar to a value, and the words for what is wrong with it. Pure.

A converter takes the text as it was written and raises `ValueError` with what to tell people.
Foreign text in a message is made harmless in one place, `at_line`, which every message passes.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from ordosync.text import printable

_ECHOED = 60
_LISTED = 20
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
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
    """Convert any of the words that YAML has had for it."""
    try:
        return _BOOLS[text.lower()]
    except KeyError:
        raise ValueError(f"{quoted(text)} is neither true nor false") from None


def to_date(text: str) -> date:
    """Convert `YYYY-MM-DD` and nothing else that Python would take."""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # a day that its month does not have
    raise ValueError(f"{quoted(text)} is not a date; write YYYY-MM-DD")


CONVERTERS: Mapping[Any, Callable[[str], Any]] = {
    str: str,
    int: to_int,
    bool: to_bool,
    Decimal: to_decimal,
    date: to_date,
}
"""Types whose text means the same in every file."""


def to_path(text: str, *, folder: Path) -> Path:
    """Convert a path, relative to the folder."""
    if not text or "\0" in text:
        raise ValueError(f"{quoted(text)} is not a path")
    if text.startswith("~"):
        raise ValueError(f"{quoted(text)}: ~ is not supported; write the whole path")
    return folder / text


def to_name(text: str) -> str:
    """Accept the name of an account or portal, which is also safe as the name of a file."""
    if not _NAME.fullmatch(text):
        raise ValueError(
            f"{quoted(text)} is not a name; use up to 63 of a-z, 0-9, - and _, "
            "starting with a letter or digit"
        )
    return text


def to_choice(text: str, choices: Iterable[str], what: str) -> str:
    """Accept one of the choices."""
    choices = tuple(choices)
    if text not in choices:
        raise ValueError(f"{quoted(text)} is not {what}; choose {either(choices)}")
    return text


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown word: what was meant, or what there is."""
    known = tuple(known)
    if close := difflib.get_close_matches(word, known, n=1):
        return f"; did you mean {close[0]}?"
    return f"; choose {either(known)}" if 0 < len(known) <= _LISTED else ""


def either(words: Iterable[str]) -> str:
    """Return `a, b or c`."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def quoted(text: str) -> str:
    """Return the text as it is shown in a message, cut where it is long."""
    return f'"{shortened(text)}"'


def shortened(text: str) -> str:
    """Return the text, cut where it is long."""
    return text if len(text) <= _ECHOED else text[:_ECHOED] + "…"


def at_line(line: int, message: str) -> str:
    """Return a problem as people see it."""
    return f"line {line}: {printable(message)}"
