"""Compares shell patterns: can a name match both, and does one pattern cover the other."""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache
from itertools import islice

_ANY = "*"
_TOKEN = re.compile(r"\*+|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)


def overlap(
    some: Sequence[str], not_some: Sequence[str], others: Sequence[str], not_others: Sequence[str]
) -> bool:
    """True if a name may match both selections. A selection without patterns matches all.

    Names that match `not_some` or `not_others` are excluded. In doubt, the result is True.
    """
    out = (*not_some, *not_others)
    return any(
        _meet(_tokens(one), _tokens(other))
        and not any(covers(no, one) or covers(no, other) for no in out)
        for one in some or (_ANY,)
        for other in others or (_ANY,)
    )


def near(selections: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    """Return the indexes of each two selections that may overlap by their fixed beginnings.

    Of a thousand selections only a few are candidates, so only a few need a full comparison.
    """
    starts = sorted(
        (_fixed(pattern), place)
        for place, patterns in enumerate(selections)
        for pattern in patterns or (_ANY,)
    )
    found: set[tuple[int, int]] = set()
    for at, (start, place) in enumerate(starts):
        for other, another in islice(starts, at + 1, None):
            if not other.startswith(start):
                break
            if place != another:
                found.add((min(place, another), max(place, another)))
    return sorted(found)


def _fixed(pattern: str) -> str:
    """Return the fixed beginning of each name that matches."""
    return re.split(r"[*?\[]", pattern, maxsplit=1)[0]


def covers(wide: str, narrow: str) -> bool:
    """True if each name that matches `narrow` certainly matches `wide`."""
    return _covers(_tokens(wide), _tokens(narrow))


def _tokens(pattern: str) -> tuple[str, ...]:
    return tuple(_ANY if one.startswith(_ANY) else one for one in _TOKEN.findall(pattern))


@cache
def _meet(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    if not some or not others:
        return all(one == _ANY for one in (*some, *others))
    if some[0] == _ANY:
        return _meet(some[1:], others) or _meet(some, others[1:])
    if others[0] == _ANY:
        return _meet(others, some)
    return _share(some[0], others[0]) and _meet(some[1:], others[1:])


@cache
def _covers(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    if not wide:
        return not narrow
    if wide[0] == _ANY:
        return _covers(wide[1:], narrow) or (bool(narrow) and _covers(wide, narrow[1:]))
    if not narrow or narrow[0] == _ANY:
        return False
    is_sign = len(narrow[0]) == 1 and narrow[0] != "?"
    is_wider = wide[0] in ("?", narrow[0]) or (is_sign and _share(wide[0], narrow[0]))
    return is_wider and _covers(wide[1:], narrow[1:])


def _share(one: str, other: str) -> bool:
    """True if a character may match both."""
    if len(one) == 1 and one != "?":
        return fnmatchcase(one, other)
    if len(other) == 1 and other != "?":
        return fnmatchcase(other, one)
    return True
