"""The maximum age of what an account reports, with days of the week that do not count.

A feed that comes from Monday to Friday is not late on a Sunday. Pure functions of times.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WhenStale = Literal["keep", "zero"]
_WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
_LEAST, _MOST = timedelta(hours=1), timedelta(days=365)
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class MaxAge:
    """The maximum age of one reading of an account."""

    limit: timedelta
    but: tuple[Weekday, ...] = ()
    """Days that do not count, in the time zone."""
    timezone: str = "UTC"
    when_stale: WhenStale = "keep"
    """For stock: `zero` sets the quantities to 0 when they are too old."""

    def age(self, at: datetime, now: datetime) -> timedelta:
        """Return the time since `at` without the days that do not count; 0 if `at` is later."""
        age, end, day = timedelta(), now, self._day(now)
        if not self.but:
            return max(now - at, age)
        while end > at:
            start = max(self._midnight(day), at)
            if not self._is_out(day):
                age += end - start
            end, day = start, day - _DAY
        return age

    def oldest(self, now: datetime, limit: timedelta | None = None) -> datetime:
        """Return the earliest time whose age is not above the limit, or above another limit."""
        remaining, end, day = limit or self.limit, now, self._day(now)
        if not self.but:
            return now - remaining
        while True:
            start = self._midnight(day)
            if not self._is_out(day):
                if end - start > remaining:
                    return end - remaining
                remaining -= end - start
            end, day = start, day - _DAY

    def _day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.timezone)).date()

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.timezone)).astimezone(UTC)

    def _is_out(self, day: date) -> bool:
        return _WEEKDAYS[day.weekday()] in self.but


def max_age_of(options: object, timezone: str | None) -> MaxAge | None:
    """Return the maximum age by `max_age`, `but` and `when_stale`; None if there is none.

    Raise `ValueError` if they do not make sense; it begins with the name of an option.
    """
    limit: timedelta | None = getattr(options, "max_age", None)
    but: tuple[Weekday, ...] = getattr(options, "but", ())
    when_stale: WhenStale = getattr(options, "when_stale", "keep")
    if limit is None:
        for name, is_given in (("but", bool(but)), ("when_stale", when_stale != "keep")):
            if is_given:
                raise ValueError(f"{name}: needs `max_age`, such as `max_age: 24h`")
        return None
    if not _LEAST <= limit <= _MOST:
        raise ValueError("max_age: must be 1h to 365d")
    if len(set(but)) == len(_WEEKDAYS):
        raise ValueError("but: must leave a day that counts")
    if but and timezone is None:
        raise ValueError("but: needs `timezone`, which says when a day begins")
    return MaxAge(limit=limit, but=but, timezone=timezone or "UTC", when_stale=when_stale)


def age_text(age: timedelta) -> str:
    """Return an age as text, such as `26 h` or `3 d 4 h`."""
    hours = int(age.total_seconds() // 3600)
    if hours < 1:
        return f"{int(age.total_seconds() // 60)} min"
    days, rest = divmod(hours, 24)
    if days < 3:  # noqa: PLR2004 - as `max_age` is written
        return f"{hours} h"
    return f"{days} d {rest} h" if rest else f"{days} d"
