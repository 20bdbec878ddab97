"""Texts of rules that have no `reason`.

A reason quotes the configuration, never a cell, which may have personal data.
"""

import re

from ordosync.accounts.files.input_options.rules import Rule
from ordosync.text import printable

_MOST_WORDS = 4
_LONGEST = 60
_WORD = r"[\w ,/&'-]+"
_WORDS = re.compile(rf"\^(?:({_WORD})|\(({_WORD}(?:\|{_WORD})*)\))\$")
"""A pattern that matches whole texts only, such as `^(pending|refunded)$`."""
_BLANK = (r"^$", r"^\s*$")
_FILLED = (".", ".+", "^.", "^.+", "^.+$", r"\S")


def reason_of(rule: Rule, *, is_match: bool) -> str:
    """Return the reason why a rule leaves out a row: its cell matches, or it does not."""
    if rule.reason:
        return rule.reason
    return f"{printable(rule.column)[:_LONGEST]} {_verb(rule.matches, is_match=is_match)}"


def _verb(pattern: str, *, is_match: bool) -> str:
    if pattern in _BLANK:
        return "is blank" if is_match else "is not blank"
    if pattern in _FILLED:
        return "is not blank" if is_match else "is blank"
    verb = "is" if is_match else "is not"
    found = _WORDS.fullmatch(pattern)
    words = (found[1] or found[2]).split("|") if found else []
    if 0 < len(words) <= _MOST_WORDS:
        return f"{verb} {' or '.join(map(quoted, words))}"
    verb = "matches" if is_match else "does not match"
    return f"{verb} {quoted(pattern)}"


def quoted(text: str) -> str:
    """Return a text in quotes, shortened if it is long."""
    return f'"{printable(text[:_LONGEST])}"'
