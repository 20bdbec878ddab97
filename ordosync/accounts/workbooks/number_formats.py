"""Number formats of cells: whether a number is a date, a duration, or an id with zeros.

A format code such as `00000` or `yyyy-mm-dd` decides what a user sees of a number. Currency,
thousands and percent are only decoration: the cell means its number.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Literal

Kind = Literal["number", "code", "date", "time", "duration"]

_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)"? | \\(?P<escaped>.) | [_*]. | \[(?P<bracket>[^\]]*)\]
    | (?P<general>general) | (?P<half>am/pm|a/p) | (?P<exponent>e[+-]) | (?P<end>;) | (?P<plain>.)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ELAPSED = re.compile("h+|m+|s+", re.IGNORECASE)
_FRACTION_OF_SECOND = re.compile(r"s[.,]0+")
_PLACEHOLDERS = frozenset("0#?")
_AMOUNT = frozenset("?.,%/@$\u20ac\u00a3\u00a5")
"""Characters of a format whose number is an amount, not an id."""
_LONGEST_CODE = 1000
_MIN_ZEROS = 2
"""Two zeros make a number an id: `00000` shows 501 as 00501."""


@dataclass(frozen=True)
class NumberFormat:
    """The meaning of a format code."""

    kind: Kind
    parts: tuple[str, ...] = ()
    """For a code: `0` and `#` for digits, and literal texts after an apostrophe."""

    def code_of(self, number: int) -> str:
        """Return a number as a format of kind `code` shows it: 501 as 00501 or as NW-00501."""
        digits = list(str(number).zfill(self.parts.count("0")))
        places = sum(part in _PLACEHOLDERS for part in self.parts)
        shown = []
        for part in reversed(self.parts):
            if part not in _PLACEHOLDERS:
                shown.append(part[1:])
                continue
            places -= 1
            # The first place takes all digits that are left.
            taken = 1 if places else len(digits)
            shown.extend(digits.pop() for _ in range(min(taken, len(digits))))
        return "".join(reversed(shown))


GENERAL = NumberFormat("number")
_DATE, _TIME = NumberFormat("date"), NumberFormat("time")
_BUILT_IN: Mapping[int, NumberFormat] = {
    **dict.fromkeys((*range(14, 18), 22, *range(27, 37), *range(50, 59), *range(71, 82)), _DATE),
    **dict.fromkeys((18, 19, 20, 21, 45, 47), _TIME),
    46: NumberFormat("duration"),
}
"""The formats that a workbook uses by their number, without their code; the rest are numbers.

27 to 36, 50 to 58 and 71 to 81 are dates and times of East Asian and Thai spreadsheets.
"""


def built_in(number: int) -> NumberFormat:
    """Return the format with a number that every spreadsheet knows."""
    return _BUILT_IN.get(number, GENERAL)


@lru_cache(maxsize=1000)
def number_format(code: str) -> NumberFormat:
    """Return the meaning of a format code."""
    # The sections after the first are for negative numbers, zero and text.
    tokens = [*takewhile(_is_inside, _TOKEN.finditer(code[:_LONGEST_CODE]))]
    brackets = [match["bracket"] for match in tokens if match.lastgroup == "bracket"]
    if any(map(_ELAPSED.fullmatch, brackets)):
        return NumberFormat("duration")
    plain = "".join(match["plain"] for match in tokens if match.lastgroup == "plain").lower()
    if _PLACEHOLDERS.isdisjoint(_FRACTION_OF_SECOND.sub("s", plain)):
        return _date_or_time(plain, has_half=any(match["half"] for match in tokens))
    return _code(tokens)


def _is_inside(match: re.Match[str]) -> bool:
    return match.lastgroup != "end"


def _date_or_time(plain: str, *, has_half: bool) -> NumberFormat:
    letters = frozenset(plain)
    if letters & frozenset("yd") or ("m" in letters and not letters & frozenset("hs")):
        return _DATE
    return _TIME if letters & frozenset("hs") or has_half else GENERAL


def _code(tokens: list[re.Match[str]]) -> NumberFormat:
    """Return the format of an id: two zeros or more, or a word before the digits."""
    parts: list[str] = []
    for match in tokens:
        if match.lastgroup in ("general", "half", "exponent") or match["plain"] in _AMOUNT:
            return GENERAL
        if match.lastgroup == "bracket" and match["bracket"][:1] in "<>=":
            return GENERAL
        if match["plain"] in _PLACEHOLDERS:
            # After the first zero every place has a digit.
            parts.append("0" if "0" in parts else match["plain"])
        elif literal := match["quoted"] or match["escaped"] or match["plain"]:
            parts.append(f"'{literal}")
    before = takewhile(lambda part: part not in _PLACEHOLDERS, parts)
    # A word after the digits is a unit, such as `0 "pcs"`.
    has_word = any(char.isalnum() for part in before for char in part)
    is_code = parts.count("0") >= _MIN_ZEROS or has_word
    return NumberFormat("code", tuple(parts)) if is_code else GENERAL
