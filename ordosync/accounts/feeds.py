"""Results of the check of one file of a feed, and of the guess how such a file is to be read.

They show numbers of rows, SKUs and numbers of orders, but no other data of a buyer.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Protocol

from ordosync.text import plural

Verdict = Literal["travels", "held", "skipped", "failed"]
ColumnState = Literal["read", "missing", "twice", "unused"]
KnownSkus = Callable[[Sequence[str]], AbstractSet[str]]
"""Returns those of these SKUs that the other side has."""
Presets = Mapping[str, tuple[str, Mapping[str, Any]]]
"""The subject and the options of each preset, in the words of the configuration, by its name."""
SUBJECTS = ("orders", "shipments", "stock", "products", "cancellations", "answers")
MOST_EXAMPLES = 20
"""The most examples of a kind that a report has."""
_MOST_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class FeedFormat:
    """The format of a file, as it was found."""

    name: str
    """Such as `csv`."""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int | None = None
    """None if the file has no header, or if none was found."""


@dataclass(frozen=True, kw_only=True)
class FeedColumn:
    """A column that a file has, or that it lacks."""

    name: str
    state: ColumnState
    fields: tuple[str, ...] = ()
    """The fields that are read from it."""
    near: str = ""
    """For a missing column: a column of the file with a similar name."""


@dataclass(frozen=True, kw_only=True)
class FeedExample:
    """A record with its verdict."""

    row: int | None
    record: str
    code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class FeedVerdict:
    """The records with one verdict."""

    verdict: Verdict
    count: int
    examples: tuple[FeedExample, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FeedTotals:
    """Sums of the records that are read."""

    rows: int = 0
    records: int = 0
    lines: int = 0
    skus: int = 0
    units: int = 0
    money: Mapping[str, Decimal] = field(default_factory=dict)
    """Price times quantity, by currency."""
    first_on: date | None = None
    last_on: date | None = None
    days: str = ""
    """The first and the last day as text, such as `2 to 20 November 2026`."""
    date_format: str = ""


@dataclass(frozen=True, kw_only=True)
class FeedFinding:
    """A sign of damage, or of rows that a user may overlook."""

    code: str
    text: str
    count: int = 1
    rows: tuple[int, ...] = ()
    """The first rows; see `MOST_EXAMPLES`."""

    @property
    def summary(self) -> str:
        """The text with the first rows."""
        if not self.rows:
            return self.text
        shown = self.rows[:_MOST_SHOWN]
        noun = plural(self.count, "row", "rows")
        more = f" and {self.count - len(shown)} more" if self.count > len(shown) else ""
        return f"{noun} {', '.join(map(str, shown))}{more}: {self.text}"


@dataclass(frozen=True, kw_only=True)
class FeedReport:
    """The result of the check of one file."""

    subject: str
    format: FeedFormat
    columns: tuple[FeedColumn, ...] = ()
    problem: str = ""
    """The reason why no row of the file can be used; empty if it can be read."""
    verdicts: tuple[FeedVerdict, ...] = ()
    totals: FeedTotals = FeedTotals()
    findings: tuple[FeedFinding, ...] = ()

    @property
    def is_refused(self) -> bool:
        """True if the file, or a record in it, would be refused."""
        failed = any(each.count for each in self.verdicts if each.verdict == "failed")
        return bool(self.problem) or failed


@dataclass(frozen=True, kw_only=True)
class FeedGuess:
    """The way in which a file is probably to be read."""

    subject: str
    format: FeedFormat
    options: Mapping[str, Any]
    """The options of the subject in the words of the configuration, without `glob`."""
    currency: str = ""
    """A currency whose sign the amounts have; several have the same sign."""
    problem: str = ""
    """The reason why the file cannot be opened; empty if it can."""
    presets: tuple[str, ...] = ()
    """The presets whose columns the file has, the best one first."""
    missing: Mapping[str, str] = field(default_factory=dict)
    """The fields that are needed and have no column, each with a column of a similar name."""
    columns: tuple[str, ...] = ()
    """The columns of the file; none if the first row does not look like a header."""
    has_address: bool = False
    """True if a column has the street of an address."""


class AccountFeeds(Protocol):
    """The files that an account reads."""

    @property
    def account(self) -> str:
        """The name of the account."""

    @property
    def globs(self) -> Mapping[str, Path]:
        """The patterns of the files, by subject, such as `orders`."""

    def subjects_of(self, path: Path) -> Sequence[str]:
        """Return the subjects whose patterns match a file."""

    def check(self, subject: str, path: Path, *, known: KnownSkus | None = None) -> FeedReport:
        """Check a file by the options of the subject. Writes nothing.

        `known` finds the SKUs that the other side lacks. Raises `OSError`.
        """


def guess_feed(path: Path, *, presets: Presets, subject: str | None = None) -> FeedGuess:
    """Return how a file is probably to be read. Raises `OSError`."""
    from ordosync.accounts.files.feed_check.guesses import guess  # noqa: PLC0415 - slow to import

    return guess(path, presets=presets, subject=subject)
