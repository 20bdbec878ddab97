"""Steps from the text of a cell to the text of a field. Pure functions.

A blank text stays blank in every step. The reason of a refusal follows the text in a message.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from ordosync.accounts.files.input_options.column_map import directives
from ordosync.accounts.files.input_options.transforms import Part, Transform
from ordosync.accounts.files.parsing.country_names import country_code
from ordosync.text import trimmed

_BLANK = r"[ \u00a0\u202f]*"
_ALIKE = (" \u00a0\u202f", "'\u2019")
"""Separators of thousands that look the same."""
_AMOUNT = "[0-9][0-9., \u00a0\u202f'\u2019]*"
_MARK = "[^0-9., \u00a0\u202f'\u2019()+-]+[.]?"
_SIGN = re.compile(
    rf"[-+]?(?P<before>{_MARK}){_BLANK}[-+]?{_AMOUNT}|[-+]?{_AMOUNT}?{_BLANK}(?P<after>{_MARK})"
)
_GROUPED = re.compile(
    "[-+]?[0-9]{1,3}([., \u00a0\u202f'\u2019])[0-9]{3}(\\1[0-9]{3})*([.,][0-9]+)?"
)
_LONGEST_AMOUNT = 100
_EXAMPLE = datetime(2026, 11, 29, 9, 12, tzinfo=UTC)
"""A date that shows a user what a date format means."""


class TransformError(Exception):
    """A text that a step refuses."""


def transformed(text: str, steps: Sequence[Transform], *, decimal: str) -> str:
    """Return the text after these steps. Raises `TransformError`."""
    for step in steps:
        text = text and _STEPS[step.name](text, step, decimal)
    return text


def joined(texts: Sequence[str], by: str, *, whole: bool) -> str:
    """Return texts joined without those that are blank; `whole` refuses all if one is blank."""
    if whole and not all(texts):
        return ""
    return by.join(filter(None, texts))


def part_of(text: str, part: Part, last: int) -> str:
    """Return a part of a text; part number `last` is the rest of it."""
    parts = text.split(part.at, last - 1 if part.part >= last else -1)
    return trimmed(parts[part.part - 1]) if part.part <= len(parts) else ""


def read_date(text: str, formats: Sequence[str]) -> datetime:
    """Return the date of a text, without a time zone if it has none. Raises `TransformError`."""
    found = {date: each for each in formats if (date := _date(text, directives(each)))}
    if not found:
        examples = " or ".join(f"{_EXAMPLE:{directives(each)}}" for each in formats)
        raise TransformError(f"is not a date like {examples}")
    if len(found) > 1:
        readings = (f"{date:%Y-%m-%d} by {name!a}" for date, name in found.items())
        raise TransformError(f"has two meanings: {' and '.join(readings)}")
    return next(iter(found))


# Many orders are of one day, and reading a date takes long.
@lru_cache(1000)
def _date(text: str, date_format: str) -> datetime | None:
    try:
        return datetime.strptime(text, date_format)  # noqa: DTZ007 - the zone follows
    except ValueError:
        return None


def amount_problem(text: str, decimal: str) -> str:
    """Return why a text is not an amount, with the step that may make it an amount."""
    problem = f"is not an amount such as 12{decimal}50"
    if len(text) > _LONGEST_AMOUNT:
        # The search for a sign would take long.
        return problem
    if re.fullmatch(r"\(.*[0-9].*\)", text):
        return "is in parentheses; export a negative amount with a minus"
    if match := _SIGN.fullmatch(text):
        sign = match["before"] or match["after"]
        return f"{problem}; the step {{currency: {sign!a}}} of a transform removes {sign!a}"
    if (match := _GROUPED.fullmatch(text)) and match[1] != decimal:
        return (
            f"{problem}; the step {{thousands: {match[1]!a}}} of a transform removes {match[1]!a}"
        )
    return problem


def _pad(text: str, step: Transform, _: str) -> str:
    is_number = text.isascii() and text.isdigit()
    return text.zfill(step.pad or 0) if is_number else text


def _without_currency(text: str, step: Transform, _: str) -> str:
    if len(text) > _LONGEST_AMOUNT:
        return text
    sign = re.escape((step.currency or "").strip())
    before = rf"(?P<minus>[-+]?){_BLANK}{sign}{_BLANK}(?P<amount>.*)"
    match = re.fullmatch(before, text) or re.fullmatch(rf"(?P<amount>.*?){_BLANK}{sign}", text)
    if match is None:
        return text
    if not match["amount"]:
        raise TransformError("has no amount")
    return match.groupdict().get("minus", "") + match["amount"]


def _without_thousands(text: str, step: Transform, decimal: str) -> str:
    group = next((group for group in _ALIKE if (step.thousands or "") in group), step.thousands)
    separator = f"[{re.escape(group or '')}]"
    if not re.search(separator, text):
        return text
    if not re.fullmatch(
        rf"[-+]?[0-9]{{1,3}}({separator}[0-9]{{3}})+({re.escape(decimal)}[0-9]+)?", text
    ):
        place = f"has {step.thousands!a} in another place than before every three digits"
        raise TransformError(place)
    return re.sub(separator, "", text)


def _whole(text: str, _: Transform, decimal: str) -> str:
    match = re.fullmatch(rf"([-+]?[0-9]+){re.escape(decimal)}([0-9]+)", text)
    if match is None:
        return text
    if match[2].strip("0"):
        raise TransformError("is not a whole number")
    return match[1]


def _mapped(text: str, step: Transform, _: str) -> str:
    if text not in step.map and step.rest == "fail":
        raise TransformError("is not in the step `map` of its transform")
    return step.map.get(text, text)


def _country(text: str, _: Transform, __: str) -> str:
    code = country_code(text)
    if not code:
        raise TransformError("is not the name of a country, or is the name of several")
    return code


_STEPS: Mapping[str, Callable[[str, Transform, str], str]] = {
    "strip": lambda text, _, __: trimmed(text),
    "upper": lambda text, _, __: text.upper(),
    "lower": lambda text, _, __: text.lower(),
    "country": _country,
    "whole": _whole,
    "prefix": lambda text, step, _: f"{step.prefix}{text}",
    "pad": _pad,
    "currency": _without_currency,
    "thousands": _without_thousands,
    "map": _mapped,
    # These are read from columns, or by the field itself.
    "join": lambda text, _, __: text,
    "split": lambda text, _, __: text,
    "date": lambda text, _, __: text,
}
