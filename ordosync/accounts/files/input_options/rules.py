"""Options of rules that leave out rows or orders of files."""

from dataclasses import dataclass
from typing import ClassVar

from ordosync.accounts.files.input_options.table_options import check_pattern
from ordosync.accounts.option_types import FirstOf


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A pattern that a cell must or must not match, checked before a row is validated."""

    is_concise: ClassVar[bool] = True

    column: FirstOf
    matches: str
    """A regular expression, searched in the cell."""
    reason: str = ""
    """The reason in the log; empty: the rule itself."""

    def __post_init__(self) -> None:
        check_pattern("matches", self.matches)


@dataclass(frozen=True, kw_only=True)
class RowRule(Rule):
    """A rule about single rows, each checked by its own cell."""

    rows: bool = False
    """True if the column marks single lines, even where it is blank on all but the first row."""
