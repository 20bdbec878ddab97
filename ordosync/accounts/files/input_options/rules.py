"""Options of rules that leave out rows or orders of files."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A pattern that a cell must or must not match, checked before a row is validated."""

    column: str
    matches: str
    """A regular expression, searched in the cell."""
    reason: str

    def __post_init__(self) -> None:
        try:
            re.compile(self.matches)
        except re.error as error:
            raise ValueError(f"matches: is not a regular expression ({error})") from error


@dataclass(frozen=True, kw_only=True)
class RowRule(Rule):
    """A rule about single rows, each checked by its own cell."""

    rows: bool = False
    """True if the column marks single lines, even where it is blank on all but the first row."""
