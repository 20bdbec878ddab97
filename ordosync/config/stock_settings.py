"""Settings of stock: rules for the quantities that a Merchant shows of a Supplier's products."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from ordosync.max_age import Weekday, WhenStale

_MOST_UNITS = 1_000_000
_MOST_SHARES = 1000


@dataclass(frozen=True, kw_only=True)
class StockConfig:
    """Rules of a portal. What is None here is decided by the Supplier's account."""

    buffer: int | None = None
    """Units that are kept back."""
    buffer_percent: int | None = None
    """Share of the available units that is kept back; the larger of the two buffers counts."""
    zero_below: int | None = None
    """A quantity below this is shown as 0."""
    maximum: int | None = None
    """A larger quantity is shown as this."""
    share: int = 1
    """The weight of the portal if the Supplier's account has `pool: quota`; 0 gets no units."""
    skus: Path | None = None
    """A CSV file with rules for single SKUs, which come first. It is read in each run."""
    discontinued: Literal["keep", "zero"] = "keep"
    """`zero` shows 0 of a product that the Supplier has archived."""

    def __post_init__(self) -> None:
        check_rule(self)
        if not 0 <= self.share <= _MOST_SHARES:
            raise ValueError(f"share: must be 0 to {_MOST_SHARES}")


@dataclass(frozen=True, kw_only=True)
class SellingConfig:
    """Rules of a Supplier's account, for all its portals."""

    pool: Literal["shared", "quota"] = "shared"
    """`quota` gives each portal its own units, so that no unit is sold twice."""

    buffer: int | None = None
    buffer_percent: int | None = None
    zero_below: int | None = None
    maximum: int | None = None
    max_age: timedelta | None = None
    """Time since the last complete read after which quantities are too old; None: any time."""
    but: tuple[Weekday, ...] = ()
    """Days that do not count for `max_age`, in the time zone of the account."""
    when_stale: WhenStale = "keep"
    """`zero` sets quantities that are too old to 0; `keep` leaves the Merchant's as they are."""

    def __post_init__(self) -> None:
        check_rule(self)


RULE_WORDS = ("buffer", "buffer_percent", "zero_below", "maximum")
"""The words of a rule, at each level."""


def check_rule(rule: object) -> None:
    """Raise `ValueError` if a number of a rule is negative or too large; it begins with its name.

    A wrong number is never taken as no rule, since all units would then be shown.
    """
    for name in RULE_WORDS:
        number = getattr(rule, name)
        if number is not None:
            try:
                check_number(name, number)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from error


def check_number(word: str, number: int) -> int:
    """Return the number of a word of a rule. Raise `ValueError` if it is negative or too large."""
    most = 100 if word == "buffer_percent" else _MOST_UNITS
    if not 0 <= number <= most:
        raise ValueError(f"must be 0 to {most}")
    return number


NO_STOCK_RULES = StockConfig()
NO_SELLING_RULES = SellingConfig()
