"""Rules for parameters, as WordPress applies them.

It accepts "4" as an integer, and null as any type, which becomes 0, false or "": null does not
leave a field unchanged. Unknown parameters are silently ignored.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes.woocommerce.problems import Json, Refused, invalid

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The check and the conversion of a parameter."""

    check: Callable[[Any, str], str | None]
    """Takes the value and its place, as in `line_items[0][quantity]`; returns the error."""
    clean: Callable[[Any], Any] = lambda value: value
    loose: Callable[[Any], Any] = lambda value: value
    """PHP's conversion of an unchecked value."""


Rules = Mapping[str, Rule]


def checked(rules: Rules, params: Json) -> Json:
    """Return the known parameters; refuse invalid ones."""
    errors = {
        name: wrong
        for name, rule in rules.items()
        if params.get(name) is not None and (wrong := rule.check(params[name], name))
    }
    if errors:
        raise invalid(errors)
    return {name: rules[name].clean(value) for name, value in params.items() if name in rules}


def loosened(rules: Rules, params: Json) -> Json:
    """Return the known parameters without a check; null counts as absent."""
    return {
        name: rules[name].loose(value)
        for name, value in params.items()
        if name in rules and value is not None
    }


def integer(value: object) -> int:
    """Convert any value to an integer, as PHP does: invalid text is 0."""
    if isinstance(value, int | float):
        return int(value) if math.isfinite(value) else 0
    match = re.match(r"\s*[+-]?\d+", value) if isinstance(value, str) else None
    return int(match[0]) if match else 0


def listed(words: Sequence[str]) -> str:
    """Return an enumeration: a, b, and c."""
    if len(words) <= 2:
        return " and ".join(words)
    return f"{', '.join(words[:-1])}, and {words[-1]}"


def _typed(name: str, fits: Callable[[Any], bool]) -> Callable[[Any, str], str | None]:
    return lambda value, place: None if fits(value) else f"{place} is not of type {name}."


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    return str(value) if isinstance(value, str | int | float) else ""


def _is_integer(value: object) -> bool:
    try:
        return not isinstance(value, bool) and float(value).is_integer()  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return False


ANYTHING = Rule(check=lambda _value, _place: None)
STRING = Rule(
    check=_typed("string", lambda value: isinstance(value, str)),
    clean=lambda value: "" if value is None else value,
    loose=_text,
)
INTEGER = Rule(
    check=_typed("integer", _is_integer),
    clean=lambda value: value if isinstance(value, int) else int(float(value or 0)),
    loose=integer,
)
BOOLEAN = Rule(
    check=_typed("boolean", lambda value: str(value).lower() in ("true", "false", "1", "0", "")),
    clean=lambda value: str(value).lower() in ("true", "1"),
    loose=lambda value: value not in (False, 0, "", "0", [], {}),
)
NUMBER = Rule(check=_typed("number", lambda value: isinstance(value, int | float)))


def one_of(*words: str) -> Rule:
    """Accept these words."""

    def check(value: object, place: str) -> str | None:
        return None if value in words else f"{place} is not one of {listed(words)}."

    return Rule(check=check, clean=STRING.clean, loose=_text)


def email() -> Rule:
    """Accept an address, or an empty text."""

    def check(value: object, place: str) -> str | None:
        if wrong := STRING.check(value, place):
            return wrong
        return None if not value or _EMAIL.fullmatch(str(value)) else "Invalid email address."

    def loose(value: object) -> str:
        if check(value, ""):
            raise Refused("order_invalid_billing_email", "Invalid billing email address.")
        return str(value)

    return Rule(check=check, loose=loose)


def fields(rules: Rules) -> Rule:
    """Accept an object; unknown keys are kept, since they may belong to a plug-in."""

    def check(value: object, place: str) -> str | None:
        if not isinstance(value, dict):
            return f"{place} is not of type object."
        wrong = (
            rules[name].check(item, f"{place}[{name}]")
            for name, item in value.items()
            if name in rules
        )
        return next(filter(None, wrong), None)

    return Rule(
        check=check,
        clean=lambda value: {
            name: rules[name].clean(item) if name in rules else item
            for name, item in (value or {}).items()
        },
        loose=lambda value: loosened(rules, value) if isinstance(value, dict) else {},
    )


def many(rule: Rule) -> Rule:
    """Accept a list; in a query it may be separated by commas."""

    def split(value: Any) -> list[Any]:
        if isinstance(value, str):
            return [word.strip() for word in value.split(",") if word.strip()]
        return list(value) if isinstance(value, list) else []

    def check(value: object, place: str) -> str | None:
        if not isinstance(value, list | str):
            return f"{place} is not of type array."
        wrong = (rule.check(item, f"{place}[{at}]") for at, item in enumerate(split(value)))
        return next(filter(None, wrong), None)

    return Rule(
        check=check,
        clean=lambda value: [rule.clean(item) for item in split(value)],
        loose=lambda value: [rule.loose(item) for item in split(value)],
    )


META = many(fields({"id": INTEGER, "key": STRING, "value": ANYTHING, "display_value": STRING}))
"""The display fields must be strings, although responses contain other types."""
