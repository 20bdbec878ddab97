"""Compares shell patterns: finds patterns that overlap, and patterns that cover others."""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache
from itertools import islice

_ANY = "*"
_TOKEN = re.compile(r"\*+|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)


def overlap(
    skus: Sequence[str], but: Sequence[str], other_skus: Sequence[str], other_but: Sequence[str]
) -> bool:
    """True if a name may match both selections. A selection without patterns matches all.

    Names that match `not_some` or `not_others` are excluded. In doubt, the result is True.
    """
    excluded = (*but, *other_but)
    return any(
        _meet(_tokens(pattern), _tokens(other_pattern))
        and not any(
            covers(exclusion, pattern) or covers(exclusion, other_pattern) for exclusion in excluded
        )
        for pattern in skus or (_ANY,)
        for other_pattern in other_skus or (_ANY,)
    )


def near(selections: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    """Return the indexes of each two selections that may overlap by their fixed beginnings.

    Of a thousand selections only a few are candidates, so only a few need a full comparison.
    """
    starts = sorted(
        (_fixed(pattern), owner)
        for owner, patterns in enumerate(selections)
        for pattern in patterns or (_ANY,)
    )
    pairs: set[tuple[int, int]] = set()
    for index, (start, owner) in enumerate(starts):
        for other_start, other_owner in islice(starts, index + 1, None):
            if not other_start.startswith(start):
                break
            if owner != other_owner:
                pairs.add((min(owner, other_owner), max(owner, other_owner)))
    return sorted(pairs)


def _fixed(pattern: str) -> str:
    """Return the fixed beginning of each name that matches."""
    return re.split(r"[*?\[]", pattern, maxsplit=1)[0]


def covers(wide: str, narrow: str) -> bool:
    """True if each name that matches `narrow` certainly matches `wide`."""
    return _covers(_tokens(wide), _tokens(narrow))


def _tokens(pattern: str) -> tuple[str, ...]:
    return tuple(_ANY if token.startswith(_ANY) else token for token in _TOKEN.findall(pattern))


@cache
def _meet(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    if not first or not second:
        return all(token == _ANY for token in (*first, *second))
    if first[0] == _ANY:
        return _meet(first[1:], second) or _meet(first, second[1:])
    if second[0] == _ANY:
        return _meet(second, first)
    return _share(first[0], second[0]) and _meet(first[1:], second[1:])


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


def _share(first: str, second: str) -> bool:
    """True if a character may match both."""
    if len(first) == 1 and first != "?":
        return fnmatchcase(first, second)
    if len(second) == 1 and second != "?":
        return fnmatchcase(second, first)
    return True
