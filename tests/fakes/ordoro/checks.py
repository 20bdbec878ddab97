"""Validation rules for request bodies, composed like the schemas of the service.

A rule takes a value and the name of the parameter, and raises `Refused` if the value is invalid.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

Rule = Callable[[Any, str], None]

_LARGEST = 2**63
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


class Refused(Exception):  # noqa: N818 - it is an answer, not something that went wrong here
    """The response to the request is this error."""

    def __init__(self, message: str, param: str | None = None, *, status: int = 400) -> None:
        super().__init__(message)
        self.message, self.param, self.status = message, param, status


def string(value: object, param: str) -> None:
    """Accept a string."""
    _require(isinstance(value, str), param, "a string")


def name(value: object, param: str) -> None:
    """Accept a string that is not blank, although the contract accepts a blank one."""
    _require(isinstance(value, str) and value.strip() != "", param, "a string that is not blank")


def integer(value: object, param: str) -> None:
    """Accept a whole number, but not 1.0, although the contract accepts it."""
    _require(isinstance(value, int) and _is_number(value), param, "an integer")


def number(value: object, param: str) -> None:
    """Accept a JSON number, but not a string."""
    _require(_is_number(value), param, "a number")


def _is_number(value: object) -> bool:
    """True if it is a number that a database can store, which 1e400 is not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST


def boolean(value: object, param: str) -> None:
    """Accept true and false."""
    _require(isinstance(value, bool), param, "a boolean")


def moment(value: object, param: str) -> None:
    """Accept a time as in RFC 3339, that is, with its offset."""
    fits = isinstance(value, str) and _RFC_3339.fullmatch(value) and _is_date(value)
    _require(bool(fits), param, "a time with its offset")


def _is_date(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def anything(value: object, param: str) -> None:
    """Accept any value."""


def nullable(rule: Rule) -> Rule:
    """Accept null, or a value that the rule accepts."""

    def check(value: object, param: str) -> None:
        if value is not None:
            rule(value, param)

    return check


def one_of(*values: str) -> Rule:
    """Accept these values."""

    def check(value: object, param: str) -> None:
        _require(value in values, param, f"one of {', '.join(values)}")

    return check


def at_least(least: float, rule: Rule) -> Rule:
    """Accept numbers that are not smaller."""

    def check(value: Any, param: str) -> None:
        rule(value, param)
        _require(value >= least, param, f"at least {least}")

    return check


def array(rule: Rule, *, least: int = 0) -> Rule:
    """Accept an array of such items."""

    def check(value: object, param: str) -> None:
        _require(isinstance(value, list), param, "an array")
        assert isinstance(value, list)
        _require(len(value) >= least, param, f"an array of at least {least}")
        for item in value:
            rule(item, param)

    return check


def shape(
    rules: Mapping[str, Rule], *, required: Collection[str] = (), closed: bool = True
) -> Rule:
    """Accept an object with these keys, and no others if it is closed."""

    def check(value: object, param: str) -> None:
        _require(isinstance(value, dict), param, "an object")
        assert isinstance(value, dict)
        for key in required:
            if key not in value:
                raise Refused(f"{key} is required", key)
        for key, item in value.items():
            if key in rules:
                rules[key](item, key)
            elif closed:
                raise Refused(f"{key} is not known", key)

    return check


def _require(fits: bool, param: str, expected: str) -> None:
    if not fits:
        raise Refused(f"{param} must be {expected}", param)
