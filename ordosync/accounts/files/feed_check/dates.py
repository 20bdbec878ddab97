"""Dates of a feed: the formats that read them, and the days from the first to the last as text."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

FORMATS = (
    *("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S %z"),
    *("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"),
    *("%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%y"),
    *("%m/%d/%y %H:%M", "%m/%d/%Y %I:%M %p", "%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S"),
    *("%d/%m/%y", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%y"),
    *("%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y/%m/%d %H:%M:%S", "%Y%m%d"),
    *("%b-%d-%y", "%d-%b-%y", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y"),
)
"""The usual formats of dates, the most certain first."""


@lru_cache(maxsize=4096)
def day_of(text: str, date_format: str) -> date | None:
    """Return the day of a text; None if this format does not read it."""
    try:
        return datetime.strptime(text, date_format).date()  # noqa: DTZ007 - only its day counts
    except ValueError:
        return None


def format_of_dates(texts: Iterable[str]) -> str:
    """Return the first usual format that reads all these texts; empty if there is none."""
    filled = [text for text in texts if text]
    formats = (each for each in FORMATS if all(day_of(text, each) for text in filled))
    return next(formats, "") if filled else ""


def alternatives(date_format: str) -> tuple[str, ...]:
    """Return the formats that read many texts of this format, too, but as other days."""
    swapped, parts = [], set(re.findall("%.", date_format))
    if {"%d", "%m"} <= parts:
        swapped.append(_swapped(date_format, "%d", "%m"))
        # A year is never between the month and the day.
        if "%y" in parts and date_format.startswith(("%d", "%y")):
            swapped.append(_swapped(date_format, "%d", "%y"))
    return tuple(each for each in swapped if each != date_format)


class DateRange:
    """The first and the last day of many texts, by the first format that reads each."""

    def __init__(self, *formats: str) -> None:
        self._formats = formats
        self._used: dict[str, None] = {}
        self.reads_all = True
        """True if a format has read each text so far."""
        self.first: date | None = None
        self.last: date | None = None

    def add(self, text: str) -> None:
        """Add a text that is not blank."""
        formats = self._formats if self.reads_all else ()
        found = next((each for each in formats if day_of(text, each)), "")
        day = day_of(text, found) if found else None
        if day is None:
            self.reads_all = False
            return
        self._used[found] = None
        self.first = min(self.first or day, day)
        self.last = max(self.last or day, day)

    @property
    def date_format(self) -> str:
        """The formats that have read a text."""
        return " or ".join(self._used)

    @property
    def text(self) -> str:
        """The days as text."""
        return days_text(self.first, self.last) if self.first and self.last else ""


def days_text(first: date, last: date) -> str:
    """Return two days as text, such as `2 to 20 November 2026`."""
    end = f"{last.day} {last:%B %Y}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {end}"
    start = f"{first.day} {first:%B}" if first.year == last.year else f"{first.day} {first:%B %Y}"
    return f"{start} to {end}"


def ambiguity(ranges: Sequence[DateRange]) -> Mapping[str, str]:
    """Return the days of each further format that reads all texts, but as other days."""
    own, *others = ranges
    return {
        each.date_format: each.text
        for each in others
        if each.reads_all and each.first and (each.first, each.last) != (own.first, own.last)
    }


def _swapped(date_format: str, first: str, second: str) -> str:
    exchanged = {first: second, second: first}
    return re.sub("|".join(exchanged), lambda match: exchanged[match[0]], date_format)
