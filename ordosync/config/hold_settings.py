"""The options of `hold:`, the conditions under which a portal holds an order before its import."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, NewType

from ordosync.config.converters import quoted, to_duration
from ordosync.countries import COUNTRY_CODES, check_country

Wait = NewType("Wait", timedelta)
"""A duration that may be 0."""
Country = NewType("Country", str)
"""A country code of two letters."""
NO_TIME = Wait(timedelta())
_LONGEST_AGE = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class HoldTags:
    """Tags of the Merchant's order. Upper and lower case are the same."""

    hold: tuple[str, ...] = ()
    release: tuple[str, ...] = ()
    """Tags that end a hold for any reason, except that the order is not paid."""

    def __post_init__(self) -> None:
        for name in ("hold", "release"):
            if not all(tag.strip() for tag in getattr(self, name)):
                raise ValueError(f"{name}: a tag must not be blank")
        both = {tag.casefold() for tag in self.hold} & {tag.casefold() for tag in self.release}
        if both:
            raise ValueError(f"release: tag {quoted(min(both))} is in `hold`, too")


@dataclass(frozen=True, kw_only=True)
class HoldConfig:
    """The conditions under which an order is held; by default none is."""

    paid: bool = False
    """True to hold orders that are not paid."""
    age: Wait = NO_TIME
    """The time since an order was placed, until which it is held."""
    tags: HoldTags = HoldTags()
    risk: tuple[Literal["investigate", "cancel"], ...] = ()
    """Shopify's recommendations for which an order is held."""
    over: Decimal | None = None
    """The value of this Supplier's lines above which an order is held, in its currency."""
    countries: tuple[Country, ...] = ()
    """The countries to which orders are sent; an order to another one is held."""
    po_box: tuple[str, ...] = ()
    """Patterns of the Supplier's shipping methods that do not deliver to a PO box."""
    longest: timedelta = timedelta(days=7)
    """The time after which a held order needs the operator."""

    def __post_init__(self) -> None:
        if self.age > _LONGEST_AGE:
            raise ValueError("age: must be at most 7d")
        if self.over is not None and self.over < 0:
            raise ValueError("over: must be 0 or more")
        if not all(pattern.strip() for pattern in self.po_box):
            raise ValueError("po_box: a pattern must not be blank; write * for all methods")
        if not timedelta(hours=1) <= self.longest <= timedelta(days=60):
            raise ValueError("longest: must be 1h to 60d")
        if self.longest < self.age:
            raise ValueError("longest: must not be shorter than `age`")

    @cached_property
    def conditions(self) -> tuple[str, ...]:
        """The names of the conditions that are set."""
        return tuple(
            field.name
            for field in fields(self)
            if field.name != "longest" and getattr(self, field.name) != field.default
        )


NO_HOLD = HoldConfig()


def to_wait(text: str) -> Wait:
    """Convert a duration, or 0."""
    return NO_TIME if text in ("0", "0m", "0h", "0d") else Wait(to_duration(text))


def to_country(text: str) -> Country:
    """Convert a country code of two capital letters."""
    if text in COUNTRY_CODES:
        return Country(text)
    try:
        check_country("country", text)
    except ValueError as error:
        raise ValueError(str(error).removeprefix("country: ")) from None
    raise ValueError(f"{quoted(text)} is not a country code; write two letters, such as US")


HOLD_CONVERTERS: Mapping[Any, Callable[[str], Any]] = {Wait: to_wait, Country: to_country}
"""Converters of the types of these options."""
