"""Options of columns whose words decide what happens to an order, or to a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

from ordosync.accounts.option_types import FirstOf

Verdict = Literal["travels", "held", "skipped", "failed"]


@dataclass(frozen=True, kw_only=True)
class StatusColumn:
    """The words of a column, each with what it means. Case and blanks around do not matter.

    An order is judged by its first row. A word that is in none of the lists fails the order, since
    a new word of a service may mean anything. The blank word is `""`. A column that is
    `optional` and that a file lacks decides nothing.
    """

    is_concise: ClassVar[bool] = True
    preset_key: ClassVar[str] = "column"
    """The words of a column replace those that a preset has for it."""

    column: FirstOf
    travels: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    """Words that can still change: the order waits for a newer file."""
    skipped: tuple[str, ...] = ()
    """Words after which nothing is left to send."""
    failed: tuple[str, ...] = ()
    """Words that do not say which units are to be sent."""
    others: Verdict | None = None
    """The meaning of all other words, such as dates; None: they are unknown."""
    rows: bool = False
    """True if each row is judged by itself: a skipped row is a line that is not owed any more.

    It counts until the order is sent, and never afterwards.
    """

    def __post_init__(self) -> None:
        words = [*self.travels, *self.held, *self.skipped, *self.failed]
        folded = [word.strip().casefold() for word in words]
        twice = next((word for word in folded if folded.count(word) > 1), None)
        if twice is not None:
            raise ValueError(f"column: the word {twice[:40]!a} of this column is given twice")
        if not self.travels and self.others != "travels":
            raise ValueError("travels: at least one word is needed")
        if self.rows and (self.held or self.others == "held"):
            raise ValueError("held: a single row cannot be held; use a column of the order")

    def verdict(self, text: str) -> Verdict | None:
        """Return the meaning of a cell; None if its word is unknown."""
        return self._verdicts.get(text.strip().casefold(), self.others)

    @cached_property
    def _verdicts(self) -> Mapping[str, Verdict]:
        lists: tuple[tuple[Verdict, tuple[str, ...]], ...] = (
            ("travels", self.travels),
            ("held", self.held),
            ("skipped", self.skipped),
            ("failed", self.failed),
        )
        return {word.strip().casefold(): verdict for verdict, words in lists for word in words}
